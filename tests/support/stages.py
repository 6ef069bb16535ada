"""A plan at every stage at which something recorded stands in its book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from targetcal_xl.actions import (
    answer_change,
    ask_change,
    decide,
    handle_objection,
    issue_letters,
    signed_on_paper,
)
from tests.support.desks import TALK, Case, confirmed, decided, locked


def _objected(folder: Path) -> Case:
    """One line was countered, and the talk about another one's objection is held."""
    case = locked(folder)
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", hours=2, by="hrbp2")
    case.run(decide, "R1", "R1-1", "counter", counter=90.0, reason="依据充分", by="superior1")
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
    case, since = _signed(folder), dt.date(2025, 2, 15)
    case.run(ask_change, "R1", "R1-1", 90, since=since, trigger="staff", reason="提前到岗", by="陈主管")
    case.run(answer_change, "R1", "R1-1", True, "人已到岗", by="superior1")
    case.run(issue_letters, folder / "letters", "docx")
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
