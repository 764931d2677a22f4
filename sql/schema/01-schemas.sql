-- The three rooms of the file. The tables of core and the measures in marts come from pipelines/lake/schema.py.
CREATE SCHEMA core;   -- what was captured and read, a row per thing
CREATE SCHEMA marts;  -- what was computed from it: answers without a join
CREATE SCHEMA meta;   -- about this file
