"""People's words in the ledger: committed, kept beside, erased in any order, while every proof holds."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import to_json

from targetcal_xl.formats import COMMITTED, LEDGER
from targetcal_xl.ledger import (
    PARTS,
    WHOLE,
    WORDS,
    Draft,
    Event,
    Ledger,
    WordsPlace,
    dump,
    open_ledger,
    places_in,
    proof_faults,
    read_proof,
    reference,
    spelt,
)
from targetcal_xl.ledger.passages import committed_documents, passage_faults, spoken_document, subjects
from targetcal_xl.ledger.words import Salts
from targetcal_xl.problems import Refused
from tests.support.exploring import explores
from tests.support.postgres import postgres
from tests.test_ledger_chain import kept_text
from tests.test_ledger_ledger import AT, place, put, tampered

__all__ = ["place", "postgres"]

utterances = st.lists(
    st.tuples(st.sampled_from(sorted(WORDS - {"seal"})), kept_text, kept_text), min_size=1, max_size=6
)


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with open_ledger(place, create=True) as opened:
        yield opened


def _said(number: int, field: str, words: str, reason: str) -> Event:
    return Event("decide", "HD", f"L{number}", field, None, f"⟦v{number}⟧{words}", f"⟦r{number}⟧{reason}")


def _erase(ledger: Ledger, *places: WordsPlace) -> None:
    put(ledger, [Event("erase", "HD", None, "erased", None, spelt(places), "asked for")])
    ledger.scrub()


def _letter(words: str) -> bytes:
    said = {"number": 1.5, "lines": [{"name": "华东1组", "reason": words, "agreed": "NaN"}], "text": ""}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def test_an_entry_commits_to_words_as_anybody_can_compute(ledger: Ledger, place: str) -> None:
    (entry,) = put(ledger, [Event("decide", "HD", "L1", "basis", None, "在手 47 个", "理由")])
    assert (entry.old, entry.new, entry.reason) == (None, "在手 47 个", "理由")
    (proven,) = ledger.bundle([1], ()).entries
    held = json.loads(proven.content)
    assert held[8] == "null"
    for at, one, words in zip((9, 10), proven.words, ('"在手 47 个"', "理由"), strict=True):
        assert one.words == words
        digest = hashlib.sha256(bytes.fromhex(one.salt) + words.encode()).hexdigest()
        assert held[at] == f"~{digest}"
        assert len(bytes.fromhex(one.salt)) == 16
    assert hashlib.sha256(proven.content.encode()).hexdigest() == entry.hash


def test_the_same_words_are_committed_to_in_another_way_each_time(ledger: Ledger) -> None:
    put(ledger, [Event("decide", "HD", "L1", "basis", "同", "同", "同")] * 3)
    put(ledger, [Event("decide", "HD", "L1", "basis", "同", "同", "同")] * 3)
    stored = [json.loads(one.content)[8:11] for one in ledger.bundle(range(1, 7), ()).entries]
    assert len({commitment for entry in stored for commitment in entry}) == 18


def test_numbers_decisions_and_what_the_program_says_stand_as_they_are(ledger: Ledger) -> None:
    put(
        ledger,
        [Event("lock", "HD", "L1", "declared", 1, 220, "签字人：张三"), Event("x", None, None, "y", None, 1)],
    )
    first, second = (json.loads(one.content) for one in ledger.bundle([1, 2], ()).entries)
    assert (first[8:11], second[8:11]) == (["1", "220", "签字人：张三"], ["null", "1", ""])
    assert ledger.spoken() == {}


@settings(
    max_examples=40 if explores() else 12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(said=utterances, data=st.data())
def test_whatever_is_erased_in_any_order_every_proof_and_head_holds(
    said: list[tuple[str, str, str]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("words") / "ledger.sqlite"
    with open_ledger(path, create=True) as ledger:
        events = [_said(number, *words) for number, words in enumerate(said, 1)]
        put(ledger, events)
        heads, proofs = (
            [ledger.head, ledger.checkpoint.mark],
            [dump(ledger.bundle(range(1, len(said) + 1), ()))],
        )
        for target in data.draw(st.permutations(sorted(ledger.spoken(), key=str))):
            number, part = target
            _erase(ledger, target)
            needle = f"⟦{'v' if part == 'new' else 'r'}{number}⟧".encode()
            assert needle not in path.read_bytes()
            assert ledger.verify(heads) == []
            heads += [ledger.head, ledger.checkpoint.mark]
            proofs.append(dump(ledger.bundle(range(1, len(said) + 2), ())))
            assert all([*proof_faults(read_proof(proof))] == [] for proof in proofs)
            assert needle.decode() not in proofs[-1].decode()
        left = [*ledger.entries()][: len(said)]
        assert [entry.key for entry in left] == [event.key for event in events]
        assert all("⟦" not in f"{entry.new}{entry.reason}" for entry in left)
        assert ledger.spoken().keys() == {(len(said) + n, "reason") for n in range(1, 2 * len(said) + 1)}
        ledger.prove()
    with open_ledger(path) as again:
        again.prove()


def test_a_draft_shows_what_is_erased_as_the_ledger_will(ledger: Ledger) -> None:
    put(ledger, [_said(1, "basis", "甲", "乙"), _said(1, "basis", "丙", "丁"), _said(2, "risk", "戊", "己")])
    content = _letter("甲")
    put(
        ledger, [Event("letters", "HD", None, "letter.record", None, reference(content))], documents=[content]
    )
    (name,) = {str(where) for where, _ in ledger.spoken() if isinstance(where, str)}
    assert ledger.document(name) == content
    event = Event(
        "erase", "HD", None, "erased", None, spelt([(2, "new"), (3, "reason"), (name, "0")]), "依法"
    )
    draft = Draft(ledger, [event], at=AT, actor="张三", source="cli")
    entries, values, document = [*draft.entries()], draft.values(), draft.document(name)
    draft.record()
    assert (entries, values) == ([*ledger.entries()], ledger.values())
    assert document == ledger.document(name) != content
    assert (
        values["HD", "L1", "basis"]
        == f"［已于 2025-01-06 由张三删除，理由见第 {draft.drafted[0].number} 条记录］"
    )


@given(words=st.lists(kept_text), other=kept_text, seed=st.binary(min_size=32, max_size=32))
def test_a_document_says_again_what_it_said_once_its_words_are_put_back(
    words: list[str], other: str, seed: bytes
) -> None:
    lines = [{"name": other, "reason": said, "agreed": 0.1 + len(said)} for said in words]
    cells = [{"field": "basis", "value": said} for said in words] + [{"field": "declared", "value": other}]
    content = to_json(
        {
            "number": -1e300,
            "none": None,
            "lines": lines,
            "cells": cells,
            "typed": [["L", "risk", said] for said in words],
        }
    )
    event = Event("letters", "HD", None, "letter.record", None, reference(content))
    (told,), held, passages = committed_documents([event], {reference(content): content}, Salts(seed))
    stored = held[str(told.new)]
    assert reference(stored) == told.new
    assert [said for *_, said in passages] == [said for said in words * 3 if said]
    assert spoken_document(stored, {at: said for _, at, _, said in passages}) == content
    assert [*passage_faults(stored, [passage[1:] for passage in passages])] == []
    assert len(subjects(stored)) == len(passages)
    assert json.loads(stored)["cells"][-1] == {"field": "declared", "value": other}
    for name, at, salt, _ in passages:
        assert [*passage_faults(stored, [(at, salt, "something else"), (at, None, None)])] == [at, at]
        assert name == told.new


def test_a_document_that_is_erased_whole_keeps_its_hash_and_no_byte(ledger: Ledger) -> None:
    content = b"Subject: words of somebody"
    event = Event("outbox", "HD", "m1", "message.content", None, reference(content))
    put(ledger, [event], documents=[content])
    _erase(ledger, (reference(content), WHOLE))
    assert ledger.verify() == []
    ledger.prove()
    with pytest.raises(Refused, match="was erased"):
        ledger.document(reference(content))
    assert ledger.values()["HD", "m1", "message.content"] == reference(content)


def test_the_database_guards_words_before_and_after_an_erasure(ledger: Ledger, place: str) -> None:
    put(ledger, [_said(1, "basis", "甲", "乙"), _said(2, "basis", "丙", "丁")])
    _erase(ledger, (1, "new"))
    for change in ("UPDATE word SET new_words = ''", "DELETE FROM word", "DELETE FROM scrubbed"):
        with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
            _changed(place, change)


def _changed(place: str, statement: str) -> None:
    if place.startswith("postgresql"):
        with psycopg.connect(place) as connection:
            connection.execute(statement)
    else:
        with closing(sqlite3.connect(place)) as file:
            file.execute(statement)


def test_a_ledger_of_before_goes_on_as_it_was_until_its_format_rises(ledger: Ledger, place: str) -> None:
    if place.startswith("postgresql"):
        tampered(place, "ALTER TABLE format DISABLE TRIGGER ALL")
    marked = "UPDATE format SET number = 3 WHERE kind = 'ledger'"
    tampered(place, "DROP TABLE word", "DROP TABLE passage", "DROP TABLE scrubbed", marked)
    strange = f"~{'a' * 64}"
    with open_ledger(place) as old:
        put(old, [Event("decide", "HD", "L1", "basis", None, "说明", strange)])
        assert old.bundle([1], ()).entries[0].words == ()
        assert (old.spoken(), old.verify()) == ({}, [])
        rise = Event("upgrade", None, None, "format.ledger", 3, COMMITTED, "targetcal")
        put(old, [rise], formats={"ledger": LEDGER})
        put(old, [Event("decide", "HD", "L1", "basis", "说明", "新的", "理由")])
    with open_ledger(place) as risen:
        risen.prove()
        assert risen.verify() == []
        first, _, last = risen.entries()
        assert (first.new, first.reason, last.old, last.new) == ("说明", strange, "说明", "新的")
        assert {number for number, _ in risen.spoken()} == {3}
        _erase(risen, (3, "old"), (3, "new"), (3, "reason"))
        assert risen.verify() == []


def test_words_are_salted_by_what_a_test_may_know(tmp_path: Path) -> None:
    hashes = []
    for name, chance in (("one", bytes), ("two", bytes), ("three", secrets.token_bytes)):
        with open_ledger(tmp_path / name, create=True, chance=chance) as ledger:
            hashes.append(put(ledger, [_said(1, "basis", "甲", "乙")])[0].hash)
    assert hashes[0] == hashes[1] != hashes[2]


@given(st.lists(st.tuples(st.integers(1, 10**9), st.sampled_from(PARTS)), max_size=9))
def test_places_are_read_as_they_are_spelt(places: list[tuple[int, str]]) -> None:
    name = reference(b"a document")
    both: list[WordsPlace] = [*places, (name, "12"), (name, WHOLE)]
    assert [*places_in(spelt(both))] == both
