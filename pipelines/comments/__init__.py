"""How the comments of a page are read from the system that keeps them: one adapter a platform, and who wrote what.

`platforms` finds the adapter, `reading.read` says what to ask, `reading.reading` turns archived responses into comments.
Nothing here touches network, disk or lake.
"""
