"""Fields that nobody filled in: what looks like one to a reader, and is none to the program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ..problems import Problem
from .drawn import lines_in
from .fields import LetterFields
from .package import W
from .styles import is_on

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SAME = str.maketrans(
    "｛｝﹛﹜❴❵［］【】＜＞«»《》〈〉≪≫‹›＄％﹪＃＠\u200b\u200c\u200d\u2060\ufeff",
    "{}{}{}[][]<><><><><><>$%%#@     ",
)
"""Signs that a reader takes for the same, by the plainest one."""
_NAME = r"[^\W\d][\w.]*"
_COMMENT = re.compile(r"\{#(?:(?!\{#).)*?#\}", re.DOTALL)
_FILLED_IN = re.compile(r"\{\{(?:(?!\{\{|\{%).)*?\}\}|\{%(?:(?!\{\{|\{%).)*?%\}")
_LOOKS = re.compile(
    rf"\$?(?<!\{{)\{{+\s*{_NAME}(?:\s*\|\s*\w+)*\s*\}}+|<<\s*{_NAME}\s*>>"
    r"|\{\{[^{}\n]{0,60}\}?|\{%[^{}\n]{0,60}\}?|[^\s{}]{0,40}[^\S\n]?(?:\}\}|%\})"
)
"""Braces round a word, arrows, and pieces of fields: no letter has these."""
_BRACKETED = re.compile(
    rf"(?<!\[)\[+\s*({_NAME})\s*\]+|(?<!<)<+\s*({_NAME})\s*>+|%({_NAME})%|#({_NAME})#|@({_NAME})@"
)
"""What ordinary text may have, too: a field only by its name."""
_BREAKS = {f"{W}tab", f"{W}br", f"{W}cr"}


def unfilled(root: etree._Element, known: LetterFields) -> Iterator[Problem]:
    """A problem for everything in a part that looks like a field and is none, for empty controls, and for
    fields in charts and diagrams, which no letter fills in."""
    words = _spaces(_FILLED_IN, _spaces(_COMMENT, "\n".join(_paragraphs(root))))
    plain = words.translate(_SAME)
    found = [match.span() for match in _LOOKS.finditer(plain)]
    found += [one.span() for one in _BRACKETED.finditer(plain) if _is_field(one[one.lastindex or 0], known)]
    for start, end in sorted(found):
        said = words[start:end].strip()
        is_broken = any(mark in said for mark in ("{{", "}}", "{%", "%}"))
        yield Problem("letter_syntax" if is_broken else "letter_placeholder", fields={"said": said})
    for said in filter(None, map(_invitation, root.iter(f"{W}sdt"))):
        yield Problem("letter_placeholder", fields={"said": said})
    if not root.tag.startswith(W):
        drawn = {one[0]: None for line in lines_in(root) for one in _FILLED_IN.finditer(line)}
        yield from (Problem("letter_field_drawn", fields={"said": said}) for said in drawn)


def _invitation(control: etree._Element) -> str:
    """What a content control says as long as nobody has filled it in, which is printed, too."""
    shows = control.find(f"{W}sdtPr/{W}showingPlcHdr")
    content = control.find(f"{W}sdtContent")
    if shows is None or content is None or not is_on(shows):
        return ""
    said = "".join(_said(one) for one in content.iter(etree.Element)).strip()
    return "" if _FILLED_IN.search(said) else said


def _spaces(pattern: re.Pattern[str], words: str) -> str:
    """The words with spaces for whatever the pattern finds."""
    return pattern.sub(lambda found: " " * len(found[0]), words)


def _is_field(name: str, known: LetterFields) -> bool:
    """Whether a letter, or a row of one of its lists, has a field of this name."""
    row, _, field = name.lower().rpartition(".")
    lists = [rows for rows in known.values() if not isinstance(rows, str)]
    return any(field in rows[0] for rows in lists if rows) if row else field in known


def _paragraphs(root: etree._Element) -> Iterator[str]:
    """The text of each paragraph, without that of the boxes in it."""
    for paragraph in root.iter(f"{W}p", f"{_A}p"):
        yield "".join(_said(one) for one in _inside(paragraph))


def _inside(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent.iterchildren(etree.Element):
        if child.tag not in (f"{W}p", f"{_A}p"):
            yield child
            yield from _inside(child)


def _said(element: etree._Element) -> str:
    if element.tag in _BREAKS:
        return " "
    return (element.text or "") if element.tag in (f"{W}t", f"{_A}t") else ""
