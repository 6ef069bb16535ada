"""How both sides come to agree: what regions declare, what is answered, and what both stand by."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .command import CommandTable, Here
from .given import Book, LedgerAt, PageLanguage, Reason, Region, Who
from .parameter import Given
from .watched import at_desk

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

Regions = Annotated[list[str] | None, Given("--region -r", "region", about="regions")]
Line = Annotated[str, Given("--line -l", "line")]
Hours = Annotated[float, Given("--hours", "number", least=0)]
ChangedTo = Annotated[float | None, Given("--to", "number", least=0)]
ChangedFrom = Annotated[dt.date | None, Given("--from", "date", about="since")]
ChangeTrigger = Annotated[str, Given("--trigger")]
Withdrawn = Annotated[str, Given("--withdraw")]
Approved = Annotated[Literal["", "yes", "no"], Given("--approve", metavar="yes|no")]
Note = Annotated[str, Given("--note")]
Held = Annotated[dt.date | None, Given("--held", "date")]
Present = Annotated[str, Given("--present")]
TalkOutcome = Annotated[str, Given("--outcome")]
Decision = Annotated[str, Given(about="decision", metavar="[accept|counter|return|yes|no]")]
Counter = Annotated[float | None, Given(kind="number", about="counter", metavar="[N]")]
Support = Annotated[str, Given("--support")]
SupportOwner = Annotated[str, Given("--owner")]
Words = Annotated[str, Given("--text")]
Files = Annotated[list[Path] | None, Given("--attach", "file", about="attach_file")]
PageAt = Annotated[Path, Given("--out -o", "file", about="page")]
Watch = Annotated[bool, Given("--watch")]
PacksTo = Annotated[Path, Given("--out -o", "folder", about="packs")]
Pages = Annotated[bool, Given("--html", about="pages_html")]
Encrypt = Annotated[bool, Given("--encrypt")]
AnswersAt = Annotated[list[Path] | None, Given(kind="folder", about="answers", metavar="[FILE|DIR]...")]
AnswerReaders = Annotated[str, Given("--executor", "text", metavar="local|ADDRESS", about="executor_reading")]
WatchAnswers = Annotated[bool, Given("--watch", about="watch_answers")]

TABLE = CommandTable()


@TABLE.command("targetcal check targets.xlsx", "targetcal check targets.xlsx --region HD")
@TABLE.button("check", "finance", "Spelling", "region")
def _check(desk: "Desk", region: Regions = None) -> "Report":
    from ..actions.check import check

    return check(desk, region or ())


@TABLE.command(
    "targetcal dashboard targets.xlsx -o dashboard.html",
    "targetcal dashboard targets.xlsx -o dashboard.html --watch",
)
def _dashboard(
    here: Here,
    book: Book,
    out: PageAt,
    lang: PageLanguage = "",
    watch: Watch = False,
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.dashboard import dashboard, files_of

    watched = files_of(book, ledger) if watch else ()
    return at_desk(here, (book, who, ledger), lambda desk: dashboard(desk, out, lang, renews=watch), watched)


@TABLE.command("targetcal lock targets.xlsx", "targetcal lock targets.xlsx -r HD -r HN")
@TABLE.button("lock", "finance", "Lock", "region")
def _lock(desk: "Desk", region: Regions = None) -> "Report":
    from ..actions.lock import lock

    return lock(desk, region or ())


@TABLE.command(
    "targetcal split targets.xlsx -o packs",
    "targetcal split targets.xlsx -o packs --region HD --encrypt",
    "targetcal split targets.xlsx -o pages --html",
)
@TABLE.button("split", "finance", "FileSaveAs", "packs")
def _split(
    desk: "Desk", packs: PacksTo, region: Regions = None, html: Pages = False, encrypt: Encrypt = False
) -> "Report":
    from ..actions.split import split_book

    return split_book(desk, packs, region or (), html=html, encrypt=encrypt)


@TABLE.command(
    "targetcal collect targets.xlsx packs",
    "targetcal collect targets.xlsx HD.xlsx HN.answer.json",
    "targetcal collect targets.xlsx packs --watch",
    "targetcal collect targets.xlsx packs --executor local",
)
def _collect(
    here: Here,
    book: Book,
    answers: AnswersAt = None,
    region: Regions = None,
    watch: WatchAnswers = False,
    executor: AnswerReaders = "",
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    watched = [book, *(answers or ())] if watch else ()
    return at_desk(here, (book, who, ledger), lambda desk: _take(desk, answers, region, executor), watched)


@TABLE.button("collect", "finance", "ImportExcel", "answers")
def _take(
    desk: "Desk", answers: AnswersAt = None, region: Regions = None, executor: AnswerReaders = ""
) -> "Report":
    from ..actions.collect import collect

    return collect(desk, answers or (), region or (), executor)


@TABLE.command('targetcal unlock targets.xlsx --region HD --reason "numbers of last year"')
@TABLE.button("unlock", "finance", "Undo", "region", "reason")
def _unlock(desk: "Desk", region: Region, reason: Reason) -> "Report":
    from ..actions.unlock import unlock

    return unlock(desk, region, reason)


@TABLE.command(
    'targetcal withdraw targets.xlsx --region HD --reason "a customer was left out" --as "Chen Lei"'
)
@TABLE.button("withdraw", "finance", "ReviewRejectChange", "region", "reason", "who")
def _withdraw(desk: "Desk", region: Region, reason: Reason) -> "Report":
    from ..actions.withdraw import withdraw

    return withdraw(desk, region, reason)


@TABLE.command(
    "targetcal objections targets.xlsx",
    'targetcal objections targets.xlsx -r HN -l HN-XN --held 2025-01-08 --present "He Wen" --outcome partly'
    ' --note "two heads promised" --as "Zhou Qian"',
)
@TABLE.button("objections", "hr", "Info")
def _objections(
    desk: "Desk",
    region: Region = "",
    line: Line = "",
    held: Held = None,
    present: Present = "",
    outcome: TalkOutcome = "",
    note: Note = "",
    hours: Hours = 0.0,
) -> "Report":
    from ..actions.objections import objections

    if any((held, present, outcome, note)):
        return _handle(desk, region, line, held, present, outcome, note, hours)
    return objections(desk)


@TABLE.button(
    "handle", "hr", "ReviewNewComment", "region", "line", "held", "present", "outcome", "note", "who", "hours"
)
def _handle(
    desk: "Desk",
    region: Region,
    line: Line,
    held: Held,
    present: Present,
    outcome: TalkOutcome,
    note: Note,
    hours: Hours = 0.0,
) -> "Report":
    from ..actions.objections import handle_objection, objections

    handle_objection(desk, region, line, held=held, present=present, outcome=outcome, note=note, hours=hours)
    return objections(desk)


@TABLE.command(
    "targetcal comment targets.xlsx",
    'targetcal comment targets.xlsx -r HN -l HN-XN --text "who covers Chongqing?" --as "Chen Li"',
    "targetcal comment targets.xlsx -r HN -l HN-XN --attach quote.pdf",
)
@TABLE.button("comment", "finance", "ReviewNewComment", "region", "line", "text", "who")
@TABLE.button("take_in", "finance", "ReviewAcceptChange")
def _comment(
    desk: "Desk", region: Region = "", line: Line = "", text: Words = "", attach: Files = None
) -> "Report":
    from ..actions.comment import comment_as_said

    return comment_as_said(desk, region, line, text, attach or ())


@TABLE.command(
    "targetcal threads targets.xlsx",
    "targetcal threads targets.xlsx --region HN --line HN-XN",
)
@TABLE.button("threads", "finance", "ReviewShowAllComments", "region")
def _threads(desk: "Desk", region: Region = "", line: Line = "") -> "Report":
    from ..actions.comment import threads

    return threads(desk, region, line)


@TABLE.command(
    'targetcal decide targets.xlsx --as "Chen Li"',
    "targetcal decide targets.xlsx --region HD",
    'targetcal decide targets.xlsx -r HN -l HN-XN counter 150 --reason "two heads from 1 February"',
    'targetcal decide targets.xlsx -r HN --support S01 yes --owner "Li Ying"',
    'targetcal decide targets.xlsx -r HN --support S02 no --reason "not before May"',
    'targetcal decide targets.xlsx -r HN --support all no --reason "no budget in this quarter"',
)
@TABLE.button("decide", "finance", "AcceptInvitation", "region", "who", "hours")
def _decide(
    desk: "Desk",
    region: Region = "",
    kind: Decision = "",
    value: Counter = None,
    line: Line = "",
    support: Support = "",
    reason: Reason = "",
    owner: SupportOwner = "",
    hours: Hours = 0.0,
) -> "Report":
    from ..actions.decide import decide_as_said

    said = {"reason": reason, "owner": owner}
    return decide_as_said(desk, region, kind, value, line, support, **said, hours=hours)


@TABLE.button(
    "support", "finance", "TraceRemoveAllArrows", "region", "support", "granted", "reason", "owner", "who"
)
def _support(
    desk: "Desk",
    region: Region,
    support: Support,
    granted: Decision,
    reason: Reason = "",
    owner: SupportOwner = "",
) -> "Report":
    from ..actions.decide import decide_support

    return decide_support(desk, region, support, granted, reason=reason, owner=owner)


@TABLE.command(
    "targetcal confirm targets.xlsx",
    'targetcal confirm targets.xlsx --reason "head office takes the 40 that are missing"',
)
@TABLE.button("confirm", "finance", "SignatureLineInsert", "reason")
def _confirm(desk: "Desk", reason: Reason = "") -> "Report":
    from ..actions.confirm import confirm

    return confirm(desk, reason)


@TABLE.command(
    "targetcal change targets.xlsx",
    "targetcal change targets.xlsx -r HD -l HD-JS --to 120 --from 2025-02-15 --trigger staff --reason ...",
    'targetcal change targets.xlsx -r HD -l HD-JS --approve yes --as "Chen Li" --reason ...',
)
@TABLE.button("change", "finance", "DateAndTimeInsert", "region", "line", "to", "since", "trigger", "reason")
@TABLE.button("approve", "finance", "ReviewAcceptChange", "region", "line", "approve", "reason")
def _change(
    desk: "Desk",
    region: Region = "",
    line: Line = "",
    to: ChangedTo = None,
    since: ChangedFrom = None,
    trigger: ChangeTrigger = "",
    withdraw: Withdrawn = "",
    approve: Approved = "",
    reason: Reason = "",
) -> "Report":
    from ..actions.change import change_as_said

    return change_as_said(desk, region, line, to, since, trigger, withdraw, approve, reason)
