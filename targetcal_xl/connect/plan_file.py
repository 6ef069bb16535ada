"""plan.toml: the words of a plan as a person writes them, checked and turned into a Plan."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails

from ..calibration import composed, metric, plan, vocabulary
from ..calibration.baseline import PARTS
from ..calibration.calendar import Calendar
from ..calibration.period import Period
from ..calibration.plan import LONGEST_RAMP, MOST_HEADS
from ..calibration.values import LARGEST, SMALLEST
from ..figures import typed
from ..problems import DataProblems, Problem
from ..workdays import calendar_problems
from .plan_tree import tree_faults
from .stated import source_faults
from .tables import decode

FILE = "plan.toml"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WHOLE_STEPS = 1e-6
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MOST_STEPS = 1e9
"""A target of more steps than this has a slip of the pen in one of the two."""


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


class _Limited(_Strict):
    low: _NotNegative | None = None
    high: _NotNegative | None = None
    locked: _NotNegative | None = None

    @property
    def limits(self) -> plan.Limits:
        low, high = (self.low, self.high) if self.locked is None else (self.locked, self.locked)
        return plan.Limits(low, high)


class _Region(_Limited):
    code: _RegionCode
    name: _Name
    head: _Person
    superior: _Person
    hrbp: _Person
    deputy: _Person | None = None
    group: str = plan.Region.group


class _Line(_Limited):
    code: _Code
    name: _Name
    region: str
    group: str = plan.Line.group
    volume: _Positive = plan.Line.volume


class _Group(_Limited):
    code: _Code
    name: _Name
    parent: str = plan.Group.parent


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


class _Plan(_Strict):
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


class PlanPlace(str):
    """A place in a plan file, which knows its path: it may stand elsewhere in what a person has typed."""

    path: tuple[int | str, ...]

    def __new__(cls, *path: int | str) -> Self:
        """`plan.toml, regions 1, head, mail`: places in a list are counted from 1."""
        parts = (f" {part + 1}" if isinstance(part, int) else f", {part}" for part in path)
        made = super().__new__(cls, FILE + "".join(parts))
        made.path = path
        return made


def read_plan_file(source: Traversable) -> plan.Plan:
    """The plan of a plan.toml; raise DataProblems with every fault in it."""
    return plan_meant(plan_words(source))


def plan_words(source: Traversable) -> dict[str, Any]:
    """What a plan.toml says, table by table; raise DataProblems where it is not there, or no TOML."""
    if not source.is_file():
        raise DataProblems([Problem("csv_missing_file", FILE)])
    try:
        return tomllib.loads(composed(decode(source)))
    except tomllib.TOMLDecodeError as error:
        raise DataProblems([Problem("plan_syntax", FILE, {"said": error})]) from error
    except RecursionError as error:
        raise DataProblems([Problem("plan_deep", FILE)]) from error


def plan_meant(words: Mapping[str, Any]) -> plan.Plan:
    """The plan that tables of words mean; raise DataProblems with every fault, each with its `PlanPlace`."""
    try:
        said = _Plan.model_validate(words)
    except ValidationError as error:
        raise DataProblems([_problem(fault) for fault in error.errors()]) from error
    problems = [*_twice(said), *_loose_ends(said), *_sums(said), *_locked_twice(said), *_calendar(said)]
    problems += [*_notices(said), *_letter_care(said), *_day_shares(said), *_posts(said)]
    if problems:
        raise DataProblems(problems)
    found = _plan(said)
    if faults := [*tree_faults(found), *source_faults(found)]:
        raise DataProblems([Problem(code, PlanPlace(*place), fields) for place, code, fields in faults])
    return found


def default_word(path: Sequence[str]) -> Any:
    """What holds where a plan file says nothing at a path of names; None where nothing does."""
    model: type[BaseModel] = _Plan
    for part in path[:-1]:
        kinds = (model.model_fields[part].annotation, *get_args(model.model_fields[part].annotation))
        model = next(one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel))
    found = model.model_fields[path[-1]]
    return None if found.is_required() else found.get_default(call_default_factory=True)


_CODES = {
    "missing": "plan_missing",
    "extra": "plan_unknown_key",
    "literal": "plan_choice",
    "greater": "plan_too_small",
    "less": "plan_too_big",
    "string": "plan_text",
    "float": "plan_number",
    "int": "plan_number",
    "finite": "plan_number",
    "date": "plan_date",
    "value": "plan_period",
}
"""First word of a pydantic error type -> our sentence; others are a table or list in the wrong place."""


_EXACT_CODES = {
    "string_pattern_mismatch": "plan_pattern",
    "too_short": "plan_too_few",
    "too_long": "plan_too_many",
}


def _problem(fault: ErrorDetails) -> Problem:
    """One pydantic fault in our words, with its place as the file counts it."""
    said, limits = fault["input"], fault.get("ctx", {})
    names = ("gt", "ge", "lt", "le", "min_length", "max_length", "expected")
    fields = {
        "key": fault["loc"][-1],
        "value": said if isinstance(said, str | int | float) else "…",
        "limit": next((limits[name] for name in names if name in limits), ""),
    }
    kind = fault["type"]
    code = _EXACT_CODES.get(kind) or _CODES.get(kind.split("_", 1)[0], "plan_shape")
    return Problem(code, PlanPlace(*fault["loc"]), fields)


def _twice(said: _Plan) -> Iterator[Problem]:
    """Codes that two things of one kind share, and names that two regions, or lines of a region, share."""
    indicators = [indicator for driver in said.drivers for indicator in driver.indicators]
    yield from _repeats("regions", "code", (region.code for region in said.regions))
    if said.groups:
        nodes = [*(region.code for region in said.regions), *(group.code for group in said.groups)]
        yield from _repeats("groups", "code", nodes)
    yield from _repeats("regions", "name", (region.name for region in said.regions))
    yield from _repeats("lines", "code", (line.code for line in said.lines))
    yield from _repeats("lines", "name", (f"{line.name} ({line.region})" for line in said.lines))
    yield from _repeats("drivers", "code", (driver.code for driver in said.drivers))
    yield from _repeats("indicators", "code", (indicator.code for indicator in indicators))


def _repeats(table: str, key: str, said: Iterable[str]) -> Iterator[Problem]:
    for value, times in Counter(map(str.casefold, said)).items():
        if times > 1:
            yield Problem("plan_twice", PlanPlace(table, key), {"value": value, "times": times})


def _loose_ends(said: _Plan) -> Iterator[Problem]:
    """What points nowhere: lines without a region, regions without a line, days and periods far away."""
    if not _FIRST_YEAR <= said.period.year <= _LAST_YEAR:
        fields = {"value": str(said.period), "first": str(_FIRST_YEAR), "last": str(_LAST_YEAR)}
        yield Problem("plan_year", PlanPlace("period"), fields)
    regions = {region.code: region.name for region in said.regions}
    for place, line in enumerate(said.lines):
        if line.region not in regions:
            where = PlanPlace("lines", place, "region")
            yield Problem("plan_region_unknown", where, {"value": line.region, "known": [*regions]})
    used = {line.region for line in said.lines}
    for place, region in enumerate(said.regions):
        if region.code not in used:
            yield Problem("plan_region_empty", PlanPlace("regions", place), {"value": region.name})
        names = [person.name for person in (region.head, region.deputy) if person]
        if region.superior.name in names:
            yield Problem("plan_same_person", PlanPlace("regions", place), {"value": region.superior.name})
    for place, day in enumerate(said.milestones):
        if not said.period.start <= day <= said.period.end:
            fields = {"value": str(day), "period": str(said.period)}
            yield Problem("plan_milestone_outside", PlanPlace("milestones", place), fields)


def _sums(said: _Plan) -> Iterator[Problem]:
    """Shares that do not add up to 1, and a target that is no whole number of steps."""
    for place, driver in enumerate(said.drivers):
        if driver.code in PARTS:
            yield Problem("plan_reserved", PlanPlace("drivers", place, "code"), {"value": driver.code})
        total = sum(indicator.share for indicator in driver.indicators)
        if abs(total - 1) > plan.SHARES_ADD_UP:
            fields = {"value": driver.name, "sum": typed(total)}
            yield Problem("plan_shares", PlanPlace("drivers", place), fields)
    steps = said.hq_target / said.metric.step
    if steps > _MOST_STEPS:
        fields = {"count": typed(steps), "step": typed(said.metric.step)}
        yield Problem("plan_many_steps", PlanPlace("hq_target"), fields)
    elif abs(steps - round(steps)) > _WHOLE_STEPS:
        yield Problem("plan_steps", PlanPlace("hq_target"), {"step": typed(said.metric.step)})


def _locked_twice(said: _Plan) -> Iterator[Problem]:
    """What is locked at a number, and has limits beside it."""
    tables: dict[str, Iterable[_Limited]] = {
        "regions": said.regions,
        "lines": said.lines,
        "groups": said.groups,
    }
    for table, nodes in tables.items():
        for place, node in enumerate(nodes):
            if node.locked is not None and (node.low, node.high) != (None, None):
                yield Problem("plan_locked_limits", PlanPlace(table, place))


def _calendar(said: _Plan) -> list[Problem]:
    """A country that nobody knows, and days that cannot be meant."""
    if said.calendar is None:
        return []
    return calendar_problems(said.calendar.calendar, said.period.year, PlanPlace("calendar"))


def _notices(said: _Plan) -> Iterator[Problem]:
    """Robots that nobody knows or that stand twice, addresses that are none, deadlines out of order."""
    yield from _repeats("robots", "code", (robot.code for robot in said.robots))
    known = {robot.code for robot in said.robots}
    for place, person in said.people:
        if person.robot and person.robot not in known:
            fields = {"value": person.robot, "known": sorted(known)}
            yield Problem("plan_robot_unknown", PlanPlace(*place, "robot"), fields)
        if re.search(plan.ODD_IN_MAIL, person.mail):
            yield Problem("plan_mail_odd", PlanPlace(*place, "mail"), {"value": person.mail})
    if sorted(set(said.deadlines)) != said.deadlines:
        yield Problem("plan_deadlines", PlanPlace("deadlines"))


def _letter_care(said: _Plan) -> Iterator[Problem]:
    """A folder that names what nobody knows, and two people's under one number."""
    for fault in plan.folder_faults(said.letters.folder):
        fields = {"value": fault, "known": [*plan.FOLDER_FIELDS]}
        yield Problem("plan_letter_folder", PlanPlace("letters", "folder"), fields)
    owners: dict[str, str] = {}
    for place, person in said.people:
        if person.employee and owners.setdefault(person.employee.casefold(), person.name) != person.name:
            fields = {"value": person.employee, "other": owners[person.employee.casefold()]}
            yield Problem("plan_employee_twice", PlanPlace(*place, "employee"), fields)


def _day_shares(said: _Plan) -> Iterator[Problem]:
    """Shares of the target that do not rise from day to day within the period."""
    shares = said.days.shares
    days = [said.period.start, *(one.day for one in shares), said.period.end]
    rises = all(one.share < other.share for one, other in pairwise(shares))
    if shares and not (rises and days[0] <= days[1] and all(a < b for a, b in pairwise(days[1:]))):
        yield Problem("plan_day_shares", PlanPlace("days", "shares"), {"period": str(said.period)})


def _posts(said: _Plan) -> Iterator[Problem]:
    """People of nobody, of a region and of its lines at once, or gone before they come."""
    counted = _metric(said.metric)
    if said.posts and not (counted.adds_up and counted.direction > 0):
        yield Problem("plan_posts_metric", PlanPlace("posts"))
    known = {"line": {line.code: line.region for line in said.lines}}
    known["region"] = {region.code: region.code for region in said.regions}
    whole = {post.region for post in said.posts if post.region}
    for place, post in enumerate(said.posts):
        kind, code = ("line", post.line) if post.line else ("region", post.region)
        if bool(post.line) == bool(post.region):
            yield Problem("plan_post_place", PlanPlace("posts", place))
        elif code not in known[kind]:
            yield Problem("plan_post_unknown", PlanPlace("posts", place, kind), {"value": code})
        elif kind == "line" and known[kind][code] in whole:
            fields = {"value": code, "region": known[kind][code]}
            yield Problem("plan_post_twice", PlanPlace("posts", place, kind), fields)
        if post.start and post.end and post.end < post.start:
            yield Problem("post_days", PlanPlace("posts", place, "end"))


def _plan(said: _Plan) -> plan.Plan:
    return plan.Plan(
        code=said.code,
        company=said.company,
        period=said.period,
        metric=_metric(said.metric),
        hq_target=said.hq_target,
        regions=tuple(_region(region) for region in said.regions),
        lines=tuple(
            plan.Line(line.code, line.name, line.region, line.group, line.limits, line.volume)
            for line in said.lines
        ),
        groups=tuple(plan.Group(group.code, group.name, group.parent, group.limits) for group in said.groups),
        split=said.split,
        drivers=tuple(plan.Driver(**driver.model_dump(exclude={"indicators"})) for driver in said.drivers),
        indicators=tuple(
            plan.Indicator(driver=driver.code, **indicator.model_dump())
            for driver in said.drivers
            for indicator in driver.indicators
        ),
        thresholds=plan.Thresholds(**said.thresholds.model_dump()),
        milestones=tuple(sorted(said.milestones)),
        last_period=plan.Measures(**said.last_period.model_dump()) if said.last_period else None,
        weights=said.weights,
        missing_days=said.missing_days,
        calendar=said.calendar.calendar if said.calendar else None,
        triggers=tuple(said.triggers),
        deadlines=tuple(said.deadlines),
        robots=tuple(plan.Robot(robot.code, robot.kind) for robot in said.robots),
        notices=said.notices.notices,
        letters=said.letters.care,
        trust=plan.Trust(said.trust.stamps),
        days=said.days.shape,
        posts=tuple(plan.Post(**post.model_dump()) for post in said.posts),
        sources=tuple(source.stated for source in said.sources),
        ratchet_limit=said.ratchet_limit,
    )


def _metric(said: _Metric) -> metric.Metric:
    usual = metric.usual_distance(said.kind, said.direction)
    return metric.Metric(**{**said.model_dump(), "distance": said.distance or usual})


def _region(said: _Region) -> plan.Region:
    head, superior, hrbp = (one.person for one in (said.head, said.superior, said.hrbp))
    deputy = said.deputy.person if said.deputy else plan.Region.deputy
    return plan.Region(said.code, said.name, head, superior, hrbp, said.group, said.limits, deputy)
