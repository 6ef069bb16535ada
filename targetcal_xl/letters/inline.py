"""What stands in a line: text, fields, tabs and pictures, as Typst markup."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from lxml import etree

from .blocks import slot
from .font import ASCENT, DESCENT
from .moulds import argument, quoted, shared
from .package import W
from .styles import Look, WordStyles, points
from .supported import Unsupported

_EMU_PER_POINT = 12700
BEYOND = "beyond:"
"""How a page says what it cannot hold, once it is set."""
_DRAWN = (".png", ".jpg", ".jpeg", ".gif")
_COUNTERS = {"PAGE": "counter(page).display()", "NUMPAGES": "counter(page).final().first()"}
_COUNTER = re.compile(r"\s*(PAGE|NUMPAGES)\s*(?:\\\*\s*(?:MERGEFORMAT|Arabic)\s*)*", re.IGNORECASE)
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_SKIPPED = frozenset(
    f"{W}{name}"
    for name in (
        *("pPr", "bookmarkStart", "bookmarkEnd", "proofErr", "rPr", "lastRenderedPageBreak"),
        *("sdtPr", "sdtEndPr"),
    )
)
_THROUGH = frozenset(f"{W}{name}" for name in ("hyperlink", "smartTag", "sdt", "sdtContent"))
_TAB, _BREAK = "\t", "#linebreak()"


def line_edges(look: Look) -> tuple[float, float]:
    """How far a line reaches above and below its baseline, in points."""
    rule, value = look.line
    natural = (ASCENT + DESCENT) * look.size
    height = {"auto": natural * value / 240, "atLeast": max(natural, value)}.get(rule, value)
    below = min(DESCENT * look.size, height / 2)
    return height - below, below


class Inline:
    """The contents of paragraphs of one part; `targets`: relationship id -> file, `room`: of a page.

    `curved`: the pictures that are shown in curves, which stand in a variable.
    """

    def __init__(
        self,
        styles: WordStyles,
        targets: Mapping[str, str],
        room: tuple[float, float],
        curved: Collection[str],
    ) -> None:
        self._styles, self._targets, self._room, self._curved = styles, targets, room, curved

    def line(self, paragraph: etree._Element, look: Look, room: float) -> str:
        """The markup of a paragraph's contents, empty when there are none; it and its indents have so many
        points from side to side.

        Raise Unsupported for what would not look the same.
        """
        inside = room - look.left - look.right - max(look.first, 0.0)
        pieces = list(self._pieces(paragraph, look, inside))
        if pieces and _height(self._styles.mark(paragraph, look)) > max(self._heights(paragraph, look)):
            raise Unsupported("rPr sz")  # the paragraph's end is taller than its text
        is_in_cell = next(paragraph.iterancestors(f"{W}tc"), None) is not None
        if _TAB in pieces and not look.tabs:
            return _spaced(pieces, look, self._styles.default_tab)
        return _tabbed(pieces, look, 0.0 if is_in_cell else self._room[0])

    def _heights(self, paragraph: etree._Element, look: Look) -> list[float]:
        """How tall the lines of each run are."""
        runs = (run for run in self._runs(paragraph) if run.tag == f"{W}r")
        return [_height(self._styles.run(run, look)) for run in runs] or [_height(look)]

    def _pieces(self, parent: etree._Element, look: Look, room: float) -> Iterator[str]:
        field = _Field()
        for run in self._runs(parent):
            if run.tag == f"{W}fldSimple":
                yield _counter(run.get(f"{W}instr", ""), look)
                continue
            own = self._styles.run(run, look)
            for child in run:
                if child.tag in (f"{W}fldChar", f"{W}instrText"):
                    yield from field.take(child, own)
                elif child.tag not in _SKIPPED and not field.is_open:
                    yield self._piece(child, own, room)

    def _runs(self, parent: etree._Element) -> Iterator[etree._Element]:
        for child in parent:
            if child.tag in (f"{W}r", f"{W}fldSimple"):
                yield child
            elif child.tag in _THROUGH:
                yield from self._runs(child)
            elif child.tag not in _SKIPPED:
                raise Unsupported(etree.QName(child).localname)

    def _piece(self, element: etree._Element, look: Look, room: float) -> str:
        name = etree.QName(element).localname
        if name == "t":
            return _styled(slot(element.text, *_setting(look, room)), look) if element.text else ""
        if name == "tab":
            return _TAB
        if name == "noBreakHyphen":
            return _styled(argument("-", *_setting(look, room)), look)
        if name in ("br", "cr") and element.get(f"{W}type", "textWrapping") == "textWrapping":
            return _BREAK
        if name == "drawing":
            return self._picture(element, look)
        raise Unsupported(name)

    def _picture(self, drawing: etree._Element, look: Look) -> str:
        """A picture stands on the line, with the room of the line's font below it."""
        place, blip = drawing.find(f"{_DRAWING}inline"), next(drawing.iter(_BLIP), None)
        if place is None or blip is None:
            raise Unsupported("drawing")
        extent, about = place.find(f"{_DRAWING}extent"), place.find(f"{_DRAWING}docPr")
        if extent is None or about is None:
            raise Unsupported("drawing")
        width, height = (points(extent.get(side), _EMU_PER_POINT) for side in ("cx", "cy"))
        file = self._targets.get(blip.get(_EMBED, ""), "").rpartition("/")[2]
        if about.get("hidden", "0") not in ("0", "false"):
            raise Unsupported("drawing hidden")
        if width > self._room[0] + 1 or height > self._room[1]:
            raise Unsupported("extent")
        if not file.lower().endswith(_DRAWN):
            raise Unsupported(f"image {file.rpartition('.')[2]}")
        size = f"width: {width:.2f}pt, height: {height:.2f}pt"
        _, below = line_edges(look)
        room = f"baseline: {below:.2f}pt, inset: (bottom: {below:.2f}pt)"
        shown = f"curves.at({quoted(file)})" if file in self._curved else quoted(file)
        alt = slot(about.get("descr", "")) or quoted("")
        return f"#box({room}, image({shown}, {size}, alt: {alt}))"


class _Field:
    """A field spread over runs: its instruction, then a stale result that is left out."""

    def __init__(self) -> None:
        self.is_open = False
        self._instruction = ""

    def take(self, element: etree._Element, look: Look) -> Iterator[str]:
        """Follow the field's marks; its value comes at its end."""
        kind = element.get(f"{W}fldCharType")
        if kind is None:
            self._instruction += element.text or ""
        elif kind == "begin":
            self.is_open, self._instruction = True, ""
        elif kind == "end":
            self.is_open = False
            yield _counter(self._instruction, look)


def _counter(instruction: str, look: Look) -> str:
    if not (known := _COUNTER.fullmatch(instruction)):
        raise Unsupported(f"instrText {instruction.strip()[:40]}")
    return _styled(f"[#context {_COUNTERS[known[1].upper()]}]", look)


def _setting(look: Look, room: float) -> tuple[str, str, str, str]:
    """What has to be known to set a text: its families, whether it is bold, and how long its lines are."""
    return look.latin, look.eastern, "bold" * look.bold, f"{room / look.size:.3f}"


def _height(look: Look) -> float:
    return round(sum(line_edges(look)), 2)


def _styled(body: str, look: Look) -> str:
    above, below = line_edges(look)
    weight = ', weight: "bold"' if look.bold else ""
    edges = f"top-edge: {above:.2f}pt, bottom-edge: {-below:.2f}pt"
    letters = f'text.with(size: {look.size}pt, fill: rgb("#{look.colour}"), {edges}{weight})'
    markup = f"#{shared(letters)}({body})"
    if look.strike:
        markup = f"#strike[{markup}]"
    return f"#underline[{markup}]" if look.underline else markup


def _spaced(pieces: list[str], look: Look, step: float) -> str:
    """Pieces with tabs to stops that are a step apart, as far as lines do not wrap."""
    if look.left or look.first or look.align not in ("left", "both") or step <= 0:
        raise Unsupported("tabs")
    out = "let at = 0.0; "
    for piece in pieces:
        if piece == _TAB:
            out += f"let gap = {step} - calc.rem(at, {step}); h(gap * 1pt); at += gap; "
        elif piece == _BREAK:
            out += "linebreak(); at = 0.0; "
        else:
            out += f"let it = [{piece}]; it; at += measure(it).width.pt(); "
    return f"#context {{ {out}}}"


def _tabbed(pieces: list[str], look: Look, width: float) -> str:
    """Pieces with at most one tab: to a left stop, or to a right one where lines end at `width`."""
    if _TAB not in pieces:
        return "".join(pieces)
    at = pieces.index(_TAB)
    before, after = "".join(pieces[:at]), pieces[at + 1 :]
    stop, kind = next(iter(look.tabs.items()), (0.0, ""))
    if _TAB in after or _BREAK in pieces or look.left or look.first or look.align != "left":
        raise Unsupported("tabs")
    if kind == "right" and abs(stop - width) < 1:
        return f"{before}#h(1fr){''.join(after)}"
    if kind != "left":
        raise Unsupported("tabs")
    is_short = f'assert(measure(it).width < {stop}pt, message: "{BEYOND}tabs")'
    return f"#{{ let it = [{before}]; context {is_short}; box(width: {stop}pt, it) }}{''.join(after)}"
