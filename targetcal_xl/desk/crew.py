"""Many letters, made by many hands: here, by other processes of this computer, or by a Dask cluster.

Orders go out by reference. A batch is a file in a hidden folder where the letters go; whoever makes it writes
the finished letters into that folder and hands back their names and hashes: little passes between processes,
and nothing stays in memory. A batch whose maker dies is made again, from the same file: a letter is the same
bytes whoever makes it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from ..calibration import Letter
from ..ledger import dump, load
from ..letters import LetterTemplate, Rendered, SetPages, ToProve, attachment, proved_pdfs, render_word
from ..letters.file_names import file_name
from ..ooxml import make_folder, write_file
from ..problems import DataProblems, Problem
from .hands import by_hands, expect_hands

_BATCH = 50
_WORTH_IT = 2 * _BATCH
"""Letters for which other processes are started unasked: each takes a second to begin."""
_TEMPLATE, _LANGUAGE = "template.docx", "language"


@dataclass(frozen=True)
class LetterOrder:
    """A letter to be made, as Word and, where it is asked for, as PDF."""

    letter: Letter
    with_pdf: bool


@dataclass(frozen=True)
class LetterMade:
    """What came of an order: its files by name with their hashes, or what is wrong."""

    number: str
    files: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


class Workshop:
    """Where letters of one template and language are made, for a folder that they go to."""

    def __init__(self, bench: Path, executor: str) -> None:
        self._bench, self._executor = bench, executor

    def made(self, orders: Sequence[LetterOrder]) -> Iterator[LetterMade]:
        """What comes of each order, in their order; raise Refused where nobody can make them."""
        batches = _batches(iter(orders))
        makers: Iterator[list[LetterMade]]
        if not self._executor and len(orders) < _WORTH_IT:
            makers = (_make(self._bench, batch) for batch in batches)
        else:
            makers = by_hands(self._executor, make_batch, self._tasks(batches))
        for batch in makers:
            yield from batch

    def file(self, name: str) -> Path:
        """Where a finished file lies until it takes its place."""
        return self._bench / name

    def _tasks(self, batches: Iterable[Sequence[LetterOrder]]) -> Iterator[Path]:
        """The files of batches, each written when somebody is free to read it."""
        for place, batch in enumerate(batches):
            path = self._bench / f"{place}.orders"
            write_file(path, b"\n".join(map(dump, batch)))
            yield path


@contextmanager
def workshop(
    out: Path, template: LetterTemplate, language: str, mark: str, executor: str = ""
) -> Iterator[Workshop]:
    """A hidden folder in `out`, gone afterwards, and whoever works there.

    `mark` names whose letters these are: what a killed run of the same left is taken away. `executor` is
    nothing, `local` or the address of a Dask cluster that sees `out`; raise Refused for anything else.
    """
    expect_hands(executor)
    is_new = not out.exists()
    bench = out / f".targetcal-letters-{hashlib.sha256(mark.encode()).hexdigest()[:12]}"
    shutil.rmtree(bench, ignore_errors=True)
    make_folder(bench)
    try:
        write_file(bench / _TEMPLATE, template.data)
        write_file(bench / _LANGUAGE, language.encode())
        yield Workshop(bench.resolve(), executor)
    finally:
        shutil.rmtree(bench, ignore_errors=True)
        if is_new:
            _take_away_empty(out)


def _take_away_empty(folder: Path) -> None:
    """A folder in which nothing came to lie is as it was before: not there."""
    with suppress(OSError):
        folder.rmdir()


def _batches(orders: Iterator[LetterOrder]) -> Iterator[Sequence[LetterOrder]]:
    while batch := tuple(islice(orders, _BATCH)):
        yield batch


def make_batch(task: str) -> list[LetterMade]:
    """Make the letters that a file orders; maybe on another computer, which sees the same folder."""
    path = Path(task)
    return _make(path.parent, [load(LetterOrder, line) for line in path.read_bytes().splitlines()])


def _make(bench: Path, orders: Sequence[LetterOrder]) -> list[LetterMade]:
    """The letters of a batch, proved, their files written."""
    template = _template((bench / _TEMPLATE).read_bytes())
    language = (bench / _LANGUAGE).read_text("utf-8")
    words = [_word(order.letter, template, language) for order in orders]
    due = {
        place: ToProve(word, order.letter, attachment(order.letter, dump(order.letter), language))
        for place, (order, word) in enumerate(zip(orders, words, strict=True))
        if order.with_pdf and not isinstance(word, DataProblems)
    }
    pdfs = dict(zip(due, proved_pdfs([*due.values()]), strict=True))
    return [_finished(bench, order, words[place], pdfs.get(place)) for place, order in enumerate(orders)]


@lru_cache(2)
def _template(data: bytes) -> LetterTemplate:
    return LetterTemplate(data)


def _word(letter: Letter, template: LetterTemplate, language: str) -> Rendered | DataProblems:
    try:
        return render_word(letter, template, language)
    except DataProblems as refused:
        return refused


def _finished(
    bench: Path, order: LetterOrder, word: Rendered | DataProblems, pages: SetPages | DataProblems | None
) -> LetterMade:
    """A letter's files, written where they wait; or what is wrong with it."""
    number = order.letter.number
    failed = [one for one in (word, pages) if isinstance(one, DataProblems)]
    if failed or isinstance(word, DataProblems) or isinstance(pages, DataProblems):
        return LetterMade(number, (), tuple(problem for one in failed for problem in one.problems))
    files = {"docx": word.docx, **({"pdf": pages.pdf} if pages else {})}
    named = {file_name(number, kind): content for kind, content in files.items()}
    for name, content in named.items():
        write_file(bench / name, content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in named.items()}
    return LetterMade(number, tuple(hashes.items()), ())
