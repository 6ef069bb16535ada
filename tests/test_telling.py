"""Every report can be told in every language: each kind of them comes from an action that is really run."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from targetcal_xl import actions, demo, libreoffice
from targetcal_xl.actions import AuditReport, ObjectionsReport, RepairReport, UpgradeReport, WeightChange
from targetcal_xl.actions.acknowledge import acknowledge
from targetcal_xl.actions.archive import archive
from targetcal_xl.actions.import_data import import_data
from targetcal_xl.actions.import_wanted import ImportWish
from targetcal_xl.actions.init import PlanWish, init
from targetcal_xl.actions.issue_individual import issue_individual
from targetcal_xl.actions.mail import mail_texts
from targetcal_xl.actions.remind import remind
from targetcal_xl.actions.rule_book import rule_book
from targetcal_xl.calibration import Opinion, ValueAdded
from targetcal_xl.demo.lessons import Learned, Lesson
from targetcal_xl.language import LANGUAGES, catalogue
from targetcal_xl.problems import Problem
from targetcal_xl.telling import Part, Report, Rows, Sentence
from tests.support import desks
from tests.support.desks import Case
from tests.support.samples import sample_inputs
from tests.support.signers import open_key
from tests.support.source import modules
from tests.support.stamping import stamping


def _kinds(of: type[Report] = Report) -> set[type[Report]]:
    """Every kind of report that a module of ours has."""
    for name, module in modules().items():
        classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
        if any("Report" in ast.unparse(base) for node in classes for base in node.bases):
            import_module(name)
    found = {kind for each in of.__subclasses__() for kind in (each, *_kinds(each))}
    return {kind for kind in found if kind.__module__.startswith("targetcal_xl.")}


def _new(folder: Path) -> Report:
    case = Case(folder, sample_inputs((2, 1)))
    with case.desk(create=True) as desk:
        return actions.new(desk, case.inputs, "en")


def _looked_back(folder: Path) -> Iterator[Report]:
    case = desks.confirmed(folder)
    results = folder / "results.csv"
    rows = "".join(f"2025-01-{day:02},{line.code},1\n" for day in (10, 20) for line in case.inputs.plan.lines)
    results.write_text(f"date,line,value\n{rows}", "utf-8")
    yield case.run(actions.follow_file, results)
    yield case.run(import_data, ImportWish(str(results)))
    yield case.run(actions.okr, str(folder / "okr.json"))
    yield case.run(actions.okr_results, str(folder / "okr.json"), folder / "results.csv")
    zeros = folder / "zeros.csv"
    zeros.write_text("date,line,value\n2025-01-10,R1-1,0\n", "utf-8")
    case.run(actions.follow_file, zeros)
    yield case.run(acknowledge, "增加拜访", case.clock().date(), line="R1-1")
    yield case.run(rule_book, write=True)
    answers = folder / "answers.csv"
    answers.write_text("region,score\n" + "R1,4\nR2,5\n" * 6, "utf-8")
    yield case.run(actions.survey_file, answers)
    yield case.run(actions.write_questionnaire, folder / "survey.html")
    yield case.run(actions.evaluate)
    yield case.run(actions.changes)
    yield case.run(actions.issue_letters, folder / "letters", "docx")
    yield case.run(archive, str(folder / "archive"), [folder / "letters"])
    yield case.run(actions.verify)
    yield case.run(actions.audit)
    yield case.run(actions.proof, "R1", folder / "R1.json")
    yield from _signed(case, folder)
    people = folder / "people.csv"
    people.write_text("employee,name,line,target\nE1,李雷,R2-1,140\n", "utf-8")
    yield case.run(issue_individual, folder / "people", people, "docx")
    yield _next(case, folder)
    yield case.run(actions.judgement)


def _signed(case: Case, folder: Path) -> Iterator[Report]:
    key = folder / "head1.p12"
    key.write_bytes(open_key())
    case.run(actions.issue_letters, folder / "signed", "pdf")
    letter = sorted((folder / "signed").iterdir())[0]
    wish = actions.Wish("head", str(key))
    yield case.run(actions.sign, [letter], wish, str)
    yield case.run(actions.take_in_signed, [letter])
    yield case.run(actions.ask, "R2", "问题说明", case.clock().date(), by="head2")
    yield case.run(actions.answer, "R2", "答复说明", by="hrbp2")
    yield actions.attest([folder / "R1.json", letter])
    yield actions.attest([folder / "R1.json", *(folder / "letters").iterdir(), folder / "none.pdf"])


def _next(case: Case, folder: Path) -> Report:
    case.run(actions.follow_file, folder / "zeros.csv", case.inputs.plan.period.end)
    found = case.run(actions.close, 400.0)
    with actions.open_desk(
        folder / "q2.xlsx", actor="林静", clock=case.clock, source="test", create=True
    ) as desk:
        return actions.begin_next(desk, found)


def _decided(folder: Path) -> Iterator[Report]:
    case = desks.locked(folder)
    yield case.run(actions.objections)
    yield case.run(actions.supports)
    yield case.run(actions.dashboard, folder / "page.html")
    yield actions.plans(folder, case.clock())
    yield case.run(actions.fairness)
    yield case.run(actions.overassign, 0.8)
    yield case.run(actions.ratchet)
    yield actions.verifier(folder / "verifier.html", "en")
    with stamping(folder / "authority") as authority:
        yield case.run(actions.stamp, authority.address)
    yield actions.MissedReport((Problem("ledger_moved"),))
    yield actions.watched(lambda: actions.MissedReport(()), (), lambda report: None)
    said = {"reason": "fair grounds"}
    yield case.run(actions.decide, "R1", "R1-1", "accept", by="superior1", **said)
    case.type({("R1", "R1-2", "decision"): "accept"})
    yield case.run(actions.decide_tabs, by="superior1")
    case.type({("R1", "R1-2", "decision_reason"): said["reason"]})
    yield case.run(actions.decide_tabs, by="superior1")
    yield case.run(actions.trace, "R1-1")
    yield case.run(actions.comment, "R1", "R1-1", "who covers it?", by="superior1")
    yield case.run(actions.threads)
    yield case.run(remind, dry_run=True)
    yield case.run(mail_texts)
    yield case.run(actions.withdraw, "R2", "numbers were last year's", by="head2")
    yield case.run(actions.lock)
    yield case.run(actions.unlock, "R1", "numbers were last year's")
    yield case.run(actions.erase, actions.Wanted(region="R1", line="R1-1"), "")


def _changed(folder: Path) -> Iterator[Report]:
    case = desks.fresh(folder)
    plan = case.inputs.plan
    yield case.run(actions.whatif, [(plan.lines[0].code, plan.indicators[0].code, "+10%")])
    case.type({(None, None, "hq_target"): 500})
    yield case.run(actions.surprise)
    yield case.run(actions.keep_scenario, "ambitious")
    yield case.run(actions.recalibrate, "the board said so")
    yield case.run(actions.recalibrations)
    yield case.run(actions.backtest)
    yield case.run(actions.switch_functions, "live")
    yield case.run(actions.repair)
    yield case.run(actions.split_book, folder / "packs")
    yield case.run(actions.collect, [folder / "packs"])
    yield case.run(actions.upgrade)


_NOW = dt.datetime(2024, 12, 20, tzinfo=dt.UTC)


def _unasked(question: str, default: str) -> str:
    raise AssertionError(f"{question} [{default}]")


def _quarters(folder: Path) -> Report:
    """Two quarters, of which something is wrong with the second's ledger, and weights that went all ways."""
    measured = (97.5, 9, 9.6, 0.3, 0.18, 0.1)
    lessons = tuple(
        Lesson(period, "targets.xlsx", *measured, "It rests on days.", (0.3,), ("metric",), sound, True)
        for period, sound in (("2025Q1", True), ("2025Q2", False))
    )
    changes = tuple(
        WeightChange(f"driver {after}", 0.3, 0.3, after, 0.1, 0.8) for after in (0.01, 0.2, 0.3, 0.4)
    )
    learned = Learned(lessons, changes, (("East", ValueAdded("HD", 6, 3, 4, 0.03, 0.01, 0.01)),))
    return demo.DemoReport(folder, 1.5, {"hq_target": 1200}, (), learned)


def _elsewhere(folder: Path) -> Iterator[Report]:
    yield actions.doctor("en")
    yield libreoffice.status(folder)
    yield init(PlanWish(None, folder / "form.xlsx", "saas"), "zh-CN", _NOW, _unasked)
    yield init(PlanWish(folder / "plan", folder / "form.xlsx", ""), "en", _NOW, _unasked)
    yield demo.DemoReport(folder, 1.5, {"hq_target": 1200}, ("targets.xlsx",))
    yield _quarters(folder)


_PLAYS: tuple[Callable[[Path], Iterator[Report]], ...] = (_looked_back, _decided, _changed, _elsewhere)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    folder = tmp_path_factory.mktemp
    reports = [report for play in _PLAYS for report in play(folder(play.__name__))]
    reports += [_new(folder("new")), desks.submitted(folder("check")).run(actions.check)]
    reports += [desks.submitted(folder("lock")).run(actions.lock)]
    return [*reports, desks.decided(folder("confirm")).run(actions.confirm, "the rest is a reserve")]


def test_no_kind_of_report_is_forgotten(played: list[Report]) -> None:
    assert {kind.__name__ for kind in _kinds()} == {type(report).__name__ for report in played}


def _words(parts: list[Part]) -> list[str]:
    rows = [part for part in parts if isinstance(part, Rows)]
    said = [part.said for part in parts if isinstance(part, Sentence)]
    return said + [cell for part in rows for row in (part.captions, *part.rows) for cell in row]


def test_every_report_is_told_in_every_language(played: list[Report]) -> None:
    for report in played:
        told = [_words(list(report.tell(language))) for language in LANGUAGES]
        assert all(any(words) for words in told), type(report)
        if not isinstance(
            report, actions.DoctorReport
        ):  # its findings are in the language they were found in
            assert len({tuple(words) for words in told}) == len(LANGUAGES), type(report)


def test_times_and_captions_look_the_same_in_every_table(played: list[Report]) -> None:
    """A time has no zone, which its caption names; a caption begins with a capital."""
    tables = [
        part
        for report in played
        for language in LANGUAGES
        for part in report.tell(language)
        if isinstance(part, Rows)
    ]
    cells = [cell for each in tables for row in each.rows for cell in row]
    assert [cell for cell in cells if re.search(r"\d:\d\d(\.\d+)?([+-]\d\d:?\d\d|Z)", cell)] == []
    assert [cell for cell in cells if cell == "null" or cell.startswith('"')] == []
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", cell) for cell in cells)
    captions = {key: said for key, said in catalogue("en").items() if key.startswith("telling.column.")}
    assert captions and [key for key, said in captions.items() if said[0].islower()] == []


def test_a_report_that_cannot_be_told_is_none() -> None:
    class Silent(Report):
        """A report that somebody forgot the words of."""

    with pytest.raises(TypeError):
        Silent()  # type: ignore[abstract]


def test_an_opinion_that_may_not_be_shown_is_told_as_hidden() -> None:
    report = actions.SurveyReport((("East", None),), Opinion(6, 4.2, 80.0))
    for language in LANGUAGES:
        [rows] = [part for part in report.tell(language) if isinstance(part, Rows)]
        assert rows.rows[0][1] and rows.rows[0][2:] == ("", "")


_FOUND = tuple(
    Problem("audit_row_changed", f"审计记录!B{row}", {"number": row, "found": 1, "expected": 2})
    for row in range(14)
)
_RARER: dict[str, tuple[Report, str]] = {
    "a repair of many places": (
        RepairReport(False, 3, True, _FOUND, _FOUND[:1], "old.xlsx", "ab" * 32),
        "old.xlsx",
    ),
    "a broken chain": (AuditReport((), "00", _FOUND, notes=_FOUND[:2]), "审计记录!B0"),
    "an upgrade in a database": (UpgradeReport(True, 1, 1, ("a",), "postgresql://h/d"), "postgresql://h/d"),
    "no objection": (ObjectionsReport((), sample_inputs((1,)).plan.metric), ""),
}
"""Reports of what seldom happens, and what has to be told."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", _RARER)
def test_what_seldom_happens_is_told_too(case: str, language: str) -> None:
    report, wanted = _RARER[case]
    said = [
        line
        for part in report.tell(language)
        if isinstance(part, Sentence)
        for line in (part.said, part.about)
    ]
    assert any(wanted in line for line in said)
    assert not any("telling." in line or "{" in line for line in said)
