"""The chain: equal values are written equally, and no change of an entry goes unnoticed."""

from __future__ import annotations

import base64
import json
import math
from hashlib import sha256
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.calibration import Value
from targetcal_xl.ledger.chain import (
    COLUMNS,
    GENESIS,
    LARGEST_WHOLE,
    breaks,
    canonical,
    entry_hash,
    fault,
    is_reference,
    parse,
    reference,
)

kept_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
kept_values = st.one_of(
    kept_text,
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
)


def chained(count: int) -> list[list[Any]]:
    """Stored rows of a good chain."""
    rows: list[list[Any]] = []
    for number in range(1, count + 1):
        said = ["2025-01-06T01:00:00.000000+00:00", "张三", "cli", "lock", "HD", f"L{number}", "declared"]
        fields = [number, *said, "null", str(number), "", rows[-1][-1] if rows else GENESIS]
        rows.append([*fields, entry_hash(fields)])
    return rows


def codes(rows: list[list[Any]], *heads: str) -> list[tuple[str, Any]]:
    return [(problem.code, problem.fields.get("number")) for problem in breaks(rows, heads)]


@given(kept_values)
def test_a_value_comes_back_from_its_text(value: Value) -> None:
    assert fault(value) is None
    back = parse(canonical(value))
    assert back == value
    assert isinstance(back, bool) == isinstance(value, bool)


@given(kept_values)
def test_a_value_is_written_as_plain_json(value: Value) -> None:
    assert json.loads(canonical(value)) == value


@given(kept_values, kept_values)
def test_texts_are_equal_exactly_when_values_are(one: Value, other: Value) -> None:
    same = one == other and isinstance(one, bool) == isinstance(other, bool)
    assert (canonical(one) == canonical(other)) == same


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_written_alike_as_int_and_float(number: int) -> None:
    assert canonical(number) == canonical(float(number)) == str(number)


def test_minus_zero_is_zero() -> None:
    assert canonical(-0.0) == "0"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 2**53 + 1, 10**400])
def test_a_number_that_is_not_exact_is_refused(number: float) -> None:
    assert fault(number) == "ledger_number"


@pytest.mark.parametrize("number", [2**53, 2**60, 1e300, 5e-324, 0.1, -220.5])
def test_a_number_that_is_exact_is_kept(number: float) -> None:
    assert fault(number) is None
    assert parse(canonical(number)) == number


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff b", "\ud83d\ude00"])
def test_a_broken_character_is_refused(text: str) -> None:
    assert fault(text) == "ledger_text"


@pytest.mark.parametrize(
    "text", ["\x01\x1f\x7f", "\u2028\u2029", "𠮷😀", '"\\\n\r\t', "=1+1", "\ufeff\ufffe"]
)
def test_unusual_characters_are_kept(text: str) -> None:
    assert fault(text) is None
    assert parse(canonical(text)) == text


def test_what_is_no_value_is_no_text() -> None:
    with pytest.raises(TypeError, match="list"):
        canonical(cast(Value, []))


def test_the_hash_is_what_anybody_can_compute_from_the_documented_bytes() -> None:
    fields = [1, "2025-01-06T01:00:00.000000+00:00", "张三", "cli", "lock", "HD", None, "status"]
    fields += ['"draft"', '"say \\"go\\"\\n"', "因为\x01", GENESIS]
    spelled = (
        '[1,"2025-01-06T01:00:00.000000+00:00","张三","cli","lock","HD",null,"status",'
        '"\\"draft\\"","\\"say \\\\\\"go\\\\\\"\\\\n\\"","因为\\u0001","' + "0" * 64 + '"]'
    )
    assert entry_hash(fields) == sha256(spelled.encode("utf-8")).hexdigest()


def test_a_good_chain_has_no_breaks() -> None:
    rows = chained(5)
    assert codes(rows, GENESIS, *(row[-1] for row in rows)) == []
    assert codes([]) == []


@given(st.integers(0, 4), st.integers(1, len(COLUMNS) - 1), st.one_of(kept_text, st.none(), st.binary()))
@example(0, COLUMNS.index("reason"), b"")
@example(0, COLUMNS.index("action"), base64.b64decode("lock"))
def test_a_changed_field_names_its_entry(index: int, column: int, said: Any) -> None:
    rows = chained(5)
    if rows[index][column] == said:
        return
    rows[index][column] = said
    assert ("ledger_altered", index + 1) in codes(rows)


@given(st.integers(0, 3))
def test_an_entry_forged_with_its_hash_breaks_the_next_link(index: int) -> None:
    rows = chained(5)
    rows[index][COLUMNS.index("new")] = "999"
    rows[index][-1] = entry_hash(rows[index][:-1])
    assert codes(rows) == [("ledger_link", index + 2)]


@given(st.integers(0, 3))
def test_a_removed_entry_is_a_gap(index: int) -> None:
    rows = chained(5)
    del rows[index]
    assert codes(rows) == [("ledger_gap", index + 2)]


@given(st.integers(0, 3), st.integers(1, 4))
def test_exchanged_entries_are_both_named(index: int, distance: int) -> None:
    rows, other = chained(5), min(index + distance, 4)
    rows[index], rows[other] = rows[other], rows[index]
    assert {("ledger_gap", other + 1), ("ledger_gap", index + 1)} <= set(codes(rows))


@given(st.integers(0, 3), st.integers(1, 4))
def test_entries_exchanged_with_their_numbers_are_both_named(index: int, distance: int) -> None:
    rows, other = chained(5), min(index + distance, 4)
    rows[index], rows[other] = rows[other], rows[index]
    rows[index][0], rows[other][0] = index + 1, other + 1
    assert {("ledger_altered", other + 1), ("ledger_altered", index + 1)} <= set(codes(rows))


@given(st.integers(1, 5))
def test_a_cut_tail_shows_by_a_head_noted_elsewhere(cut: int) -> None:
    rows = chained(5)
    head = rows[-1][-1]
    assert codes(rows[:-cut]) == []
    assert [problem.fields for problem in breaks(rows[:-cut], [head])] == [{"head": head}]


def test_a_chain_written_anew_shows_by_a_head_noted_elsewhere() -> None:
    head = chained(5)[-1][-1]
    anew = [[*row[:4], "decide", *row[5:]] for row in chained(5)]
    for row, before in zip(anew, [None, *anew], strict=False):
        row[-2] = before[-1] if before else GENESIS
        row[-1] = entry_hash(row[:-1])
    assert codes(anew) == []
    assert codes(anew, head) == [("ledger_head", None)]


def test_a_reference_is_told_from_other_text() -> None:
    assert is_reference(reference(b"content"))
    other = ["", "sha256:", "sha256:" + "g" * 64, "sha256:" + "0" * 65, reference(b"") + "\n", None, 1]
    assert not any(is_reference(value) for value in other)


def test_a_number_beyond_the_exact_whole_ones_stays_a_float() -> None:
    assert LARGEST_WHOLE + 1.0 == LARGEST_WHOLE
    assert canonical(2**53) == "9007199254740992"
    assert canonical(2**60) == canonical(2.0**60) == "1.152921504606847e+18"
    assert type(parse(canonical(1e300))) is float
