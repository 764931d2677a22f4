"""The errors that Yanyana raises on purpose: each message names the input at fault and the remedy."""


class YanyanaError(Exception):
    """Something the person running Yanyana can act on; the CLI prints the message without a traceback."""
