"""One room for all tests of the newsroom that only look at it."""

import pytest

from pipelines.newsroom import Newsroom, Site, build


@pytest.fixture(scope="session")
def room() -> Newsroom:
    return build()


@pytest.fixture(params=["demo-portal", "demo-gazette", "demo-broadsheet", "demo-kulis"])
def site(request: pytest.FixtureRequest, room: Newsroom) -> Site:
    return next(site for site in room.sites if site.name == request.param)
