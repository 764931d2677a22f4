"""URL in, WARC out. Knows no HTML meaning and no database.

`discovery` finds addresses, `log`, `frontier` and `agenda` tell which are due, `spider` asks for them, `process` runs
all this as a process of its own. What goes over the wire is in `politeness`, by the rules of `robots`, `pace` and
`reach`. `segment` writes the archive, `archive` reads it, `removal` takes out of it what must go.
"""
