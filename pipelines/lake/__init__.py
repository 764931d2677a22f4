"""The data dictionary and the Parquet parts: what every other room writes and reads. Imports none of them."""
