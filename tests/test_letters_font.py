"""The font of letters is one file, and any other is told before a letter is printed in it."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTCollection

from targetcal_xl.actions import doctor
from targetcal_xl.letters import LetterTemplate, font, pdf
from targetcal_xl.problems import Refused
from tests.support.letters import render, sample_letter

_REAL = font.font_file()


def _forget() -> None:
    """What was found out about the font so far is forgotten."""
    for kept in (
        font.font_file,
        font.drawing_font,
        vars(font)["_face"],
        vars(font)["_glyphs"],
        vars(pdf)["_fonts"],
    ):
        kept.cache_clear()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a font wheel that can be changed."""
    folder = tmp_path / "other_fonts_cjk"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copy(_REAL, folder)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(font, "_PACKAGE", folder.name)
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    _forget()
    yield folder
    _forget()


def _renamed(folder: Path) -> None:
    (folder / _REAL.name).rename(folder / "NotoSansCJK.ttc")


def _cut(folder: Path) -> None:
    (folder / _REAL.name).write_bytes(_REAL.read_bytes()[:-1])


def _altered(folder: Path) -> None:
    """Another file of the same name and size."""
    content = bytearray(_REAL.read_bytes())
    content[-1] ^= 1
    (folder / _REAL.name).write_bytes(content)


_CHANGES = {"font_missing": _renamed, "font_other": _cut, "font_other ": _altered}


@pytest.mark.parametrize("code", _CHANGES)
def test_a_letter_is_not_printed_in_another_font(code: str, installed: Path) -> None:
    _CHANGES[code](installed)
    with pytest.raises(Refused) as refused:
        render(sample_letter(), LetterTemplate.shipped("zh-CN"), "zh-CN")
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == (code.strip(), str(installed / _REAL.name))
    assert font.WHEEL in problem.sentence("zh-CN")


@pytest.mark.parametrize("change", _CHANGES.values())
def test_doctor_tells_that_the_font_is_another(change: Callable[[Path], None], installed: Path) -> None:
    assert "font_other" not in {problem.code for problem in doctor("en").problems}
    change(installed)
    _forget()
    assert {"font_missing", "font_other"} & {problem.code for problem in doctor("en").problems}


@pytest.mark.parametrize("change", [_renamed, _cut])
def test_what_a_letter_can_show_is_asked_of_no_other_font(
    change: Callable[[Path], None], installed: Path
) -> None:
    change(installed)
    with pytest.raises(Refused):
        font.unprinted("目标 é")


def test_without_the_wheel_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, installed: Path
) -> None:
    monkeypatch.setattr(font, "_PACKAGE", "no_such_fonts")
    with pytest.raises(Refused) as refused:
        font.font_file()
    assert [problem.code for problem in refused.value.problems] == ["font_missing"]


def test_the_font_has_every_sign_that_it_is_not_asked_for() -> None:
    with TTCollection(font.font_file(), lazy=True) as collection:
        mine = [face for face in collection.fonts if face["name"].getDebugName(1) == font.FAMILY]
        common = {sign for sign in range(0x10000) if not font.UNUSUAL.match(chr(sign))} - {
            *map(ord, "\n\r\t")
        }
        assert mine and all(common <= face.getBestCmap().keys() for face in mine) and len(common) > 20_000


def test_the_wheel_that_is_named_is_the_one_that_is_required() -> None:
    assert font.WHEEL in (importlib.metadata.requires("targetcal-xl") or [])
