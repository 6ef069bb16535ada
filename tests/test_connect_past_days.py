"""Past days and suggestions beside a plan: read, or refused with every fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.calibration import DayShape, Period, Rhythm, SuggestionRule
from targetcal_xl.calibration.vocabulary import MetricKind
from targetcal_xl.connect import find_plan, read_plan, read_suggestions
from targetcal_xl.connect.past_days import read_past_days
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import DataProblems
from targetcal_xl.workdays import plan_shape
from tests.support.desks import told
from tests.support.samples import METRIC, sample_plan

PLAN = sample_plan()
LAST = PLAN.period.shift(-1)


def days(folder: Path, rows: str, columns: str = "date,line,value") -> Path:
    path = folder / "days.csv"
    path.write_text(f"{columns}\n{rows}", "utf-8")
    return path


def _every_day(period: Period, lines: int = 3, more: str = "") -> str:
    return "".join(f"{day},L{line},{5 + day.day % 3}{more}\n" for day in period.days for line in range(lines))


def test_past_days_of_any_lines_are_a_rhythm(tmp_path: Path) -> None:
    found = read_past_days(days(tmp_path, _every_day(LAST)), PLAN)
    assert isinstance(found, Rhythm)
    assert (found.periods, found.days, found.lines) == (1, len(LAST.days), 3)


def test_two_periods_and_the_middle_of_a_third_are_read_as_such(tmp_path: Path) -> None:
    rows = _every_day(LAST.shift(-1)) + _every_day(LAST)
    rows += "".join(f"{day},L0,4\n" for day in LAST.shift(-2).days[40:])
    found = read_past_days(days(tmp_path, rows), PLAN)
    assert found is not None and found.periods == 3


@pytest.mark.parametrize(
    ("kind", "more", "learns"), [("sum", "", True), ("mean", "", False), ("mean", ",9", True)]
)
def test_of_a_mean_only_volumes_say_how_much_a_day_brings(
    tmp_path: Path, kind: MetricKind, more: str, learns: bool
) -> None:
    columns = "date,line,value" + (",volume" if more else "")
    path = days(tmp_path, _every_day(LAST, more=more), columns)
    plan = replace(PLAN, metric=replace(METRIC, kind=kind))
    assert (read_past_days(path, plan) is not None) == learns


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert read_past_days(tmp_path / "days.csv", PLAN) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_past_days_is_told_with_its_place(tmp_path: Path, language: str) -> None:
    rows = f"{PLAN.period.start},L0,4\n1999-01-01,L0,4\nsoon,L0,4\n{LAST.end},,4\n{LAST.end},L1,many\n"
    with pytest.raises(DataProblems) as refused:
        read_past_days(days(tmp_path, rows), PLAN)
    codes = [code for code, _ in told(refused.value.problems)]
    assert codes == ["csv_not_a_date", "csv_day_not_past", "csv_day_far", "csv_empty", "csv_not_a_number"]
    assert all("{" not in problem.sentence(language) for problem in refused.value.problems)


def test_a_plan_folder_with_past_days_has_another_path(tmp_path: Path) -> None:
    for file in find_plan("saas").iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    bare = read_plan(tmp_path)
    assert bare.rhythm is None
    days(tmp_path, _every_day(bare.plan.period.shift(-1)))
    told_so = read_plan(tmp_path)
    assert told_so.rhythm is not None
    first, last = plan_shape(bare).shares, plan_shape(told_so).shares
    assert last[-10:].sum() < first[-10:].sum()
    text = (tmp_path / "plan.toml").read_text("utf-8")
    stated = (
        "[days]\nidle = 1.0\nperiod_end = 1.0\nshares = [{ day = 2025-01-31, share = 0.4 }]\n\n[thresholds]"
    )
    (tmp_path / "plan.toml").write_text(text.replace("[thresholds]", stated, 1), "utf-8")
    shares = plan_shape(read_plan(tmp_path)).shares
    assert shares[:31].sum() == pytest.approx(0.4)
    assert read_plan(tmp_path).plan.days == DayShape(1.0, 1.0, None, read_plan(tmp_path).plan.days.shares)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("idle = 5", "plan_too_big"),
        ("period_end = 0", "plan_too_small"),
        (
            "shares = [{ day = 2025-02-28, share = 0.4 }, { day = 2025-01-31, share = 0.5 }]",
            "plan_day_shares",
        ),
        ("shares = [{ day = 2025-03-31, share = 0.4 }]", "plan_day_shares"),
        ("weekend = 1", "plan_unknown_key"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(tmp_path: Path, said: str, code: str) -> None:
    source = find_plan("saas").joinpath("plan.toml").read_text("utf-8")
    (tmp_path / "plan.toml").write_text(
        source.replace("[thresholds]", f"[days]\n{said}\n\n[thresholds]", 1), "utf-8"
    )
    with pytest.raises(DataProblems) as refused:
        read_plan(tmp_path)
    assert code in [found for found, _ in told(refused.value.problems)]


def _rules(folder: Path, said: str) -> Path:
    path = folder / "suggestions.toml"
    path.write_text(said, "utf-8")
    return path


def test_the_houses_rules_are_read_in_their_order(tmp_path: Path) -> None:
    said = '[[rules]]\nwhen = "leads"\nbelow = 0.8\nsay = "Call {line}: {share}"\nwho = "head"\n'
    found = read_suggestions(_rules(tmp_path, said + '[[rules]]\nwhen = "lately"\nsay = "Ask"\n'))
    assert found == (
        SuggestionRule("leads", "Call {line}: {share}", "head", 0.8),
        SuggestionRule("lately", "Ask"),
    )
    assert read_suggestions(tmp_path / "none.toml") == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[[rules", "suggestions_syntax"),
        ("rules = 3", "suggestions_shape"),
        ("rules = [3]", "suggestions_shape"),
        ('[[rule]]\nwhen = "leads"', "suggestions_key"),
        ('[[rules]]\nwhen = "rain"\nsay = "x"', "suggestions_when"),
        ('[[rules]]\nwhen = ["leads"]\nsay = "x"', "suggestions_when"),
        ('[[rules]]\nwhen = "leads"\nsay = ""', "suggestions_say"),
        ('[[rules]]\nwhen = "leads"\nsay = "{secret}"', "suggestions_field"),
        ('[[rules]]\nwhen = "leads"\nsay = "{share.real}"', "suggestions_field"),
        ('[[rules]]\nwhen = "leads"\nsay = "{share:>9}"', "suggestions_field"),
        ('[[rules]]\nwhen = "leads"\nsay = "{"', "suggestions_field"),
        ('[[rules]]\nwhen = "leads"\nsay = "x"\nbelow = "half"', "suggestions_below"),
        ('[[rules]]\nwhen = "leads"\nsay = "x"\nwho = 3', "suggestions_who"),
        ('[[rules]]\nwhen = "leads"\nsay = "x"\nthen = "y"', "suggestions_key"),
    ],
)
def test_bad_rules_are_refused_by_name(tmp_path: Path, said: str, code: str, language: str) -> None:
    with pytest.raises(DataProblems) as refused:
        read_suggestions(_rules(tmp_path, said))
    assert [found for found, _ in told(refused.value.problems)] == [code]
    assert "suggestions.toml" in str(refused.value.problems[0].where)
    assert refused.value.problems[0].sentence(language)


def test_what_is_learned_is_the_same_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = _every_day(LAST).splitlines(keepends=True)
    one = read_past_days(days(tmp_path, "".join(rows)), PLAN)
    other = read_past_days(days(tmp_path, "".join(reversed(rows))), PLAN)
    assert one is not None and other is not None
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-9)
