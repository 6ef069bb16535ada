"""Sources that a plan states: what is refused, where they are looked for, and when their turn has come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Plan, StatedSource, succeeding
from targetcal_xl.calibration.vocabulary import SourceTurn
from targetcal_xl.connect import DataSource, is_due, plan_template, source_meant
from targetcal_xl.connect.plan_file import plan_meant, plan_words
from targetcal_xl.problems import DataProblems
from tests.support.samples import sample_inputs


def _stating(*sources: dict[str, object]) -> Plan:
    words = plan_words(plan_template("saas").joinpath("plan.toml"))
    return plan_meant({**words, "sources": [*sources]})


def _faults(*sources: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(DataProblems) as caught:
        _stating(*sources)
    for problem in caught.value.problems:
        assert problem.sentence("zh-CN") != problem.sentence("en")
    return [(problem.code, str(problem.where)) for problem in caught.value.problems]


def test_everything_that_is_wrong_with_sources_is_told_at_its_place() -> None:
    database = "postgresql://bi@db.example.com/sales"
    assert _faults(
        {"kind": "actuals", "address": database},
        {"kind": "actuals", "address": "results.csv", "query": "select 1"},
        {"kind": "drivers", "address": "readings.csv", "map": ["value=amount", "now="]},
        {"kind": "history", "address": "postgresql://bi:pass@db.example.com/sales", "query": "select 1"},
        {"kind": "days", "address": "results.csv", "when": "weekly"},
    ) == [
        ("source_query", "plan.toml, sources 1, query"),
        ("plan_source_query", "plan.toml, sources 2, query"),
        ("plan_source_map", "plan.toml, sources 3, map"),
        ("plan_source_map", "plan.toml, sources 3, map"),
        ("source_password", "plan.toml, sources 4, address"),
        ("plan_source_when", "plan.toml, sources 5, when"),
    ]
    assert _faults({"kind": "sales", "address": " ", "when": "hourly"}) == [
        ("plan_choice", "plan.toml, sources 1, kind"),
        ("plan_text", "plan.toml, sources 1, address"),
        ("plan_choice", "plan.toml, sources 1, when"),
    ]


@given(
    st.sampled_from(["password", "pwd", "token", "access_token", "api_key", "apikey", "secret"]),
    st.booleans(),
    st.sampled_from(["https://crm.example.com/results.json", "mysql://bi@db.example.com/sales"]),
)
def test_a_secret_by_any_name_is_refused_and_never_told_again(name: str, large: bool, address: str) -> None:
    said = f"{address}?day=1&{name.upper() if large else name}=hidden-word"
    with pytest.raises(DataProblems) as caught:
        _stating({"kind": "actuals", "address": said})
    (problem,) = caught.value.problems
    assert problem.code == "source_password" and "keyring set targetcal" in problem.sentence("en")
    assert "hidden-word" not in problem.sentence("en")


def test_a_source_speaks_of_its_plans_own_period_and_the_next_plan_goes_on_with_it() -> None:
    stated = StatedSource("actuals", "crm/<period>.csv", map=("value=amount",))
    asked = StatedSource(
        "actuals", "sqlite:///crm.db", "select * from r where day between '<start>' and '<end>'"
    )
    inputs: Any = sample_inputs((2, 1))
    object.__setattr__(inputs.plan, "sources", (stated, asked))
    coming = succeeding(
        inputs, inputs.history.values[:, -1], inputs.plan.period.shift(1), 1.0, None, None
    ).plan
    assert coming.sources == (stated, asked)
    assert source_meant(stated, coming, Path("D:/plans")) == DataSource(str(Path("D:/plans/crm/2025Q2.csv")))
    question = source_meant(asked, coming).query
    assert question == "select * from r where day between '2025-04-01' and '2025-06-30'"
    assert (
        source_meant(StatedSource("actuals", "/data/all.csv"), coming, Path("plans")).said == "/data/all.csv"
    )


@given(
    st.dates(dt.date(2024, 12, 20), dt.date(2025, 3, 5)),
    st.integers(0, 40),
    st.sampled_from(["daily", "weekly", "monthly", "always"]),
)
def test_a_source_is_due_once_in_its_turn(last: dt.date, days: int, when: SourceTurn) -> None:
    today = last + dt.timedelta(days=days)
    between = [last + dt.timedelta(days=k) for k in range(1, days + 1)]
    begins = {
        "daily": bool(between),
        "weekly": any(day.weekday() == 0 for day in between),
        "monthly": any(day.day == 1 for day in between),
        "always": True,
    }
    assert is_due(when, last, today) is begins[when] and is_due(when, None, today)
