"""A plan at every stage at which something recorded stands in its book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from targetcal_xl.actions import decide, handle_objection, issue_letters, signed_on_paper
from tests.support.desks import TALK, Case, confirmed, decided, locked, replace_letter


def _objected(folder: Path) -> Case:
    """One line was countered, and the talk about another one's objection is held."""
    case = locked(folder)
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", hours=2, by="hrbp2")
    case.run(decide, "R1", "R1-1", "counter", counter=90.0, reason="依据充分", by="superior1")
    return case


def returned(folder: Path) -> Case:
    """One line of a region is agreed and another one is back."""
    case = locked(folder)
    case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    case.run(decide, "R1", "R1-2", "return", reason="请补充依据", by="superior1")
    return case


def _issued(folder: Path) -> Case:
    case = confirmed(folder)
    case.run(issue_letters, folder / "letters", "docx")
    return case


def _signed(folder: Path) -> Case:
    """Both signed a region's letter on paper."""
    case, scan = _issued(folder), folder / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4 what the scanner made")
    case.run(signed_on_paper, scan, "R1", "both", case.clock().date())
    return case


def _changed(folder: Path) -> Case:
    """A target was changed after that, and the letter that says so is out."""
    case = _signed(folder)
    replace_letter(case, "docx")
    return case


STAGES: dict[str, Callable[[Path], Case]] = {
    "locked": locked,
    "objected": _objected,
    "decided": decided,
    "confirmed": confirmed,
    "issued": _issued,
    "signed": _signed,
    "changed": _changed,
}
