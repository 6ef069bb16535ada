"""What a finished Word letter says to its reader, in order, and what it holds that nobody can see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree

from ..calibration.vocabulary import SIGNATURE_MARKS
from .blocks import pieces_of, read_part, shaped, slot, woven
from .drawn import FORMULA, drawn_words, formulas_in, is_drawn, own_fonts, symbol_fonts
from .package import W, parse_xml, parts_of

ANCHORS = tuple(SIGNATURE_MARKS.values())
"""Invisible marks, one per signature, at the left end of the signature's line."""
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_VML = "{urn:schemas-microsoft-com:vml}"
_DRAWN = {f"{W}txbxContent", f"{_A}txBody"}
_BODY = "word/document.xml"
_MARGINS = ("word/header", "word/footer")
_NOTES = ("word/footnotes", "word/endnotes")
_UNKNOWN = {f"{W}{name}" for name in ("sym", "fldChar", "footnoteReference", "endnoteReference", "pgNum")}
_SILENT = {f"{W}{name}" for name in ("tab", "br", "cr", "ptab", "softHyphen", "instrText")}
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]+")
_SYMBOLS = re.compile("wingdings|webdings|symbol|zapf|marlett", re.IGNORECASE)
_GAP = "\0"
"""Where something stands that the file does not spell out, such as the number of a page."""
_LEAST = 5
"""Half points: what is set smaller is not read."""
_PALEST = 0.9
"""How light a colour is on white paper that cannot be read, of 1."""


@dataclass(frozen=True)
class Said:
    """The texts of a letter; `hidden` are those that its file holds and no reader sees."""

    body: list[list[str]] = field(default_factory=list)
    """Rows and paragraphs, one below the other down the pages."""
    elsewhere: list[str] = field(default_factory=list)
    """In frames, boxes and notes, whose order on the page is their own."""
    margins: dict[str, list[list[str]]] = field(default_factory=dict)
    """At the top and at the bottom of pages, of each kind of page."""
    hidden: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    """Each with what it says in one, from its first sign to its last."""
    drawn: list[str] = field(default_factory=list)
    """In charts and diagrams."""
    has_drawings: bool = False
    """Whether there are charts or diagrams, which say more than that."""
    fonts: set[str] = field(default_factory=set)
    """Those whose signs nobody else has: by which signs are named, or that come with the file."""


@lru_cache(64)
def said(docx: bytes) -> Said:
    """Everything that a Word file says; the same is asked for when its PDF is proved."""
    parts = parts_of(docx)
    formats = _formats(parts.get("word/styles.xml", b"<none/>"))
    found = Said(has_drawings=any(map(is_drawn, parts)), fonts=set(own_fonts(parts)))
    for name, data in parts.items():
        found.drawn.extend(drawn_words(name, data))
        if name == _BODY or name.startswith((*_MARGINS, *_NOTES)):
            place = _place_of(name, found)
            for row in _rows(data, formats, found):
                place.extend([row] if name == _BODY else row)
    return found


def _rows(part: bytes, formats: _Formats, found: Said) -> Iterator[list[str]]:
    """What the rows and paragraphs of a part say in their place; the rest is noted."""
    for block in read_part(part).blocks:
        for one in block.rows or (block,):
            for row in _spoken(one.shape, block.shape if block.rows else "", formats):
                yield _taken(row, one.texts, found)


@dataclass(frozen=True)
class _Spoken:
    """How a paragraph says its texts, and whether it stands in a frame, a box or a table that floats."""

    shown: _Template
    hidden: tuple[_Template, ...]
    formulas: tuple[str, ...]
    fonts: frozenset[str]
    is_apart: bool


class _Template(NamedTuple):
    """Words in pieces, between which texts go, by their numbers."""

    pieces: tuple[str, ...]
    slots: tuple[tuple[str, ...], ...]

    def filled(self, texts: Sequence[str]) -> str:
        return woven(self.pieces, [texts[int(number)] for (number,) in self.slots])


@lru_cache(1 << 10)
def _spoken(shape: str, around: str, formats: _Formats) -> list[list[_Spoken]]:
    """How the paragraphs of a shape say their texts; those of one row of a table together."""
    return [[_said(one, formats) for one in block] for block in _blocks(shaped(shape, around))]


def _said(paragraph: etree._Element, formats: _Formats) -> _Spoken:
    shown, hidden = _texts(paragraph, formats)
    words = [_Template(*pieces_of(one)) for one in (shown, *hidden)]
    drawn = tuple(formulas_in(paragraph)), frozenset(symbol_fonts(paragraph))
    return _Spoken(words[0], tuple(words[1:]), *drawn, _is_apart(paragraph))


def _taken(row: list[_Spoken], texts: Sequence[str], found: Said) -> list[str]:
    """What a row says in its place; what stands apart or is hidden is noted."""
    said: list[str] = []
    for one in row:
        shown = _PRIVATE.sub(_GAP, one.shown.filled(texts)).split(_GAP)
        (found.elsewhere if one.is_apart else said).extend(piece for piece in shown if piece.strip())
        found.formulas.extend(one.formulas)
        found.fonts.update(one.fonts)
        hidden = [words.filled(texts) for words in one.hidden]
        found.hidden.extend(
            words for words in hidden if words.strip(_GAP).strip() and words.strip() not in ANCHORS
        )
    return said


def _blocks(root: etree._Element) -> Iterator[list[etree._Element]]:
    """The paragraphs of a shape; those of one row of a table together, which stand beside each other."""
    row: etree._Element | None = None
    block: list[etree._Element] = []
    for paragraph in root.iter(f"{W}p"):
        rows = list(paragraph.iterancestors(f"{W}tr"))
        outermost = rows[-1] if rows else paragraph
        if outermost is not row and block:
            yield block
            block = []
        row = outermost
        block.append(paragraph)
    if block:
        yield block


def _place_of(part: str, found: Said) -> list[Any]:
    """Where the texts of a part belong."""
    kind = next((kind for kind in _MARGINS if part.startswith(kind)), None)
    if kind is None:
        return found.body if part == _BODY else found.elsewhere
    found.margins.setdefault(kind, []).append([])
    return found.margins[kind][-1]


def _is_apart(paragraph: etree._Element) -> bool:
    """Whether a paragraph stands in a frame, a box or a table that floats."""
    above = list(paragraph.iterancestors())
    is_framed = paragraph.find(f"{W}pPr/{W}framePr") is not None
    is_floating = any(one.find(f"{W}tblPr/{W}tblpPr") is not None for one in above if one.tag == f"{W}tbl")
    return is_framed or is_floating or any(one.tag in _DRAWN for one in above)


def _texts(paragraph: etree._Element, formats: _Formats) -> tuple[str, list[str]]:
    """The words that a paragraph shows and those that it hides, as slots."""
    shown, hidden = "", []
    for run in _runs(paragraph):
        text = "".join(_spelled(run))
        if formats.is_hidden(run, paragraph):
            hidden.append(text)
            shown += _GAP
        else:
            shown += _GAP * len(text) if formats.is_in_symbols(run, paragraph) else text
    return shown, hidden


def _runs(parent: etree._Element) -> Iterator[etree._Element]:
    """The runs of a paragraph, without those of boxes in it; of a field whose value the page sets, none."""
    is_result = False
    for run in parent.iter(f"{W}r", FORMULA):
        if next(run.iterancestors(f"{W}p"), None) is not parent:
            continue
        if run.tag == FORMULA:
            yield _EMPTY
            continue
        kinds = [mark.get(f"{W}fldCharType") for mark in run.iter(f"{W}fldChar")]
        is_result = (is_result or "begin" in kinds) and "end" not in kinds
        is_simple = next(run.iterancestors(f"{W}fldSimple"), None) is not None
        yield _EMPTY if (is_result or is_simple) and not kinds else run


_EMPTY = etree.fromstring(f'<w:r xmlns:w="{W[1:-1]}"><w:sym/></w:r>')


def _spelled(run: etree._Element) -> Iterator[str]:
    for child in run.iterchildren(etree.Element):
        if child.tag == f"{W}t":
            yield slot(child.text or "")
        elif child.tag == f"{W}noBreakHyphen":
            yield "-"
        elif child.tag in _UNKNOWN:
            yield _GAP


@lru_cache(4)
def _formats(styles: bytes) -> _Formats:
    return _Formats(parse_xml(styles))


class _Layers(NamedTuple):
    """What says how a run looks, the nearest first: itself, its style, and that of its paragraph."""

    own: etree._Element | None
    styles: tuple[str | None, str | None]


class _Verdict(NamedTuple):
    """Whether text of a format is hidden, next to white, or in symbols."""

    is_hidden: bool
    is_pale: bool
    is_in_symbols: bool


class _Formats:
    """What of a run's format decides whether it can be read."""

    def __init__(self, root: etree._Element) -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
        self._defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._known: dict[tuple[str | None, str], etree._Element | None] = {}
        self._verdicts: dict[object, _Verdict] = {}
        default = (name for name, style in self._styles.items() if style.get(f"{W}default") in ("1", "true"))
        self._normal = next(
            (one for one in default if self._styles[one].get(f"{W}type") == "paragraph"), None
        )

    def is_hidden(self, run: etree._Element, paragraph: etree._Element) -> bool:
        """Whether a run is hidden, too small to be read, or as light as the paper behind it."""
        layers = self._layers(run, paragraph)
        verdict = self._verdict(layers)
        return verdict.is_hidden or (verdict.is_pale and self._is_on_paper(run, paragraph, layers))

    def is_in_symbols(self, run: etree._Element, paragraph: etree._Element) -> bool:
        """Whether a run is set in signs that its letters only number."""
        return self._verdict(self._layers(run, paragraph)).is_in_symbols

    def _verdict(self, layers: _Layers) -> _Verdict:
        """What the format says, found once for all runs that have the same."""
        own = () if layers.own is None else tuple((one.tag, *one.items()) for one in layers.own)
        key = (own, layers.styles)
        if key not in self._verdicts:
            size = _number(self._value("sz", layers))
            is_small = size is not None and size < _LEAST
            fonts = self._first("rFonts", layers)
            families = () if fonts is None else (str(value) for value in fonts.attrib.values())
            self._verdicts[key] = _Verdict(
                is_small or self._is_on("vanish", layers) or self._is_on("specVanish", layers),
                _is_pale(self._value("color", layers)),
                any(_SYMBOLS.search(family) for family in families),
            )
        return self._verdicts[key]

    def _is_on(self, name: str, layers: _Layers) -> bool:
        element = self._first(name, layers)
        return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off")

    def _value(self, name: str, layers: _Layers) -> str:
        element = self._first(name, layers)
        return "" if element is None else element.get(f"{W}val", "")

    def _layers(self, run: etree._Element, paragraph: etree._Element) -> _Layers:
        own = run.find(f"{W}rPr")
        styled = None if own is None else _named(run, "rPr", "rStyle")
        return _Layers(own, (styled, _named(paragraph, "pPr", "pStyle") or self._normal))

    def _first(self, name: str, layers: _Layers) -> etree._Element | None:
        """A property of a run: its own, its styles', its paragraph's, or the defaults'."""
        found = None if layers.own is None else layers.own.find(f"{W}{name}")
        for style in layers.styles:
            found = self._of_style(style, name) if found is None else found
        if found is None and self._defaults is not None:
            found = self._defaults.find(f"{W}{name}")
        return found

    def _of_style(self, style: str | None, name: str) -> etree._Element | None:
        """The same of a style and of those it is based on."""
        if (style, name) not in self._known:
            found = (one.find(f"{W}rPr/{W}{name}") for one in self._chain(style))
            self._known[style, name] = next((one for one in found if one is not None), None)
        return self._known[style, name]

    def _is_on_paper(self, run: etree._Element, paragraph: etree._Element, layers: _Layers) -> bool:
        """Whether nothing is said to be behind a run but white paper."""
        around = [run, paragraph, *paragraph.iterancestors()]
        is_shaded = any(one.find(f"{W}{kind}/{W}shd") is not None for one in around for kind in _KINDS)
        is_styled = any(one.tag in (f"{W}tbl", *_DRAWN) and self._is_coloured(one) for one in around)
        marks = ("highlight", "shd")
        is_marked = any(self._first(mark, layers) is not None for mark in marks)
        return not (is_shaded or is_styled or is_marked) and next(run.iter(f"{_VML}fill"), None) is None

    def _is_coloured(self, holder: etree._Element) -> bool:
        """Whether a box, or the style of a table, may colour what is behind its text."""
        name = _named(holder, "tblPr", "tblStyle") if holder.tag == f"{W}tbl" else None
        return holder.tag in _DRAWN or any(True for style in self._chain(name) for _ in style.iter(f"{W}shd"))

    def _chain(self, name: str | None) -> Iterator[etree._Element]:
        passed: set[str] = set()
        while name in self._styles and name not in passed:
            passed.add(str(name))
            yield self._styles[name]
            based = self._styles[name].find(f"{W}basedOn")
            name = None if based is None else based.get(f"{W}val")


_KINDS = ("rPr", "pPr", "tcPr", "tblPr", "trPr")


def _named(holder: etree._Element, properties: str, kind: str) -> str | None:
    found = holder.find(f"{W}{properties}/{W}{kind}")
    return None if found is None else found.get(f"{W}val")


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _is_pale(colour: str) -> bool:
    """Whether a colour is next to white."""
    if not re.fullmatch("[0-9A-Fa-f]{6}", colour):
        return False
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue > _PALEST
