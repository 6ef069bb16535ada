"""Commitment letters: composed, rendered, proved and issued once; a correction is a new version."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..calibration import Letter, Region, compose, period_weights
from ..desk import Desk, Issue, Stock, issues, take_stock
from ..language import listed, text
from ..ledger import Event, dump, reference
from ..letters import LetterTemplate, render_pdf, render_word
from ..letters.file_names import file_name
from ..ooxml import clear_leftovers, laid_beside, make_folder, put_in_place
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
    desk: Desk, out: Path, form: LetterFormat = "both", template: Path | None = None
) -> LettersReport:
    """Issue the letter of every confirmed region; what was issued before is written again, unchanged.

    Raise DataProblems where a letter that was issued would come out differently.
    """
    stock = take_stock(desk)
    if problems := list(_obstacles(stock)):
        raise DataProblems(problems)
    model = _template(template, stock.reading.places.language)
    earlier = {issue.letter.region.code: issue for issue in issues(desk.ledger)}
    handling = handled_by_line(desk.ledger)
    written: list[_Written] = []
    maker, erased = _Maker(model, form, out, stock.reading.places.language), _erased(stock)
    for done, region in enumerate(stock.plan.regions, 1):
        last = earlier.get(region.code)
        letter, is_new = _letter(stock, region, last, handling)
        if last and region.code in erased and not maker.lying(last):
            letter, is_new = _next(stock, region, last, handling), True
        written.append(_written(letter, None if is_new else last, maker, desk))
        desk.progress("letters", done, len(stock.plan.regions))
    if changed := [problem for one in written for problem in one.changed]:
        raise DataProblems(changed)
    files = {out / name: content for one in written for name, content in one.contents.items()}
    with _laid(files) as laid:
        _record(stock, [one for one in written if one.is_told], earlier)
        _put(laid)
    return LettersReport(tuple(map(_told, written)))


@dataclass(frozen=True)
class _Maker:
    """What letters are made with, and where they go."""

    template: LetterTemplate
    form: LetterFormat
    out: Path
    language: str

    def names(self, letter: Letter) -> tuple[str, ...]:
        """The files that are asked for."""
        kinds = ("docx", "pdf") if self.form == "both" else (self.form,)
        return tuple(file_name(letter.number, kind) for kind in kinds)

    def lying(self, issue: Issue) -> dict[str, bytes]:
        """The files of an issued letter that lie there as they were issued; none where one is missing."""
        issued = dict(issue.files)
        lying = {name: _lying(self.out / name, issued.get(name, "")) for name in self.names(issue.letter)}
        return lying if all(_digest(data) == issued.get(name) for name, data in lying.items()) else {}


@dataclass(frozen=True)
class _Written:
    """A letter with the files that are asked for, and its record before and after."""

    issue: Issue
    before: Issue | None
    contents: Mapping[str, bytes]

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
    return LetterFiles(letter.number, letter.region.name, tuple(written.contents), written.before is None)


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


def _written(letter: Letter, before: Issue | None, maker: _Maker, desk: Desk) -> _Written:
    """A letter's files: those that lie where they go as they were issued, or else made anew."""
    issued = dict(before.files) if before else {}
    names = maker.names(letter)
    if before and (lying := maker.lying(before)):
        return _Written(before, before, lying)
    made = _made(letter, maker, {*names, *(issued if len(issued) == 1 else ())})
    digests = {**issued, **{name: _digest(data) for name, data in made.items()}}
    at = before.issued_at if before else desk.clock().isoformat(timespec="seconds")
    return _Written(Issue(letter, at, tuple(sorted(digests.items()))), before, {n: made[n] for n in names})


def _made(letter: Letter, maker: _Maker, names: Collection[str]) -> dict[str, bytes]:
    """File name -> content, each proved to hold every merged field; a PDF is made of its Word file."""
    word = render_word(letter, maker.template, maker.language)
    made = {file_name(letter.number, "docx"): word.docx}
    if (pdf := file_name(letter.number, "pdf")) in names:
        made[pdf] = render_pdf(word, letter)
    return made


def _lying(path: Path, issued: str) -> bytes:
    """What lies there; of a file that was signed since, what was issued."""
    content = path.read_bytes() if path.is_file() else b""
    return (issued_part(content, {issued}) if is_only_signed(content) else None) or content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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


@contextmanager
def _laid(files: Mapping[Path, bytes]) -> Iterator[Mapping[Path, Path]]:
    """Where each file lies ready, beside its place; raise Refused where another letter has that place."""
    due = {path: content for path, content in files.items() if not _holds_signed(path, content)}
    for path, content in due.items():
        clear_leftovers(path)
        if path.exists() and path.read_bytes() != content:
            raise Refused([Problem("letter_file_differs", str(path))])
    with ExitStack() as ready:
        for folder in {path.parent for path in due}:
            make_folder(folder)
        yield {ready.enter_context(laid_beside(path, content)): path for path, content in due.items()}


def _holds_signed(path: Path, content: bytes) -> bool:
    """Whether the very letter lies there already, signed."""
    lying = path.read_bytes() if path.is_file() else b""
    return len(lying) > len(content) and lying.startswith(content) and is_only_signed(lying)


def _put(laid: Mapping[Path, Path]) -> None:
    """Let the files take their places; raise Refused, saying what is recorded, when the system says no."""
    try:
        for new, path in laid.items():
            put_in_place(new, path)
    except Refused as refused:
        raise Refused([Problem("letters_not_written"), *refused.problems]) from refused
