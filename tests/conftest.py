"""Fixtures that every room may use in its tests."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.object_storage import Storage, s3_server, storage_before

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and labels beside the checkout; tests that need it are marked `corpus`."""
    folder = ROOT.parent / "shared"
    if not (folder / "pages").is_dir():
        pytest.skip(f"{folder} holds the real pages and is not on this machine")
    return folder


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """The port of a real S3 server on loopback, one for the session."""
    with s3_server() as port:
        yield port


@pytest.fixture
def storage(s3_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """An empty bucket that this process's environment leads to, through a proxy that can fail."""
    with storage_before(s3_port, f"bucket-{secrets.token_hex(4)}") as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made
