"""Who typed, who submitted and who recorded an entry's words, as three things, from what entries hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.actions import audit, decide_typed, lock, trace
from targetcal_xl.actions.lock import submission
from targetcal_xl.desk import handed_in, provenance, take_stock
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import Entry
from tests.support.desks import FINANCE, Case, locked, submitted

AT = dt.datetime(2025, 1, 7, tzinfo=dt.UTC)
NAMES = st.text(st.characters(exclude_characters="；;"), min_size=1, max_size=30)


def _entry(action: str, actor: str, source: str, reason: str) -> Entry:
    said = {"number": 1, "at": AT, "actor": actor, "source": source, "previous": "", "hash": ""}
    return Entry(action, "R1", "R1-1", "declared", None, 84, reason, **said)  # type: ignore[arg-type]


@given(NAMES, NAMES | st.just(""), st.sampled_from(LANGUAGES))
def test_who_submitted_and_typed_is_read_as_it_was_said(submitted: str, typed: str, language: str) -> None:
    found = provenance(_entry("lock", FINANCE, "cli@host", handed_in(submitted, typed, language)))
    assert (found.submitted, found.typed, found.recorded) == (submitted, typed, FINANCE)


@pytest.mark.parametrize("reason", ["标签页署名：head1", "The tab is signed: head1"])
def test_what_older_ledgers_say_is_read_too(reason: str) -> None:
    found = provenance(_entry("lock", FINANCE, "cli@host", reason))
    assert (found.submitted, found.typed, found.recorded) == ("head1", "", FINANCE)


@pytest.mark.parametrize(
    ("source", "typed"),
    [
        ("cli@host", "superior1"),
        ("cli@host (lin)", "lin"),
        ("cli@host (a (b))", "a (b)"),
        ("cli@host (lin), tab", ""),
        ("excel@host, tab", ""),
    ],
)
def test_who_acts_submits_their_own_words_typed_by_the_account(source: str, typed: str) -> None:
    reason = "The tab is signed: somebody else"
    found = provenance(_entry("decide", "superior1", source, reason))
    assert (found.typed, found.submitted, found.recorded) == (typed, "superior1", "superior1")


def test_audit_and_trace_name_all_three(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.type({("R1", "R1-1", "decision"): "accept", ("R1", "R1-1", "decision_reason"): "依据充分"})
    case.run(decide_typed, "R1", by="superior1")
    steps = case.run(trace, "R1-1").steps
    said = {(step.entry.action, step.entry.field): step.said for step in steps}
    columns = ("typed", "submitted_by", "actor")
    assert [said["lock", "declared"][code] for code in columns] == [None, "head1", FINANCE]
    assert [said["decide", "decision"][code] for code in columns] == [None, "superior1", "superior1"]
    rows = case.run(audit, "R1").said
    assert {row["submitted_by"] for row in rows if row["action"] == "锁定" and row["reason"]} == {"head1"}


def test_words_that_come_from_elsewhere_name_who_typed_them(tmp_path: Path) -> None:
    case: Case = submitted(tmp_path)
    with case.desk() as desk:
        stock = take_stock(desk)
        events = submission(stock, stock.plan.region("R1"), typed="head1@example.com")
        stock.settle(events)
        found = {provenance(entry) for entry in desk.ledger.entries(action="lock") if entry.reason}
    assert {(one.typed, one.submitted, one.recorded) for one in found} == {
        ("head1@example.com", "head1", FINANCE)
    }
    assert case.run(lock).already == ("华东大区",)
