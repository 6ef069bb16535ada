"""The ledger as a Merkle log: anybody can prove an entry, and no checkpoint that left fits another ledger."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targetcal_xl.formats import LEDGER
from targetcal_xl.ledger import Entry, Ledger, open_ledger
from targetcal_xl.ledger.chain import canonical
from targetcal_xl.ledger.merkle import EMPTY, is_consistent, is_included, leaf_hash
from targetcal_xl.problems import Refused
from tests.support.postgres import postgres
from tests.test_ledger_ledger import declared, ledger, place, put, said, tampered
from tests.test_ledger_merkle import by_the_book

__all__ = ["ledger", "place", "postgres"]

batches = st.lists(st.integers(0, 9), min_size=1, max_size=5)


def spelled(entry: Entry) -> bytes:
    """An entry's bytes, as the documentation says."""
    told = [
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.source,
        entry.action,
    ]
    told += [*entry.key, canonical(entry.old), canonical(entry.new), entry.reason, entry.previous]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(batches)
def test_the_root_is_over_all_entries_however_they_came(ledger: Ledger, counts: list[int]) -> None:
    for count in counts:
        put(ledger, [declared(k) for k in range(count)])
    leaves = [spelled(entry) for entry in ledger.entries()]
    root = by_the_book(leaves) if leaves else EMPTY
    assert (ledger.checkpoint.size, ledger.checkpoint.root) == (len(leaves), root)
    assert ledger.verify([str(ledger.checkpoint), ledger.checkpoint.mark]) == []
    ledger.prove()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(1, 40), st.integers(0, 10_000))
def test_every_entry_and_every_beginning_is_proved_by_a_short_path(
    ledger: Ledger, count: int, meant: int
) -> None:
    put(ledger, [declared(k) for k in range(count)])
    now = ledger.checkpoint
    number = meant % now.size + 1
    content, path = ledger.proof(number)
    assert content == spelled(next(ledger.entries(after=number - 1)))
    assert is_included(leaf_hash(content), number - 1, now.size, path, now.root)
    before, kept = ledger.consistency(number)
    assert before.origin == now.origin
    assert is_consistent(number, now.size, kept, before.root, now.root)
    assert not is_consistent(number, now.size, kept, hashlib.sha256(b"another").digest(), now.root)


def test_an_entry_that_is_not_there_is_a_value_error(ledger: Ledger) -> None:
    put(ledger, [declared(1)])
    for number in (0, 2):
        with pytest.raises(ValueError, match="no leaf"):
            ledger.proof(number)
    with pytest.raises(ValueError, match="no beginning"):
        ledger.consistency(2)


def test_proving_goes_on_from_where_it_ended(ledger: Ledger, place: str) -> None:
    for count in (3, 1, 6):
        put(ledger, [declared(k) for k in range(count)])
        ledger.prove()
    tampered(place, "UPDATE node SET hashes = substr(hashes, 2) WHERE number = 8")
    assert said(ledger.verify()) == [("ledger_node", 8)]
    with pytest.raises(Refused, match="Merkle"), open_ledger(place) as again:
        again.prove()
    tampered(place, "DELETE FROM node WHERE number = 4")
    with pytest.raises(Refused, match="Merkle"):
        ledger.proof(1)


def test_a_tree_that_was_altered_together_with_an_entry_blames_the_entry(ledger: Ledger, place: str) -> None:
    put(ledger, [declared(k) for k in range(4)])
    tampered(place, "UPDATE entry SET actor = '李四' WHERE number = 2")
    assert said(ledger.verify()) == [("ledger_altered", 2)]


def test_a_checkpoint_that_left_shows_a_tail_that_was_cut(ledger: Ledger, place: str) -> None:
    put(ledger, [declared(k) for k in range(5)])
    noted = ledger.checkpoint.mark
    tampered(place, "DELETE FROM entry WHERE number = 5")
    assert ledger.verify() == []
    for copied in (noted, f" {noted.upper()} ", noted.replace("-", " - ")):
        assert [problem.code for problem in ledger.verify([copied])] == ["ledger_short"]


@pytest.mark.parametrize("name", ["mark", "text"])
def test_a_checkpoint_that_left_shows_a_ledger_that_was_written_anew(name: str, tmp_path: Path) -> None:
    with open_ledger(tmp_path / "one.sqlite", create=True) as honest:
        put(honest, [declared(k) for k in range(3)])
        noted = honest.checkpoint
        put(honest, [declared(k) for k in range(3)])
        assert honest.verify([getattr(noted, name)]) == []
    with open_ledger(tmp_path / "two.sqlite", create=True) as anew:
        put(anew, [declared(0), declared(1, 999.0), *(declared(k) for k in range(9))])
        (problem,) = anew.verify([getattr(noted, name), anew.head])
        assert (problem.code, problem.fields) == ("ledger_checkpoint", {"head": noted.mark, "size": 3})
        for language in ("en", "zh-CN"):
            assert noted.mark in problem.sentence(language)


def test_the_checkpoint_before_any_entry_begins_every_ledger(ledger: Ledger) -> None:
    before = ledger.checkpoint
    assert before.root == EMPTY
    put(ledger, [declared(1)])
    assert ledger.verify([before.mark]) == []
    assert ledger.verify([f"0-{'1' * 40}"])[0].code == "ledger_checkpoint"


@pytest.mark.parametrize("before", [2, 1])
def test_a_ledger_from_before_there_was_a_tree_gets_it_when_its_format_rises(
    before: int, ledger: Ledger, place: str
) -> None:
    put(ledger, [declared(k) for k in range(7)])
    root, marked = ledger.checkpoint.root, f"UPDATE format SET number = {before} WHERE kind = 'ledger'"
    if place.startswith("postgresql"):
        tampered(place, "ALTER TABLE format DISABLE TRIGGER ALL")
    tampered(place, "DROP TABLE node", marked)
    with open_ledger(place) as old:
        assert old.formats["ledger"].number == before
        old.prove()
        put(old, [declared(7)])
        assert old.verify() == []
        put(old, [declared(8)], formats={"ledger": LEDGER})
        old.prove()
        assert old.consistency(7)[0].root == root
    with open_ledger(place) as risen:
        assert risen.formats["ledger"] == LEDGER
        assert risen.verify() == []
        assert risen.checkpoint.size == 9
