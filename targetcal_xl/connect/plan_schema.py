"""The words of a plan.toml as a person writes them: which there may be, and what they mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
)

from ..calibration import metric, plan, vocabulary
from ..calibration.calendar import Calendar
from ..calibration.period import Period
from ..calibration.plan import LONGEST_RAMP, MOST_HEADS
from ..calibration.values import LARGEST, SMALLEST

FILE = "plan.toml"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(said: object) -> object:
    """The day that a text in quotes means; anything else as it is."""
    with suppress(ValueError):
        if isinstance(said, str) and _ISO_DAY.fullmatch(said):
            return dt.date.fromisoformat(said)
    return said


_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
_RegionCode = Annotated[str, StringConstraints(pattern=r"^\w{1,24}$")]
_Code = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,40}$")]
_Share = Annotated[float, Field(gt=0, lt=1)]
_NotNegative = Annotated[float, Field(ge=0, le=LARGEST)]
_Positive = Annotated[float, Field(ge=SMALLEST, le=LARGEST)]
_Weight = Annotated[float, Field(ge=0, le=plan.STRONGEST)]
_Way = Annotated[
    Literal["raises", "lowers", 1, -1],
    AfterValidator(lambda said: {"raises": 1, "lowers": -1}.get(str(said), said)),
]
"""What more of something does; older plans say it by a sign."""
_Day = Annotated[dt.date, BeforeValidator(_day)]
"""A day, in quotes or without."""
_Period = Annotated[Period, PlainValidator(lambda said: Period.parse(str(said)))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class _Metric(_Strict):
    code: _Code
    name: _Name
    definition: _Text
    unit: str
    direction: Literal[1, -1] = metric.Metric.direction
    kind: vocabulary.MetricKind = metric.Metric.kind
    step: _Positive = metric.Metric.step
    distance: vocabulary.Distance | None = None

    def metric(self, target: float) -> metric.Metric:
        """What is meant, where head office wants this of all."""
        distance = self.distance or metric.usual_distance(self.kind, self.direction)
        whole = metric.usual_whole(self.kind, self.unit, target)
        return metric.Metric(**{**self.model_dump(), "distance": distance, "whole": whole})


class _Person(_Strict):
    name: _Name
    mail: Annotated[str, StringConstraints(pattern=f"^({plan.MAIL})?$")] = plan.Person.mail
    robot: str = plan.Person.robot
    employee: Annotated[str, StringConstraints(pattern=r"^[\w.-]{0,40}$")] = plan.Person.employee

    @property
    def person(self) -> plan.Person:
        return plan.Person(self.name, self.mail, self.robot, self.employee)


class _Robot(_Strict):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,24}$")]
    kind: vocabulary.RobotKind


_Days = Annotated[list[Annotated[int, Field(ge=0, le=60)]], Field(max_length=10)]


class _Notices(_Strict):
    before: _Days = list(plan.Notices.before)
    after: _Days = list(plan.Notices.after)
    escalate: Annotated[int, Field(ge=0, le=60)] = plan.Notices.escalate
    digest: Annotated[list[_Person], Field(max_length=20)] = []

    @property
    def notices(self) -> plan.Notices:
        before, after = (tuple(sorted(set(days), reverse=True)) for days in (self.before, self.after))
        return plan.Notices(before, after[::-1], self.escalate, tuple(one.person for one in self.digest))


class _LetterCare(_Strict):
    copies: list[vocabulary.CopiedTo] = [*plan.LetterCare.copies]
    folder: Annotated[str, StringConstraints(min_length=1, max_length=200)] = plan.LetterCare.folder
    keep_years: Annotated[int, Field(ge=0, le=100)] = plan.LetterCare.keep_years

    @property
    def care(self) -> plan.LetterCare:
        return plan.LetterCare(tuple(dict.fromkeys(self.copies)), self.folder, self.keep_years)


class LimitedWords(_Strict):
    """What has limits."""

    low: _NotNegative | None = None
    high: _NotNegative | None = None
    locked: _NotNegative | None = None

    @property
    def limits(self) -> plan.Limits:
        """The least and the most, which are one number where it is locked."""
        low, high = (self.low, self.high) if self.locked is None else (self.locked, self.locked)
        return plan.Limits(low, high)


class _Region(LimitedWords):
    code: _RegionCode
    name: _Name
    head: _Person
    superior: _Person
    hrbp: _Person
    deputy: _Person | None = None
    group: str = plan.Region.group

    @property
    def region(self) -> plan.Region:
        head, superior, hrbp = (one.person for one in (self.head, self.superior, self.hrbp))
        deputy = self.deputy.person if self.deputy else plan.Region.deputy
        return plan.Region(self.code, self.name, head, superior, hrbp, self.group, self.limits, deputy)


class _Line(LimitedWords):
    code: _Code
    name: _Name
    region: str
    group: str = plan.Line.group
    volume: _Positive = plan.Line.volume

    @property
    def line(self) -> plan.Line:
        return plan.Line(self.code, self.name, self.region, self.group, self.limits, self.volume)


class _Group(LimitedWords):
    code: _Code
    name: _Name
    parent: str = plan.Group.parent

    @property
    def group(self) -> plan.Group:
        return plan.Group(self.code, self.name, self.parent, self.limits)


class _Post(_Strict):
    line: str = plan.Post.line
    region: str = plan.Post.region
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = plan.Post.name
    heads: Annotated[float, Field(ge=0, le=MOST_HEADS)] = plan.Post.heads
    start: _Day | None = plan.Post.start
    end: _Day | None = plan.Post.end
    ramp: Annotated[float, Field(ge=0, le=LONGEST_RAMP)] = plan.Post.ramp
    output: _NotNegative | None = plan.Post.output


_SourceWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class _Source(_Strict):
    kind: vocabulary.SourceKind
    address: _SourceWords
    query: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = plan.StatedSource.query
    map: Annotated[list[_SourceWords], Field(max_length=20)] = [*plan.StatedSource.map]
    when: vocabulary.SourceTurn = plan.StatedSource.when

    @property
    def stated(self) -> plan.StatedSource:
        return plan.StatedSource(self.kind, self.address, self.query, tuple(self.map), self.when)


class _Indicator(_Strict):
    code: _Code
    name: _Name
    share: Annotated[float, Field(gt=0, le=1)]
    unit: str = plan.Indicator.unit
    direction: _Way = 1


class _Driver(_Strict):
    code: _Code
    name: _Name
    weight: _Weight
    direction: _Way = plan.Driver.direction
    lag: Annotated[int, Field(ge=0, le=12)] = plan.Driver.lag
    indicators: Annotated[list[_Indicator], Field(min_length=1, max_length=40)]

    @property
    def driver(self) -> plan.Driver:
        return plan.Driver(**self.model_dump(exclude={"indicators"}))


class _Thresholds(_Strict):
    objection: _Share = plan.Thresholds.objection
    confidence: _Share = plan.Thresholds.confidence
    milestone: _Share = plan.Thresholds.milestone
    warning_days: Annotated[int, Field(ge=1, le=60)] = plan.Thresholds.warning_days
    warning_odds: _Share = plan.Thresholds.warning_odds
    survey_minimum: Annotated[int, Field(ge=3)] = plan.Thresholds.survey_minimum
    hq_tolerance: Annotated[float, Field(ge=0, lt=1)] = plan.Thresholds.hq_tolerance


class _Measures(_Strict):
    consensus_days: _NotNegative
    coordination_hours: _NotNegative
    agreement_pct: Annotated[float, Field(ge=0, le=100)]
    agreement_mean: Annotated[float, Field(ge=1, le=5)]
    attainment_pct: _NotNegative | None = plan.Measures.attainment_pct


class _Trust(_Strict):
    stamps: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/@]+(/\S*)?)?$", max_length=300)] = (
        plan.Trust.stamps
    )


class _Calendar(_Strict):
    country: _Name = Calendar.country
    work: Annotated[list[_Day], Field(max_length=400)] = []
    closed: Annotated[list[_Day], Field(max_length=400)] = []

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.country, tuple(sorted(self.work)), tuple(sorted(self.closed)))


class _ShareBy(_Strict):
    day: _Day
    share: _Share


_Times = Annotated[float, Field(ge=0.1, le=20)]
"""How many times as much as usual a day brings."""


class _DayShape(_Strict):
    idle: Annotated[float, Field(ge=0, le=2)] | None = None
    period_end: _Times | None = None
    month_end: _Times | None = None
    shares: Annotated[list[_ShareBy], Field(max_length=60)] = []

    @property
    def shape(self) -> plan.DayShape:
        shares = tuple((one.day, one.share) for one in self.shares)
        return plan.DayShape(self.idle, self.period_end, self.month_end, shares)


class PlanWords(_Strict):
    """A plan.toml, table by table."""

    code: _Code
    company: _Name
    period: _Period
    metric: _Metric
    hq_target: _Positive
    regions: Annotated[list[_Region], Field(min_length=1)]
    lines: Annotated[list[_Line], Field(min_length=3, max_length=100_000)]
    groups: Annotated[list[_Group], Field(max_length=10_000)] = []
    split: vocabulary.Split = plan.Plan.split
    drivers: Annotated[list[_Driver], Field(max_length=40)] = []
    weights: vocabulary.WeightsCode = plan.Plan.weights
    thresholds: _Thresholds = _Thresholds()
    milestones: Annotated[list[_Day], Field(max_length=100)] = []
    missing_days: vocabulary.MissingDays = plan.Plan.missing_days
    calendar: _Calendar | None = None
    triggers: Annotated[list[vocabulary.Trigger], Field(min_length=1)] = list(vocabulary.TRIGGERS)
    last_period: _Measures | None = None
    deadlines: Annotated[list[_Day], Field(max_length=20)] = []
    robots: Annotated[list[_Robot], Field(max_length=100)] = []
    notices: _Notices = _Notices()
    letters: _LetterCare = _LetterCare()
    trust: _Trust = _Trust()
    days: _DayShape = _DayShape()
    posts: Annotated[list[_Post], Field(max_length=2000)] = []
    sources: Annotated[list[_Source], Field(max_length=50)] = []
    ratchet_limit: Annotated[float, Field(ge=0, le=1)] | None = None

    @property
    def people(self) -> Iterator[tuple[tuple[int | str, ...], _Person]]:
        """Everybody, with their place in the file."""
        for place, region in enumerate(self.regions):
            roles = {"head": region.head, "superior": region.superior, "hrbp": region.hrbp}
            roles |= {"deputy": region.deputy} if region.deputy else {}
            yield from ((("regions", place, role), person) for role, person in roles.items())
        yield from ((("notices", "digest", place), one) for place, one in enumerate(self.notices.digest))

    @property
    def plan(self) -> plan.Plan:
        """What they mean."""
        return plan.Plan(
            code=self.code,
            company=self.company,
            period=self.period,
            metric=self.metric.metric(self.hq_target),
            hq_target=self.hq_target,
            regions=tuple(region.region for region in self.regions),
            lines=tuple(line.line for line in self.lines),
            groups=tuple(group.group for group in self.groups),
            split=self.split,
            drivers=tuple(driver.driver for driver in self.drivers),
            indicators=tuple(
                plan.Indicator(driver=driver.code, **indicator.model_dump())
                for driver in self.drivers
                for indicator in driver.indicators
            ),
            thresholds=plan.Thresholds(**self.thresholds.model_dump()),
            milestones=tuple(sorted(self.milestones)),
            last_period=plan.Measures(**self.last_period.model_dump()) if self.last_period else None,
            weights=self.weights,
            missing_days=self.missing_days,
            calendar=self.calendar.calendar if self.calendar else None,
            triggers=tuple(self.triggers),
            deadlines=tuple(self.deadlines),
            robots=tuple(plan.Robot(robot.code, robot.kind) for robot in self.robots),
            notices=self.notices.notices,
            letters=self.letters.care,
            trust=plan.Trust(self.trust.stamps),
            days=self.days.shape,
            posts=tuple(plan.Post(**post.model_dump()) for post in self.posts),
            sources=tuple(source.stated for source in self.sources),
            ratchet_limit=self.ratchet_limit,
        )


class PlanPlace(str):
    """A place in a plan file, which knows its path: it may stand elsewhere in what a person has typed."""

    path: tuple[int | str, ...]

    def __new__(cls, *path: int | str) -> Self:
        """`plan.toml, regions 1, head, mail`: places in a list are counted from 1."""
        parts = (f" {part + 1}" if isinstance(part, int) else f", {part}" for part in path)
        made = super().__new__(cls, FILE + "".join(parts))
        made.path = path
        return made
