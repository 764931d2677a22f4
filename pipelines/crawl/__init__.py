"""URL in, WARC out. Knows no HTML meaning and no database.

`discovery` finds addresses, `robots` says which may be asked for, `spider` asks for them, `process` runs it all as a
process of its own; `segment` writes the archive and `archive` reads it.
"""
