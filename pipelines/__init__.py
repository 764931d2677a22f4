"""Yanyana: what news sites put beside the news, measured.

README.md shows the flow; `pipelines.definitions` assembles everything that Dagster loads.
"""

__version__ = "0.1.0"
