"""Showing a person what was found on one page: the tool for adding a site.

`fetch` gets the page, `outline` shows its record in the terminal, `overlay` draws the record onto the page itself.
Nothing is archived or stored here, and what the page means is read by `pipelines.extract` alone.
"""

from typing import Final

from pipelines.extract.record import Kind

COLOURS: Final[dict[Kind, str]] = {
    "related": "#0b63c5",
    "popular": "#c2410c",
    "latest": "#0f766e",
    "trending": "#a21caf",
    "more": "#57606a",
    "sponsored": "#8a5a00",
    "inline": "#6d28d9",
}
"""The background of each kind of block, dark enough for white text, the same in the terminal and on the page."""
