"""The proof that a finished letter says everything, in its place, where its reader can see it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from ..problems import Problem
from .pages import Page, read_pages
from .words import Said, said

_HYPHENS = dict.fromkeys(map(ord, "\u0002\ufffe\u2010\u2011"), "-")
"""The first two are what pdfium reads where a hyphen ends a line."""
_LEADERS = re.compile(r"([._·-])\1{3,}")
"""Rows of dots and dashes, which lead to a tab stop or are written on."""
_SLACK = 20
_DIVISIBLE, _DIVISIBLE_ANYWHERE = 4, 16
"""Signs of the shortest text that may run over: a lost number must not be pieced together from two pages."""
_CHANCE = 8
_STARTS = (8, 4, 2, 1)
"""Signs with which a text may begin on a page, and how few of them may do so by chance."""
_LABELS = 24
"""Signs that an office program may set between two texts by itself: the number of a list, of a note."""
_ANY = 1 << 20
_WAYS, _TRIES = 4, 40
"""Ways that are looked at of the words on a page; and how often a row is tried for each of its texts."""


def faults_in_word(docx: bytes, merged: Iterable[str]) -> list[Problem]:
    """A problem for every merged text that the Word file does not show, and for what it hides."""
    letter = said(docx)
    body = (words for row in letter.body for words in row)
    texts = [*body, *_in_margins(letter), *letter.elsewhere, *letter.formulas]
    shown = "\0".join(map(_plain, texts))
    lost = [words for words in dict.fromkeys(merged) if _plain(words) not in shown]
    return [
        *(
            _problem("lost", words, "Word")
            for words in lost
            if _plain(words) not in map(_plain, letter.hidden)
        ),
        *(_problem("hidden", words, "Word") for words in dict.fromkeys(letter.hidden)),
    ]


def faults_in_pdf(pdf: bytes, docx: bytes) -> list[Problem]:
    """A problem for every text of the Word file that the PDF does not show in its place, or prints over.

    A text counts where its reader can see it: on the paper, large and dark enough, with nothing on it.
    """
    pages, letter = read_pages(pdf), said(docx)
    plain = [_plain(page.text) for page in pages]
    found = [*_misplaced(letter, plain), *_missing([*_due(letter, plain), *letter.elsewhere], plain)]
    over = [_problem("overprinted", page.overprinted, "PDF") for page in pages if page.overprinted]
    drawn = [*_undrawn(letter, plain), *_unknown_symbols(letter, pages)]
    return list({(one.code, one.where): one for one in (*found, *drawn, *over)}.values())


def _undrawn(letter: Said, pages: Sequence[str]) -> Iterator[Problem]:
    """Formulas, and texts of charts and diagrams, that stand on no page."""
    lost = [words for words in letter.formulas if not any(_mingled(_plain(words), page) for page in pages)]
    lost += [words for words in letter.drawn if not _stands(_plain(words), pages)]
    return (Problem("letter_drawing_lost", _short(words)) for words in lost)


def _mingled(words: str, page: str) -> bool:
    """Whether the letters and figures of a formula stand together, in whatever order it was drawn; its other
    signs may be drawn as others."""
    signs, said = [one for one in words if one.isalnum()], [one for one in page if one.isalnum()]
    wanted, window = Counter(signs), Counter(said[: len(signs)])
    for first, next_one in zip(said, said[len(signs) :], strict=False):
        if window == wanted:
            return True
        window[next_one] += 1
        window[first] -= 1
    return window == wanted


def _unknown_symbols(letter: Said, pages: Iterable[Page]) -> Iterator[Problem]:
    """Signs for private use that may be boxes: they are not set in a font by which the file names signs."""
    own = {_font(name) for name in letter.fonts}
    for page in pages:
        for sign, font in page.symbols:
            if _font(font) not in own:
                yield Problem("letter_symbol", f"U+{ord(sign):04X}")


def _font(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _misplaced(letter: Said, pages: Sequence[str]) -> Iterator[Problem]:
    """Texts of the body that do not follow one another down the pages as they do in the file."""
    others = (*_in_margins(letter), *letter.elsewhere, *letter.formulas)
    beside = sum(len(_plain(words)) for words in others)
    flow = _Flow(pages, _ANY if letter.has_drawings else _LABELS + beside)
    for row in letter.body:
        told = {plain: words for words in row if (plain := _plain(words))}
        for plain in flow.without_place([plain for words in row if (plain := _plain(words))]):
            yield _problem("misplaced" if _stands(plain, pages) else "lost", told[plain], "PDF")


def _due(letter: Said, pages: Sequence[str]) -> Iterator[str]:
    """What stands in margins; those of first or even pages do not, where there is no such page."""
    for kind in letter.margins.values():
        for texts in kind:
            if len(kind) == 1 or any(_stands(_plain(words), pages) for words in texts):
                yield from texts


def _missing(texts: Iterable[str], pages: Sequence[str]) -> list[Problem]:
    return [_problem("lost", words, "PDF") for words in texts if not _stands(_plain(words), pages)]


def _in_margins(letter: Said) -> list[str]:
    return [words for kind in letter.margins.values() for texts in kind for words in texts]


class _Piece(NamedTuple):
    """Where words, or some of them, stand: on which page, from where to where."""

    page: int
    start: int
    end: int


_Way = list[_Piece]
"""How words may stand: in one piece, or in one for each page that they run over to."""


class _Read(NamedTuple):
    """How far each page was read; what texts of a row passed by on pages that they ran over to; and the last
    page on which a text began."""

    ends: tuple[int, ...]
    passed: tuple[_Piece, ...] = ()
    last: int = 0

    def on(self, way: _Way) -> _Read:
        """The same with words that stand in some way."""
        ends, passed = list(self.ends), list(self.passed)
        for piece in way:
            if piece.start < ends[piece.page]:
                (around,) = [one for one in passed if one[:2] <= piece[:2] and _reaches(one, piece)]
                passed.remove(around)
                passed += [around._replace(end=piece.start), around._replace(start=piece.end)]
                continue
            if piece.page > way[0].page:
                passed.append(_Piece(piece.page, ends[piece.page], piece.start))
            ends[piece.page] = piece.end
        return _Read(tuple(ends), tuple(passed), max(self.last, way[0].page))


def _reaches(one: _Piece, other: _Piece) -> bool:
    return one.page == other.page and one.end >= other.end


class _Flow:
    """Text as it runs down the pages. Cells of one row may each run over to the next page: each page is
    read on from where the last text on it ended. There they come in any order: what the first that ran over
    passed by may be what another cell says.

    Short words stand in many places, and where a text is cut is not always plain: a row, and the one before
    it, is tried in several ways until all of it has its place.
    """

    def __init__(self, pages: Sequence[str], gap: int, divisible: int = _DIVISIBLE) -> None:
        self._pages, self._gap, self._divisible = pages, gap, divisible
        self._read = _Read((0,) * len(pages))
        self._others: Iterator[_Read] = iter(())
        """How far else pages may be read after the last row."""
        self._tried: dict[tuple[int, int], list[_Way]] = {}
        """What is known of each end of the present words, by its length, from a page on."""

    def without_place(self, row: Sequence[str]) -> list[str]:
        """The texts of the next row that do not stand together, where the row before it begins or below."""
        for read in islice(chain([self._read], self._others), _TRIES):
            fits = self._fits(row, read._replace(passed=()))
            if (found := next(fits, None)) is not None:
                self._read, self._others = found, fits
                return []
        first, self._others = self._read.last, iter(())
        return [words for words in row if not self._takes(words, first)]

    def _takes(self, words: str, first: int) -> bool:
        """Read on over words where they come next; over none where they do not come."""
        if (way := next(self._ways(words, self._read, first), None)) is None:
            self._gap += len(words)
            return False
        self._read = self._read.on(way)
        return True

    def _fits(self, row: Sequence[str], begun: _Read) -> Iterator[_Read]:
        """How far pages are read when each text of a row has a place of its own; in how many ways that is."""
        reads, open_ways = [begun], [self._ways(row[0], begun, begun.last)] if row else []
        for _ in range(_TRIES * (len(row) + 1)):
            if len(reads) > len(row):
                yield reads.pop()
            if not open_ways:
                return
            if (way := next(open_ways[-1], None)) is None:
                open_ways.pop()
                reads.pop()
                continue
            reads.append(reads[-1].on(way))
            if len(reads) <= len(row):
                open_ways.append(self._ways(row[len(reads) - 1], reads[-1], begun.last))

    def _ways(self, words: str, read: _Read, first: int) -> Iterator[_Way]:
        """How words may come next, on the page of the last ones or on a later one; the nearest first."""
        for page in range(first, len(self._pages)):
            yield from self._whole(words, page, read)
            self._tried.clear()
            yield from list(self._cut(words, page, read, False))

    def _rest(self, words: str, page: int, read: _Read) -> list[_Way]:
        """The same for the rest of words, which begins on this page."""
        key = len(words), page
        if key not in self._tried:
            whole = list(islice(self._whole(words, page, read), _WAYS))
            self._tried[key] = whole or list(islice(self._cut(words, page, read, True), _WAYS))
        return self._tried[key]

    def _whole(self, words: str, page: int, read: _Read) -> Iterator[_Way]:
        return ([_Piece(page, at, at + len(words))] for at in self._places(words, page, read))

    def _cut(self, words: str, page: int, read: _Read, is_rest: bool) -> Iterator[_Way]:
        if (len(words) < self._divisible and not is_rest) or page + 1 == len(self._pages):
            return
        known: set[int] = set()
        for least in _STARTS:
            if least < _CHANCE and next(self._places(words, page + 1, read), None) is not None:
                return
            yield from islice(self._cut_after(words[:least], words, page, read, known), _WAYS)

    def _cut_after(self, start: str, words: str, page: int, read: _Read, known: set[int]) -> Iterator[_Way]:
        """The same for words whose start stands here, the nearest first, and whose rest on the next page.

        Those with a longer start are `known`: what two cells begin with may be either's.
        """
        text, done = self._pages[page], read.ends[page]
        last = done + self._gap if done else len(text)
        at = text.find(start, done)
        while 0 <= at <= last:
            longest = _alike(words, text[at : at + len(words)]) if at not in known else 0
            known.add(at)
            for cut in range(longest, max(longest - _SLACK, 0), -1):
                for rest in self._rest(words[cut:], page + 1, read):
                    yield [_Piece(page, at, at + self._shortest(words[:cut], rest[0])), *rest]
            at = text.find(start, at + 1)

    def _shortest(self, begun: str, rest: _Piece) -> int:
        """How much of a start has no other place: signs at the end of one page that stand at the top of the
        next, too, may be another cell's on either."""
        before = self._pages[rest.page][max(rest.start - len(begun), 0) : rest.start]
        return max(len(begun) - _alike(begun[::-1], before[::-1]), 1)

    def _places(self, words: str, page: int, read: _Read) -> Iterator[int]:
        """Where words stand next on a page, not far from what was read on it last."""
        text, done = self._pages[page], read.ends[page]
        for _, start, end in (one for one in read.passed if one.page == page):
            if (at := text.rfind(words, start, end)) >= 0:
                yield at
        end = done + self._gap + len(words) if done else len(text)
        at = text.find(words, done, end)
        while at >= 0:
            yield at
            at = text.find(words, at + 1, end)


def _alike(one: str, other: str) -> int:
    """How many signs two texts begin with alike."""
    differing = (k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _stands(words: str, pages: Sequence[str]) -> bool:
    """Whether words stand anywhere, on one page or running over."""
    return not _Flow(pages, _ANY, _DIVISIBLE_ANYWHERE).without_place([words])


def _problem(kind: str, words: str, form: str) -> Problem:
    return Problem(f"letter_text_{kind}", _short(words), {"form": form})


def _plain(words: str) -> str:
    """Text without what setting it changes: white space, hyphens, capitals, forms that look the same."""
    packed = "".join(words.translate(_HYPHENS).split())
    folded = unicodedata.normalize("NFKC", _LEADERS.sub("", packed)).casefold()
    return "".join(folded.split())


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
