"""How a publisher's knowledge is written down: CSS selectors for one generation of its markup.

A table instead of code: a publisher's module says where things stand, this one says what is done with it.
"""

from dataclasses import dataclass

from pipelines.extract.article import count_words
from pipelines.extract.body import paragraphs
from pipelines.extract.credits import find_agency, find_dateline
from pipelines.extract.dates import written_time
from pipelines.extract.document import Element
from pipelines.extract.page import Page
from pipelines.extract.record import Article
from pipelines.lake.text import clean


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of a publisher's markup; every field but the name is a CSS selector, empty where there is none.

    mark        what only pages of this generation have
    updated     a line with the time of the last change
    body        the element that holds the story's paragraphs
    boxes       what stands in the body and is not part of it
    credit      the line that names agency and section
    tags        the tags' links, each with its tag in `title` or in its text
    """

    name: str
    mark: str
    title: str
    lead: str
    body: str
    boxes: str
    updated: str = ""
    section: str = ""
    credit: str = ""
    tags: str = ""

    def is_of(self, page: Page) -> bool:
        """Whether `page` is of this generation."""
        return page.soup.select_one(self.mark) is not None

    def refine(self, page: Page, article: Article, timezone: str | None) -> Article:
        """The article with the fields that this generation's markup has; what it lacks stays as it was read."""
        found: dict[str, object] = {}
        for field, selector in (("title", self.title), ("lead", self.lead), ("section", self.section)):
            if line := self._line(page, selector):
                found[field] = line
        if updated := self._line(page, self.updated):
            found["modified_at"] = written_time(
                updated.partition(":")[2] or updated, article["language"], timezone, page.captured_at
            )
        if credit := self._line(page, self.credit):
            found["agency"], section = find_agency([credit], [])
            found["section"] = found.get("section") or section
        if prose := self._prose(page):
            text = "\n\n".join(prose)
            found |= {"body_text": text, "word_count": count_words(text), "dateline": find_dateline(prose[0])}
        if self.tags:
            tags = [clean(str(tag.get("title") or "") or tag.get_text()) for tag in page.soup.select(self.tags)]
            found["tags"] = list(dict.fromkeys(filter(None, tags)))
        known = {field: value for field, value in found.items() if value}
        sources = article["sources"] | dict.fromkeys(known.keys() - {"word_count"}, "site")
        return article | known | {"sources": sources}  # pyright: ignore[reportReturnType]  # keys are fields above

    def _line(self, page: Page, selector: str) -> str | None:
        element = page.soup.select_one(selector) if selector else None
        return clean(page.text_of(element)) if isinstance(element, Element) else None

    def _prose(self, page: Page) -> list[str]:
        body = page.soup.select_one(self.body)
        if not isinstance(body, Element):
            return []
        boxes = {box.order for box in body.select(self.boxes) if isinstance(box, Element)}
        return paragraphs(page, body, body, lambda element: element.order in boxes)
