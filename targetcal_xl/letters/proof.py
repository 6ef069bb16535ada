"""The proof that a finished letter says everything, in its place, where its reader can see it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from ..problems import Problem
from .pages import read_pages
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


def faults_in_word(docx: bytes, merged: Iterable[str]) -> list[Problem]:
    """A problem for every merged text that the Word file does not show, and for what it hides."""
    letter = said(docx)
    texts = [*(words for row in letter.body for words in row), *_in_margins(letter), *letter.elsewhere]
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
    return list({(one.code, one.where): one for one in (*found, *over)}.values())


def _misplaced(letter: Said, pages: Sequence[str]) -> Iterator[Problem]:
    """Texts of the body that do not follow one another down the pages as they do in the file."""
    beside = sum(len(_plain(words)) for words in (*_in_margins(letter), *letter.elsewhere))
    flow = _Flow(pages, _ANY if letter.has_drawings else _LABELS + beside)
    for words in flow.along(letter.body):
        if (plain := _plain(words)) and not flow.takes(plain):
            yield _problem("misplaced" if _stands(plain, pages) else "lost", words, "PDF")


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


class _Flow:
    """Text as it runs down the pages. Cells of one row may each run over to the next page: each page is
    read on from where the last text on it ended."""

    def __init__(self, pages: Sequence[str], gap: int, divisible: int = _DIVISIBLE) -> None:
        self._pages, self._read, self._gap = pages, [0] * len(pages), gap
        self._first = self._last = 0
        self._divisible = divisible
        self._tried: dict[tuple[int, int, bool], list[tuple[int, int]] | None] = {}
        """What is known of each end of the present words, by its length, from a page on."""

    def along(self, rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """The texts of rows, each of which begins where the row before it does, or below."""
        for row in rows:
            self._first = self._last
            yield from row

    def takes(self, words: str) -> bool:
        """Whether these words come next, on the page of the last ones or on a later one."""
        self._tried.clear()
        for page in range(self._first, len(self._pages)):
            if (ends := self._ends(words, page)) is not None:
                for place, end in ends:
                    self._read[place] = end
                self._last = max(self._last, page)
                return True
        self._gap += len(words)
        return False

    def _ends(self, words: str, page: int, *, is_rest: bool = False) -> list[tuple[int, int]] | None:
        """Pages and where on them the words end, when they begin on this one; None when they do not."""
        key = len(words), page, is_rest
        if key not in self._tried:
            self._tried[key] = self._searched(words, page, is_rest)
        return self._tried[key]

    def _searched(self, words: str, page: int, is_rest: bool) -> list[tuple[int, int]] | None:
        at = self._find(words, page)
        if at is not None:
            return [(page, at + len(words))]
        if (len(words) < self._divisible and not is_rest) or page + 1 == len(self._pages):
            return None
        for least in _STARTS:
            if least < _CHANCE and self._find(words, page + 1) is not None:
                return None
            if ends := next(self._cut_after(words[:least], words, page), None):
                return ends
        return None

    def _cut_after(self, start: str, words: str, page: int) -> Iterator[list[tuple[int, int]]]:
        """The same for words whose start stands here, the nearest first, and whose rest on the next page."""
        text, read = self._pages[page], self._read[page]
        last = read + self._gap if read else len(text)
        at = text.find(start, read)
        while 0 <= at <= last:
            longest = _alike(words, text[at : at + len(words)])
            for cut in range(longest, max(longest - _SLACK, 0), -1):
                if rest := self._ends(words[cut:], page + 1, is_rest=True):
                    yield [(page, at + cut), *rest]
            at = text.find(start, at + 1)

    def _find(self, words: str, page: int) -> int | None:
        """Where words stand next on a page, not far from what was read on it last."""
        read = self._read[page]
        end = read + self._gap + len(words) if read else len(self._pages[page])
        at = self._pages[page].find(words, read, end)
        return at if at >= 0 else None


def _alike(one: str, other: str) -> int:
    """How many signs two texts begin with alike."""
    differing = (k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _stands(words: str, pages: Sequence[str]) -> bool:
    """Whether words stand anywhere, on one page or running over."""
    return _Flow(pages, _ANY, _DIVISIBLE_ANYWHERE).takes(words)


def _problem(kind: str, words: str, form: str) -> Problem:
    return Problem(f"letter_text_{kind}", _short(words), {"form": form})


def _plain(words: str) -> str:
    """Text without what setting it changes: white space, hyphens, capitals, forms that look the same."""
    folded = unicodedata.normalize("NFKC", words.translate(_HYPHENS)).casefold()
    return _LEADERS.sub("", "".join(folded.split()))


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
