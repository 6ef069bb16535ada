"""The dashboard as a page of its own: written from book and ledger, changing neither."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from ..calibration import Correction, Region, correction, turn, values_added
from ..calibration.vocabulary import JUSTIFICATION, Light, ObjectionState, Role
from ..desk import (
    Desk,
    Stock,
    find_language,
    judgement_record,
    ledger_beside,
    look,
    not_taken_in,
    opinions_now,
    past_judgement,
    unfit,
)
from ..language import text
from ..ledger import Entry, Ledger
from ..ooxml import read_file, write_file
from ..pages import Act, Contest, Overviewed, RegionTurn, dashboard_page, is_ours
from ..problems import Found, Problem, Refused
from ..telling import DONE, WARNING, Part, Report, Sentence
from ..workbook import show_sheets
from .check import broken_seals, is_submitted
from .objections import ObjectionRow, handled_by_line, objection_row
from .overassign import assigned_now

_MOST_ACTS = 20
_LOOKED_AT = 1000
"""So many entries are looked through for the last acts: most acts are a few entries."""
_ENDINGS = (".html", ".htm")


@dataclass(frozen=True)
class DashboardReport(Report):
    """The page that was written, and what is most pressing on it."""

    page: str
    size: int
    regions: int
    slow: int
    late: int
    objections: int
    notes: tuple[Problem, ...] = ()

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        facts = {"page": self.page, "size": -(-self.size // 1000)}
        yield Sentence(text("telling.dashboard.written", language, **facts), DONE)
        facts = {"regions": self.regions, "slow": self.slow, "late": self.late, "count": self.objections}
        yield Sentence(text("telling.dashboard.pressing", language, **facts), indented=True)
        for problem in Found(self.notes):
            yield Sentence(problem.sentence(language), WARNING, indented=True)


def dashboard(desk: Desk, out: Path, lang: str = "", *, renews: bool = False) -> DashboardReport:
    """Write the page, in the book's language or another; `renews` for one that is kept new.

    Raise Refused when the file is no page, is something else's, or cannot be written.
    """
    language = find_language(lang) if lang else ""
    refuse_place(out)
    stock = look(desk)
    changed = (problem for region in stock.plan.regions for problem in broken_seals(stock, region))
    notes = (*unfit(stock), *changed, *not_taken_in(stock))
    language = language or stock.standing.language
    seen = _seen(stock, language, notes, renews)
    content = dashboard_page(seen, language).encode()
    write_file(out, content)
    lights = [one.light for one in seen.regions]
    return DashboardReport(
        page=str(out),
        size=len(content),
        regions=len(lights),
        slow=lights.count(Light.CLOSE),
        late=lights.count(Light.BEHIND),
        objections=sum(one.waits for one in seen.contests),
        notes=notes,
    )


def files_of(book: Path, ledger: str = "") -> tuple[Path, ...]:
    """The files of a plan that change when something happens; a database server's are not here."""
    place = ledger or str(ledger_beside(book))
    return (book,) if "://" in place else (book, Path(place))


def refuse_place(out: Path) -> None:
    """Raise Refused for what is no page's name, or is taken: nothing but a page of ours is written over."""
    if out.suffix.lower() not in _ENDINGS:
        raise Refused([Problem("page_not_html", str(out))])
    if out.is_dir() or (out.exists() and not is_ours(read_file(out))):
        raise Refused([Problem("page_taken", str(out))])


def _seen(stock: Stock, language: str, notes: tuple[Problem, ...], renews: bool) -> Overviewed:
    ledger = stock.desk.ledger
    moments = _Moments(stock)
    handled = handled_by_line(ledger)
    found = ((line, objection_row(stock, line, handled)) for line in stock.plan.lines)
    contests = {
        line.code: _contest(row, moments.objected(line.region, line.code), language)
        for line, row in found
        if row
    }
    waiting = {
        line.region for line in stock.plan.lines if line.code in contests and contests[line.code].waits
    }
    habit = correction(past_judgement(ledger, stock.standing.values))
    return Overviewed(
        standing=stock.standing,
        sheets=show_sheets(stock.standing, stock.counted, language, ("dashboard", "progress")),
        regions=tuple(_region(stock, one, one.code in waiting, moments) for one in stock.plan.regions),
        contests=tuple(contests.values()),
        acts=tuple(islice(_acts(ledger, stock), _MOST_ACTS)),
        notes=tuple(problem.sentence(language) for problem in Found(notes)),
        at=stock.desk.clock(),
        book=stock.desk.path.name,
        head=stock.checkpoint,
        renews=renews,
        assigned=assigned_now(stock, language),
        judged=values_added(judgement_record(ledger, stock.standing), "region"),
        opinions=opinions_now(stock, habit) if habit != Correction() else (),
    )


class _Moments:
    """Since when things are as they are, in days before now."""

    def __init__(self, stock: Stock) -> None:
        self._stock, self._now = stock, stock.desk.clock()
        ledger = stock.desk.ledger
        self._began = next((entry.at for entry in ledger.entries()), self._now)
        self._states = {entry.region: entry.at for entry in ledger.entries(field="state")}
        self._objections = {(entry.region, entry.row): entry for entry in _openings(ledger)}

    def waited(self, region: str, *, locked: bool) -> float:
        """For how long the same person has had the turn."""
        since = [self._states.get(region, self._began)]
        if locked:
            changed = self._stock.desk.ledger.entries(field="objection", region=region)
            since += [entry.at for entry in changed]
        elif handed_in := self._handed_in(region):
            since.append(handed_in)
        return self._days(max(since))

    def objected(self, region: str, line: str) -> float | None:
        """How old an objection is: since it was locked, or since the tab was handed in."""
        opened = self._objections.get((region, line))
        at = opened.at if opened else self._handed_in(region)
        return None if at is None else self._days(at)

    def _handed_in(self, region: str) -> dt.datetime | None:
        """The day that stands on a submitted tab, if it is one, and not to come."""
        said = self._stock.typed((region, None, "submitted_on"))
        try:
            day = dt.datetime.fromisoformat(str(said)).replace(tzinfo=self._now.tzinfo)
        except ValueError:
            return None
        is_handed_in = is_submitted(self._stock, self._stock.plan.region(region))
        return day if is_handed_in and day <= self._now else None

    def _days(self, at: dt.datetime) -> float:
        return max((self._now - at) / dt.timedelta(days=1), 0.0)


def _openings(ledger: Ledger) -> Iterator[Entry]:
    entries = ledger.entries(field="objection")
    return (entry for entry in entries if entry.new == ObjectionState.OPEN)


def _region(stock: Stock, region: Region, objects: bool, moments: _Moments) -> RegionTurn:
    side = stock.table(region)
    submitted = side.is_open and is_submitted(stock, region)
    whose = turn(side.stage, submitted=submitted, objects=objects)
    people = {Role.HEAD: region.head, Role.SUPERIOR: region.superior, Role.HRBP: region.hrbp}
    person = "" if whose is None or whose == "finance" else people[whose].name
    days = moments.waited(region.code, locked=side.allows("decide"))
    deadline = stock.plan.deadline(side.round) if whose == Role.HEAD else None
    left = None if deadline is None else (deadline - stock.desk.clock().astimezone().date()).days
    near = max(stock.plan.notices.before, default=0)
    return RegionTurn(region.code, whose, person, days, side.round, left, near)


def _contest(row: ObjectionRow, days: float | None, language: str) -> Contest:
    talk = row.talk.told(language) if row.talk else ""
    words = " · ".join(filter(None, (getattr(row, code) for code in JUSTIFICATION)))
    numbers = (row.declared, row.suggested, row.deviation)
    return Contest(row.region, row.line, row.hrbp, *numbers, words, row.state, talk, row.handling, days)


def _acts(ledger: Ledger, stock: Stock) -> Iterator[Act]:
    """What was done last, the newest first."""
    last = ledger.last
    entries = list(ledger.entries(after=max(last.number - _LOOKED_AT, 0))) if last else []
    names = {region.code: region.name for region in stock.plan.regions}
    together = groupby(reversed(entries), lambda entry: (entry.at, entry.actor, entry.action))
    for (at, actor, action), group in together:
        yield _act(at, actor, action, list(group), names)


def _act(at: dt.datetime, actor: str, action: str, entries: list[Entry], names: Mapping[str, str]) -> Act:
    regions = dict.fromkeys(names.get(entry.region, "") for entry in reversed(entries) if entry.region)
    reasons = dict.fromkeys(entry.reason for entry in reversed(entries) if entry.reason)
    return Act(at, actor, action, tuple(regions), len(entries), " · ".join(reasons))
