"""The lake's headlines: the distinct wordings that articles and items show, and their labels as rows of `headlines`.

How one headline is labelled is in `classifier`; here is only which headlines there are, and what their pages tell of
them.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.classify.classifier import classify
from pipelines.lake import schema
from pipelines.lake.parts import frame

# Characters of lead and body that tell the topic; longer texts stray from it.
_TEXT_READ = 3000
_NOTHING_TOLD: Mapping[str, str] = {}


def distinct_headlines(pages: pl.LazyFrame, articles: pl.LazyFrame, items: pl.LazyFrame) -> pl.DataFrame:
    """Each distinct headline once: headline_id, site, headline, language, url, section and text of its story.

    A story's own page tells its section and the beginning of its text, a teaser only the address it leads to; so an
    article's row is taken before a teaser's, and among equals the one that sorts first, for the same choice in every
    run.
    """
    languages = pages.select("capture_id", page_language="language")
    told = [
        articles.select(
            "headline_id",
            "site",
            "url",
            "section",
            "capture_id",
            headline="title",
            language="language",
            text=pl.concat_str("lead", "body_text", separator=" ", ignore_nulls=True).str.head(_TEXT_READ),
            rank=0,
        ),
        *(
            items.select(
                "site",
                "url",
                "capture_id",
                headline=wording,
                headline_id=identifier,
                section=pl.lit(None, pl.String),
                text=pl.lit(None, pl.String),
                language=pl.lit(None, pl.String),
                rank=rank,
            )
            for rank, wording, identifier in ((1, "headline", "headline_id"), (2, "display", "display_id"))
        ),
    ]
    return (
        pl.concat(told, how="diagonal")
        .filter(pl.col("headline_id").is_not_null())
        .join(languages, on="capture_id", how="left")
        .select(
            "headline_id",
            "site",
            "headline",
            "url",
            "section",
            "text",
            "rank",
            language=pl.coalesce("language", "page_language"),
        )
        .sort("headline_id", "rank", "section", "headline", "url", "language", nulls_last=True)
        .unique("headline_id", keep="first", maintain_order=True)
        .drop("rank")
        .collect()
    )


def headline_rows(
    distinct: pl.DataFrame, archive_day: date, section_topics: Mapping[str, Mapping[str, str]]
) -> pl.DataFrame:
    """`distinct_headlines` labelled, as rows of `headlines`; `section_topics` are each site's own section words."""
    rows = []
    for (site,), of_site in distinct.group_by("site", maintain_order=True):
        labels = classify(
            of_site["headline"].to_list(),
            of_site["language"].to_list(),
            urls=of_site["url"].to_list(),
            sections=of_site["section"].to_list(),
            texts=of_site["text"].to_list(),
            section_topics=section_topics.get(str(site), _NOTHING_TOLD),
            explain=True,
        )
        for headline_id, label in zip(of_site["headline_id"], labels, strict=True):
            known = {name: getattr(label, name) for name in schema.HEADLINES.schema.names() if hasattr(label, name)}
            rows.append(
                {
                    **known,
                    "headline_id": headline_id,
                    "archive_day": archive_day,
                    "site": site,
                    "cues": list(label.cues),
                }
            )
    return frame(schema.HEADLINES, rows).sort("headline_id")
