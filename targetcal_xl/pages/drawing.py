"""Pictures of a page, as boxes, lines and words on a small sheet that grows with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..calibration.explanation import axis_floor

WIDTH = 360.0
"""Of every picture, in its own units: those of the narrowest phone, so that its words can be read there."""

_LETTER = 5.6
"""How wide a letter of a word is."""

_LINE = 11.0
"""How tall a line of words is."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Rect:
    """A rectangle; `look` is its class in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    look: str


@dataclass(frozen=True)
class Word:
    """Some words at a place."""

    x: float
    y: float
    said: str
    anchor: Anchor = "middle"
    look: str = "word"


@dataclass(frozen=True)
class Drawing:
    """A picture with its title, and what it shows in a sentence for whoever cannot see it."""

    code: str
    title: str
    summary: str
    height: float
    boxes: tuple[Rect, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    words: tuple[Word, ...] = ()
    width: float = field(default=WIDTH, init=False)


@dataclass(frozen=True)
class Pillar:
    """A column of a waterfall: from a height to another, with its name and its number."""

    name: str
    begins: float
    ends: float
    said: str
    look: str


def waterfall(code: str, title: str, summary: str, columns: Sequence[Pillar]) -> Drawing:
    """Columns, each of which begins where the one before ends; the axis begins where steps can be seen."""
    top, bottom, pitch = 24.0, 186.0, WIDTH / len(columns)
    heights = [column.ends for column in columns]
    lowest, highest = axis_floor(heights), max(*heights, 0.0)
    unit = (bottom - top) / (highest - lowest or 1.0)
    boxes, strokes, words = [], [], []
    for k, one in enumerate(columns):
        low, high = sorted((max(one.begins, lowest), max(one.ends, lowest)))
        above, left = bottom - (high - lowest) * unit, pitch * (k + 0.14)
        boxes.append(_box(left, above, pitch * 0.72, max((high - low) * unit, 1.0), one.look))
        words.append(Word(_round(pitch * (k + 0.5)), _round(above - 5), one.said, look="number"))
        words += _named(pitch * (k + 0.5), bottom + 15, one.name, pitch)
        if k + 1 < len(columns):
            level = _round(bottom - (max(one.ends, lowest) - lowest) * unit)
            strokes.append(
                Stroke(((_round(left + pitch * 0.72), level), (_round(left + pitch), level)), "faint")
            )
    strokes.append(Stroke(((0.0, bottom), (WIDTH, bottom)), "axis"))
    return Drawing(code, title, summary, 220.0, tuple(boxes), tuple(strokes), tuple(words))


@dataclass(frozen=True)
class Bin:
    """How many are from here to the next, and how that looks."""

    count: int
    look: str


def histogram(
    code: str, title: str, summary: str, bins: Sequence[Bin], marks: Sequence[tuple[int, str]], at: int
) -> Drawing:
    """Counts beside each other; `marks` are words at edges of bins, and a line stands at the edge `at`."""
    top, bottom, pitch = 24.0, 176.0, WIDTH / len(bins)
    most = max((one.count for one in bins), default=0) or 1
    boxes, words = [], []
    for k, one in enumerate(bins):
        if one.count:
            tall = (bottom - top) * one.count / most
            boxes.append(_box(pitch * k + 1, bottom - tall, pitch - 2, tall, one.look))
            middle = _round(pitch * (k + 0.5))
            words.append(Word(middle, _round(bottom - tall - 5), str(one.count), look="number"))
    words += [Word(_round(pitch * edge), bottom + 15, said) for edge, said in marks]
    strokes = [
        Stroke(((_round(pitch * at), 10.0), (_round(pitch * at), bottom)), "limit"),
        Stroke(((0.0, bottom), (WIDTH, bottom)), "axis"),
    ]
    return Drawing(code, title, summary, 200.0, tuple(boxes), tuple(strokes), tuple(words))


@dataclass(frozen=True)
class Share:
    """A share of 1 with its name; None where it is not known."""

    name: str
    value: float | None
    said: str
    look: str


def shares(code: str, title: str, summary: str, rows: Sequence[Share]) -> Drawing:
    """Shares of 1, one below the other, each on its own ground."""
    boxes, words, top = [], [], 12.0
    for row in rows:
        words += [Word(0.0, top + 2, row.name, "start"), Word(WIDTH, top + 2, row.said, "end", "number")]
        boxes.append(_box(0.0, top + 9, WIDTH, 12.0, "ground"))
        if row.value is not None:
            boxes.append(_box(0.0, top + 9, WIDTH * row.value, 12.0, row.look))
        top += 46.0
    half = Stroke(((WIDTH / 2, 18.0), (WIDTH / 2, top - 22)), "faint")
    return Drawing(code, title, summary, top - 18, tuple(boxes), (half,), tuple(words))


@dataclass(frozen=True)
class Dot:
    """Something at two shares, with its name: how far to the right, up to 1, and how far up."""

    name: str
    across: float
    up: float
    look: str


def quadrants(
    code: str, title: str, summary: str, dots: Sequence[Dot], cuts: tuple[float, float], reach: float,
    words: tuple[str, str],
) -> Drawing:  # fmt: skip
    """Dots in four fields, parted where they are cut, with a strip on each side where that is no clear cut.

    `cuts` are across and up, `words` name both axes.
    """
    top, bottom, left = 20.0, 240.0, 12.0
    most = max(1.1, *(dot.up + 0.05 for dot in dots)) if dots else 1.1
    least = min(0.7, *(dot.up - 0.05 for dot in dots)) if dots else 0.7
    first = min(0.5, *(dot.across - 0.05 for dot in dots)) if dots else 0.5
    wide, tall = WIDTH - 2 * left, bottom - top

    def at(across: float, up: float) -> tuple[float, float]:
        x, y = (across - first) / (1 - first), (up - least) / (most - least)
        return _round(left + wide * x), _round(bottom - tall * y)

    x, y = at(*cuts)
    strip = [at(cuts[0] - reach, cuts[1] + reach), at(cuts[0] + reach, cuts[1] - reach)]
    boxes = [
        _box(left, strip[0][1], wide, strip[1][1] - strip[0][1], "ground"),
        _box(strip[0][0], top, strip[1][0] - strip[0][0], tall, "ground"),
    ]
    strokes = [Stroke(((x, top), (x, bottom)), "axis"), Stroke(((left, y), (WIDTH - left, y)), "axis")]
    named = [Word(WIDTH / 2, bottom + 15, words[0]), Word(left, top - 7, words[1], "start")]
    places = [at(dot.across, dot.up) for dot in dots]
    spots = [_box(x - 4, y - 4, 8, 8, dot.look) for (x, y), dot in zip(places, dots, strict=True)]
    crossed = [Rect(x, top, 0.5, tall, ""), Rect(left, y, wide, 0.5, "")]
    named += _names_beside(spots, [dot.name for dot in dots], crossed, Rect(0.0, top, WIDTH, tall, ""))
    boxes += spots
    return Drawing(code, title, summary, 260.0, tuple(boxes), tuple(strokes), tuple(named))


def curves(
    code: str,
    title: str,
    summary: str,
    lines: Iterable[tuple[str, Sequence[float | None]]],
    ends: Sequence[str],
) -> Drawing:
    """Lines over the same steps, from 0 to the highest; `ends` are the words below the first and the last."""
    top, bottom, known = 14.0, 176.0, [(look, list(values)) for look, values in lines]
    highest = max((value for _, values in known for value in values if value is not None), default=0.0) or 1.0
    strokes = [Stroke(((0.0, bottom), (WIDTH, bottom)), "axis")]
    for look, values in known:
        pitch = WIDTH / max(len(values) - 1, 1)
        points = [
            (_round(pitch * k), _round(bottom - (bottom - top) * max(value, 0.0) / highest))
            for k, value in enumerate(values)
            if value is not None
        ]
        strokes.append(Stroke(tuple(points), look))
    words = (Word(0.0, bottom + 15, ends[0], "start"), Word(WIDTH, bottom + 15, ends[1], "end"))
    return Drawing(code, title, summary, 200.0, (), tuple(strokes), words)


def _box(x: float, y: float, width: float, height: float, look: str) -> Rect:
    return Rect(_round(x), _round(y), _round(width), _round(height), look)


def _round(value: float) -> float:
    return round(value, 1)


def _names_beside(
    spots: Sequence[Rect], names: Sequence[str], crossed: Sequence[Rect], within: Rect
) -> Iterator[Word]:
    """A name beside each spot, above or below it: where it covers nothing, else to the right."""
    taken = [*spots, *crossed]
    for spot, name in zip(spots, names, strict=True):
        ways = [(word, _covered(word)) for word in _ways_to_name(spot, name)]
        free = (
            one for one in ways if _lies_in(one[1], within) and not any(_meet(one[1], each) for each in taken)
        )
        word, covered = next(free, ways[0])
        taken.append(covered)
        yield word


def _ways_to_name(spot: Rect, name: str) -> Iterator[Word]:
    middle, right = _round(spot.x + spot.width / 2), _round(spot.x + spot.width + 4)
    yield Word(right, spot.y + 8, name, "start", "number")
    yield Word(_round(spot.x - 4), spot.y + 8, name, "end", "number")
    yield Word(middle, _round(spot.y - 4), name, "middle", "number")
    yield Word(middle, _round(spot.y + spot.height + _LINE), name, "middle", "number")


def _covered(word: Word) -> Rect:
    """What a word on one line covers, about."""
    wide = _wide(word.said)
    x = {"start": word.x, "middle": word.x - wide / 2, "end": word.x - wide}[word.anchor]
    return Rect(x, word.y - _LINE + 2, wide, _LINE, "")


def _meet(one: Rect, other: Rect) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def _lies_in(one: Rect, other: Rect) -> bool:
    across = other.x <= one.x and one.x + one.width <= other.x + other.width
    return across and other.y <= one.y and one.y + one.height <= other.y + other.height


def _named(x: float, y: float, name: str, room: float) -> Iterable[Word]:
    """A name below a column, on two lines where one has no room for it; what is longer ends early."""
    first, rest = _parted(name, room)
    lines = [first, rest if _wide(rest) <= room else _parted(rest, room - _LETTER)[0] + "…"]
    return [Word(_round(x), y + 13 * k, said.strip()) for k, said in enumerate(lines) if said.strip()]


def _parted(name: str, room: float) -> tuple[str, str]:
    """As much of a name as there is room for, to the end of a word if it can be, and the rest."""
    if _wide(name) <= room:
        return name, ""
    most = max(next(k for k in range(len(name), 0, -1) if k == 1 or _wide(name[:k]) <= room), 1)
    at = name.rfind(" ", 1, most + 1)
    return (name[:at], name[at:]) if at > 0 else (name[:most], name[most:])


def _wide(said: str) -> float:
    """How wide words are, about: a Chinese sign is as wide as two letters."""
    return sum(_LETTER * (1 + (ord(sign) > 0x2E7F)) for sign in said)
