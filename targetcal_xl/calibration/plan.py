"""The words of a plan: who, what, when and at which thresholds."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

import numpy as np

from .arrays import Floats
from .calendar import Calendar
from .metric import IN_PERCENT, Metric
from .period import Period
from .vocabulary import (
    TRIGGERS,
    CopiedTo,
    MissingDays,
    RobotKind,
    SourceKind,
    SourceTurn,
    Split,
    Trigger,
    WeightsCode,
)

ADDED: Final = {"added": True}
"""Marks a field that came later: while it has its default, documents are written as they were before it."""
SHARES_ADD_UP: Final = 1e-6
"""How near to 1 the shares of a driver's indicators come together."""


STRONGEST: Final = 10.0
"""A metric that follows a driver ten times as strongly is none that anybody has seen."""
MOST_HEADS: Final = 100_000
LONGEST_RAMP: Final = 60
"""More heads in a post, or more months to learn in, are a slip of the pen."""
MAIL: Final = r"[^@\s]+@[^@\s]+"
"""What every mail address looks like."""
ODD_IN_MAIL: Final = r'[\x00-\x20\x7f<>()\[\],;:\\"]|@.*@|\.\.|^\.|\.@|@\.|\.$'
"""What no mail address has outside of quotes, which nobody writes."""


FOLDER_FIELDS: Final = ("employee", "name", "region", "plan", "period", "company")
"""What a folder of the archive may be named by."""
_ODD_IN_FOLDER: Final = re.compile(r"[^\w.() /-]")


def folder_faults(pattern: str) -> list[str]:
    """What of a folder's pattern is no name: fields that nobody knows, signs, and ways out of the archive."""
    bare = pattern
    for code in FOLDER_FIELDS:
        bare = bare.replace(f"{{{code}}}", "x")
    parts = [part for part in bare.split("/") if not part.strip(" .") or part != part.strip()]
    return [*_ODD_IN_FOLDER.findall(bare), *(f"“{part}”" for part in parts)]


@dataclass(frozen=True)
class Person:
    """Somebody who declares, decides or advises."""

    name: str
    mail: str = ""
    robot: str = field(default="", metadata=ADDED)
    """The code of the group robot that tells them as well; none, where it is empty."""
    employee: str = field(default="", metadata=ADDED)
    """The number by which the personnel archive knows them."""


@dataclass(frozen=True)
class Robot:
    """A robot in the group of a chat. Where it is reached is a secret, and no part of a plan."""

    code: str
    kind: RobotKind


@dataclass(frozen=True)
class Notices:
    """When people are told of what is due; days are those of the calendar."""

    before: tuple[int, ...] = (3, 1)
    """How many days before a deadline a head who has not submitted is reminded."""
    after: tuple[int, ...] = (1, 3)
    """How many days after it."""
    escalate: int = 2
    """How many days after it the superior is told."""
    digest: tuple[Person, ...] = ()
    """Who is told every day where all regions stand."""


@dataclass(frozen=True)
class LetterCare:
    """Who gets letters beside the head, and how they lie in the archive."""

    copies: tuple[CopiedTo, ...] = ("superior",)
    """Whom a copy is mailed to."""
    folder: str = "{employee}"
    """Where a region's letters lie in the archive; what is in braces stands for what the plan says."""
    keep_years: int = 0
    """For how many years after the period letters are kept; 0 where nobody has said."""


@dataclass(frozen=True)
class Trust:
    """Whom a plan trusts: to say when something was there, and to say who somebody is."""

    stamps: str = ""
    """The address of the time stamping authority (RFC 3161)."""
    roots: tuple[str, ...] = ()
    """Certificates of authorities for time stamps and for signatures, each in PEM."""


NO_TRUST: Final = Trust()
"""What holds where a plan does not say."""


@dataclass(frozen=True)
class DayShape:
    """What a plan states of its days; None or nothing is what their past, or what is usual, has to say."""

    idle: float | None = None
    """What a weekend or holiday brings, as a share of a working day."""
    period_end: float | None = None
    """How many times as much as usual the last day of the period brings."""
    month_end: float | None = None
    """How many times as much the last working days of a month bring."""
    shares: tuple[tuple[dt.date, float], ...] = ()
    """Days with the share of the target that should be there by then."""

    @property
    def is_stated(self) -> bool:
        """Whether anything is."""
        return self != DayShape()


@dataclass(frozen=True)
class Limits:
    """What a share of the head office target may come to; None where there is no limit."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Region:
    """A sales region: one workbook tab, one letter. It may belong to a group of regions."""

    code: str
    name: str
    head: Person
    superior: Person
    hrbp: Person
    group: str = ""
    limits: Limits = Limits()
    deputy: Person = field(default=Person(""), metadata=ADDED)
    """Who may submit in the head's place; nobody, where there is no name."""


@dataclass(frozen=True)
class Line:
    """An area, team or representative: the unit of calibration. It may belong to a group in its region."""

    code: str
    name: str
    region: str
    group: str = ""
    limits: Limits = Limits()
    volume: float = field(default=1.0, metadata=ADDED)
    """What it weighs in a mean, or its denominator in a ratio: the orders or answers of a period."""


@dataclass(frozen=True)
class Group:
    """Regions, or lines of a region, that share limits; `parent` is the group or region above it, if any."""

    code: str
    name: str
    parent: str = ""
    limits: Limits = Limits()


@dataclass(frozen=True)
class Post:
    """Planned people of a line or of a region, who all begin and end alike.

    Without a first day (`start`) the post is vacant. `ramp` is in months; `output` is what a head brings in
    a whole period once it has learned, in the metric's unit, or None where that is learnt from the past.
    """

    line: str = ""
    region: str = ""
    name: str = ""
    heads: float = 1.0
    start: dt.date | None = None
    end: dt.date | None = None
    ramp: float = 0.0
    output: float | None = None
    counted: float = 0.0
    """How many full heads it is over the plan's period."""
    brings: float | None = None
    """What it can bring in the plan's period, in the metric's unit; None before that was counted."""

    @property
    def at(self) -> tuple[str, str]:
        """Where it works: `line` or `region`, and the code of that."""
        return ("line", self.line) if self.line else ("region", self.region)


@dataclass(frozen=True)
class StatedSource:
    """Where data of a plan comes from by itself; `query` is the question to a database.

    `map` says how columns are called there (`value=amount`), `when` how often it is asked.
    """

    kind: SourceKind
    address: str
    query: str = ""
    map: tuple[str, ...] = ()
    when: SourceTurn = "daily"


@dataclass(frozen=True)
class Driver:
    """A named influence on the metric; `weight` is the elasticity of the metric to its signal.

    `direction` is -1 when more of it lowers the metric. A reading counts `lag` periods after its own.
    """

    code: str
    name: str
    weight: float
    direction: Literal[1, -1] = 1
    lag: int = 0


@dataclass(frozen=True)
class Indicator:
    """A measured number behind a driver; the `share`s of one driver's indicators add up to 1."""

    code: str
    name: str
    driver: str
    share: float
    unit: str = ""
    direction: int = 1


@dataclass(frozen=True)
class Thresholds:
    """The numbers the rules turn on; shares are fractions of 1."""

    objection: float = 0.15
    """A declaration this much worse than the suggestion, or more, is an objection."""
    confidence: float = 0.80
    """Level of the interval."""
    milestone: float = 0.90
    """A milestone is missed when less than this share of the path has been reached."""
    warning_days: int = 14
    """How many days ahead a milestone is watched."""
    warning_odds: float = 0.50
    """A miss at least this likely is a warning."""
    survey_minimum: int = 5
    """The smallest group whose survey figures are shown."""
    hq_tolerance: float = field(default=0.02, metadata=ADDED)
    """Agreed targets this much off the head office target, or less, need no reason to be confirmed."""


@dataclass(frozen=True)
class Measures:
    """The four measures of how well a calibration went, and the mean of what people answered.

    NaN or None is one that nobody knows.
    """

    consensus_days: float
    coordination_hours: float
    agreement_pct: float
    agreement_mean: float
    attainment_pct: float | None = field(default=None, metadata=ADDED)


@dataclass(frozen=True)
class Plan:
    """One period, one metric, the people and the lines. Arrays elsewhere follow the order of `lines`."""

    code: str
    company: str
    period: Period
    metric: Metric
    hq_target: float
    regions: tuple[Region, ...]
    lines: tuple[Line, ...]
    drivers: tuple[Driver, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    milestones: tuple[dt.date, ...] = ()
    last_period: Measures | None = None
    groups: tuple[Group, ...] = ()
    split: Split = "equal_odds"
    weights: WeightsCode = "learned"
    """Whether recalibrating learns the drivers' weights, or keeps those of the experts."""
    missing_days: MissingDays = field(default="zero", metadata=ADDED)
    calendar: Calendar | None = field(default=None, metadata=ADDED)
    """Which days are worked; China's, where the plan does not say."""
    triggers: tuple[Trigger, ...] = field(default=TRIGGERS, metadata=ADDED)
    """What a confirmed target may be changed for."""
    deadlines: tuple[dt.date, ...] = field(default=(), metadata=ADDED)
    """The last day to submit on, for each round; later rounds than these have none."""
    robots: tuple[Robot, ...] = field(default=(), metadata=ADDED)
    notices: Notices = field(default=Notices(), metadata=ADDED)
    letters: LetterCare = field(default=LetterCare(), metadata=ADDED)
    trust: Trust = field(default=NO_TRUST, metadata=ADDED)
    days: DayShape = field(default=DayShape(), metadata=ADDED)
    posts: tuple[Post, ...] = field(default=(), metadata=ADDED)
    """Planned people, whose lines and regions can come to no more than they bring."""
    sources: tuple[StatedSource, ...] = field(default=(), metadata=ADDED)
    """Where its results, history and readings come from."""
    ratchet_limit: float | None = field(default=None, metadata=ADDED)
    """How many percent the split may move, either way, for each percent that last period was beside what was
    foreseen of it; None: no limit."""

    def bounds(self, node: Group | Region | Line) -> Limits:
        """What a node may come to: its limits, and no more than its planned people can bring."""
        kind = "line" if isinstance(node, Line) else "region" if isinstance(node, Region) else ""
        most = self.ceilings.get((kind, node.code))
        if most is None:
            return node.limits
        high = node.limits.high
        return Limits(node.limits.low, most if high is None else min(most, high))

    @cached_property
    def ceilings(self) -> Mapping[tuple[str, str], float]:
        """`line` or `region` and its code -> what its planned people can bring together."""
        brought: dict[tuple[str, str], list[float]] = {}
        for post in self.posts:
            if post.brings is not None:
                brought.setdefault(post.at, []).append(post.brings)
        return {at: math.fsum(each) for at, each in brought.items()}

    def deadline(self, number: int) -> dt.date | None:
        """The last day to submit on in a round, from 1; None where there is none."""
        return self.deadlines[number - 1] if 0 < number <= len(self.deadlines) else None

    def region(self, code: str) -> Region:
        """The region with this code; raise KeyError when there is none."""
        for region in self.regions:
            if region.code == code:
                return region
        raise KeyError(code)

    @property
    def counts_missing(self) -> bool:
        """Whether a day without a result is one without sales; a mean or ratio has no such day."""
        return self.missing_days == "zero" and self.metric.adds_up

    @property
    def most_meant(self) -> float:
        """The largest value that somebody may mean: where the target is a share of 1 none is a percentage."""
        return IN_PERCENT if self.metric.is_share and self.hq_target <= 1 else math.inf

    @property
    def least_meant(self) -> float:
        """The smallest target that somebody may mean: a step, and in percent no share of 1."""
        return self.metric.step + (1 if self.is_in_percent else 0)

    @property
    def is_in_percent(self) -> bool:
        """Whether values are told in percent for certain: none of the usual size is a share of 1."""
        return self.metric.in_percent and self.hq_target > IN_PERCENT

    @cached_property
    def volumes(self) -> tuple[float, ...]:
        """What every line weighs beside the others: 1 where all weigh the same, or add up."""
        said = tuple(line.volume for line in self.lines)
        return (1.0,) * len(said) if self.metric.adds_up or len(set(said)) == 1 else said

    @cached_property
    def is_weighed(self) -> bool:
        """Whether some lines weigh more than others."""
        return any(volume != 1.0 for volume in self.volumes)

    def total(self, values: Sequence[float | None], rows: Iterable[int] | None = None) -> float | None:
        """What the values of all lines, or of those at these places, come to together."""
        places = range(len(self.lines)) if rows is None else list(rows)
        return self.metric.total((values[k] for k in places), (self.volumes[k] for k in places))

    def total_of(self, values: Floats, rows: Iterable[int] | None = None) -> float:
        """The same of an array (n,) in the metric's unit; NaN where one of them is unknown."""
        found = self.total(values.tolist(), rows)
        return math.nan if found is None else found

    def shares(self, rows: Sequence[int]) -> Floats:
        """Which share of each of these lines' values is in their total, (rows,)."""
        volumes = np.array([self.volumes[k] for k in rows])
        return volumes if self.metric.adds_up else volumes / volumes.sum()

    def lines_of(self, region: str) -> tuple[Line, ...]:
        """The lines of one region, in plan order."""
        return self._by_region.get(region, ())

    @cached_property
    def post_places(self) -> tuple[str, ...]:
        """The name of the line or region that each post works for."""
        names = {"line": self.line_names, "region": self.region_names}
        return tuple(names[kind][code] for kind, code in (post.at for post in self.posts))

    @cached_property
    def line_names(self) -> Mapping[str, str]:
        """Line code -> name."""
        return {line.code: line.name for line in self.lines}

    @cached_property
    def region_names(self) -> Mapping[str, str]:
        """Region code -> name."""
        return {region.code: region.name for region in self.regions}

    @cached_property
    def groups_of_lines(self) -> tuple[tuple[str | None, list[int]], ...]:
        """The regions, and the whole plan (None), each with the places of its lines."""
        regions = {region.code: list[int]() for region in self.regions}
        for place, line in enumerate(self.lines):
            regions[line.region].append(place)
        return (*regions.items(), (None, [*range(len(self.lines))]))

    @cached_property
    def _by_region(self) -> Mapping[str, tuple[Line, ...]]:
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.region, []).append(line)
        return {region: tuple(lines) for region, lines in found.items()}
