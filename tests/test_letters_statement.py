"""The code on a letter: read back by a reader of others, one for each agreement, free of people's words."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from targetcal_xl.calibration import Letter
from targetcal_xl.letters import letter_code, read_code
from targetcal_xl.letters.statement import code_picture, statement
from tests.support.letters import LONG, sample_letter

LETTER = sample_letter()
LINE = LETTER.lines[0]


def test_a_telephone_reads_what_was_written() -> None:
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code_picture(LETTER).png)))
    assert read.text == str(letter_code(LETTER))
    assert read_code(read.text) == letter_code(LETTER)


def test_a_code_is_read_out_of_what_a_person_pastes() -> None:
    assert read_code(f"  QR: {letter_code(LETTER)}\n") == letter_code(LETTER)


@pytest.mark.parametrize("text", ["", "targetcal:1:", "https://example.com", str(letter_code(LETTER))[:-1]])
def test_what_is_no_whole_code_is_none(text: str) -> None:
    assert read_code(text) is None


def _agreed(value: float) -> Letter:
    line = replace(LINE, targets=replace(LINE.targets, agreed=value))
    return replace(LETTER, lines=(line, *LETTER.lines[1:]))


@pytest.mark.parametrize(
    "other",
    [
        _agreed(LINE.targets.agreed + 1),
        replace(LETTER, number="2025Q1-R1-V2"),
        replace(LETTER, region=replace(LETTER.region, head=replace(LETTER.region.head, name="别人"))),
        replace(LETTER, lines=LETTER.lines[::-1]),
        replace(LETTER, grants=LETTER.grants[1:]),
        replace(LETTER, chain_head="129-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
    ],
)
def test_another_agreement_has_another_code(other: Letter) -> None:
    assert letter_code(other) != letter_code(LETTER)


def test_nobodys_own_words_are_in_it() -> None:
    spoken = replace(
        LETTER,
        lines=tuple(replace(line, reason=LONG, risk=LONG) for line in LETTER.lines),
        grants=tuple(replace(grant, what=LONG, reason=LONG) for grant in LETTER.grants),
        objections=(),
        declined=(),
    )
    assert statement(spoken) == statement(LETTER)


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    said = json.dumps(statement(_agreed(math.nan)), allow_nan=False)
    assert json.loads(said)["lines"][0]["agreed"] is None


@given(st.text("0123456789abcdef", min_size=40, max_size=40))
@settings(max_examples=10)
def test_whatever_the_digits_are_a_telephone_reads_them_in_pixels_and_in_curves(digits: str) -> None:
    letter = replace(LETTER, chain_head=f"128-{digits}")
    code = code_picture(letter)
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.png)))
    assert read.text == str(letter_code(letter))
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.svg.decode())
    with Image.open(io.BytesIO(code.png)) as picture:
        side = picture.width // 8
        dark = {(x, y) for y in range(side) for x in range(side) if picture.getpixel((8 * x + 4, 8 * y + 4))}
    assert dark == {(int(x) + k, int(y)) for x, y, wide in boxes for k in range(int(wide))}
