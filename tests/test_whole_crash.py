"""Killed or out of disk at any write of any command, nothing is lost, stuck or sent twice.

Commands come from the table, by way of what `test_cli_commands` plays of each: a new one is here at once.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from fnmatch import fnmatch
from functools import cached_property, partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest

from targetcal_xl.actions import follow, lock, recalibrate, repair, verify
from targetcal_xl.actions.outbox import OutboxReport, outbox
from targetcal_xl.actions.remind import remind
from targetcal_xl.actions.repair import PENDING
from targetcal_xl.actions.scenario import adopt_scenario, keep_scenario
from targetcal_xl.calibration import Inputs, Key, Value
from targetcal_xl.commands import COMMANDS
from targetcal_xl.connect import read_actuals
from targetcal_xl.desk import ledger_beside
from targetcal_xl.ledger import Entry
from targetcal_xl.problems import Problem, Refused
from tests.support import noticed
from tests.support.clock import Clock
from tests.support.commands import Terminal, files_of
from tests.support.desks import Case, begin, decided, delete_tab, fresh, locked
from tests.support.exploring import explores
from tests.support.mailing import Post, mail_server
from tests.support.mortal import Crashes, Left, Point, crashes, is_database
from tests.support.stamping import stamping
from tests.test_cli_commands import FILES, PLAYED, STAGES, words_of

Act = Callable[[Case], object]
Stage = Callable[[Path], Case]

READING = {
    "check",
    "whatif",
    "audit",
    "verify",
    "threads",
    "plans",
    "fairness",
    "overassign",
    "ratchet",
    "judgement",
}
"""Commands that write nothing of a plan, in any of their plays."""
ELSEWHERE = {"archive", "next", "demo", "doctor", "init", "libreoffice"}
"""Commands that touch no plan that is there: a demo and the next plan are begun elsewhere, as `new` does; two
write a program's settings. `archive` writes to other places, and `init` a folder of its own:
`test_actions_archive.py` and `test_actions_init.py` kill them there."""


AUTHORITY = "TARGETCAL_TESTED_AUTHORITY"
"""Where the time stamping authority is that a play asks: it answers copies of the process, too."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with stamping(tmp_path_factory.mktemp("stamps") / "own") as found, pytest.MonkeyPatch.context() as here:
        here.setenv(AUTHORITY, found.address)
        yield


def _nothing(folder: Path) -> Case:
    case = fresh(folder)
    case.path.unlink()
    ledger_beside(case.path).unlink()
    return case


def _restated(folder: Path) -> Case:
    case = fresh(folder)
    case.type({("R1", "R1-1", "history.2024Q4"): 91.0})
    return case


def _recalibrated(folder: Path) -> Case:
    case = _restated(folder)
    case.run(recalibrate, "更正")
    return case


def _imagined(folder: Path) -> Case:
    case = _restated(folder)
    case.run(keep_scenario, "更正")
    return case


def _asked(folder: Path) -> Case:
    case = STAGES["confirmed"](folder)
    _give(PLAYED["change --to"].words, case)
    return case


def _damaged(folder: Path) -> Case:
    case = decided(folder)
    delete_tab(case.path, "总览")
    return case


def _overwritten(folder: Path) -> Case:
    case = locked(folder)
    case.type({("R1", "R1-1", "declared"): 61.0})
    return case


def _with_days(folder: Path) -> Case:
    """A confirmed plan with a file of its first 60 days."""
    case = STAGES["confirmed"](folder)
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(60)]
    rows = [f"{day},{line.code},1" for day in days for line in case.inputs.plan.lines]
    (folder / "days.csv").write_text("\n".join(["date,line,value", *rows]), "utf-8")
    return case


def _followed(case: Case) -> None:
    case.run(follow, read_actuals(case.folder / "days.csv", case.inputs.plan))


def _give(words: str, case: Case) -> None:
    """Type a command where the book is; raise Refused for the problems that it tells instead of a report."""
    told: list[Problem] = []
    show = import_module("targetcal_xl.cli.show")
    with pytest.MonkeyPatch.context() as here, patch.object(show, "show_problems", told.extend):
        here.chdir(case.folder)
        here.setenv("TARGETCAL_USER", "林静")
        Terminal(clock=case.clock)(*words_of(words, os.environ.get(AUTHORITY, "")))
    if told:
        raise Refused(told)


def _played(name: str) -> tuple[Stage, Act]:
    def stage(folder: Path) -> Case:
        for file, said in FILES.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(said, encoding="utf-8")
        with pytest.MonkeyPatch.context() as here:
            here.chdir(folder)
            case = STAGES[PLAYED[name].stage](folder)
        return replace(case, outdated=PLAYED[name].stage == "outdated")

    return stage, partial(_give, PLAYED[name].words)


APPROVE = "change BOOK -r R1 -l R1-1 --approve yes --as superior1 --reason 'two did join'"
PLAYS: Mapping[str, tuple[Stage, Act]] = {
    **{name: _played(name) for name in PLAYED if name.split()[0] not in {*ELSEWHERE, "new"}},
    "new": (_nothing, begin),
    "recalibrate, restated": (_restated, lambda case: case.run(recalibrate, "更正")),
    "recalibrate, back": (_recalibrated, partial(_give, "recalibrate BOOK --back-to 0 --reason again")),
    "scenario, adopted": (_imagined, lambda case: case.run(adopt_scenario, "更正", "已批准")),
    "change, approved": (_asked, partial(_give, APPROVE)),
    "lock, both": (STAGES["submitted"], lambda case: case.run(lock)),
    "follow, long": (_with_days, _followed),
    "repair, a tab is gone": (_damaged, lambda case: case.run(repair)),
    "repair, a sealed cell": (_overwritten, lambda case: case.run(repair)),
}
"""What is done, and how one comes to where it is done."""
_BEGUN = ".targetcal-*"
"""Files that are to take another's place."""
SILENT = {
    *(name for name in PLAYS if name.split()[0] in READING and name not in ("verify --html", "plans -o")),
    *(
        "recalibrate",
        "recalibrate --list",
        "recalibrate --back-to",
        "scenario",
        "surprise",
        "objections",
        "change",
        "comment, in the tabs",
        "signed",
        "erase",
        "remind",
        "outbox",
        "repair",
    ),
}
"""What writes nothing."""
IN_STEPS = {"remind --draft", "mail", "sign, a batch"}
"""What records message by message, or file by file: those before stand, whatever becomes of the next."""
_RECORDED = {
    "recorded_not_shown",
    "letters_not_written",
    "packs_not_written",
    "ledger_unscrubbed",
    "evaluation_not_written",
}
"""What says that something is recorded, though not all of it was done."""
FILES_ALONE = (
    *(
        "dashboard",
        "mail --texts",
        "okr",
        "plans -o",
        "proof",
        "repair",
        "suggestions",
        "survey --form",
        "verify --html",
    ),
)
"""Commands that record nothing."""


def _least(name: str) -> int:
    """How many points are found at least: a file is written in five steps, a ledger in more."""
    return 13 if name.startswith(FILES_ALONE) else 20


@contextmanager
def told_where(place: str) -> Iterator[None]:
    """Whatever fails says at which write."""
    try:
        yield
    except BaseException as error:
        error.add_note(place)
        raise


@dataclass(frozen=True)
class Known:
    """What a plan says: how many entries there are, the last value of all, and what people typed."""

    entries: tuple[Entry, ...] = ()
    values: Mapping[Key, Value] = field(default_factory=dict)
    typed: Mapping[Key, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> Known:
        """What it says now; nothing where the ledger was not even begun."""
        if not (entries := _entries(case)):
            return cls()
        values = {entry.key: entry.new for entry in entries}
        return cls(entries, values, case.typed() if case.path.exists() else {})


@dataclass
class Inquest:
    """An action that was interrupted, and what is to hold of everything that this has left."""

    case: Case
    act: Act
    found: Crashes
    before: Known
    after: Known
    at: Path
    in_steps: bool = False
    """Whether it records more than once, as drafts are: what was recorded stands, and one in doubt waits."""
    judged: set[tuple[object, ...]] = field(default_factory=set)
    """What was seen to be mended: what was recorded last and shown, and which sorts of files were begun."""
    agreed: set[tuple[object, ...]] = field(default_factory=set)
    """What was verified: the entries, and the content of every other file."""
    read: dict[frozenset[tuple[str, str]], tuple[Entry, ...]] = field(default_factory=dict)
    """What was recorded, by the files of the database."""

    @classmethod
    def on(cls, stage: Stage, act: Act, folder: Path) -> Inquest:
        """Interrupt it at every write."""
        case = stage(folder / "case")
        before = Known.of(case)
        found = crashes(case.folder, partial(act, case))
        return cls(case, act, found, before, Known.of(case), folder / "dead")

    def dead(self, left: Left) -> Case:
        """The plan as it was left; the database is asked once, which puts back what was not committed."""
        return self.laid(self.case, self.found, left, self.at)

    @staticmethod
    def laid(case: Case, found: Crashes, left: Left, at: Path) -> Case:
        """A plan in another folder, as it was left in its own."""
        case = replace(case, folder=found.lay(left, at), clock=Clock(case.clock.now))
        if (file := ledger_beside(case.path)).exists():
            with closing(sqlite3.connect(file, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
        return case

    def judge(self, point: Point) -> None:
        """What was left is whole, what was told is true, and after `repair` all agrees."""
        if point.ending == "killed":
            assert not list(self._torn(point.left)), "a file is there half written"
        else:
            assert not any(map(_is_begun, point.left)), "who lived leaves no half-written file"
        entries = self._recorded(point.left)
        if point.ending != "killed" and not self.in_steps:
            recorded = len(entries) > len(self.before.entries)
            says_so = bool(_RECORDED & {*point.told})
            assert says_so == (recorded and point.told != ()), point.told
        if point.left == self.found.before:
            return  # nothing was written: to do it is what was done first of all
        is_as_before = point.left.get(self.case.book) == self.found.before.get(self.case.book)
        kind = (self._recorded_last(entries), is_as_before, *_sorts(point.left))
        if kind not in self.judged:
            self.judged.add(kind)
            self._mended(self.dead(point.left), entries)

    def _recorded(self, left: Left) -> tuple[Entry, ...]:
        """What was recorded; a database that was left more than once is read once."""
        database = frozenset((name, content) for name, content in left.items() if is_database(name))
        if database not in self.read:
            self.read[database] = _entries(self.dead(left))
        return self.read[database]

    def _recorded_last(self, entries: tuple[Entry, ...]) -> object:
        """By what is recorded alike things are told apart; `make explore` tells all apart."""
        if explores():
            return len(entries)
        return entries[-1].action if len(entries) > len(self.before.entries) else None

    def _torn(self, left: Left) -> Iterator[str]:
        """Files that hold what no file ever was to hold."""
        for name, content in left.items():
            if content not in self._whole and not is_database(name) and not Path(name).name.startswith("."):
                yield name

    @cached_property
    def _whole(self) -> set[str]:
        """What files held before, hold in the end, or were to hold when they took their places."""
        moved = [point.left for point in self.found.points if point.write.startswith("os.rename")]
        return {
            content for files in (self.found.before, self.found.after, *moved) for content in files.values()
        }

    def _mended(self, case: Case, entries: tuple[Entry, ...]) -> None:
        """`repair` makes book and ledger agree with every word there, and the action can be done again."""
        if not entries:
            assert not case.path.exists()
        elif entries != self.before.entries or not self._is_as_before(case):
            case.run(repair)
            self._agrees(case)
            entries = _entries(case)
            assert case.typed() in (self.before.typed, self.after.typed)
        if len(entries) < len(self.after.entries) or list(case.folder.rglob(_BEGUN)):
            self.act(case)
            self._agrees(case)
            again = Known.of(case)
            assert (again.values.keys(), again.typed) == (self.after.values.keys(), self.after.typed)
        assert not list(case.folder.rglob(_BEGUN))

    def _is_as_before(self, case: Case) -> bool:
        book = sha256(case.path.read_bytes()).hexdigest() if case.path.exists() else None
        return book == self.found.before.get(case.path.name)

    def _agrees(self, case: Case) -> None:
        files = {name: content for name, content in files_of(case.folder).items() if not is_database(name)}
        says = (_entries(case), frozenset(files.items()))
        if says not in self.agreed:
            found = replace(case, outdated=False).run(verify)
            assert [problem for problem in found.problems if problem.code not in PENDING] == []
            self.agreed.add(says)


def _entries(case: Case) -> tuple[Entry, ...]:
    """What was recorded; nothing where the ledger was not even begun."""
    try:
        return tuple(case.entries())
    except Refused:
        return ()


def _sorts(left: Left) -> list[str]:
    """Which sorts of files were begun; when all is explored, which files are there."""
    if not explores():
        return sorted({Path(name).suffix for name in left if _is_begun(name)})
    return sorted({re.sub(r"(\.targetcal-\w+-)\w+", r"\1", name) for name in left})


def _is_begun(name: str) -> bool:
    return any(fnmatch(part, _BEGUN) for part in Path(name).parts)


@pytest.mark.parametrize("name", PLAYS)
def test_whatever_write_is_the_last_nothing_is_lost_and_nothing_is_stuck(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name == "stamp":
        request.getfixturevalue("authority")
    inquest = Inquest.on(*PLAYS[name], tmp_path)
    inquest.in_steps = name in IN_STEPS
    points = len(inquest.found.points)
    assert points == 0 if name in SILENT else points >= _least(name), points
    for point in inquest.found.points:
        with told_where(f"{name}: {point.write}, {point.ending}"):
            inquest.judge(point)


def test_every_command_is_interrupted_and_there_are_four_hundred_points_at_least() -> None:
    commands = {command.name for command in COMMANDS} - ELSEWHERE
    writing = {name for name in PLAYS if name not in SILENT}
    assert {name.split()[0].rstrip(",") for name in writing} | READING | {"outbox"} == commands
    assert sum(map(_least, writing)) >= 400


class _Kept(list[tuple[str, str, bytes]]):
    """What a mail server has taken, each mail in a file of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def append(self, mail: tuple[str, str, bytes]) -> None:
        (self.folder / f"{len(list(self.folder.iterdir()))}.eml").write_bytes(mail[2])


def _ids(folder: Path) -> list[str]:
    mails = (message_from_bytes(file.read_bytes()) for file in sorted(folder.glob("*")))
    return [str(mail["Message-ID"]) for mail in mails]


@pytest.mark.parametrize("act", [remind, outbox])
def test_whatever_write_is_the_last_no_mail_is_sent_twice_in_silence(
    act: Callable[..., OutboxReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = noticed.noticed(tmp_path / "case", _with_one_address())
    if act is outbox:
        noticed.told(case)
    with mail_server(tmp_path) as (post, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        post.received = _Kept(case.folder / "post")
        found = crashes(case.folder, lambda: noticed.act(case, act))
        assert len(_ids(case.folder / "post")) == MAILS
        seen = set()
        for point in found.points:
            dead = Inquest.laid(case, found, point.left, tmp_path / "dead")
            kind = (len(_entries(dead)), len(_ids(dead.folder / "post")))
            if kind not in seen:
                seen.add(kind)
                with told_where(f"{point.write}, {point.ending}"):
                    _sent_once(dead, post)
    assert len(seen) > 2 * MAILS


MAILS = 3
"""An invitation, a reminder and a digest."""


def _with_one_address() -> Inputs:
    """The case of which one head alone is told by mail."""
    inputs = noticed.told_inputs()
    first, *others = inputs.plan.regions
    silent = (replace(region, head=replace(region.head, mail="")) for region in others)
    return replace(inputs, plan=replace(inputs.plan, regions=(first, *silent)))


def _sent_once(dead: Case, post: Post) -> None:
    """Whoever goes on sends what is left; what may have arrived already is named, and waits for a word."""
    post.received = _Kept(dead.folder / "post")
    dead.run(repair)
    report = noticed.told(dead)
    taken = _ids(dead.folder / "post")
    doubtful = [row for row in report.messages if row.state == "doubtful"]
    assert len(set(taken)) == len(taken), "something was sent twice"
    assert len(doubtful) <= 1, "one message is on its way at a time"
    assert len(report.messages) == MAILS and {row.state for row in report.messages} <= {"sent", "doubtful"}
    assert len(taken) in (MAILS - len(doubtful), MAILS)
    assert not dead.run(verify).leaves_work
