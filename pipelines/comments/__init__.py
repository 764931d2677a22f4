"""How the comments of a page are read from the system that keeps them: one adapter a platform, and who wrote what.

`platforms` finds the adapter, `reading.read` says what to ask, `reading.reading` makes comments of archived responses.
Nothing here touches network, disk or lake.
"""
