"""HTML in, records out. Pure functions: no network, no disk, no Dagster, no database."""
