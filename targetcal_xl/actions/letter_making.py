"""Making letters and laying them where they go: those of regions and of representatives alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from ..calibration import Letter
from ..desk import Desk, Issue, LetterMade, LetterOrder, Workshop, workshop
from ..ledger import dump
from ..letters import LetterKind, LetterTemplate
from ..letters.file_names import file_name
from ..ooxml import clear_leftovers, put_in_place
from ..problems import DataProblems, Problem, Refused
from ..signing import issued_part
from .letter_files import signatures_alone

LetterFormat = Literal["docx", "pdf", "both"]


@dataclass(frozen=True)
class LetterFiles:
    """One letter and where its files are; not new when it had been issued before."""

    number: str
    region: str
    files: tuple[str, ...]
    is_new: bool
    person: str = ""
    """Whose letter it is; empty where it is the region's."""


@dataclass(frozen=True)
class LetterFolder:
    """Where letters go, and which files they become."""

    form: LetterFormat
    out: Path

    def names(self, letter: Letter) -> tuple[str, ...]:
        """The files that are asked for."""
        kinds = ("docx", "pdf") if self.form == "both" else (self.form,)
        return tuple(file_name(letter.number, kind) for kind in kinds)

    def are_lying(self, issue: Issue) -> bool:
        """Whether the files of an issued letter lie there as they were issued."""
        issued = dict(issue.files)
        places = ((self.out / name, issued.get(name, "")) for name in self.names(issue.letter))
        return all(_lying(path, digest) == digest != "" for path, digest in places)


@dataclass(frozen=True)
class DueLetter:
    """A letter that is asked for, as it was issued before if it was, and the files that are to be made."""

    letter: Letter
    before: Issue | None
    names: tuple[str, ...]
    order: LetterOrder | None
    """None where all its files lie there."""


@dataclass(frozen=True)
class WrittenLetter:
    """A letter with the files that are asked for, and its record before and after."""

    issue: Issue
    before: Issue | None
    names: tuple[str, ...]
    new: tuple[str, ...]
    """Those of them that are to take their places."""

    @property
    def is_told(self) -> bool:
        """Whether the ledger learns anything: a new letter, or another file of an old one."""
        return self.before is None or self.issue.files != self.before.files

    @property
    def differing(self) -> list[Problem]:
        """The files that would not be what was issued under their name."""
        now, then = dict(self.issue.files), dict(self.before.files if self.before else ())
        said = {"letter": self.issue.letter.number}
        return [Problem("letter_differs", name, said) for name, digest in then.items() if now[name] != digest]

    @property
    def files(self) -> LetterFiles:
        """The letter as it is told."""
        letter = self.issue.letter
        person = letter.region.head.name if self.issue.is_individual else ""
        return LetterFiles(letter.number, letter.region.name, self.names, self.before is None, person)


@dataclass(frozen=True)
class MadeLetters:
    """The letters whose files lie there after a run, and why those of others, issued before, do not."""

    letters: tuple[LetterFiles, ...]
    left: tuple[Problem, ...]


@dataclass(frozen=True)
class LetterRun:
    """What letters are made by: a template and its language, a folder, and whoever makes them."""

    folder: LetterFolder
    template: LetterTemplate
    language: str
    executor: str = ""

    def issue(
        self,
        desk: Desk,
        due: Sequence[DueLetter],
        record: Callable[[list[WrittenLetter]], None],
        at_once: int | None = None,
    ) -> MadeLetters:
        """Make what is due, have `record` told what is new while the files lie ready, and lay them out.

        So many as `at_once` says are recorded together, else all. What was issued before and would come out
        differently stays as it is, and is named. Raise DataProblems where a letter cannot be made; then
        nothing of those that would be recorded together is.
        """
        out, plan = self.folder.out, desk.ledger.checkpoint.origin
        told, left = list[LetterFiles](), list[Problem]()
        with workshop(out, self.template, self.language, plan, self.executor) as makers:
            made = makers.made([one.order for one in due if one.order])
            for first in range(0, len(due), at_once or max(len(due), 1)):
                some = due[first : first + (at_once or len(due))]
                written = list(_written(some, made, desk, _Count(first, len(due))))
                same = [one for one in written if not one.differing]
                self._laid(same, makers, record)
                told += [one.files for one in same]
                left += [problem for one in written for problem in one.differing]
        return MadeLetters(tuple(told), tuple(left))

    def _laid(
        self,
        written: Sequence[WrittenLetter],
        makers: Workshop,
        record: Callable[[list[WrittenLetter]], None],
    ) -> None:
        out = self.folder.out
        new = [(name, dict(one.issue.files)[name]) for one in written for name in one.new]
        ready = [(makers.file(name), out / name) for name, digest in new if _is_due(out / name, digest)]
        record([one for one in written if one.is_told])
        _put(ready)


def letter_template(path: Path | None, language: str, kind: LetterKind = "commitment") -> LetterTemplate:
    """The template of a file, or the one that is shipped; raise Refused or DataProblems for what is none."""
    if path and not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    template = LetterTemplate(path.read_bytes()) if path else LetterTemplate.shipped(language, kind)
    if problems := template.problems():
        raise DataProblems(problems)
    return template


def says_the_same(letter: Letter, last: Letter) -> bool:
    """Whether two letters differ in nothing but when, and after what, they were issued."""
    alike = replace(
        letter,
        number=last.number,
        version=last.version,
        replaces=last.replaces,
        replaced_head=last.replaced_head,
        replaced_issued=last.replaced_issued,
        issued=last.issued,
        chain_head=last.chain_head,
    )
    return dump(alike) == dump(last)


def ordered(letter: Letter, before: Issue | None, folder: LetterFolder) -> DueLetter:
    """A letter, and what of it is to be made: nothing where its files lie there as they were issued."""
    names = folder.names(letter)
    if before and folder.are_lying(before):
        return DueLetter(letter, before, names, None)
    issued = dict(before.files) if before else {}
    wanted = {*names, *(issued if len(issued) == 1 else ())}
    return DueLetter(letter, before, names, LetterOrder(letter, file_name(letter.number, "pdf") in wanted))


class _Count(NamedTuple):
    """How many letters of how many are done."""

    done: int
    all: int


def _written(
    due: Sequence[DueLetter], made: Iterator[LetterMade], desk: Desk, count: _Count
) -> Iterator[WrittenLetter]:
    """What became of letters; raise DataProblems for those that cannot be made, all at once."""
    written, problems = list[WrittenLetter](), list[Problem]()
    for done, one in enumerate(due, count.done + 1):
        if one.order is None and one.before:
            written.append(WrittenLetter(one.before, one.before, one.names, ()))
        else:
            result = next(made)
            problems += result.problems
            written.append(_issued(one, dict(result.files), desk))
        desk.progress("letters", done, count.all)
    if problems:
        raise DataProblems(problems)
    yield from written


def _issued(due: DueLetter, made: Mapping[str, str], desk: Desk) -> WrittenLetter:
    """A letter whose files have just been made, each proved to hold every merged field."""
    digests = {**dict(due.before.files if due.before else ()), **made}
    at = due.before.issued_at if due.before else desk.clock().isoformat(timespec="seconds")
    issue = Issue(due.letter, at, tuple(sorted(digests.items())))
    return WrittenLetter(issue, due.before, due.names, due.names)


def _lying(path: Path, issued: str) -> str:
    """The hash of a file that lies there; where it was signed since, of what was issued; nothing for none."""
    content = path.read_bytes() if path.is_file() else None
    if content is None:
        return ""
    begun = issued_part(content, {issued}) if signatures_alone(content) else None
    return hashlib.sha256(begun or content).hexdigest()


def _is_due(path: Path, digest: str) -> bool:
    """Whether a file does not lie there yet; raise Refused where another letter has its place."""
    clear_leftovers(path)
    if not path.exists():
        return True
    if _lying(path, digest) != digest:
        raise Refused([Problem("letter_file_differs", str(path))])
    return False


def _put(ready: Iterable[tuple[Path, Path]]) -> None:
    """Let the files take their places; raise Refused, saying what is recorded, when the system says no."""
    try:
        for file, path in ready:
            put_in_place(file, path)
    except Refused as refused:
        raise Refused([Problem("letters_not_written"), *refused.problems]) from refused
