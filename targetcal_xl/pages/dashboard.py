"""The dashboard as a page: what the workbook's shows, with pictures, whose turn it is, and what happened."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ..calibration import CorrectedDeclaration, Standing, Turn, ValueAdded, is_objection, urgency
from ..calibration.vocabulary import Light, ObjectionState
from ..figures import UNKNOWN, figures, percent, rounded
from ..language import find, text
from ..sentences import judged_cells
from ..workbook import ShownCell, ShownSheet
from .drawing import Bin, Drawing, Pillar, Share, curves, histogram, shares, waterfall
from .listing import Listing, ListingCell, listing
from .page import MOST_BYTES, part, rendered, to_the_minute

_SIZES = (2000, 500, 200, 100, 60, 40, 25, 15, 8)
"""How many rows a list has at most: the first of these with which the page is small enough."""
_LONGEST = 240
"""So many letters of what people wrote are on the page; all of it stands in the workbook."""
_BINS = 3
"""How many bins the histogram has up to the objection threshold, and once more beyond."""
_TOTALS = ("hq", "suggested", "declared", "agreed")


@dataclass(frozen=True)
class RegionTurn:
    """Where a region is: who has the turn, by name where that is known, and for how many days."""

    code: str
    turn: Turn | None
    person: str
    days: float
    round: int
    left: int | None = None
    """How many days there are to the deadline, negative after it; None where there is none."""
    near: int = 0
    """How many days before a deadline it is near."""

    @property
    def light(self) -> Light:
        """Red, amber or green."""
        return urgency(self.turn, self.days, self.left, self.near)


@dataclass(frozen=True)
class Contest:
    """An objection: what was declared, why, and since when it has been waiting."""

    region: str
    line: str
    hrbp: str
    declared: float
    suggested: float
    deviation: float
    words: str
    state: str
    talk: str
    """The record of the talk that answered it: its day, who took part, what it came to."""
    handling: str
    days: float | None

    @property
    def waits(self) -> bool:
        """Whether somebody has to answer it."""
        return self.state in (ObjectionState.OPEN, ObjectionState.SUBMITTED)


@dataclass(frozen=True)
class Act:
    """Something that somebody did: when, what it concerned, and the reason where one was given."""

    at: dt.datetime
    actor: str
    action: str
    regions: tuple[str, ...]
    fields: int
    reason: str


@dataclass(frozen=True)
class Overviewed:
    """All that the page is made from."""

    standing: Standing
    sheets: Mapping[str, ShownSheet]
    """The dashboard and the progress, as the workbook shows them."""
    regions: tuple[RegionTurn, ...]
    contests: tuple[Contest, ...]
    acts: tuple[Act, ...]
    notes: tuple[str, ...]
    """What is to be known of the book before its numbers are believed."""
    at: dt.datetime
    book: str
    head: str
    renews: bool = False
    """Whether somebody keeps the page new."""
    assigned: tuple[str, ...] = ()
    """How far targets exceed head office's, and the odds that go with it, in sentences."""
    judged: tuple[ValueAdded, ...] = ()
    """How departures from suggestions did, by region."""
    opinions: tuple[CorrectedDeclaration, ...] = ()
    """What declarations would be without their regions' habits; none before habits are told from chance."""


def dashboard_page(seen: Overviewed, language: str) -> str:
    """The page; its lists are as long as there is room for."""
    page = ""
    for most in _SIZES:
        page = rendered(
            "dashboard.html", language, part("dashboard.js"), **_Dashboard(seen, language, most).data()
        )
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


class _Dashboard:
    """Makes what the template tells."""

    def __init__(self, seen: Overviewed, language: str, most: int) -> None:
        self._seen, self._language, self._most = seen, language, most
        self._sheet = seen.sheets["dashboard"]
        self._plan = seen.standing.inputs.plan
        self._totals = {code: self._sheet.field(f"dashboard_{code}").number for code in _TOTALS}
        told = [value for value in self._totals.values() if value is not None]
        self._figures = figures(self._plan.metric, language, told)

    def data(self) -> dict[str, object]:
        """Every part of the page."""
        seen = self._seen
        pictures = [self._waterfall(), self._deviations(), self._odds()]
        return {
            "titles": self._sheet.titles,
            "cards": [self._card(code) for code in self._cards],
            "lights": self._lights(),
            "assigned": seen.assigned,
            "pictures": pictures + self._path(),
            "listings": [self._regions(), self._late(), self._contests(), *self._below()],
            "acts": self._acts(),
            "notes": seen.notes,
            "book": seen.book,
            "head": seen.head,
            "at": to_the_minute(seen.at, self._language),
            "renews": seen.renews,
        }

    def _say(self, key: str, **fields: object) -> str:
        return text(f"pages.{key}", self._language, **fields)

    @property
    def _cards(self) -> tuple[str, ...]:
        return (
            *(f"dashboard_{code}" for code in _TOTALS),
            *("dashboard_gap_pct", "dashboard_hq_gap", "dashboard_submitted"),
            *("dashboard_missing", "dashboard_objections"),
        )

    def _card(self, code: str) -> tuple[str, str]:
        return self._sheet.label(code), self._sheet.field(code).said

    def _lights(self) -> list[tuple[str, str, int]]:
        """How many regions are in time, slow and late."""
        found = [one.light for one in self._seen.regions]
        return [(light, self._say(f"light.{light}"), found.count(light)) for light in reversed(Light)]

    def _days(self, days: float | None) -> str:
        """An age in words."""
        if days is None:
            return ""
        whole = math.floor(max(days, 0.0))
        return self._say("days", count=whole) if whole else self._say("today")

    def _cut(self, words: str) -> str:
        flat = " ".join(words.split())
        return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"

    def _listing(
        self,
        code: str,
        title: str,
        captions: Sequence[str],
        rows: Sequence[tuple[ListingCell, ...]],
        empty: str = "",
    ) -> Listing:
        return listing(code, title, captions, rows, self._most, empty)

    # Regions

    def _regions(self) -> Listing:
        figures = ("allotment", "suggested", "declared", "gap_pct", "agreed", "in_force")
        told = ("lines", "filled", "missing", "objections", *figures)
        captions = [self._sheet.caption("regions", code) for code in ("name", "state", "submitted", *told)]
        captions[3:3] = [self._say("waits"), self._say("since"), self._say("round")]
        cells = self._sheet.rows("regions")
        rows = [self._region(one, cells[one.code], told) for one in self._seen.regions]
        return self._listing("regions", self._sheet.section("regions"), captions, rows)

    def _region(
        self, one: RegionTurn, cells: Mapping[str, ShownCell], told: Sequence[str]
    ) -> tuple[ListingCell, ...]:
        return (
            ListingCell(cells["name"].said, one.light),
            ListingCell(cells["state"].said),
            ListingCell(cells["submitted"].said),
            ListingCell(self._waits(one), f"light {one.light}"),
            ListingCell(self._since(one), "number"),
            ListingCell(str(one.round), "number"),
            *(self._value(cells[code]) for code in told),
        )

    def _waits(self, one: RegionTurn) -> str:
        if one.turn is None:
            return self._say("light.done")
        return self._say(f"turn.{one.turn}", person=one.person)

    def _since(self, one: RegionTurn) -> str:
        """For how long somebody has had the turn, and where the deadline is."""
        if one.turn is None:
            return ""
        if one.left is None:
            return self._days(one.days)
        due = self._say("overdue", count=-one.left) if one.left < 0 else self._say("due", count=one.left)
        return self._say("since_due", since=self._days(one.days), due=due)

    def _late(self) -> Listing:
        """Who has had the turn for too long, the longest first."""
        late = [one for one in self._seen.regions if one.light != Light.ON_PATH]
        late.sort(key=lambda one: -one.days)
        names = {region.code: region.name for region in self._plan.regions}
        rows = [
            (
                ListingCell(self._waits(one), f"light {one.light}"),
                ListingCell(names[one.code]),
                ListingCell(self._since(one), "number"),
                ListingCell(self._say(f"light.{one.light}")),
            )
            for one in late
        ]
        captions = [self._say(code) for code in ("waits", "region", "since", "how")]
        return self._listing("late", self._say("late"), captions, rows, self._say("nobody_late"))

    # Objections

    def _contests(self) -> Listing:
        codes = (
            "line",
            "declared",
            "suggested",
            "deviation",
            "state",
            "since",
            "hrbp",
            "grounds",
            "handling",
        )
        captions = [self._say(f"objection.{code}") for code in codes]
        waiting = sorted(self._seen.contests, key=lambda one: (not one.waits, -(one.days or 0.0)))
        rows = [self._contest(one) for one in waiting]
        title, empty = self._say("objections"), self._say("no_objections")
        return self._listing("objections", title, captions, rows, empty)

    def _contest(self, one: Contest) -> tuple[ListingCell, ...]:
        light = self._contest_light(one)
        return (
            ListingCell(f"{one.region} / {one.line}", light),
            ListingCell(self._figures.number(one.declared), "number"),
            ListingCell(self._figures.number(one.suggested), "number"),
            ListingCell(percent(one.deviation, self._language, 1, signed=True), "number"),
            ListingCell(text(f"telling.objections.{one.state}", self._language), f"light {light}"),
            ListingCell(self._days(one.days) if one.waits else "", "number"),
            ListingCell(one.hrbp),
            ListingCell(self._cut(one.words), "words"),
            ListingCell(self._cut(" ".join(filter(None, (one.talk, one.handling)))), "words"),
        )

    def _contest_light(self, one: Contest) -> Light:
        """An answered objection waits for nobody."""
        if not one.waits:
            return Light.ON_PATH
        light = urgency("finance", one.days or 0.0)
        return Light.CLOSE if light == Light.ON_PATH else light

    def _below(self) -> Iterator[Listing]:
        yield from self._judged()
        yield from self._running()
        yield self._lines()

    # Judgement

    def _judged(self) -> Iterator[Listing]:
        """Whether departures from suggestions were right, and declarations without habits, where known."""
        regions = {one.code: one.name for one in self._plan.regions}
        lines = {one.code: one.name for one in self._plan.lines}
        verdicts = [
            (regions.get(one.code, one.code), *judged_cells(one, self._language)) for one in self._seen.judged
        ]
        opinions = [
            (f"{regions[one.region]} / {lines[one.line]}", *map(self._figures.number, one.amounts))
            for one in self._seen.opinions
        ]
        counted = ("judged", "departures", "nearer", "too_low", "added", "pooled", "worth")
        if verdicts:
            yield self._told("judged", counted, verdicts)
        if opinions:
            yield self._told("corrected", ("line", "suggested", "declared", "corrected"), opinions)

    def _told(self, code: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Listing:
        """A table as the command line tells it."""
        captions = [text(f"telling.column.{column}", self._language) for column in columns]
        cells = [(ListingCell(name), *(ListingCell(said, "number") for said in told)) for name, *told in rows]
        return self._listing(code, self._say(code), captions, cells)

    # Lines

    def _running(self) -> Iterator[Listing]:
        """Progress line by line, once there is any."""
        table = self._sheet.rows("running")
        if not any(cells["actual"].number is not None for cells in table.values()):
            return
        yield self._warned("regions")
        yield self._of_lines("running", ("target", "actual", "pace", "light", "trend"))
        yield self._warned("lines")

    def _warned(self, table: str) -> Listing:
        """The odds of a miss as the progress sheet has them, by region or line, and what is behind them."""
        sheet, codes = self._seen.sheets["progress"], ("odds", "warning_state", "cause", "suggestion")
        rows = [
            (ListingCell(cells["name"].said), *(self._said_of(code, cells[code]) for code in codes))
            for cells in sheet.rows(table).values()
        ]
        captions = [sheet.caption(table, code) for code in ("name", *codes)]
        title = f"{sheet.section(table)}: {sheet.caption(table, 'odds')}"
        return self._listing(f"odds_{table}", title, captions, rows)

    def _said_of(self, code: str, cell: ShownCell) -> ListingCell:
        return self._value(cell) if code == "odds" else ListingCell(self._cut(cell.said), "words")

    def _lines(self) -> Listing:
        codes = ("last_year", "allotment", "suggested", "declared", "deviation", "flag", "agreed", "in_force")
        return self._of_lines("lines", (*codes, "odds_hq", "odds_declared"))

    def _of_lines(self, table: str, codes: Sequence[str]) -> Listing:
        captions = [self._sheet.caption(table, code) for code in ("name", *codes)]
        rows = [
            (
                ListingCell(f"{cells['region'].said} / {cells['name'].said}"),
                *(self._value(cells[code]) for code in codes),
            )
            for cells in self._sheet.rows(table).values()
        ]
        return self._listing(table, self._sheet.section(table), captions, rows)

    def _value(self, cell: ShownCell) -> ListingCell:
        """A cell of the sheet: a number to the right, a light in its colour, nothing out of the way."""
        if cell.said in self._light_words:
            return ListingCell(cell.said, f"light {self._light_words[cell.said]}")
        return ListingCell(
            cell.said, "nothing" if cell.said == UNKNOWN else "" if cell.kind == "choice" else "number"
        )

    @cached_property
    def _light_words(self) -> Mapping[str, Light]:
        return {text(f"workbook.light.{code}", self._language): code for code in Light}

    # Pictures

    def _waterfall(self) -> Drawing:
        """From the head office target to what is agreed; what nobody has said yet counts as said before."""
        lines = list(self._sheet.rows("lines").values())
        known = [[cells[code].number for code in ("suggested", "declared", "agreed")] for cells in lines]
        reached = [self._plan.total([_last(row[: k + 1]) for row in known]) or 0.0 for k in range(3)]
        levels = [self._totals["hq"] or 0.0, *reached]
        steps = [after - before for before, after in pairwise(levels)]
        said = rounded([levels[0], *steps, levels[-1]], self._figures, range(1, 4))
        counts = {"declared": sum(row[1] is not None for row in known), "of": len(known)}
        counts["agreed"] = sum(row[2] is not None for row in known)
        columns = [Pillar(self._say("step.hq"), 0.0, levels[0], said[0], "hq")]
        for k, code in enumerate(("model", "regions", "decisions")):
            look = "better" if steps[k] * self._plan.metric.direction >= 0 else "worse"
            columns.append(Pillar(self._say(f"step.{code}"), levels[k], levels[k + 1], said[k + 1], look))
        columns.append(Pillar(self._say("step.end"), 0.0, levels[-1], said[-1], "agreed"))
        summary = self._say("picture.waterfall.summary", **counts)
        return waterfall("waterfall", self._say("picture.waterfall"), summary, columns)

    def _deviations(self) -> Drawing:
        """How far declarations are from suggestions, in bins that end at the objection threshold."""
        cells = (row["deviation"].number for row in self._sheet.rows("lines").values())
        found = [value for value in cells if value is not None and not math.isnan(value)]
        threshold = self._plan.thresholds.objection
        width, half = threshold / _BINS, 2 * _BINS
        counts = [0] * (2 * half + 2)
        for value in found:
            counts[_bin(value, threshold, width, half)] += 1
        objecting = sum(bool(is_objection(value, threshold)) for value in found)
        below = half + 1 - _BINS
        looks = ["late" if k < below else "worse" if k <= half else "better" for k in range(len(counts))]
        edges = [(1, -2.0), (below, -1.0), (half + 1, 0.0), (half + 1 + _BINS, 1.0), (2 * half + 1, 2.0)]
        marks = [(at, percent(share * threshold, self._language, signed=True)) for at, share in edges]
        better = sum(value >= 0 for value in found)
        facts = {"count": len(found), "better": better, "worse": len(found) - better, "objecting": objecting}
        summary = self._say("picture.deviations.summary", **facts)
        bins = [Bin(count, look) for count, look in zip(counts, looks, strict=True)]
        return histogram("deviations", self._say("picture.deviations"), summary, bins, marks, below)

    def _odds(self) -> Drawing:
        fields = [(code, self._sheet.field(f"odds_{code}")) for code in _TOTALS]
        names = {code: self._sheet.label(f"odds_{code}") for code in _TOTALS}
        rows = [Share(names[code], cell.number, cell.said, code) for code, cell in fields]
        said = self._say("comma").join(f"{row.name} {row.said}" for row in rows)
        spread = self._sheet.field("total_spread").said
        summary = self._say("picture.odds.summary", odds=said, spread=spread)
        return shares("odds", self._say("picture.odds"), summary, rows)

    def _path(self) -> list[Drawing]:
        """The way to the agreed total and the results so far, once there are any."""
        weeks = list(self._seen.sheets["progress"].rows("weekly").values())
        actual = [week["actual"].number for week in weeks]
        if not any(value is not None for value in actual):
            return []
        path = [week["path"].number for week in weeks]
        last = max(k for k, value in enumerate(actual) if value is not None)
        facts = {"date": weeks[last]["date"].said, "actual": weeks[last]["actual"].said}
        summary = self._say("picture.path.summary", **facts, path=weeks[last]["path"].said)
        ends = [weeks[0]["date"].said, weeks[-1]["date"].said]
        lines = (("path", path), ("actual", actual))
        return [curves("path", self._say("picture.path"), summary, lines, ends)]

    # What happened

    def _acts(self) -> list[dict[str, str]]:
        return [
            {
                "at": to_the_minute(act.at, self._language),
                "iso": act.at.isoformat(),
                "actor": act.actor,
                "did": self._did(act.action),
                "about": self._say("comma").join(act.regions[:6]) + ("…" if len(act.regions) > 6 else ""),
                "fields": self._say("fields", count=act.fields),
                "reason": self._cut(act.reason),
            }
            for act in self._seen.acts
        ]

    def _did(self, action: str) -> str:
        """What the command that did it is called."""
        return find(f"pages.did.{action}", self._language) or action


def _last(values: Sequence[float | None]) -> float | None:
    """The last value that is known."""
    return next((value for value in reversed(values) if value is not None), None)


def _bin(value: float, threshold: float, width: float, half: int) -> int:
    """Which bin a deviation is in: the first and the last hold all that is further away."""
    if is_objection(value, threshold) and value > -threshold:
        value = -threshold
    value = min(max(value, -half * width), half * width)
    at = math.ceil(value / width - 1e-9) if value < 0 else math.floor(value / width + 1e-9) + 1
    return min(max(at + half, 0), 2 * half + 1)
