"""The demo: four small news sites on loopback, so that a fresh machine has something to crawl.

A known effect is planted in them, so that the pipeline's answer can be held against the truth. `sites` configures,
`stories` writes, `plan` decides what stands beside what, `pages` renders, `room` assembles, `server` serves. Only the
demo's runs and tests may lean on this room.
"""

from pipelines.newsroom.plan import Article, Block, Item
from pipelines.newsroom.room import DEFAULT_NOW, DEFAULT_PORTS, Newsroom, Site, build, truth
from pipelines.newsroom.server import Request, free_ports, serve
from pipelines.newsroom.sites import DESIGNS, Design, Effect
from pipelines.newsroom.stories import Comment, Story

__all__ = [
    "DEFAULT_NOW",
    "DEFAULT_PORTS",
    "DESIGNS",
    "Article",
    "Block",
    "Comment",
    "Design",
    "Effect",
    "Item",
    "Newsroom",
    "Request",
    "Site",
    "Story",
    "build",
    "free_ports",
    "serve",
    "truth",
]
