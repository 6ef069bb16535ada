"""How the suite runs: hypothesis takes its time, and the same examples in every build."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("house")


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """Whatever a test opens in LibreOffice is closed again."""
    from tests.support.live import office

    yield
    for book in list(office().books):
        book.close()
