"""A compiled template makes of every context what docxtpl makes of it, part by part."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from docxtpl import DocxTemplate
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from targetcal_xl.letters import LetterTemplate
from targetcal_xl.letters.compiled import Picture
from targetcal_xl.letters.fields import LetterFields, fields, specimen
from targetcal_xl.letters.house import house_copy
from targetcal_xl.problems import DataProblems
from tests.support.letters import BODY, changed, parts_of, shipped, with_paragraph

FILLED = ("word/document.xml", "word/header1.xml", "word/footer1.xml", "word/footnotes.xml")
TEXTS = st.text(st.sampled_from("ab 1&<>\"'{}%_\n\t中文，😐"[:-1]), max_size=12)
"""Ordinary texts, and what markup, Jinja and docxtpl have marks for."""


@st.composite
def contexts(draw: st.DrawFn) -> LetterFields:
    """Any text in any field, and lists with no row or several."""
    known = fields(specimen(), "en")
    return {
        name: draw(TEXTS) if isinstance(value, str) else [*_rows(draw, tuple(value[0]))]
        for name, value in known.items()
    }


def _rows(draw: st.DrawFn, names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for _ in range(draw(st.integers(0, 3))):
        yield {name: draw(TEXTS) for name in names}


def _by_docxtpl(template: bytes, context: LetterFields) -> dict[str, bytes]:
    """The filled parts of the file that plain docxtpl makes; braces in texts are none of its marks."""
    document = DocxTemplate(io.BytesIO(house_copy(template)))
    document.render(dict(context), autoescape=True)
    document.save(out := io.BytesIO())
    return _canonical(out.getvalue())


def _canonical(docx: bytes) -> dict[str, bytes]:
    parts = {name: data for name, data in parts_of(docx).items() if name in FILLED}
    return {name: etree.tostring(etree.fromstring(data), method="c14n") for name, data in parts.items()}


def _ours(template: LetterTemplate, context: LetterFields) -> dict[str, bytes]:
    return _canonical(template.render(context, {}, specimen().issued).docx)


def _marked(context: LetterFields) -> bool:
    """Whether a text holds what docxtpl takes for a mark of its own, wherever it stands."""
    return any(mark in str(context) for mark in ("{_", "_}", "%_"))


@given(contexts())
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_part_is_the_same_markup_as_docxtpls(language: str, context: LetterFields) -> None:
    if not _marked(context):
        assert _ours(shipped(language), context) == _by_docxtpl(shipped(language).data, context)


_TEXT, _END = "<w:p><w:r><w:t>", "</w:t></w:r></w:p>"
_CELL = f"{_END}</w:tc><w:tc><w:tcPr><w:tcW w:w='9' w:type='dxa'/></w:tcPr>{_TEXT}"
_ROW = _CELL.replace("<w:tc>", "</w:tr><w:tr><w:tc>")
HABITS = {
    "cells in a loop": ("{%tc for line in lines %}", _CELL, "{{ line.name }}", _CELL, "{%tc endfor %}"),
    "a row on a condition": ("x", _ROW, "{%tr if replaces %}", _ROW, "{{ replaces }}", _ROW, "{%tr endif %}"),
    "rows in a loop": ("{%tr for line in lines %}", _ROW, "{{ line.no }}", _ROW, "{%tr endfor %}"),
    "a reach from a field": ("{% colspan version %}x",),
    "a colour from a field": ("{% cellbg version %}x",),
    "cells merged down": ("{%tr for x in lines %}", _ROW, "{% vm %}{{ x.no }}", _ROW, "{%tr endfor %}"),
}
"""What stands in the one cell of a table."""


@pytest.mark.parametrize("habit", HABITS)
def test_tables_of_every_habit_come_out_as_docxtpls(habit: str) -> None:
    first = f"<w:tc><w:tcPr><w:tcW w:w='9' w:type='dxa'/></w:tcPr>{_TEXT}"
    rows = f"<w:tr>{first}{''.join(HABITS[habit])}{_END}</w:tc></w:tr>"
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='900'/></w:tblGrid>{rows}</w:tbl>"
    template = LetterTemplate(changed("<w:body>", f"<w:body>{table}<w:p/>"))
    for lines in range(3):
        context = _with_lines(lines)
        assert _ours(template, context) == _by_docxtpl(template.data, context)


def _with_lines(lines: int) -> LetterFields:
    (line,) = specimen().lines
    context = fields(replace(specimen(), lines=(line,) * lines), "en")
    return {**context, "version": "2", "replaces": "x" * lines}


@pytest.mark.parametrize(
    "words",
    [
        "{{ region -}} , {{- head }}",
        "a {_% c %_}",
        "{# a remark #}{{ region|upper }}",
        "{%p if replaces %}",
        "“{{ 'a' if replaces == ‘’ else “b” }}”",
        "<w:r><w:rPr><w:b/></w:rPr><w:t>{{ definition }}\tand\nmore</w:t></w:r>",
        "<w:r><w:t>{{r region }}</w:t></w:r>",
    ],
)
def test_paragraphs_of_every_habit_come_out_as_docxtpls(words: str) -> None:
    end = "<w:p><w:r><w:t>{%p endif %}</w:t></w:r></w:p>" if "%p" in words else ""
    data = changed("<w:body>", f"<w:body>{end}") if end else shipped().data
    template = LetterTemplate(with_paragraph(words, data))
    for said in ("", "one", "one\ntwo\tthree & <four>"):
        context = {**fields(specimen(), "en"), "replaces": said, "definition": said}
        assert _ours(template, context) == _by_docxtpl(template.data, context)


def test_a_letter_leaves_nothing_for_the_next_one() -> None:
    template, context = LetterTemplate(shipped().data), fields(specimen(), "en")
    first = template.render(context, {}, specimen().issued)
    with pytest.raises(DataProblems):
        template.render({**context, "region": [{"name": "no text"}]}, {}, specimen().issued)
    assert template.render(context, {}, specimen().issued) == first


def test_pictures_are_described_as_they_are_said_to_be() -> None:
    alt = "<目标> & \"建议\" '确认'\n次行"
    pictures = {"chart:targets": Picture(b"png", alt)}
    docx = shipped().render(fields(specimen(), "en"), pictures, specimen().issued).docx
    assert alt in [one.get("descr") for one in etree.fromstring(parts_of(docx)[BODY]).iter("{*}docPr")]
