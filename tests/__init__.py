"""The tests, a package of its own so that no dependency that ships one of this name stands in its place."""
