"""Who is to be told what, now: invitations, reminders, objections, letters to sign, the daily digest."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..calibration import Person, Plan, Region, as_number
from ..calibration.vocabulary import Channel, MessageKind, Role, WarningState
from ..calibration.waiting import LATE_DAYS, SLOW_DAYS
from ..desk import (
    SIGNED,
    SINCE,
    TAKEN_UNTIL,
    Issue,
    LetterQuestion,
    Stock,
    files_folder,
    letter_questions,
    letters_that_hold,
    personal_mails,
    signed_by,
)
from ..exchange import ENDING, ZIPPED
from ..figures import percent
from ..language import listed, record, text
from ..outbox import Attachment, Message, fits
from ..problems import Problem
from .alarms import About, name_of
from .check import is_submitted
from .objected import Objected, abouts, objected, told_before

Files = tuple[bytes, ...]
PATIENCE = 7
"""After so many days a warning that nobody has taken up is told to the superior, too."""
_BEFORE_DECISION = (MessageKind.REMINDER, MessageKind.OVERDUE, MessageKind.ESCALATION)


@dataclass(frozen=True)
class DueNotices:
    """Everything that is due now, and whom nothing reaches.

    It may be in the queue already; of objections only those are told that are not.
    """

    messages: tuple[tuple[Message, Files], ...]
    unreached: tuple[Problem, ...]
    objected: frozenset[str] = frozenset()
    """What the open objections are told apart by."""

    def is_open(self, message: Message) -> bool:
        """Whether an objection is open that a message is about."""
        is_meant = message.kind == MessageKind.OBJECTION
        return is_meant and not self.objected.isdisjoint(abouts(message.occasion))


@dataclass(frozen=True)
class _Occasion:
    """What one person, or several, are told at one time, before it is put into words."""

    kind: MessageKind
    people: tuple[Person, ...]
    region: Region | None
    about: str
    fields: Mapping[str, object]


def notices(
    stock: Stock, files: Mapping[str, Sequence[tuple[Attachment, bytes]]] | None = None
) -> DueNotices:
    """What is due by the plan's deadlines, on the day of the desk's clock.

    `files` go with the invitations, by region code.
    """
    held = {code: tuple(some) for code, some in (files or {}).items()}
    messages: list[tuple[Message, Files]] = []
    unreached: dict[str, Problem] = {}
    for occasion in _occasions(stock, held):
        enclosed = _enclosed(occasion, held)
        for person in occasion.people:
            ways = list(_ways(stock.plan, person))
            for way in ways:
                messages.append((_message(stock, occasion, person, way, enclosed), _content(way, enclosed)))
            if not ways:
                unreached[person.name] = Problem("outbox_unreached", person.name)
    of_objections = objection_notices(stock)
    unreached |= {problem.where: problem for problem in of_objections.unreached}
    messages += of_objections.messages
    return replace(of_objections, messages=tuple(messages), unreached=tuple(unreached.values()))


def objection_notices(stock: Stock) -> DueNotices:
    """What HR business partners have to be told of objections that are open."""
    found, before = objected(stock), told_before(stock.desk.ledger)
    messages = (
        _listing(stock, person, way, news)
        for person, some in found.items()
        for way in _ways(stock.plan, person)
        if (news := [one for one in some if (way[0], person.name, way[1], one.about) not in before])
    )
    return DueNotices(
        tuple((message, ()) for message in messages),
        tuple(Problem("outbox_unreached", one.name) for one in found if not [*_ways(stock.plan, one)]),
        frozenset(one.about for some in found.values() for one in some),
    )


def _ways(plan: Plan, person: Person) -> Iterator[tuple[str, str]]:
    """How a person is reached: each way with its address."""
    if person.mail:
        yield Channel.MAIL, person.mail
    yield from ((robot.kind, robot.code) for robot in plan.robots if robot.code == person.robot)


def _enclosed(
    occasion: _Occasion, held: Mapping[str, tuple[tuple[Attachment, bytes], ...]]
) -> tuple[tuple[Attachment, bytes], ...]:
    invited = occasion.kind == MessageKind.INVITATION and occasion.region is not None
    return held.get(occasion.region.code, ()) if invited and occasion.region else ()


def _content(way: tuple[str, str], enclosed: Sequence[tuple[Attachment, bytes]]) -> Files:
    return tuple(content for _, content in enclosed) if way[0] == Channel.MAIL else ()


def _message(
    stock: Stock,
    occasion: _Occasion,
    person: Person,
    way: tuple[str, str],
    enclosed: Sequence[tuple[Attachment, bytes]],
) -> Message:
    """An occasion in the plan's language, for one person, by one way. A chat gets no attachment."""
    language, plan = stock.standing.language, stock.plan
    fields = {"person": person.name, "company": plan.company, "metric": plan.metric.name}
    fields |= {"period": str(plan.period), "region": occasion.region.name if occasion.region else ""}
    said = {**fields, **occasion.fields}
    files = tuple(attachment for attachment, _ in enclosed) if way[0] == Channel.MAIL else ()
    body = text(f"outbox.{occasion.kind}.body", language, **said)
    names = listed((file.name for file in files), language)
    extra = "\n\n".join(_of_files(stock, files, names))
    foot = text("outbox.foot", language, plan=plan.code, head=stock.head)
    return Message(
        kind=occasion.kind,
        region=occasion.region.code if occasion.region else None,
        channel=way[0],
        name=person.name,
        address=way[1],
        occasion=occasion.about,
        subject=text(f"outbox.{occasion.kind}.subject", language, **said),
        text="\n\n".join(filter(None, (body, extra, foot))) + "\n",
        checkpoint=stock.head,
        attachments=files,
    )


def _of_files(stock: Stock, files: Sequence[Attachment], names: str) -> Iterator[str]:
    """What a mail says of the files that it encloses, and of those that may come back."""
    language = stock.standing.language
    if files:
        yield text("outbox.enclosed", language, files=names)
    if pack := next((one.name for one in files if one.name.endswith(".xlsx")), ""):
        said = {"column": text("workbook.column.attachment", language)}
        said["zip"] = files_folder(pack).removesuffix(ENDING) + ZIPPED
        yield text("outbox.enclosing", language, **said)


def _occasions(stock: Stock, held: Mapping[str, tuple[tuple[Attachment, bytes], ...]]) -> Iterator[_Occasion]:
    today = stock.desk.clock().astimezone().date()
    for region in stock.plan.regions:
        if stock.table(region).is_open and not is_submitted(stock, region):
            yield from _awaited(stock, region, today, held.get(region.code, ()))
    yield from _unsigned(stock)
    yield from _alarmed(stock)
    if stock.plan.notices.digest:
        yield _digest(stock, today)


def _awaited(
    stock: Stock, region: Region, today: dt.date, enclosed: Sequence[tuple[Attachment, bytes]]
) -> Iterator[_Occasion]:
    """A region whose declaration is awaited: its invitation, and what its deadline calls for."""
    number = stock.table(region).round
    deadline = stock.plan.deadline(number)
    fields: dict[str, object] = {"round": number, "deadline": _by(deadline, stock.standing.language)}
    about = " ".join((f"round {number}", *(file.sha256 for file, _ in enclosed)))
    told = fields
    if deadline is not None and deadline < today:
        said = {"deadline": deadline, "days": (today - deadline).days}
        told = {**fields, "deadline": text("outbox.past_deadline", stock.standing.language, **said)}
    yield _Occasion(MessageKind.INVITATION, (region.head,), region, about, told)
    if deadline is not None:
        yield from _pressed(stock.plan, region, (deadline - today).days, f"round {number} {deadline}", fields)


def _pressed(
    plan: Plan, region: Region, left: int, about: str, fields: Mapping[str, object]
) -> Iterator[_Occasion]:
    """What is due so many days before a deadline, or after it; of missed reminders the last only."""
    said, people = {**fields, "days": abs(left), "head": region.head.name}, _speakers(region)
    before = [days for days in plan.notices.before if 0 <= left <= days]
    after = [days for days in plan.notices.after if days <= -left]
    if before:
        yield _Occasion(MessageKind.REMINDER, people, region, f"{about} -{min(before)}", said)
    if after and left < 0:
        yield _Occasion(MessageKind.OVERDUE, people, region, f"{about} +{max(after)}", said)
    if left < 0 and -left >= plan.notices.escalate:
        yield _Occasion(MessageKind.ESCALATION, (region.superior,), region, about, said)


def _speakers(region: Region) -> tuple[Person, ...]:
    """Who may submit a region's declaration: the head, and a deputy whom messages can reach."""
    deputy = region.deputy
    return (region.head, deputy) if deputy.name and (deputy.mail or deputy.robot) else (region.head,)


def _by(deadline: dt.date | None, language: str) -> str:
    return deadline.isoformat() if deadline else text("outbox.no_deadline", language)


def _listing(stock: Stock, person: Person, way: tuple[str, str], news: Sequence[Objected]) -> Message:
    """Objections in one message, as many of them row by row as its way has room for."""
    language = stock.standing.language
    rows = [one.row(stock.plan.metric, language) for one in news]

    def listing(count: int) -> Message:
        left = len(news) - count
        more = [text("outbox.objections_more", language, count=left)] if left else []
        occasion = _objected(news, "\n".join((*rows[:count], *more)))
        return _message(stock, occasion, person, way, ())

    fitting = bisect_right(range(1, len(news) + 1), False, key=lambda count: not fits(listing(count)))
    return listing(max(fitting, 1))


def _objected(news: Sequence[Objected], rows: str) -> _Occasion:
    regions = {one.region.code: one.region for one in news}
    region = news[0].region if len(regions) == 1 else None
    first = f"{news[0].region.name} / {news[0].line.name}{' …' if len(news) > 1 else ''}"
    said = {"rows": rows, "count": len(news), "first": first}
    about = "\n".join(sorted(one.about for one in news))
    return _Occasion(MessageKind.OBJECTION, (), region, about, said)


def _unsigned(stock: Stock) -> Iterator[_Occasion]:
    """Letters in force that wait: for an answer, or for a signature since so many days."""
    signed, asked = signed_by(stock.desk.ledger), letter_questions(stock.desk.ledger)
    people, heads = personal_mails(stock.desk.ledger), Counter[tuple[str, str]]()
    for issue in letters_that_hold(stock.desk.ledger):
        region, number = stock.plan.region(issue.letter.region.code), issue.letter.number
        waiting = [one for one in asked.get(number, ()) if one.is_open]
        if not stock.table(region).is_confirmed:
            continue
        for question in waiting:
            yield from _asked(stock, region, question)
        missing = () if waiting else [role for role in SIGNED if role not in signed.get(number, {})]
        if not issue.is_individual:
            yield from _to_sign(
                stock, issue, {Role.HEAD: region.head, Role.SUPERIOR: region.superior}, missing
            )
            continue
        heads[region.code, issue.issued_at[:10]] += Role.SUPERIOR in missing
        if mailed := people.get(number):
            bearer = {Role.HEAD: Person(mailed.name, mailed.address)}
            yield from _to_sign(stock, issue, bearer, missing)
    yield from _heads_to_sign(stock, heads)


def _to_sign(
    stock: Stock, issue: Issue, people: Mapping[Role, Person], missing: Sequence[Role]
) -> Iterator[_Occasion]:
    """Who has not signed a letter: told when that is slow, and again when it is late."""
    waited = stock.desk.clock() - dt.datetime.fromisoformat(issue.issued_at)
    region, number = stock.plan.region(issue.letter.region.code), issue.letter.number
    for role in missing if (passed := _passed(waited)) else ():
        if person := people.get(role):
            about, said = f"{number} {role} +{passed}", {"letter": number, "days": waited.days}
            yield _Occasion(MessageKind.UNSIGNED, (person,), region, about, said)


def _heads_to_sign(stock: Stock, counts: Mapping[tuple[str, str], int]) -> Iterator[_Occasion]:
    """Heads who have not signed letters of their representatives: told of all of a day at once."""
    today = stock.desk.clock().date()
    for (code, day), count in counts.items():
        region = stock.plan.region(code)
        if count and (passed := _passed(today - dt.date.fromisoformat(day))):
            about, said = f"representatives {day} +{passed}", {"count": count, "issued": day}
            yield _Occasion(MessageKind.UNSIGNED_PERSONAL, (region.head,), region, about, said)


def _passed(waited: dt.timedelta) -> int:
    """The last of the days after which somebody is told that have passed; 0 before the first."""
    return max((int(days) for days in (SLOW_DAYS, LATE_DAYS) if waited >= dt.timedelta(days=days)), default=0)


def _asked(stock: Stock, region: Region, question: LetterQuestion) -> Iterator[_Occasion]:
    """A question about a letter: told to the HR business partner at once, and again when it is late."""
    is_late = question.due < stock.desk.clock().astimezone().date()
    about = f"{question.letter} {question.at.isoformat()}{' late' if is_late else ''}"
    said = {"letter": question.letter, "by": question.by, "due": question.due.isoformat()}
    yield _Occasion(MessageKind.ASKED, (region.hrbp,), region, about, said)


def _alarmed(stock: Stock) -> Iterator[_Occasion]:
    """Open warnings: told to the head; to the superior, too, where nobody takes one up, or not in time."""
    plan, today = stock.plan, stock.desk.clock().astimezone().date()
    for region in plan.regions:
        abouts = [(region.code, None), *((region.code, line.code) for line in plan.lines_of(region.code))]
        if found := _warned_of(stock, abouts):
            yield from _told_of(stock, region, (region.head,), found)
        if late := _left_alone(stock, found, today):
            yield from _told_of(stock, region, (region.head, region.superior), late, " late")
    if found := _warned_of(stock, [(None, None)]):
        yield from _told_of(stock, None, plan.notices.digest, found)


def _told_of(
    stock: Stock, region: Region | None, people: tuple[Person, ...], abouts: Sequence[About], more: str = ""
) -> Iterator[_Occasion]:
    """What is said of some warnings: again when another begins, and not when one ends."""
    last = max(str(stock.standing.value(*about, TAKEN_UNTIL if more else SINCE) or "") for about in abouts)
    rows = "\n".join(_alarm_row(stock, about) for about in abouts)
    said = {"rows": rows, "count": len(abouts), "head": region.head.name if region else ""}
    said["region"] = region.name if region else text("telling.follow.whole", stock.standing.language)
    if people:
        yield _Occasion(MessageKind.WARNED, people, region, f"{last}{more}", said)


def _warned_of(stock: Stock, abouts: Iterable[About]) -> list[About]:
    return [about for about in abouts if stock.standing.value(*about, "warning") == WarningState.OPEN]


def _left_alone(stock: Stock, abouts: Iterable[About], today: dt.date) -> list[About]:
    """Warnings that nobody has taken up for PATIENCE days, or whose day has passed."""

    def is_late(about: About) -> bool:
        until = stock.standing.value(*about, TAKEN_UNTIL)
        if until is not None:
            return dt.date.fromisoformat(str(until)) < today
        since = stock.standing.value(*about, SINCE)
        return since is not None and (today - dt.date.fromisoformat(str(since))).days >= PATIENCE

    return [about for about in abouts if is_late(about)]


def _alarm_row(stock: Stock, about: About) -> str:
    """A warning in a message: its name, the odds, what is behind it, and what may be done."""
    standing, language = stock.standing, stock.standing.language
    name = name_of(stock.plan, about, language)
    columns = {"state": "warning_state", "reason": "cause", "suggestion": "suggestion"}
    told = {code: str(standing.value(*about, f"progress.{one}") or "") for code, one in columns.items()}
    odds = as_number(standing.value(*about, "progress.odds"))
    return text("outbox.alarm", language, name=name, odds=percent(odds, language), **told).strip()


def _digest(stock: Stock, today: dt.date) -> _Occasion:
    """Where all regions stand on a day."""
    language = stock.standing.language
    rows = [_where(stock, region, today, language) for region in stock.plan.regions]
    fields = {"date": today.isoformat(), "rows": "\n".join(rows)}
    return _Occasion(MessageKind.DIGEST, stock.plan.notices.digest, None, today.isoformat(), fields)


def _where(stock: Stock, region: Region, today: dt.date, language: str) -> str:
    side = stock.table(region)
    waits = side.is_open and is_submitted(stock, region)
    deadline = stock.plan.deadline(side.round)
    late = side.is_open and not waits and deadline is not None and today > deadline
    said = [text(f"outbox.state.{'handed_in' if waits else side.stage}", language, round=side.round)]
    if late and deadline is not None:
        said.append(text("outbox.late", language, days=(today - deadline).days))
    if count := len(side.objecting):
        said.append(text("outbox.objections", language, count=count))
    return f"- {region.name}{record(language).colon}{text('outbox.and', language).join(said)}"


def is_pressing(kind: str) -> bool:
    """Whether a message is about what is no longer so once it is not due any more."""
    waits = (MessageKind.OBJECTION, MessageKind.DIGEST, MessageKind.ASKED)
    signs = (MessageKind.UNSIGNED, MessageKind.UNSIGNED_PERSONAL)
    return kind in (*_BEFORE_DECISION, *waits, *signs, MessageKind.WARNED)
