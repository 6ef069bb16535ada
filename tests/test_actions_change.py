"""Changing a confirmed target: asked for, approved by its size, followed on a turned path, a new letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from targetcal_xl.actions import (
    ChangeReport,
    answer_change,
    ask_change,
    changes,
    confirm,
    decide,
    decide_support,
    follow,
    handle_objection,
    issue_letters,
    lock,
    repair,
    unlock,
    verify,
)
from targetcal_xl.calibration import Value
from targetcal_xl.connect import Actuals
from targetcal_xl.desk import issues
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.telling import Sentence
from tests.support.desks import RESERVE, TALK, Case, confirmed, decline, submitted

FROM = dt.date(2025, 2, 15)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return confirmed(tmp_path)


def ask(case: Case, to: float = 90, **more: Any) -> ChangeReport:
    said: dict[str, Any] = {"since": FROM, "trigger": "staff", "reason": "两名销售提前到岗", "by": "陈主管"}
    return case.run(ask_change, "R1", "R1-1", to, **{**said, **more})


def answer(case: Case, approves: bool = True, by: str = "superior1") -> ChangeReport:
    return case.run(answer_change, "R1", "R1-1", approves, "人已到岗", by=by)


def results(case: Case) -> Actuals:
    days = case.inputs.plan.period.days[:80]
    ones = np.ones((3, len(days)))
    return Actuals(days, ones, np.full_like(ones, np.nan), np.full_like(ones, np.nan))


def codes(refused: pytest.ExceptionInfo[Refused] | pytest.ExceptionInfo[DataProblems]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_three_actions_lead_from_a_request_to_the_letter_that_replaces_the_old_one(
    case: Case, tmp_path: Path
) -> None:
    case.run(issue_letters, tmp_path / "letters", "docx")
    asked = ask(case).changes[0]
    assert (asked.state, asked.before, asked.missing) == ("asked", 84, ("superior1",))
    assert case.value("R1", "R1-1", "in_force") == 84, "nothing holds before it is approved"
    done = answer(case)
    assert 84 < done.changes[0].after < 90
    assert case.value("R1", "R1-1", "in_force") == case.value("R1", "R1-1", "agreed") == done.changes[0].after
    report = case.run(issue_letters, tmp_path / "letters", "docx")
    assert [letter.number.rpartition("-")[2] for letter in report.letters if letter.is_new] == ["V2"]
    with case.desk() as desk:
        letter = next(issue.letter for issue in issues(desk.ledger) if issue.letter.version == 2)
    assert letter.replaces.endswith("R1-V1") and letter.lines[0].turned is not None
    assert (letter.lines[0].turned.since, letter.lines[0].turned.to) == (FROM, 90)
    assert case.run(verify).verified


def test_what_has_passed_is_not_judged_by_the_new_target(case: Case) -> None:
    before = case.run(follow, results(case).until(dt.date(2025, 2, 14)))
    ask(case, 200)
    answer(case)
    answer(case, by="hrbp1")
    again = case.run(follow, results(case).until(dt.date(2025, 2, 14)))
    assert again.path_total == pytest.approx(before.path_total)
    assert again.agreed_total > before.agreed_total
    later = case.run(follow, results(case))
    assert later.path_total > before.path_total


def test_a_change_beyond_the_objection_threshold_waits_for_the_hr_business_partner(case: Case) -> None:
    assert ask(case, 200).changes[0].missing == ("superior1", "hrbp1")
    first = answer(case)
    assert (first.changes[0].state, first.changes[0].missing) == ("asked", ("hrbp1",))
    assert case.value("R1", "R1-1", "in_force") == 84
    assert answer(case, by="hrbp1").changes[0].state == "approved"


def test_nobody_approves_of_what_they_asked_for(case: Case) -> None:
    ask(case, 200, by="hrbp1")
    with pytest.raises(Refused):
        answer(case, by="hrbp1")


@pytest.mark.parametrize("by", ["", "head1", "陈主管", "superior2"])
def test_nobody_but_superior_and_hr_business_partner_answers(case: Case, by: str) -> None:
    ask(case)
    with pytest.raises(Refused):
        answer(case, by=by)
    assert case.value("R1", "R1-1", "change.state") == "asked"


def test_a_declined_change_leaves_everything_and_another_one_may_be_asked_for(case: Case) -> None:
    ask(case)
    assert answer(case, approves=False).changes[0].state == "declined"
    assert case.value("R1", "R1-1", "in_force") == 84
    assert ask(case, 95).changes[0].state == "asked"


def test_a_second_change_turns_the_path_again(case: Case) -> None:
    ask(case)
    first = answer(case).changes[0].after
    ask(case, 80, since=dt.date(2025, 3, 1))
    second = answer(case).changes[0]
    assert (second.before, second.state) == (first, "approved")
    assert str(case.value("R1", "R1-1", "course")).count(";") == 2
    assert case.run(verify).verified


def test_who_asked_is_known_by_name_and_by_mail(case: Case) -> None:
    ask(case, 200, by="hrbp1@example.com")
    with pytest.raises(Refused):
        answer(case, by="hrbp1")
    assert case.value("R1", "R1-1", "change.hrbp") is None


def test_a_support_that_was_granted_goes_with_the_change_once_it_is_approved(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    item: dict[str, Value] = {
        "line": "R1-1",
        "kind": "headcount",
        "what": "售前工程师",
        "quantity": 1,
        "unit": "名",
    }
    case.type({("R1", "S01", field): value for field, value in {**item, "due": "2025-02-01"}.items()})
    case.run(lock)
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", by="hrbp2")
    case.run(decide_support, "R1", "S01", "yes", by="superior1")
    for line in ("R1-2", "R2-1"):
        decline(case, line)
    for line in ("R1-1", "R1-2", "R2-1"):
        case.run(decide, line[:2], line, "accept", reason="依据充分", by=f"superior{line[1]}")
    case.run(confirm, RESERVE)
    assert ask(case, 80, withdraw="S01").changes[0].withdrawn == "S01"
    assert case.value("R1", "S01", "granted") == "yes", "nothing is withdrawn before it is approved"
    answer(case)
    assert case.value("R1", "S01", "granted") == "no"
    assert case.run(verify).verified


def test_a_support_that_was_never_granted_cannot_be_withdrawn(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        ask(case, withdraw="S99")
    assert codes(refused) == ["change_support"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"to": 90.5}, "change_target"),
        ({"to": -1}, "change_target"),
        ({"to": float("nan")}, "change_target"),
        ({"since": dt.date(2025, 1, 1)}, "change_day"),
        ({"since": dt.date(2025, 4, 1)}, "change_day"),
        ({"trigger": "weather"}, "change_trigger"),
        ({"reason": "-"}, "reason_missing"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_what_is_wrong(
    case: Case, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        ask(case, **more)
    assert codes(refused) == [code]


def test_what_was_agreed_for_a_period_that_is_over_stays(case: Case) -> None:
    case.clock.advance(days=120)
    with pytest.raises(Refused) as refused:
        ask(case)
    assert codes(refused) == ["change_over"]


def test_all_that_is_wrong_is_told_at_once(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        ask(case, -1, since=dt.date(2020, 1, 1), trigger="", reason="")
    assert len(codes(refused)) == 4


def test_one_change_of_a_line_at_a_time(case: Case) -> None:
    ask(case)
    with pytest.raises(Refused) as refused:
        ask(case, 95)
    assert codes(refused) == ["change_waits"]
    answer(case)
    with pytest.raises(Refused) as refused:
        answer(case)
    assert codes(refused) == ["change_none"]


def test_a_change_whose_day_has_passed_is_not_approved_any_more(case: Case) -> None:
    ask(case, since=dt.date(2025, 1, 20))
    case.clock.advance(days=40)
    with pytest.raises(Refused) as refused:
        answer(case)
    assert codes(refused) == ["change_late"]
    assert answer(case, approves=False).changes[0].state == "declined"


def test_a_region_that_is_negotiated_anew_forgets_its_turns_when_it_is_confirmed(case: Case) -> None:
    ask(case)
    answer(case)
    case.run(unlock, "R1", "总部追加资源，重新商定")
    with pytest.raises(Refused) as refused:
        ask(case, 95)
    assert codes(refused) == ["region_not_confirmed"]
    case.declare("R1", R1_1=90, R1_2=130)
    case.run(lock)
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "accept", reason="依据充分", by="superior1")
    case.run(confirm, RESERVE)
    assert case.value("R1", "R1-1", "course") is None
    assert case.value("R1", "R1-1", "in_force") == 90


def test_a_lost_book_is_written_with_its_changes(case: Case) -> None:
    ask(case)
    answer(case)
    case.path.unlink()
    case.run(repair)
    assert case.run(verify).verified


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "play", [lambda case: case.run(changes), ask, lambda case: (ask(case), answer(case))[1]]
)
def test_a_change_is_told_in_words(case: Case, language: str, play: Callable[[Case], ChangeReport]) -> None:
    said = [part.said for part in play(case).tell(language) if isinstance(part, Sentence)]
    assert said and not any("telling." in one or "{" in one for one in said)
