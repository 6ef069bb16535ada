"""An answer stands by what its reader saw, and by nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Key, Value
from targetcal_xl.ledger import Cosigned, cosign, is_cosigned, values_digest

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
VALUES: st.SearchStrategy[Value] = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXTS)
ANSWERS: st.SearchStrategy[dict[Key, Value]] = st.dictionaries(
    st.tuples(st.just("HD"), st.none() | TEXTS, TEXTS), VALUES, max_size=4
)
SAID = Cosigned("2025Q1-新客", "HD", 2, "57-" + "4b" * 20, values_digest({("HD", "HD-JS", "declared"): 220}))


def test_a_cosignature_is_the_hmac_of_the_documented_message() -> None:
    """The steps of RFC 2104, by hand: the key, padded to a block, on either side of the hash."""
    message = f'["2025Q1-新客","HD",2,"{SAID.mark}","{SAID.values}"]'.encode()
    inner, outer = (bytes(byte ^ pad for byte in b"nonce-of-hd".ljust(64, b"\0")) for pad in (0x36, 0x5C))
    told = hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).hexdigest()
    assert cosign("nonce-of-hd", SAID) == told


@given(ANSWERS)
def test_values_are_hashed_as_documented(values: dict[Key, Value]) -> None:
    def spelt(said: object) -> str:
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    said = [spelt([row, field, spelt(value)]).encode() for (_, row, field), value in values.items()]
    found = hashlib.sha256(b"[" + b",".join(sorted(said)) + b"]").hexdigest()
    assert values_digest(values) == found


@given(ANSWERS, ANSWERS)
def test_two_answers_are_one_only_where_they_say_the_same(
    one: dict[Key, Value], other: dict[Key, Value]
) -> None:
    def told(values: dict[Key, Value]) -> set[str]:
        return {json.dumps([row, field, value]) for (_, row, field), value in values.items()}

    assert (values_digest(one) == values_digest(other)) == (told(one) == told(other))
    assert values_digest(dict(reversed(one.items()))) == values_digest(one)


def test_equal_numbers_are_one_value() -> None:
    assert values_digest({("HD", "a", "declared"): 220.0}) == values_digest({("HD", "a", "declared"): 220})


def test_whoever_changes_anything_or_has_another_nonce_has_no_cosignature() -> None:
    made = cosign("nonce", SAID)
    assert is_cosigned("nonce", SAID, made)
    for field in fields(SAID):
        said = getattr(SAID, field.name)
        other = Cosigned(**asdict(SAID) | {field.name: said + type(said)("1")})
        assert not is_cosigned("nonce", other, made)
    assert not is_cosigned("nonce2", SAID, made)
    assert not any(is_cosigned("nonce", SAID, said) for said in ("", made[:-1], made.upper(), "é\udc80"))


def test_parts_cannot_be_moved_across_their_borders() -> None:
    one, other = replace(SAID, plan='a","b', region="c"), replace(SAID, plan="a", region='b","c')
    assert cosign("nonce", one) != cosign("nonce", other)


def test_there_is_none_without_a_nonce() -> None:
    with pytest.raises(ValueError, match="nonce"):
        cosign("", SAID)
