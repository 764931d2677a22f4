"""Lake in, DuckDB file out: what analysts open, and how they ask it."""
