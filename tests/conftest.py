"""Fixtures that every room may use in its tests."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and labels beside the checkout; tests that need it are marked `corpus`."""
    folder = ROOT.parent / "shared"
    if not (folder / "pages").is_dir():
        pytest.skip(f"{folder} holds the real pages and is not on this machine")
    return folder
