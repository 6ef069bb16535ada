"""A company of 30 regions plays a year, four quarters in a row, by commands alone: nobody has to lend a hand.

What comes of a quarter is made up by a fixed rule: a line brings its target, give or take as many percent as
its place in the list and the quarter say.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from targetcal_xl.calibration import Inputs, Key, Plan, Value
from targetcal_xl.connect import PlanDraft, write_form
from targetcal_xl.desk.records import standing_of
from tests.support.clock import Clock
from tests.support.commands import Said, Terminal
from tests.support.desks import REASONS, Case
from tests.support.packs import write

_CITIES = (
    *("北京", "天津", "石家庄", "太原", "呼和浩特", "沈阳", "大连", "长春", "哈尔滨", "上海"),
    *("南京", "苏州", "杭州", "宁波", "合肥", "福州", "厦门", "南昌", "济南", "青岛"),
    *("郑州", "武汉", "长沙", "广州", "深圳", "南宁", "海口", "重庆", "成都", "西安"),
)
_QUARTERS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
_SEASON = (0.86, 1.02, 1.14, 0.98)
"""When people travel."""
_FINANCE, _HR, _SUPERIOR = "沈知行", "许诺", "韩江"


_COMPANY: dict[str, Any] = {
    "code": "2026Q1-nights",
    "company": "归舟酒店",
    "period": _QUARTERS[0],
    "hq_target": 28_000,
    "milestones": [dt.date(2026, 2, 28), dt.date(2026, 3, 31)],
    "metric": {
        "code": "nights",
        "name": "间夜数",
        "definition": "本季度实际入住的间夜数，以离店日计。",
        "unit": "间夜",
        "direction": 1,
        "kind": "sum",
        "step": 1,
    },
    "drivers": [
        {
            "code": "supply",
            "name": "可售能力",
            "weight": 0.4,
            "direction": "raises",
            "indicators": [{"code": "rooms", "name": "可售房", "share": 1.0, "unit": "间"}],
        }
    ],
}


def _code(place: int) -> str:
    return f"C{place + 1:02d}"


def _level(place: int, year: int, quarter: int) -> int:
    """What a city's hotels sold in a quarter, in nights."""
    wave = 1 + 0.02 * ((7 * place + 3 * quarter + 5 * year) % 5 - 2)
    return round((400 + 30 * place) * 1.05 ** (year - 2023) * _SEASON[quarter - 1] * wave)


def _draft() -> PlanDraft:
    """What finance fills in: a chain of hotels, with a region for each city."""
    regions = [
        {
            "code": _code(k),
            "name": city,
            "head": {"name": f"{city}店长"},
            "superior": {"name": _SUPERIOR},
            "hrbp": {"name": _HR},
        }
        for k, city in enumerate(_CITIES)
    ]
    lines = [
        {"code": f"{_code(k)}-1", "name": f"{city}全部门店", "region": _code(k)}
        for k, city in enumerate(_CITIES)
    ]
    history = tuple(
        {"line": f"{_code(k)}-1", "period": f"{year}Q{quarter}", "value": str(_level(k, year, quarter))}
        for k in range(len(_CITIES))
        for year in (2023, 2024, 2025)
        for quarter in (1, 2, 3, 4)
    )
    return PlanDraft({**_COMPANY, "regions": regions, "lines": lines}, history, tuple(_readings(0)))


def _readings(quarter: int) -> Iterator[Mapping[str, str]]:
    """Rooms a year ago and now, by city and quarter (from 0)."""
    for k in range(len(_CITIES)):
        now = 100 + 5 * k + (k + quarter) % 4
        yield {"line": f"{_code(k)}-1", "indicator": "rooms", "reference": str(100 + 5 * k), "now": str(now)}


def _save(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass
class _Company:
    """Everybody of the company at their command lines, and how far the year has come."""

    folder: Path
    terminal: Terminal
    said: str = ""

    def give(self, command: str, *words: object, by: str = _FINANCE) -> Said:
        """A command that has to be understood, and do its work."""
        who = () if command in ("init", "plans") else ("--as", by)
        said = self.terminal(command, *words, *who)
        # Objections that still wait for an answer are told by the status.
        assert said.status in ((0, 1) if command == "objections" else (0,)), (command, words, said)
        self.said += said.out
        return said

    def case(self, quarter: str, inputs: Inputs | None = None) -> Case:
        """A quarter's book, as its readers know it."""
        case = Case(self.folder / quarter, inputs, self.terminal.clock)  # type: ignore[arg-type]
        with case.desk(_FINANCE) as desk:
            return Case(case.folder, standing_of(desk.ledger).inputs, self.terminal.clock)

    def begin(self, at: int) -> None:
        """The plan of the year's first quarter from the form; a later one from the plan before."""
        quarter, book = _QUARTERS[at], self.folder / _QUARTERS[at] / "targets.xlsx"
        if at == 0:
            form = self.folder / "plan.xlsx"
            form.write_bytes(write_form("zh-CN", _draft()))
            self.give("init", self.folder / "plan", "--form", form)
            book.parent.mkdir()
            self.give("new", book, "--from", self.folder / "plan", "--lang", "zh-CN")
            return
        before = self.folder / _QUARTERS[at - 1] / "targets.xlsx"
        self.give("next", before, "--period", quarter, "--target", 28_000 + 1_000 * at, "-o", book)
        readings = _save(self.folder / quarter / "drivers.csv", _readings(at))
        self.give("import", book, "--drivers", readings)
        self.give("recalibrate", book, "--reason", "新季度读数")

    def negotiate(self, at: int) -> None:
        """Every region fills its pack; what is low is talked over, and everything is decided."""
        case = self.case(_QUARTERS[at])
        book, packs = case.path, case.folder / "packs"
        files = self.give("split", book, "-o", packs, "--json").json["files"]
        path = {one["region"]: packs / one["file"] for one in files}
        with case.desk(_FINANCE) as desk:
            suggested = standing_of(desk.ledger).baseline.suggested.tolist()
        for k, line in enumerate(case.inputs.plan.lines):
            wish = round(0.8 * suggested[k]) if _is_low(k, at) else suggested[k]
            said = _declared(case.inputs.plan, line.region, line.code, wish, _is_low(k, at))
            write(case, path[_CITIES[k]], said)
        self.give("collect", book, packs)
        talk = ("--held", self.terminal.clock.now.date(), "--present", "双方", "--outcome", "upheld")
        grounds = "理由成立"
        for k, line in enumerate(case.inputs.plan.lines):
            at_line = ("-r", line.region, "-l", line.code)
            if _is_low(k, at):
                self.give("objections", book, *at_line, *talk, "--note", grounds, by=_HR)
                no = ("-r", line.region, "--support", line.code, "no", "--reason", "本季没有编制")
                self.give("decide", book, *no, by=_SUPERIOR)
            self.give("decide", book, *at_line, "accept", "--reason", grounds, by=_SUPERIOR)
        self.give("confirm", book, "--reason", "差额由总部承担")
        self.give("letters", book, "-o", case.folder / "letters", "--format", "docx", by=_HR)

    def follow(self, at: int) -> None:
        """Results come in, the survey is answered, and the quarter is evaluated."""
        case = self.case(_QUARTERS[at])
        book, plan = case.path, case.inputs.plan
        results = _save(case.folder / "results.csv", _results(case, at))
        answers = _save(case.folder / "answers.csv", _answers(plan))
        self.give("import", book, "--actuals", results)
        for share in (2, 1):
            self.terminal.clock.now = _evening(plan.period.days[len(plan.period.days) // share - 1])
            self.give("follow", book, "--as-of", self.terminal.clock.now.date())
        self.give("survey", book, "--responses", answers, by=_HR)
        self.give("evaluate", book, by=_HR)


def _evening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), dt.UTC)


def _is_low(place: int, at: int) -> bool:
    """One region in fifteen declares a fifth less; the others stand by the suggestion."""
    return (place + at) % 15 == 0


def _declared(plan: Plan, region: str, line: str, wish: float, is_low: bool) -> Mapping[Key, Value]:
    head = plan.region(region).head.name
    reasons: dict[Key, Value] = {(region, line, code): words for code, words in REASONS.items() if is_low}
    signed = {"status": "submitted", "submitter": head, "submitted_on": plan.period.start.isoformat()}
    return {**reasons, (region, line, "declared"): wish, **{(region, None, c): v for c, v in signed.items()}}


def _results(case: Case, at: int) -> Iterator[Mapping[str, object]]:
    """Every week brings as much as the others."""
    with case.desk(_FINANCE) as desk:
        standing = standing_of(desk.ledger)
    days = case.inputs.plan.period.days[6::7]
    for k, line in enumerate(case.inputs.plan.lines):
        agreed = standing.in_force(line)
        assert agreed
        brought = round(agreed * (1 + 0.01 * ((3 * k + at) % 9 - 4)))
        for n, day in enumerate(days):
            share = brought * (n + 1) // len(days) - brought * n // len(days)
            yield {"date": day.isoformat(), "line": line.code, "value": share}


def _answers(plan: Plan) -> Sequence[Mapping[str, object]]:
    scores = (5, 4, 4, 5, 3, 4)
    return [{"region": region.code, "score": score} for region in plan.regions for score in scores]


def _played(folder: Path) -> _Company:
    """The year."""
    company = _Company(folder, Terminal("zh-CN", Clock(dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC))))
    for at in range(len(_QUARTERS)):
        company.begin(at)
        company.negotiate(at)
        company.follow(at)
    return company


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> _Company:
    return _played(tmp_path_factory.mktemp("year"))


def test_every_ledger_of_the_year_verifies(year: _Company) -> None:
    for quarter in _QUARTERS:
        assert year.give("audit", year.folder / quarter / "targets.xlsx", "--verify", "--json").json[
            "verified"
        ]


def test_each_ledger_begins_with_the_checkpoint_of_the_one_before(year: _Company) -> None:
    marks: list[str] = []
    for quarter in _QUARTERS:
        with year.case(quarter).desk(_FINANCE) as desk:
            before = standing_of(desk.ledger).value(None, None, "plan.before")
            assert (str(before).rpartition(" ")[2] if before else None) == (marks[-1] if marks else None)
            marks.append(desk.ledger.checkpoint.mark)
    assert len(set(marks)) == len(_QUARTERS)


def test_what_a_quarter_brought_is_the_next_ones_history(year: _Company) -> None:
    last = year.case(_QUARTERS[-1]).inputs
    for at, quarter in enumerate(_QUARTERS[:-1]):
        case = year.case(quarter)
        brought: dict[object, float] = {}
        for row in _results(case, at):
            brought[row["line"]] = brought.get(row["line"], 0.0) + float(str(row["value"]))
        column = [str(period) for period in last.history.periods].index(quarter)
        found = dict(
            zip((line.code for line in last.plan.lines), last.history.values[:, column], strict=True)
        )
        assert found == brought
    assert last.rhythm is not None and last.rhythm.periods == 3


def test_the_year_stands_on_one_page_of_plans(year: _Company) -> None:
    found = year.give("plans", year.folder, "--state", "evaluated", "--json").json
    assert len(found["plans"]) == len(_QUARTERS)
    assert len(list(year.folder.glob("*/letters/*.docx"))) == len(_QUARTERS) * len(_CITIES)
