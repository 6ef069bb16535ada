"""Checkpoints: written as others read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ledger.checkpoint import Checkpoint, log_origin, parse_checkpoint, parse_mark

SEEN = Checkpoint("example.com/behind-the-sofa", 20852163, bytes.fromhex("0a" * 32))
SPECIFIED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
"""The example of the specification (c2sp.org/tlog-checkpoint)."""

checkpoints = st.builds(
    Checkpoint, st.sampled_from(["a", "b/c"]), st.integers(0, 10**12), st.binary(min_size=32, max_size=32)
)


def test_the_example_of_the_specification_is_read_and_written_alike() -> None:
    found = parse_checkpoint(SPECIFIED)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert [one.name for one in found.signatures] == [found.origin]
    assert str(found) == SPECIFIED


@given(checkpoints)
def test_a_checkpoint_comes_back_from_its_text(seen: Checkpoint) -> None:
    assert parse_checkpoint(str(seen)) == seen


@pytest.mark.parametrize(
    "note",
    [
        "",
        "a\n1\n",
        SPECIFIED.replace("20852163", "020852163"),
        SPECIFIED.replace("20852163", "-1"),
        SPECIFIED.replace("CsUY", "C_UY"),
        SPECIFIED.replace("\n\n", "\n"),
        SPECIFIED.rstrip("\n"),
        SPECIFIED.replace("Az3grlgtzPIC", "Az3g", 1)[:-90] + "\n",
        SEEN.text + "\n\u2014 HD AAAAAA==\n",
        SEEN.text + "\n\u2014 HD AAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|signature|base64"):
        parse_checkpoint(note)


def test_two_logs_have_two_names() -> None:
    assert log_origin("ab" * 32) == "targetcal-xl/" + "ab" * 8 != log_origin("cd" * 32)


def test_a_mark_is_short_and_says_size_and_root() -> None:
    assert SEEN.mark == "20852163-" + "0a" * 20
    assert parse_mark(SEEN.mark) == (20852163, "0a" * 20)


@pytest.mark.parametrize(
    "said", ["", "0" * 64, "1-" + "0" * 39, "01-" + "0" * 40, "1-" + "G" * 40, "-" + "0" * 40]
)
def test_what_is_no_mark_is_none(said: str) -> None:
    assert parse_mark(said) is None
