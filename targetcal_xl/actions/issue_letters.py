"""Commitment letters: composed, rendered, proved and issued once; a correction is a new version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..calibration import Letter, Region, compose, period_weights
from ..desk import Desk, Issue, LetterOrder, Stock, Workshop, issues, take_stock, workshop
from ..language import listed, text
from ..ledger import Event, dump, reference
from ..letters import LetterTemplate
from ..letters.file_names import file_name
from ..ooxml import clear_leftovers, put_in_place
from ..problems import DataProblems, Problem, Refused
from ..signing import issued_part
from ..telling import DONE, Part, Report, Sentence
from ..workdays import working_days
from .check import broken_seals
from .letter_files import is_only_signed
from .objections import handled_by_line

LetterFormat = Literal["docx", "pdf", "both"]


@dataclass(frozen=True)
class LetterFiles:
    """One letter and where its files are; not new when it had been issued before."""

    number: str
    region: str
    files: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class LettersReport(Report):
    """All letters of the plan."""

    letters: tuple[LetterFiles, ...]

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for letter in self.letters:
            outcome, files = "issued" if letter.is_new else "kept", listed(letter.files, language)
            facts = {"number": letter.number, "region": letter.region, "files": files}
            yield Sentence(text(f"telling.letters.{outcome}", language, **facts), DONE)


def issue_letters(
    desk: Desk, out: Path, form: LetterFormat = "both", template: Path | None = None, executor: str = ""
) -> LettersReport:
    """Issue the letter of every confirmed region; what was issued before is written again, unchanged.

    `executor` says who makes them, see `workshop`. Raise DataProblems where a letter that was issued would
    come out differently.
    """
    stock = take_stock(desk)
    if problems := list(_obstacles(stock)):
        raise DataProblems(problems)
    language = stock.reading.places.language
    model = _template(template, language)
    earlier = {issue.letter.region.code: issue for issue in issues(desk.ledger)}
    due = _due(stock, earlier, _Maker(form, out))
    with workshop(out, model, language, str(desk.path.resolve()), executor) as makers:
        written = list(_written(due, makers, desk))
        if changed := [problem for one in written for problem in one.changed]:
            raise DataProblems(changed)
        new = [(name, dict(one.issue.files)[name]) for one in written for name in one.new]
        ready = [(makers.file(name), out / name) for name, digest in new if _is_due(out / name, digest)]
        _record(stock, [one for one in written if one.is_told], earlier)
        _put(ready)
    return LettersReport(tuple(map(_told, written)))


@dataclass(frozen=True)
class _Maker:
    """Which files letters become, and where they go."""

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
class _Due:
    """A letter that is asked for, as it was issued before if it was, and the files that are to be made."""

    letter: Letter
    before: Issue | None
    names: tuple[str, ...]
    order: LetterOrder | None
    """None where all its files lie there."""


@dataclass(frozen=True)
class _Written:
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
    def changed(self) -> list[Problem]:
        """The files that would not be what was issued under their name."""
        now, then = dict(self.issue.files), dict(self.before.files if self.before else ())
        return [Problem("letter_differs", name) for name, digest in then.items() if now[name] != digest]


def _told(written: _Written) -> LetterFiles:
    letter = written.issue.letter
    return LetterFiles(letter.number, letter.region.name, written.names, written.before is None)


def _obstacles(stock: Stock) -> Iterator[Problem]:
    for region in stock.plan.regions:
        if not stock.table(region).allows("letters"):
            yield Problem("region_not_confirmed", region.name)
        yield from broken_seals(stock, region)


def _template(path: Path | None, language: str) -> LetterTemplate:
    if path and not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    template = LetterTemplate(path.read_bytes()) if path else LetterTemplate.shipped(language)
    if problems := template.problems():
        raise DataProblems(problems)
    return template


def _letter(
    stock: Stock, region: Region, last: Issue | None, handling: dict[str, str]
) -> tuple[Letter, bool]:
    """The letter that is due: the last one, when it still says what was agreed, or else the next version."""
    letter = _next(stock, region, last, handling)
    if last and _says_the_same(letter, last.letter):
        return last.letter, False
    return letter, True


def _erased(stock: Stock) -> set[str | None]:
    """The regions whose last letter nobody can write again, as words of it were erased."""
    gone = {where for where, _ in stock.desk.ledger.erased()}
    values = stock.standing.values.items()
    return {region for (region, _, field), value in values if field == "letter.record" and value in gone}


def _next(stock: Stock, region: Region, last: Issue | None, handling: dict[str, str]) -> Letter:
    """The next version of a region's letter."""
    return compose(
        stock.standing,
        region.code,
        replaced=last.letter if last else None,
        issued=stock.desk.clock().date(),
        chain_head=stock.checkpoint,
        handling=handling,
        day_weights=period_weights(working_days(stock.plan.period, stock.plan.calendar).days),
    )


def _says_the_same(letter: Letter, last: Letter) -> bool:
    """Whether two letters differ in nothing but when, and after what, they were issued."""
    alike = replace(
        letter if last.thresholds else _as_before(letter),
        number=last.number,
        version=last.version,
        replaces=last.replaces,
        replaced_head=last.replaced_head,
        replaced_issued=last.replaced_issued,
        issued=last.issued,
        chain_head=last.chain_head,
    )
    return dump(alike) == dump(last)


def _as_before(letter: Letter) -> Letter:
    """What a letter said in releases up to 0.4.0, so that a new program alone asks for no new letter."""
    lines = tuple(replace(line, risk="") for line in letter.lines)
    grants = tuple(replace(grant, owner="") for grant in letter.grants)
    return replace(letter, lines=lines, grants=grants, milestones=(), thresholds=None)


def _due(stock: Stock, earlier: Mapping[str, Issue], maker: _Maker) -> list[_Due]:
    """The letters of all regions."""
    handling, erased = handled_by_line(stock.desk.ledger), _erased(stock)
    due = []
    for region in stock.plan.regions:
        last = earlier.get(region.code)
        letter, is_new = _letter(stock, region, last, handling)
        if last and region.code in erased and not maker.are_lying(last):
            letter, is_new = _next(stock, region, last, handling), True
        due.append(_ordered(letter, None if is_new else last, maker))
    return due


def _ordered(letter: Letter, before: Issue | None, maker: _Maker) -> _Due:
    """A letter, and what of it is to be made: nothing where its files lie there as they were issued."""
    names = maker.names(letter)
    if before and maker.are_lying(before):
        return _Due(letter, before, names, None)
    issued = dict(before.files) if before else {}
    wanted = {*names, *(issued if len(issued) == 1 else ())}
    return _Due(letter, before, names, LetterOrder(letter, file_name(letter.number, "pdf") in wanted))


def _written(due: Sequence[_Due], makers: Workshop, desk: Desk) -> Iterator[_Written]:
    """What became of all letters; raise DataProblems for those that cannot be made, all at once."""
    made = makers.made([one.order for one in due if one.order])
    written, problems = list[_Written](), list[Problem]()
    for done, one in enumerate(due, 1):
        if one.order is None and one.before:
            written.append(_Written(one.before, one.before, one.names, ()))
        else:
            result = next(made)
            problems += result.problems
            written.append(_issued(one, dict(result.files), desk))
        desk.progress("letters", done, len(due))
    if problems:
        raise DataProblems(problems)
    yield from written


def _issued(due: _Due, made: Mapping[str, str], desk: Desk) -> _Written:
    """A letter whose files have just been made, each proved to hold every merged field."""
    digests = {**dict(due.before.files if due.before else ()), **made}
    at = due.before.issued_at if due.before else desk.clock().isoformat(timespec="seconds")
    return _Written(Issue(due.letter, at, tuple(sorted(digests.items()))), due.before, due.names, due.names)


def _lying(path: Path, issued: str) -> str:
    """The hash of a file that lies there; where it was signed since, of what was issued; nothing for none."""
    content = path.read_bytes() if path.is_file() else None
    if content is None:
        return ""
    begun = issued_part(content, {issued}) if is_only_signed(content) else None
    return hashlib.sha256(begun or content).hexdigest()


def _record(stock: Stock, told: list[_Written], earlier: dict[str, Issue]) -> None:
    """New letters, and new files of old ones, go to the ledger while their files lie ready."""
    events, documents = [], []
    recorded = {key: value for key, value in stock.standing.values.items() if key[2] == "letter.record"}
    for one in told:
        region, content = one.issue.letter.region.code, dump(one.issue)
        if one.before is None:
            last = earlier.get(region)
            old = last.letter.number if last else None
            events.append(Event("letters", region, None, "letter", old, one.issue.letter.number))
        before = recorded[region, None, "letter.record"] if one.before else None
        events.append(Event("letters", region, None, "letter.record", before, reference(content)))
        documents.append(content)
    if events:
        stock.settle(events, documents)


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
