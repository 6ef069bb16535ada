"""The picture of a letter is drawn to scale, the same every time, for one line or fifty."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typst
from lxml import etree
from PIL import Image, ImageChops, ImageFilter

from targetcal_xl.calibration import Letter, Targets
from targetcal_xl.letters.canvas import SMALL, Canvas
from targetcal_xl.letters.chart import targets_picture
from tests.support.letters import sample_letter

SIZE = (460.0, 150.0)
COLOURS = {"last_year": "#B4BEC9", "suggested": "#7FB0DC", "declared": "#E9B44C", "agreed": "#1F4E79"}
LEGEND = 20 * 3
"""Pixels at the top that hold the legend."""


def _image(letter: Letter, size: tuple[float, float] = SIZE) -> Image.Image:
    return Image.open(io.BytesIO(targets_picture(letter, "zh-CN", size).png())).convert("RGB")


def _png(letter: Letter, language: str) -> bytes:
    return targets_picture(letter, language, SIZE).png()


def _bars(image: Image.Image, colour: str) -> list[tuple[int, int]]:
    """Left edge and height of each bar of a colour, from the left."""
    wanted = np.array(list(bytes.fromhex(colour[1:])))
    heights = (np.asarray(image)[LEGEND:] == wanted).all(axis=2).sum(axis=0).tolist()
    return list(_runs(heights))


def _runs(heights: list[int]) -> Iterator[tuple[int, int]]:
    last = 0
    for x, height in enumerate(heights):
        if height > 5 and last <= 5:
            run = heights[x : x + 8]
            yield x, max(run)
        last = height


def _only_lines(letter: Letter) -> Letter:
    """Without a history beside the lines."""
    return replace(letter, history=())


@pytest.mark.parametrize("lines", [1, 50])
def test_the_picture_has_three_pixels_per_point(lines: int) -> None:
    assert _image(sample_letter(lines)).size == (1380, 450)


@pytest.mark.parametrize("lines", [1, 50])
def test_the_same_letter_is_the_same_picture(lines: int) -> None:
    letter = sample_letter(lines)
    assert _png(letter, "en") == _png(letter, "en")
    assert _png(letter, "en") != _png(letter, "zh-CN")


@pytest.mark.parametrize("lines", [1, 3, 4])
def test_bars_are_as_high_as_their_values(lines: int) -> None:
    letter = _only_lines(sample_letter(lines))
    image = _image(letter)
    values = [getattr(line.targets, code) for code in COLOURS for line in letter.lines]
    heights = [height for colour in COLOURS.values() for _, height in _bars(image, colour)]
    assert len(heights) == len(values)
    scale = max(heights) / max(values)
    assert all(
        math.isclose(height, value * scale, abs_tol=3) for height, value in zip(heights, values, strict=True)
    )


def test_the_bars_of_a_line_stand_side_by_side_in_the_legends_order() -> None:
    image = _image(_only_lines(sample_letter(1)))
    edges = [_bars(image, colour)[0][0] for colour in COLOURS.values()]
    assert edges == sorted(edges)
    assert len(set(edges)) == 4


def test_of_many_lines_the_eight_largest_are_shown() -> None:
    letter = _only_lines(sample_letter(50))
    assert [len(_bars(_image(letter), colour)) for colour in COLOURS.values()] == [8, 8, 8, 8]
    largest = _only_lines(replace(letter, lines=letter.lines[-8:]))
    for colour in COLOURS.values():
        assert _bars(_image(letter), colour) == _bars(_image(largest), colour)


def test_a_value_that_is_not_known_has_no_bar() -> None:
    letter = _only_lines(sample_letter(1))
    unknown = replace(letter.lines[0].targets, last_year=math.nan)
    image = _image(replace(letter, lines=(replace(letter.lines[0], targets=unknown),)))
    assert [len(_bars(image, colour)) for colour in COLOURS.values()] == [0, 1, 1, 1]


def test_values_below_zero_and_all_zeros_are_drawn_as_nothing() -> None:
    letter = _only_lines(sample_letter(1))
    for value in (0.0, -5.0):
        targets = Targets(*[value] * 6)
        image = _image(replace(letter, lines=(replace(letter.lines[0], targets=targets),), total=targets))
        assert [len(_bars(image, colour)) for colour in COLOURS.values()] == [0, 0, 0, 0]


def test_the_past_stands_beside_what_was_agreed() -> None:
    with_past, without = sample_letter(1), _only_lines(sample_letter(1))
    past = [x for x, _ in _bars(_image(with_past), COLOURS["last_year"]) if x > 1380 * 0.64]
    assert len(past) == len(with_past.history)
    assert len(_bars(_image(without), COLOURS["last_year"])) == 1


def test_a_metric_that_does_not_add_up_has_only_its_lines() -> None:
    letter = replace(sample_letter(2), total=None, history=())
    assert [len(_bars(_image(letter), colour)) for colour in COLOURS.values()] == [2, 2, 2, 2]


def test_a_very_long_name_stays_within_its_place() -> None:
    letter = _only_lines(sample_letter(2))
    named = [
        replace(line, name=name)
        for line, name in zip(letter.lines, ("很长的名称" * 40, "短\n名"), strict=True)
    ]
    image = _image(replace(letter, lines=tuple(named)))
    gap = image.crop((680, 460 - 45, 700, 450)).convert("L")
    assert np.asarray(gap).min() > 200


def test_names_break_between_words_and_between_signs_but_never_within_a_word() -> None:
    sheet = Canvas(SIZE)
    room = sheet.length("Northeast", SMALL) + 1
    assert sheet.folded("Northeast", SMALL, room) == ("Northeast",)
    assert sheet.folded("Greater  Northeast", SMALL, room) == ("Greater", "Northeast")
    assert sheet.folded("客户池健康度指标", SMALL, room) == ("客户池健", "康度指标")
    assert sheet.folded("一次性事件", SMALL, 4.2 * SMALL) == ("一次性", "事件"), "no sign is left alone"
    assert sheet.folded("Northeasterners", SMALL, room) == ("Northeasterners",)


def _scales(names: list[str], width: float) -> set[float]:
    sheet = Canvas(SIZE)
    sheet.names(names, (0, width), 100, 2)
    return {float(said) for said in re.findall(r"scale\(([\d.]+)", sheet.svg().decode())}


def test_names_that_would_be_cut_short_are_all_of_one_smaller_size() -> None:
    (usual,), (smaller,) = (_scales(["Northeast", "West"], width) for width in (100, 84))
    assert 0.8 * usual < smaller < usual


@pytest.mark.parametrize("lines", [1, 3, 20])
def test_the_picture_in_curves_is_the_picture_in_pixels(lines: int, tmp_path: Path) -> None:
    sheet = targets_picture(sample_letter(lines), "zh-CN", SIZE)
    (tmp_path / "sheet.svg").write_bytes(sheet.svg())
    page = (
        f'#set page(width: {SIZE[0]}pt, height: {SIZE[1]}pt, margin: 0pt)\n#image("sheet.svg", width: 100%)'
    )
    (tmp_path / "sheet.typ").write_text(page, "utf-8")
    drawn = typst.compile(tmp_path / "sheet.typ", format="png", ppi=216)
    assert isinstance(drawn, bytes)
    one, other = (Image.open(io.BytesIO(png)).convert("L") for png in (drawn, sheet.png()))
    assert one.size == other.size
    apart = ImageChops.difference(one.filter(ImageFilter.BoxBlur(4)), other.filter(ImageFilter.BoxBlur(4)))
    assert np.asarray(apart).mean() < 2.5


def test_no_program_needs_the_font_for_the_curves() -> None:
    drawn = etree.fromstring(targets_picture(sample_letter(), "zh-CN", SIZE).svg())
    assert {etree.QName(one).localname for one in drawn.iter(etree.Element)} == {"svg", "rect", "path"}


def _written(names: list[str], width: float, patched: pytest.MonkeyPatch) -> list[tuple[str, float, float]]:
    """Each text with its middle and its height on the picture."""
    said: list[tuple[str, float, float]] = []
    patched.setattr(Canvas, "write", lambda _sheet, at, text, *_looks: said.append((text, *at)))
    Canvas(SIZE).names(names, (0, width), 100, 2)
    return said


def test_names_that_no_size_lets_stand_side_by_side_take_turns_in_two_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["Northeast", "Resources", "Northwest", "Suggested"]
    said = _written(names, 112, monkeypatch)
    assert [text for text, _, _ in said] == names
    upper, lower = {y for _, _, y in said[::2]}, {y for _, _, y in said[1::2]}
    assert len(upper) == len(lower) == 1
    assert min(lower) > max(upper)
    (*_, (last, middle, _)) = said
    assert middle + Canvas(SIZE).length(last, 7) / 2 <= 112, "it stays on the picture"
