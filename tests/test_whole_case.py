"""The worked case, played from plan to evaluation, ends in the figures that were published."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest

from targetcal_xl.actions import recalibrate
from targetcal_xl.connect import plan_template
from targetcal_xl.demo.story import Story
from targetcal_xl.language import LANGUAGES
from tests.support import validator
from tests.support.books import as_openpyxl
from tests.support.desks import Case
from tests.support.exploring import explores, few
from tests.support.recalculated import differences
from tests.support.worked import Worked, worked
from tests.support.xllint import lint

PUBLISHED = {
    "hq_target": 1200,
    "declared_total": 980,
    "gap_pct": 22,
    "agreed_total": 1180,
    "actual_total": 1050,
    "attainment_pct": 89,
    "deviations": 17,
    "self_corrected": 12,
    "consensus_days": 5,
    "coordination_hours": 16,
    "agreement_pct": 84,
    "agreement_mean": 4.2,
}
_LINES = (("华东", "西南"), ("East China", "Southwest"))
"""The two lines that were published, in each language."""
_COMPUTED = ("locked", "confirmed", "evaluated")
"""Stages at which `make test` has LibreOffice compute the workbook; other tests do at those between."""
_CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")


@pytest.fixture(params=LANGUAGES)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """The case in one language, and its workbook at some stages."""
    return worked(request.param, tmp_path_factory)


def test_it_ends_in_the_published_figures(played: Worked) -> None:
    report = played.report
    summary = report.summary
    assert {code: summary[code] for code in PUBLISHED} == PUBLISHED
    assert (summary["inside_intervals"], summary["inside_due"]) == (10, 9.6)
    suggested, inertial = summary["suggested"], summary["inertial"]
    assert isinstance(suggested, Mapping) and isinstance(inertial, Mapping)
    figures = [(suggested.get(a), suggested.get(b), inertial.get(a)) for a, b in _LINES]
    assert sorted(figures, key=str) == [(220, 160, 240), (None, None, None)]
    assert json.loads((report.directory / "summary.json").read_text("utf-8")) == summary


def test_every_objection_was_answered_and_the_audit_holds(played: Worked) -> None:
    summary = played.report.summary
    objections = summary["objections"]
    assert isinstance(objections, list) and objections
    assert all(one["state"] == "handled" and one["handling"] for one in objections)
    assert summary["audit_verified"] is True


def test_every_region_has_its_letter_with_the_agreed_values(played: Worked) -> None:
    report = played.report
    letters = report.directory / "letters"
    issued = report.summary["letters"]
    assert isinstance(issued, list) and sorted(path.name for path in letters.iterdir()) == sorted(issued)
    assert len(list(letters.glob("*.docx"))) == 3
    (letter,) = letters.glob("*-HD-*.pdf")
    with pypdfium2.PdfDocument(letter.read_bytes()) as pdf:
        said = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert any(line in said for line, _ in _LINES) and "220" in said


def test_in_english_nothing_of_it_is_chinese(played: Worked) -> None:
    report, kept = played.report, played.kept
    if not any(path.name.startswith("en-") for path in kept):
        return
    with closing(as_openpyxl(report.directory / "targets.xlsx", read_only=True)) as book:
        told = {
            (page.title, cell.coordinate): cell.value
            for page in book.worksheets
            for row in page.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and not cell.value.startswith("=") and _CHINESE.search(cell.value)
        }
    guards = {spot: said for spot, said in told.items() if not said.startswith("|")}
    assert guards == {}
    for letter in report.directory.glob("letters/*.pdf"):
        with pypdfium2.PdfDocument(letter.read_bytes()) as pdf:
            assert not any(_CHINESE.search(page.get_textpage().get_text_bounded()) for page in pdf)


def test_its_workbook_shows_at_every_stage_what_libreoffice_computes(played: Worked) -> None:
    ours = [path for path in played.kept if explores() or path.stem.endswith(_COMPUTED)]
    assert len(ours) >= 2 and differences(ours) == []


@pytest.mark.parametrize("played", few(LANGUAGES, {"zh-CN"}), indirect=True)
def test_its_files_are_sound(played: Worked) -> None:
    report, kept = played.report, played.kept
    letter = next(report.directory.glob("letters/*.docx"))
    assert validator.faults(kept[0], kept[-1], letter) == []
    assert {path.name: faults for path in kept if (faults := lint(path))} == {}


def test_without_the_one_off_event_the_suggestion_is_another(tmp_path: Path) -> None:
    story = Story(plan_template("saas"), tmp_path, "zh-CN")
    story.play(story.acts[0])
    case = Case(tmp_path, story.inputs)
    (event,) = (
        row for (_, row, code), line in case.typed().items() if (code, line) == ("event.line", "HD-HD")
    )
    case.type({(None, event, f"event.{code}"): None for code in ("line", "period", "amount")})
    report = case.run(recalibrate, "补贴不再视为一次性")
    ((before, after),) = ((line.before, line.after) for line in report.lines if line.line == "华东")
    assert (before, after > 220) == (220, True)
    assert case.suggested("HD-HD") == after
