-- What the file says about itself.

CREATE TABLE meta.guide (step INTEGER, topic VARCHAR, text VARCHAR, query VARCHAR, sql VARCHAR);
COMMENT ON TABLE meta.guide IS 'Read this first: FROM meta.guide ORDER BY step. What is where, then questions with the query that answers each.';
COMMENT ON COLUMN meta.guide.step IS 'Order to read in, from 1 [rank]';
COMMENT ON COLUMN meta.guide.topic IS 'start (how the file is laid out) or question';
COMMENT ON COLUMN meta.guide.text IS 'The explanation or the question';
COMMENT ON COLUMN meta.guide.query IS 'Name of the query: yanyana query NAME';
COMMENT ON COLUMN meta.guide.sql IS 'SQL to copy';

INSERT INTO meta.guide VALUES
(1, 'start', 'marts answers questions without a join; begin there. core holds what was captured and read, one table per kind of thing. meta describes this file.', NULL, 'FROM meta.tables ORDER BY name;'),
(2, 'start', 'Every table, view and column has a comment with its meaning and unit.', NULL, 'FROM meta.columns WHERE "table" = ''marts.contrasts'' ORDER BY position;'),
(3, 'start', 'When this file was made, from what and by which versions.', NULL, 'FROM meta.publish;'),
(4, 'start', 'A story is an article (article_id). A host is a story beside which a block of teasers stands; a teaser in a block is an item; an item beside a host in one capture is an exposure.', NULL, 'FROM core.exposures LIMIT 20;'),
(5, 'start', 'Captures of one story repeat each other: count stories (hosts), not exposures, before calling a difference real. marts.contrasts does, with intervals.', NULL, 'FROM marts.contrasts;'),
(6, 'start', 'Times are UTC without a zone; columns ending in _offset keep the minutes the source stated. Probabilities lie between 0 and 1; null means unknown, never zero.', NULL, NULL);

CREATE TABLE meta.publish (
    published_at TIMESTAMP,
    code_version VARCHAR,
    database_version VARCHAR,
    extractor_versions VARCHAR[],
    model_versions VARCHAR[],
    archive_days BIGINT,
    parts BIGINT,
    first_capture TIMESTAMP,
    last_capture TIMESTAMP
);
COMMENT ON TABLE meta.publish IS 'One row: when this file was made, from what and by which versions.';
COMMENT ON COLUMN meta.publish.published_at IS 'When the file was built [UTC]';
COMMENT ON COLUMN meta.publish.code_version IS 'Version of Yanyana that built it';
COMMENT ON COLUMN meta.publish.database_version IS 'Database that wrote it; any DuckDB from 1.4 on reads it';
COMMENT ON COLUMN meta.publish.extractor_versions IS 'Versions of the extraction that read the pages';
COMMENT ON COLUMN meta.publish.model_versions IS 'Versions of the classifier that labelled the headlines';
COMMENT ON COLUMN meta.publish.archive_days IS 'Days of the archive that it rests on [days]';
COMMENT ON COLUMN meta.publish.parts IS 'Parquet parts of the lake that were read [files]';
COMMENT ON COLUMN meta.publish.first_capture IS 'Earliest capture in it [UTC]';
COMMENT ON COLUMN meta.publish.last_capture IS 'Latest capture in it [UTC]';

CREATE TABLE meta.tables (name VARCHAR, form VARCHAR, rows BIGINT, row_key VARCHAR[], written_by VARCHAR, meaning VARCHAR);
COMMENT ON TABLE meta.tables IS 'Every table and view of this file: what a row is, how many there are, what identifies one.';
COMMENT ON COLUMN meta.tables.name IS 'Schema and name';
COMMENT ON COLUMN meta.tables.form IS 'table or view';
COMMENT ON COLUMN meta.tables.rows IS 'Rows when the file was published; null in meta [rows]';
COMMENT ON COLUMN meta.tables.row_key IS 'Columns that together identify a row; null for views and meta';
COMMENT ON COLUMN meta.tables.written_by IS 'Stage of the pipeline that wrote it: crawl, extract, classify, analyse or publish';
COMMENT ON COLUMN meta.tables.meaning IS 'What a row is';

CREATE TABLE meta.columns ("table" VARCHAR, position INTEGER, "column" VARCHAR, type VARCHAR, meaning VARCHAR);
COMMENT ON TABLE meta.columns IS 'Every column of every table and view, with its meaning and unit.';
COMMENT ON COLUMN meta.columns."table" IS 'Schema and name of its table';
COMMENT ON COLUMN meta.columns.position IS 'Rank in the table, from 1 [rank]';
COMMENT ON COLUMN meta.columns."column" IS 'Name';
COMMENT ON COLUMN meta.columns.type IS 'DuckDB type';
COMMENT ON COLUMN meta.columns.meaning IS 'Meaning, with the unit in brackets';
