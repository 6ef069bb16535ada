"""A button runs the action of its command, and tells what came of it in words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from targetcal_xl import actions
from targetcal_xl.buttons import BUTTONS, Answers, Ask, press
from targetcal_xl.buttons.press import MOST_LINES, in_words
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Part, Rows, Sentence
from tests.support import desks
from tests.support.desks import FINANCE, Case
from tests.support.logs import logged, own_log
from tests.support.samples import sample_inputs


def _press(case: Case, code: str, by: str = FINANCE, language: str = "en", **typed: str) -> str:
    case.clock.advance(hours=1)
    return press(code, typed, language, by, case.desk)


def test_a_plan_is_negotiated_by_buttons_alone(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    assert "No problems." in _press(case, "check")
    assert "locked and sealed" in _press(case, "lock")
    talk = {"held": "2025-01-06", "present": "head2", "outcome": "partly", "note": "visited them"}
    answered = _press(case, "handle", region="R2", line="R2-1", **talk, who="hrbp2", hours="2")
    assert "handled" in answered and "visited them" in answered
    for region, lines in (("R1", ("R1-1", "R1-2")), ("R2", ("R2-1",))):
        for line in lines:
            case.type(
                {(region, line, "decision"): "accept", (region, line, "decision_reason"): "fair grounds"}
            )
        who = f"superior{region[1:]}"
        assert "accepted, round 1" in _press(case, "decide", region=region, who=who, hours="1.5")
        for line in lines:
            said = {"support": line, "granted": "no", "reason": "no budget before May", "who": who}
            assert "declined" in _press(case, "support", region=region, **said)
    assert "+7.0%" in _press(case, "confirm")
    assert "2 regions confirmed" in _press(case, "confirm", reason="the rest is a reserve")
    assert "issued for" in _press(case, "letters", out="函 letters")
    assert len(list((tmp_path / "函 letters").glob("*.pdf"))) == 2
    assert "Book and ledger agree" in _press(case, "verify")
    assert {entry.actor for entry in case.entries("decide")} == {"superior1", "superior2"}


def test_a_button_tells_what_its_command_prints(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    report = case.run(actions.objections)
    assert _press(case, "objections") == in_words(list(report.tell("en")), "en")


def test_results_and_answers_are_read_from_files_beside_the_book(tmp_path: Path) -> None:
    case = desks.confirmed(tmp_path)
    (tmp_path / "actuals.csv").write_text("date,line,value\n2025-01-10,R1-1,3\n2025-01-20,R1-1,4\n", "utf-8")
    (tmp_path / "answers.csv").write_text("region,score\n" + "R1,4\nR2,5\n" * 6, "utf-8")
    assert "2025-01-10" in _press(case, "follow", actuals="actuals.csv", as_of="2025-01-10")
    assert "2025-01-20" in _press(case, "follow", actuals=str(tmp_path / "actuals.csv"))
    assert "4.5" in _press(case, "survey", responses="answers.csv")
    assert "Attainment" in _press(case, "evaluate")


def test_somebody_acts_on_a_warning_by_button(tmp_path: Path) -> None:
    case = desks.confirmed(tmp_path)
    (tmp_path / "actuals.csv").write_text("date,line,value\n2025-01-10,R1-1,3\n", "utf-8")
    _press(case, "follow", actuals="actuals.csv", as_of="2025-02-10")
    said = {"measure": "two more heads", "done_by": "2025-02-20", "who": "head1"}
    assert "until 2025-02-20: two more heads" in _press(case, "acknowledge", alarmed="R1-1", **said)


def test_people_write_to_each_other_by_button(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    case.type({("R1", "R1-2", "region_says"): "two more heads"})
    assert "head1: two more heads" in _press(case, "take_in")
    said = {"region": "R1", "line": "R1-1", "text": "who covers it?", "who": "superior1"}
    assert "superior1: who covers it?" in _press(case, "comment", **said)
    assert "who covers it?" in _press(case, "threads", region="R1")


def test_a_plan_goes_back_by_button_to_the_recalibration_that_is_named(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    before = case.suggested("R1-1")
    case.type({("R1", "R1-1", "history.2024Q4"): 300.0})
    _press(case, "recalibrate")
    assert case.suggested("R1-1") != before
    recorded = len(case.entries())
    assert "start of the plan" in _press(case, "go_back")
    assert "“1.5”" in _press(case, "go_back", back_to="1.5", reason="restated")
    assert len(case.entries()) == recorded, "listing and refusing record nothing"
    _press(case, "go_back", back_to="0", reason="restated")
    assert case.suggested("R1-1") == before
    assert "restated" in {entry.reason for entry in case.entries()}


def test_the_method_is_tried_on_the_past_by_button(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    assert "On your own history" in _press(case, "backtest")
    assert [entry.action for entry in case.entries()][-1] == "backtest"


def test_a_reason_typed_at_the_button_is_recorded(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    assert "open again" in _press(case, "unlock", region="R1", reason="'=quotes\" & 引号'")
    assert case.entries("unlock")[0].reason == "'=quotes\" & 引号'"
    case.type({(None, None, "hq_target"): 500})
    _press(case, "recalibrate", reason="board decision")
    assert {entry.reason for entry in case.entries("recalibrate")} == {"board decision"}


def test_problems_are_listed_with_their_cells_and_nothing_is_raised(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    case.type({("R1", "R1-1", "basis"): None, ("R1", "R1-2", "declared"): -5})
    told = _press(case, "lock")
    assert all(
        case.where(("R1", line, field)) in told for line, field in (("R1-1", "basis"), ("R1-2", "declared"))
    )


def test_every_answer_that_is_amiss_is_named_at_once_and_nothing_is_done(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    before = case.entries()
    told = _press(case, "handle", region=" ", line="R2-1", hours="two")
    assert len(told.splitlines()) == 7
    assert "Region" in told and "“two”" in told
    assert "“soon”" in _press(case, "follow", actuals="a.csv", as_of="soon")
    assert case.entries() == before


def test_a_book_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((2, 1)))
    told = press("check", {}, "zh-CN", FINANCE, case.desk)
    assert told.startswith("✗")


def test_what_nobody_foresaw_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("disk on fire")

    case = desks.fresh(tmp_path)
    monkeypatch.setattr(sys.modules[actions.check.__module__], "check", fail)
    with own_log(tmp_path):
        said = _press(case, "check")
        assert "RuntimeError: disk on fire" in said
        assert next(tmp_path.glob("*.log")).name in said
        assert "targetcal_xl/buttons/press.py" in logged(tmp_path) and "fire" not in logged(tmp_path)


def test_a_long_report_says_how_much_of_it_is_not_shown() -> None:
    parts: list[Part] = [
        Rows(("a", "b"), (("1", ""),)),
        *(Sentence("said", "✗", "who") for _ in range(MOST_LINES)),
    ]
    lines = in_words(parts, "en").splitlines()
    assert lines[:3] == ["a   b", "1", "✗ who said"]
    assert lines[-1].startswith("… and 2 more lines")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_and_question_has_its_words(language: str) -> None:
    said = [words for each in BUTTONS for words in (each.caption(language), each.tip(language))]
    assert len(set(said)) == 2 * len(BUTTONS)
    assert all(ask.question(language) for each in BUTTONS for ask in each.asks)


@pytest.mark.parametrize("typed", ["-1", "inf", "nan", "1,5", "two"])
def test_hours_are_a_number_of_zero_or_more(typed: str) -> None:
    said = Answers({"hours": typed})
    assert [problem.code for problem in said.problems([Ask("hours", "number")], "en")] == ["answer_no_number"]
