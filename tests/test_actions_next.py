"""A plan that is over hands on what came and what was learned; one that is not hands on nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import NextReport, audit, begin_next, close, evaluate, follow_file, survey, verify
from targetcal_xl.actions.new import NewReport
from targetcal_xl.actions.taught import new_taught
from targetcal_xl.calibration import Inputs, Readings
from targetcal_xl.connect import Responses
from targetcal_xl.desk import ledger_beside, open_desk
from targetcal_xl.desk.records import standing_of
from targetcal_xl.problems import Refused
from targetcal_xl.workdays import plan_shape
from tests.support import desks
from tests.support.desks import Case
from tests.support.exploring import exhaustive


def _over(folder: Path) -> Case:
    """A plan that was followed to its last day and evaluated."""
    return _followed(desks.confirmed(folder))


def _followed(case: Case) -> Case:
    days = case.folder / "days.csv"
    rows = [f"2025-03-31,{line.code},{90 + k}" for k, line in enumerate(case.inputs.plan.lines)]
    days.write_text("\n".join(["date,line,value", *rows]), "utf-8")
    case.run(follow_file, days)
    case.run(survey, Responses(("R1",) * 6, (4.0,) * 6))
    case.run(evaluate)
    return case


def _begin(case: Case, book: Path, period: str = "") -> NextReport:
    found = case.run(close, 400.0, period)
    with open_desk(book, actor="林静", clock=case.clock, source="test", create=True) as desk:
        return begin_next(desk, found)


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _over(tmp_path_factory.mktemp("over"))


def test_results_measures_and_the_old_ledgers_checkpoint_are_where_the_next_plan_begins(
    over: Case, tmp_path: Path
) -> None:
    with over.desk() as desk:
        mark, old = desk.ledger.checkpoint.mark, standing_of(desk.ledger)
    report = _begin(over, tmp_path / "q2.xlsx")
    assert (report.before, report.results, report.has_measures) == ("2025Q1-new-customers", 3, True)
    with open_desk(tmp_path / "q2.xlsx", actor="林静", clock=over.clock, source="test") as desk:
        new = standing_of(desk.ledger)
        assert audit(desk).entries
        assert verify(desk).problems == ()
    assert new.value(None, None, "plan.before") == f"2025Q1-new-customers {mark}"
    np.testing.assert_array_equal(new.inputs.history.values[:, -1], [90, 91, 92])
    last = new.inputs.plan.last_period
    assert last is not None
    assert last.attainment_pct == old.value(None, "attainment_pct", "measure.now")
    assert new.language == "zh-CN"


def test_the_old_plan_stays_as_it_is(over: Case, tmp_path: Path) -> None:
    before = over.path.read_bytes(), ledger_beside(over.path).read_bytes()
    _begin(over, tmp_path / "q2.xlsx")
    assert (over.path.read_bytes(), ledger_beside(over.path).read_bytes()) == before


def test_what_was_learned_of_weights_holds_from_the_start(over: Case, tmp_path: Path) -> None:
    report = _begin(over, tmp_path / "q2.xlsx")
    assert [one.driver for one in report.weights] == [driver.name for driver in over.inputs.plan.drivers]
    with open_desk(tmp_path / "q2.xlsx", actor="林静", clock=over.clock, source="test") as desk:
        new = standing_of(desk.ledger)
    used = [new.value(None, driver.code, "driver.used") for driver in new.inputs.plan.drivers]
    assert used == [one.after for one in report.weights]


def _without_drivers(inputs: Inputs) -> Inputs:
    nothing = np.empty((len(inputs.plan.lines), 0))
    return replace(
        inputs, plan=replace(inputs.plan, drivers=(), indicators=()), readings=Readings(nothing, nothing)
    )


def _without_readings(inputs: Inputs) -> Inputs:
    unknown = np.full_like(inputs.readings.now, np.nan)
    return replace(inputs, readings=Readings(unknown, unknown))


@pytest.mark.parametrize("without", [pytest.param(_without_drivers, marks=exhaustive), _without_readings])
def test_a_plan_that_teaches_nothing_of_weights_goes_on_too(
    tmp_path: Path, without: Callable[[Inputs], Inputs]
) -> None:
    case = Case(tmp_path, without(desks.case_inputs()))
    assert [*desks.play(case)][-1] == "confirmed"
    report = _begin(_followed(case), tmp_path / "q2.xlsx")
    assert (report.results, report.weights) == (3, ())
    with open_desk(tmp_path / "q2.xlsx", actor="林静", clock=case.clock, source="test") as desk:
        assert verify(desk).problems == ()


def test_a_later_period_may_be_named(over: Case, tmp_path: Path) -> None:
    assert _begin(over, tmp_path / "q4.xlsx", "2025Q4").begun.periods == 15


@pytest.mark.parametrize("period", ["2025Q1", "2024Q3", "2025M04", "soon"])
def test_a_period_that_does_not_follow_is_refused(period: str, over: Case) -> None:
    with pytest.raises(Refused) as refused:
        over.run(close, 400.0, period)
    assert [problem.code for problem in refused.value.problems] == ["next_period"]


@pytest.mark.parametrize("target", [0.0, -5.0])
def test_a_target_that_nobody_can_mean_is_refused(target: float, over: Case) -> None:
    with pytest.raises(Refused) as refused:
        over.run(close, target)
    assert [problem.code for problem in refused.value.problems] == ["target_otherwise"]


def test_a_plan_that_is_not_over_is_no_beginning(tmp_path: Path) -> None:
    case = desks.confirmed(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(close, 400.0)
    assert [problem.code for problem in refused.value.problems] == ["next_not_over"]


def test_nothing_is_written_over(over: Case, tmp_path: Path) -> None:
    _begin(over, tmp_path / "q2.xlsx")
    before = (tmp_path / "q2.xlsx").read_bytes()
    with pytest.raises(Refused):
        _begin(over, tmp_path / "q2.xlsx")
    assert (tmp_path / "q2.xlsx").read_bytes() == before


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    case = desks.confirmed(tmp_path)
    days = tmp_path / "days.csv"
    days.write_text("date,line,value\n2025-03-31,R1-1,90\n", "utf-8")
    case.run(follow_file, days)
    report = _begin(case, tmp_path / "q2.xlsx")
    told = " ".join(getattr(part, "said", "") for part in report.tell("en"))
    assert "was not evaluated" in told
    assert "5 indicators are not read for the new period yet" in told


def _taught(over: Case, book: Path, inputs: Inputs) -> NewReport:
    with open_desk(book, actor="林静", clock=over.clock, source="test", create=True) as desk:
        return new_taught(desk, inputs, "zh-CN", over.path)


def _coming(over: Case) -> Inputs:
    """A plan of the quarter after, begun without the one before."""
    return replace(over.run(close, 400.0, "").inputs, rhythm=None)


def test_a_plan_that_is_not_begun_by_the_one_before_may_still_learn_from_its_days(
    over: Case, tmp_path: Path
) -> None:
    coming, before = _coming(over), over.path.read_bytes()
    report = _taught(over, tmp_path / "q2.xlsx", coming)
    _begin(over, tmp_path / "next.xlsx")
    found = []
    for name in ("q2.xlsx", "next.xlsx"):
        with open_desk(tmp_path / name, actor="林静", clock=over.clock, source="test") as desk:
            found.append(standing_of(desk.ledger))
            assert verify(desk).problems == ()
    taught, begun = found
    np.testing.assert_allclose(plan_shape(taught.inputs).shares, plan_shape(begun.inputs).shares)
    assert not np.allclose(plan_shape(taught.inputs).shares, plan_shape(coming).shares)
    assert taught.value(None, None, "plan.days") == begun.value(None, None, "plan.before")
    assert report.taught_by == "2025Q1-new-customers" and report.taught_days > 0
    assert over.path.read_bytes() == before


def test_days_of_a_plan_that_cannot_teach_are_refused_and_nothing_is_begun(
    over: Case, tmp_path: Path
) -> None:
    coming, unfollowed = _coming(over), desks.fresh(tmp_path / "fresh")
    twice = replace(coming, rhythm=over.run(close, 400.0, "").inputs.rhythm)
    metric = replace(coming.plan.metric, code="revenue")
    other = replace(coming, plan=replace(coming.plan, metric=metric))
    for case, inputs, code in (
        (over, twice, "days_twice"),
        (over, over.inputs, "days_of_other"),
        (over, other, "days_of_other"),
        (unfollowed, coming, "days_not_learned"),
    ):
        with pytest.raises(Refused) as refused:
            _taught(case, tmp_path / "q2.xlsx", inputs)
        assert [problem.code for problem in refused.value.problems] == [code]
        assert not [*tmp_path.glob("q2*.xlsx")]
