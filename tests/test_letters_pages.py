"""Letters and reports look as they looked when somebody looked at them: pages beside kept pictures of them.

Edges may be smoothed otherwise; no text may move. Look at what changed before you keep it:
`python -m tests.goldens`.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.goldens.pages import PAGES, apart, documents, kept, pages

_FAR = 0.2
"""A line of text that moved by one pixel, two and a half points, makes more of a difference."""
_ALL = dict(documents())


@pytest.mark.parametrize("name", _ALL)
def test_pages_look_as_they_did(name: str) -> None:
    found = {f"{name}-{place}.png": page for place, page in enumerate(pages(_ALL[name]()))}
    assert {path.name for path in PAGES.glob(f"{name}-*.png")} == {*found}
    assert {
        path: apart(page, (PAGES / path).read_bytes()) > _FAR for path, page in found.items()
    } == dict.fromkeys(found, False)


def test_every_kept_page_is_of_a_document() -> None:
    assert {path.name.rpartition("-")[0] for path in PAGES.iterdir()} == {*_ALL}


def test_a_line_of_text_that_moved_is_seen_and_smoother_edges_are_not() -> None:
    page, *_ = pages(_ALL["one-line.zh-CN"]())
    png = kept(page)
    moved = page.copy()
    moved[150:] = np.roll(page, 1, axis=0)[150:]
    smoother = (page * 0.9 + np.roll(page, 1, axis=1) * 0.1).astype(np.uint8)
    assert apart(moved, png) > _FAR > apart(smoother, png)


def test_another_size_of_paper_is_another_page() -> None:
    page, *_ = pages(_ALL["one-line.zh-CN"]())
    assert apart(page[:-1], kept(page)) == 1
