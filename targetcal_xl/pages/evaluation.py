"""The evaluation as a page: the same parts as the report, the quadrants as a picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..calibration.agreement import AGREEMENT_CUT, ATTAINMENT_CUT, BORDERLINE
from ..figures import UNKNOWN
from ..language import listed, text
from .drawing import Dot, Drawing, quadrants
from .listing import ListingCell, listing
from .page import rendered, to_the_minute

_MOST = 500
"""So many rows a table of the page has at most."""


@dataclass(frozen=True)
class EvaluationPart:
    """A part of the evaluation: a code, a title, a table with its captions first, and what is said."""

    code: str
    title: str
    rows: Sequence[Sequence[str]]
    said: Sequence[str]


@dataclass(frozen=True)
class Placed:
    """A region with its attainment and agreement, shares of 1, and whether it is near a cut."""

    name: str
    attainment: float
    agreement: float
    is_borderline: bool


def evaluation_page(
    title: str,
    subtitle: str,
    passages: Sequence[EvaluationPart],
    placed: Sequence[Placed],
    stamp: tuple[str, str, dt.datetime],
    language: str,
) -> str:
    """The page; `stamp` is the book, the ledger's checkpoint, and when it was made."""
    book, head, at = stamp
    parts = [
        (
            listing(one.code, one.title, one.rows[0], [_cells(row) for row in one.rows[1:]], _MOST)
            if one.rows
            else None,
            one,
        )
        for one in passages
    ]
    return rendered(
        "evaluation.html",
        language,
        title=title,
        subtitle=subtitle,
        parts=parts,
        picture_of=_picture(placed, language) if placed else None,
        book=book,
        head=head,
        at=to_the_minute(at, language),
    )


def _cells(row: Sequence[str]) -> tuple[ListingCell, ...]:
    first, *others = row
    return ListingCell(first), *(ListingCell(said, _look(said)) for said in others)


def _look(said: str) -> str:
    """Numbers to the right, words to the left."""
    is_number = said[-1:].isdigit() or said.endswith("%")
    return "number" if is_number else "nothing" if said in ("", UNKNOWN) else ""


def _picture(placed: Sequence[Placed], language: str) -> Drawing:
    dots = [
        Dot(one.name, one.agreement, one.attainment, "worse" if one.is_borderline else "declared")
        for one in placed
    ]
    names = listed((one.name for one in placed), language)
    return quadrants(
        "quadrants",
        text("pages.evaluation.quadrants", language),
        text("pages.evaluation.summary", language, regions=names, reach=f"{100 * BORDERLINE:.0f}"),
        dots,
        (AGREEMENT_CUT, ATTAINMENT_CUT),
        BORDERLINE,
        (text("pages.evaluation.agreement", language), text("pages.evaluation.attainment", language)),
    )
