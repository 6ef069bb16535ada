"""A made-up company that counts complaints: its plan, its numbers, and what is typed.

It has four regions, and thirty where all is explored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from targetcal_xl.calibration import Floats, Key, Period, Standing, Value
from targetcal_xl.desk import open_desk
from targetcal_xl.desk.records import standing_of
from targetcal_xl.exchange import find_slip, read_pack
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import ClosedBook, Reading, as_typed, open_book, read
from tests.support.commands import Said, Terminal
from tests.support.exploring import explores

REGIONS = tuple(f"R{k:02d}" for k in range(1, 31 if explores() else 5))
LINES = tuple(f"{region}-{k}" for n, region in enumerate(REGIONS) for k in range(1, 3 + n % 2))
DEPARTING = REGIONS[:2]
"""The regions whose first lines are declared otherwise than suggested where some do."""
_WORSE = {f"{DEPARTING[0]}-1": 1.3, f"{DEPARTING[1]}-1": 1.05}
"""By how much more complaints than suggested."""
SLIPPING = LINES[5]
"""The line that never keeps to its path."""
SUPERIORS = ("Ada Obi", "Bo Lind")
FINANCE = "Fay Moss"
FIRST = Period.parse("2025Q1")
_PAST = tuple(FIRST.shift(-k) for k in range(12, 0, -1))
_MISSING = FIRST.shift(-6)
"""A quarter that nobody kept."""
_REASONS = {
    "basis": "A supplier changed its valves",
    "support": "One more engineer",
    "risk": "Old stock is sold until May",
}


def superior_of(region: str) -> str:
    """Who decides for a region."""
    return SUPERIORS[REGIONS.index(region) * 2 // len(REGIONS)]


def plan_folder(folder: Path) -> Path:
    """The company's plan folder for its first quarter."""
    folder.mkdir()
    (folder / "plan.toml").write_text(_plan(), encoding="utf-8")
    chance = np.random.default_rng(30)
    history = [
        f"{line},{period},{level * 1.02**k * (0.9 + 0.2 * (period.number == 3)) * chance.normal(1, 0.03):.0f}"
        for line, level in zip(LINES, levels().tolist(), strict=True)
        for k, period in enumerate(_PAST)
        if period != _MISSING
    ]
    _write(folder / "history.csv", "line,period,value", history)
    return folder


def levels() -> Floats:
    """What each line counts in a period, (n,), more or less."""
    return np.linspace(60.0, 240.0, len(LINES))


def _plan() -> str:
    lines = "\n".join(
        f'  {{ code = "{line}", name = "Area {line}", region = "{line[:3]}" }},' for line in LINES
    )
    return (
        f'code = "complaints-{FIRST}"\ncompany = "Thirty Pumps"\nperiod = "{FIRST}"\n'
        f"hq_target = {levels().sum():.0f}\nmilestones = [2025-02-28, 2025-03-31]\nlines = [\n{lines}\n]\n"
        '[metric]\ncode = "complaints"\nname = "Complaints"\ndefinition = "Written ones, by day."\n'
        'unit = "letters"\ndirection = -1\n'
        + "".join(f'[[groups]]\ncode = "{code}"\nname = "{code}"\nhigh = 9000\n' for code in _GROUPS)
        + "".join(map(_region, REGIONS))
        + '[[drivers]]\ncode = "load"\nname = "Orders in hand"\nweight = 0.3\ndirection = "raises"\n'
        'indicators = [{ code = "orders", name = "Orders", share = 1.0 }]\n'
        '[[sources]]\nkind = "actuals"\naddress = "results-<period>.csv"\nmap = ["value=letters"]\n'
    )


_GROUPS = ("North", "South")


def _region(code: str) -> str:
    number, boss = REGIONS.index(code), superior_of(code)
    return (
        f'[[regions]]\ncode = "{code}"\nname = "Region {code[1:]}"\ngroup = "{_GROUPS[number % 2]}"\n'
        f'head = {{ name = "Head {code}", mail = "{code.lower()}@example.com", employee = "E{code}" }}\n'
        f'superior = {{ name = "{boss}", mail = "boss{SUPERIORS.index(boss)}@example.com" }}\n'
        f'hrbp = {{ name = "HR {code[2]}", mail = "hr{code[2]}@example.com" }}\n'
    )


def _write(path: Path, head: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@dataclass
class Company:
    """The company at work in a folder: its command line, the quarter, and all that commands have said."""

    folder: Path
    give: Terminal = field(default_factory=Terminal)
    period: Period = FIRST
    used: set[str] = field(default_factory=set)
    """The commands that have been given."""
    said: str = ""
    departs: bool = True
    """Whether this quarter some declare otherwise than suggested."""

    @property
    def book(self) -> Path:
        """The quarter's book."""
        return self.folder / f"{self.period}.xlsx"

    def __call__(self, name: str, *words: object, by: str = FINANCE, status: int = 0) -> Said:
        """Somebody gives a command about the quarter's book."""
        return self.run(name, self.book, *words, "--as", by, status=status)

    def run(self, name: str, *words: object, status: int = 0) -> Said:
        """A command is given, and ends as it should."""
        found = self.give(name, *words)
        assert found.status == status, f"{name} {words}: {found}"
        self.used.add(name)
        self.said += found.out
        return found

    def on(self, day: dt.date) -> None:
        """It is the morning of a day."""
        self.give.clock.now = dt.datetime(day.year, day.month, day.day, 8, tzinfo=dt.UTC)

    def day(self, number: int) -> dt.date:
        """A day of the quarter, its first being 0."""
        return self.period.start + dt.timedelta(days=number)

    @property
    def standing(self) -> Standing:
        """What the quarter's ledger knows."""
        with open_desk(self.book, actor=FINANCE, clock=self.give.clock, source="test") as desk:
            return standing_of(desk.ledger)

    def readings(self) -> Path:
        """This quarter's readings, as a file."""
        turn = self.period.number
        rows = [f"{line},orders,100,{100 + (k * turn) % 9}" for k, line in enumerate(LINES)]
        return _write(self.folder / "drivers.csv", "line,indicator,reference,now", rows)

    def results(self, until: dt.date) -> Path:
        """The quarter's results up to a day, as a file: about what was agreed, but for one line."""
        days = np.array([day for day in self.period.days if day.weekday() < 5])
        values = self.standing.values
        rows = list[str]()
        for k, line in enumerate(LINES):
            agreed = values[line[:3], line, "agreed"]
            assert isinstance(agreed, int | float), line
            whole = agreed * (1.5 if line == SLIPPING else 0.97 + 0.01 * (k % 7))
            daily = np.diff(np.round(np.linspace(0.0, whole, len(days) + 1)))
            rows += [f"{day},{line},{n:.0f}" for day, n in zip(days, daily, strict=True) if day <= until]
        return _write(self.folder / f"results-{self.period}.csv", "date,line,letters", rows)

    def answers(self) -> Path:
        """What people answered in the survey, as a file."""
        rows = [f"{region},{score}" for region in REGIONS for score in (5, 4, 4, 5, 3, 4)]
        return _write(self.folder / "survey.csv", "region,score", rows)

    def type(self, said: Mapping[Key, Value]) -> None:
        """People fill cells of the shared book, and save."""
        book = open_book(self.book)
        _fill(book, read(book, self.standing.inputs, "en"), said)

    def declare(self, regions: Sequence[str]) -> None:
        """Heads fill their tabs in the shared book, and submit."""
        suggested = self.suggested
        self.type({key: value for region in regions for key, value in self._declared(region, suggested)})

    def return_packs(self, folder: Path) -> None:
        """Heads fill the workbooks that they were sent, and put them back where they were."""
        inputs, suggested = self.standing.inputs, self.suggested
        for path in folder.glob("*.xlsx"):
            book = open_book(path)
            found = find_slip(book)
            assert found
            reading = read_pack(book, found[0], inputs, "en").reading
            _fill(book, reading, dict(self._declared(found[0].region, suggested)))

    @property
    def suggested(self) -> dict[str, float]:
        """The suggestion for each line."""
        return dict(zip(LINES, self.standing.baseline.suggested.tolist(), strict=True))

    def _declared(self, region: str, suggested: Mapping[str, float]) -> Iterator[tuple[Key, Value]]:
        """What a head types: the suggestions, but for the first line of a region that departs."""
        for line in (each for each in LINES if each.startswith(region)):
            worse = _WORSE.get(line, 1.0) if self.departs else 1.0
            yield (region, line, "declared"), float(round(suggested[line] * worse))
            if worse > 1:
                yield from (((region, line, code), words) for code, words in _REASONS.items())
                item = ("kind", "headcount"), ("what", "Engineers"), ("due", self.day(30).isoformat())
                yield from (((region, "S01", code), said) for code, said in (("line", line), *item))
                yield (region, "S01", "quantity"), 1.0
        yield from self.submitted(region)

    def submitted(self, region: str) -> Iterator[tuple[Key, Value]]:
        """What a head types who is finished."""
        yield (region, None, "status"), "submitted"
        yield (region, None, "submitter"), f"Head {region}"
        yield (region, None, "submitted_on"), self.give.clock.now.date().isoformat()


def _fill(book: ClosedBook, reading: Reading, said: Mapping[Key, Value]) -> None:
    for key, value in said.items():
        cell = reading.typed[key]
        book.set(reading.places.tabs[cell.sheet], {cell.spot: Cell(as_typed(cell, value, reading.places))})
    book.save()
