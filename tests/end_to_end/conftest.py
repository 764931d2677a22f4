"""The real thing once: the main job over the demo newsroom, in a folder of its own."""

import pytest

from tests.end_to_end.workplace import Workplace, workplace


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace in which the main job has run once, after a crawl that told which threads there are."""
    place = workplace(tmp_path_factory.mktemp("finished"))
    place.yanyana("crawl")
    place.yanyana("run")
    return place
