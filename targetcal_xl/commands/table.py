"""The table: a function for each command or button, which hands what a person said to one action.

An action is loaded when it runs, so that `--help` and a menu cost next to nothing. Annotations are no texts
here: options and questions are made from them.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ..language import LANGUAGES, spoken_language
from .command import Button, Command, CommandTable, Here
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report


def _languages() -> Sequence[str]:
    return LANGUAGES


def _templates() -> Sequence[str]:
    from ..connect import plan_templates

    return plan_templates()


Book = Annotated[Path, Given(kind="file", metavar="BOOK")]
AnyBook = Annotated[Path | None, Given(kind="file", about="doctor_book", metavar="[BOOK]")]
Folder = Annotated[Path, Given(kind="folder", about="demo")]
Source = Annotated[str, Given("--from", about="from", metavar="DIR|TEMPLATE", names=_templates)]
Language = Annotated[str, Given("--lang", names=_languages)]
Who = Annotated[str, Given("--as", "person", about="as", metavar="NAME", variable="TARGETCAL_USER")]
LedgerAt = Annotated[str, Given("--ledger", variable="TARGETCAL_LEDGER")]
Region = Annotated[str, Given("--region -r", "region")]
Regions = Annotated[list[str] | None, Given("--region -r", "region", about="regions")]
Line = Annotated[str, Given("--line -l", "line")]
TracedLine = Annotated[str, Given("--line -l", "line", about="traced_line")]
Reason = Annotated[str, Given("--reason")]
Hours = Annotated[float, Given("--hours", "number", least=0)]
BackTo = Annotated[int | None, Given("--back-to", "whole", metavar="N")]
Listed = Annotated[bool, Given("--list", about="list")]
ScenarioName = Annotated[str, Given("--name", about="scenario_name")]
AdoptedScenario = Annotated[str, Given("--adopt")]
ChangedTo = Annotated[float | None, Given("--to", "number", least=0)]
ChangedFrom = Annotated[dt.date | None, Given("--from", "date", about="since")]
ChangeTrigger = Annotated[str, Given("--trigger")]
Withdrawn = Annotated[str, Given("--withdraw")]
Approved = Annotated[Literal["", "yes", "no"], Given("--approve", metavar="yes|no")]
SupposedLines = Annotated[list[str], Given("--line -l", "line", about="whatif_line")]
SupposedIndicators = Annotated[list[str], Given("--indicator -i")]
SupposedReadings = Annotated[list[str], Given("--now -n")]
EarlierBooks = Annotated[list[Path] | None, Given("--earlier")]
Note = Annotated[str, Given("--note")]
Held = Annotated[dt.date | None, Given("--held", "date")]
Present = Annotated[str, Given("--present")]
TalkOutcome = Annotated[str, Given("--outcome")]
Decision = Annotated[str, Given(about="decision", metavar="[accept|counter|return|yes|no]")]
Counter = Annotated[float | None, Given(kind="number", about="counter", metavar="[N]")]
Support = Annotated[str, Given("--support")]
SupportOwner = Annotated[str, Given("--owner")]
Letters = Annotated[Path, Given("--out -o", "folder")]
Form = Annotated[Literal["docx", "pdf", "both"], Given("--format", about="format")]
OwnTemplate = Annotated[Path | None, Given("--template", "file")]
Representatives = Annotated[Path | None, Given("--representatives", "file", about="representatives")]
LetterMakers = Annotated[str, Given("--executor", "text", metavar="local|ADDRESS", about="executor")]
TriedTemplate = Annotated[Path | None, Given("--template", "file", about="doctor_template")]
Results = Annotated[Path, Given("--actuals", "file")]
Day = Annotated[dt.date | None, Given("--as-of", "date")]
Answered = Annotated[Path | None, Given("--responses", "file", metavar="FILE|DIR")]
Questionnaire = Annotated[
    Path | None, Given("--form", "file", about="questionnaire", metavar="FILE.html|.xlsx|.csv")
]
Scaled = Annotated[bool, Given("--scale", about="scaled")]
ErasedEntries = Annotated[list[int] | None, Given("--entry", "whole", metavar="N", about="erased_entry")]
ErasedField = Annotated[str, Given("--field", about="erased_field")]
ErasedPerson = Annotated[str, Given("--person", about="erased_person", metavar="NAME")]
ErasedRegion = Annotated[str, Given("--region -r", "region", about="erased_region")]
ErasedLine = Annotated[str, Given("--line -l", "line", about="erased_line")]
Sure = Annotated[bool, Given("--yes")]
Prove = Annotated[bool, Given("--verify", about="verify")]
ProofAt = Annotated[Path, Given("--out -o", "file", about="proof_out", metavar="FILE.json")]
ProvenLine = Annotated[str, Given("--line -l", "line", about="proven_line")]
ProvenHeads = Annotated[list[str] | None, Given("--head", about="proven_head")]
AnyFiles = Annotated[list[Path] | None, Given(kind="file", metavar="[FILE...]")]
PrintedCodes = Annotated[list[str] | None, Given("--code", metavar="TEXT")]
StampRoots = Annotated[Path | None, Given("--roots", "file", metavar="FILE.pem|DIR")]
Authority = Annotated[str, Given("--authority", metavar="URL")]
VerifierAt = Annotated[Path | None, Given("--html", "file", about="verifier_page", metavar="FILE.html")]
VerifierLanguage = Annotated[str, Given("--lang", about="verifier_lang", names=_languages)]
Heads = Annotated[list[str] | None, Given("--head")]
State = Annotated[Literal["frozen", "live"], Given(about="functions", metavar="live|frozen")]
DryRun = Annotated[bool, Given("--dry-run")]
DraftsTo = Annotated[Path | None, Given("--draft", "folder")]
Attach = Annotated[list[str] | None, Given("--attach", metavar="REGION=FILE")]
Resend = Annotated[list[int] | None, Given("--resend", "whole", metavar="N")]
Words = Annotated[str, Given("--text")]
Files = Annotated[list[Path] | None, Given("--attach", "file", about="attach_file")]
LetterFiles = Annotated[list[Path] | None, Given(kind="file", about="letter_files", metavar="[BOOK] FILE...")]
SignedFiles = Annotated[list[Path] | None, Given(kind="file", about="signed_files", metavar="[FILE...]")]
SigningRole = Annotated[str, Given("--as", about="signing_role", metavar="head|superior")]
Key = Annotated[str, Given("--key", metavar="FILE.p12|ADDRESS", variable="TARGETCAL_KEY")]
Picture = Annotated[Path | None, Given("--picture", "file", metavar="FILE.png")]
Stamped = Annotated[bool, Given("--stamp")]
Stranger = Annotated[str, Given("--reason", about="signing_reason")]
Recorder = Annotated[str, Given("--by", "person", about="as", metavar="NAME", variable="TARGETCAL_USER")]
Paper = Annotated[Path | None, Given("--paper", "file", metavar="SCAN")]
PaperRole = Annotated[str, Given("--role", about="paper_role", metavar="head|superior|both")]
PaperDay = Annotated[dt.date | None, Given("--on", "date", about="paper_day")]
PaperSigner = Annotated[str, Given("--signer", about="paper_signer")]
Question = Annotated[str, Given("--text", about="question")]
AnswerWords = Annotated[str, Given("--text", about="answer_words")]
Until = Annotated[dt.date, Given("--until", "date")]
Arrived = Annotated[list[int] | None, Given("--arrived", "whole", metavar="N")]
ArchiveAt = Annotated[str, Given("--to", about="archive_to", metavar="URL|DIR")]
ProveArchive = Annotated[bool, Given("--verify", about="verify_archive")]
DeletedLetters = Annotated[list[str] | None, Given("--delete", about="archive_delete", metavar="NUMBER")]
ByLaw = Annotated[bool, Given("--legal", about="archive_legal")]
BouncesAt = Annotated[Path | None, Given("--bounces", "folder")]
LettersFrom = Annotated[Path | None, Given("--letters", "folder", about="letters_from")]
MailedForm = Annotated[Literal["docx", "pdf", "both"], Given("--format", about="mail_format")]
WriteTexts = Annotated[bool, Given("--texts")]
OnlyListed = Annotated[bool, Given("--list", about="list_messages")]
Fix = Annotated[bool, Given("--fix")]
PageAt = Annotated[Path, Given("--out -o", "file", about="page")]
PageLanguage = Annotated[str, Given("--lang", about="page_lang", names=_languages)]
Watch = Annotated[bool, Given("--watch")]
PacksTo = Annotated[Path, Given("--out -o", "folder", about="packs")]
PacksFrom = Annotated[Path | None, Given("--packs", "folder", about="packs_from")]
Pages = Annotated[bool, Given("--html", about="pages_html")]
Encrypt = Annotated[bool, Given("--encrypt")]
AnswersAt = Annotated[list[Path] | None, Given(kind="folder", about="answers", metavar="[FILE|DIR]...")]
WatchAnswers = Annotated[bool, Given("--watch", about="watch_answers")]

OkrTo = Annotated[str, Given("--to", about="okr_to", metavar="FILE|URL|feishu|lark")]
OkrFrom = Annotated[str, Given("--from", about="okr_from", metavar="FILE|URL|feishu|lark")]
OkrResults = Annotated[Path | None, Given("--results", "file", about="okr_results", metavar="FILE.csv")]
OkrIds = Annotated[Path | None, Given("--ids", "file", about="okr_ids")]
OkrLink = Annotated[str, Given("--link", about="okr_link", metavar="URL")]

_TABLE = CommandTable()
SPOKEN = spoken_language()


@_TABLE.command("targetcal demo", "targetcal demo --lang en")
def _demo(here: Here, directory: Folder = Path("demo"), lang: Language = LANGUAGES[0]) -> "Report":
    from ..demo import demo

    with here.progress() as progress:
        return demo(directory, lang, progress=progress)


@_TABLE.command(
    "targetcal new targets.xlsx --from saas",
    "targetcal new targets.xlsm --from saas",
    "targetcal new targets.xlsx --from my-plan --lang en",
)
def _new(
    here: Here,
    book: Book,
    source: Source,
    lang: Language = SPOKEN,
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.new import new
    from ..connect import find_plan, read_plan

    inputs = read_plan(find_plan(source))
    with here.desk(book, who, ledger, create=True) as desk:
        return new(desk, inputs, lang)


@_TABLE.command(
    'targetcal recalibrate targets.xlsx --reason "2024 Q4 restated"',
    "targetcal recalibrate targets.xlsx --list",
    'targetcal recalibrate targets.xlsx --back-to 1 --reason "the restatement was wrong"',
)
@_TABLE.button("recalibrate", "finance", "CalculateNow", "reason")
def _recalibrate(
    desk: "Desk", reason: Reason = "", back_to: BackTo = None, listed: Listed = False
) -> "Report":
    from ..actions.recalibrate import recalibrate

    if listed or back_to is not None:
        return _go_back(desk, None if listed else back_to, reason)
    return recalibrate(desk, reason)


@_TABLE.button("go_back", "finance", "RecurrenceEdit", "back_to", "reason")
def _go_back(desk: "Desk", back_to: BackTo = None, reason: Reason = "") -> "Report":
    from ..actions.recalibrate import go_back
    from ..actions.recalibrations import recalibrations

    return recalibrations(desk) if back_to is None else go_back(desk, back_to, reason)


@_TABLE.command(
    "targetcal scenario targets.xlsx",
    'targetcal scenario targets.xlsx --name "more people in the north"',
    'targetcal scenario targets.xlsx --adopt "more people in the north" --reason "the board agreed"',
)
@_TABLE.button("scenario", "finance", "ScenarioManager", "name")
def _scenario(
    desk: "Desk", name: ScenarioName = "", adopt: AdoptedScenario = "", reason: Reason = ""
) -> "Report":
    from ..actions.scenario import keep_scenario, scenarios

    if adopt:
        return _adopt(desk, adopt, reason)
    return keep_scenario(desk, name) if name else scenarios(desk)


@_TABLE.button("adopt", "finance", "AcceptInvitation", "adopt", "reason")
def _adopt(desk: "Desk", adopt: AdoptedScenario, reason: Reason = "") -> "Report":
    from ..actions.scenario import adopt_scenario

    return adopt_scenario(desk, adopt, reason)


@_TABLE.command(
    "targetcal whatif targets.xlsx --line 华东 --indicator heads --now +1",
    "targetcal whatif targets.xlsx -l 华东 -i heads -n +10% -l 西南 -i search_index -n 900",
)
def _whatif(
    desk: "Desk", line: SupposedLines, indicator: SupposedIndicators, now: SupposedReadings
) -> "Report":
    from ..actions.whatif import paired, whatif

    return whatif(desk, paired(line, indicator, now))


@_TABLE.command(
    "targetcal backtest targets.xlsx",
    "targetcal backtest targets.xlsx --earlier 2024Q4.xlsx --earlier 2024Q3.xlsx",
)
@_TABLE.button("backtest", "finance", "ChartTrendline")
def _backtest(desk: "Desk", earlier: EarlierBooks = None) -> "Report":
    from ..actions.backtest import backtest

    return backtest(desk, earlier or ())


@_TABLE.command("targetcal check targets.xlsx", "targetcal check targets.xlsx --region 华东大区")
@_TABLE.button("check", "finance", "Spelling", "region")
def _check(desk: "Desk", region: Regions = None) -> "Report":
    from ..actions.check import check

    return check(desk, region or ())


@_TABLE.command(
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
    from ..actions.watching import watched
    from ..desk import file_changes

    def write() -> "Report":
        with here.desk(book, who, ledger) as desk:
            return dashboard(desk, out, lang, renews=watch)

    return watched(write, file_changes(files_of(book, ledger)), here.tell) if watch else write()


@_TABLE.command("targetcal lock targets.xlsx", "targetcal lock targets.xlsx -r HD -r HN")
@_TABLE.button("lock", "finance", "Lock", "region")
def _lock(desk: "Desk", region: Regions = None) -> "Report":
    from ..actions.lock import lock

    return lock(desk, region or ())


@_TABLE.command(
    "targetcal split targets.xlsx -o packs",
    "targetcal split targets.xlsx -o packs --region HD --encrypt",
    "targetcal split targets.xlsx -o pages --html",
)
@_TABLE.button("split", "finance", "FileSaveAs", "packs")
def _split(
    desk: "Desk", packs: PacksTo, region: Regions = None, html: Pages = False, encrypt: Encrypt = False
) -> "Report":
    from ..actions.split import split_book

    return split_book(desk, packs, region or (), html=html, encrypt=encrypt)


@_TABLE.command(
    "targetcal collect targets.xlsx packs",
    "targetcal collect targets.xlsx HD.xlsx HN.answer.json",
    "targetcal collect targets.xlsx packs --watch",
)
def _collect(
    here: Here,
    book: Book,
    answers: AnswersAt = None,
    region: Regions = None,
    watch: WatchAnswers = False,
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.watching import watched
    from ..desk import file_changes

    def take() -> "Report":
        with here.desk(book, who, ledger) as desk:
            return _take(desk, answers, region)

    return watched(take, file_changes([book, *(answers or ())]), here.tell) if watch else take()


@_TABLE.button("collect", "finance", "ImportExcel", "answers")
def _take(desk: "Desk", answers: AnswersAt = None, region: Regions = None) -> "Report":
    from ..actions.collect import collect

    return collect(desk, answers or (), region or ())


@_TABLE.command('targetcal unlock targets.xlsx --region HD --reason "numbers of last year"')
@_TABLE.button("unlock", "finance", "Undo", "region", "reason")
def _unlock(desk: "Desk", region: Region, reason: Reason) -> "Report":
    from ..actions.unlock import unlock

    return unlock(desk, region, reason)


@_TABLE.command('targetcal withdraw targets.xlsx --region HD --reason "a customer was left out" --as 陈磊')
@_TABLE.button("withdraw", "finance", "ReviewRejectChange", "region", "reason", "who")
def _withdraw(desk: "Desk", region: Region, reason: Reason) -> "Report":
    from ..actions.withdraw import withdraw

    return withdraw(desk, region, reason)


@_TABLE.command(
    "targetcal objections targets.xlsx",
    "targetcal objections targets.xlsx -r HN -l 西南 --held 2025-01-08 --present 何雯 --outcome partly"
    ' --note "two heads promised" --as 周倩',
)
@_TABLE.button("objections", "hr", "Info")
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


@_TABLE.button(
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


@_TABLE.command(
    "targetcal comment targets.xlsx",
    'targetcal comment targets.xlsx -r HN -l 西南 --text "who covers Chongqing?" --as 陈立',
    "targetcal comment targets.xlsx -r HN -l 西南 --attach quote.pdf",
)
@_TABLE.button("comment", "finance", "ReviewNewComment", "region", "line", "text", "who")
@_TABLE.button("take_in", "finance", "ReviewAcceptChange")
def _comment(
    desk: "Desk", region: Region = "", line: Line = "", text: Words = "", attach: Files = None
) -> "Report":
    from ..actions.comment import comment_as_said

    return comment_as_said(desk, region, line, text, attach or ())


@_TABLE.command(
    "targetcal threads targets.xlsx",
    "targetcal threads targets.xlsx --region HN --line 西南",
)
@_TABLE.button("threads", "finance", "ReviewShowAllComments", "region")
def _threads(desk: "Desk", region: Region = "", line: Line = "") -> "Report":
    from ..actions.comment import threads

    return threads(desk, region, line)


@_TABLE.command(
    "targetcal decide targets.xlsx --region HD",
    'targetcal decide targets.xlsx -r HN -l 西南 counter 150 --reason "two heads from 1 February"',
    'targetcal decide targets.xlsx -r HN --support S01 yes --owner "Li Ying"',
    'targetcal decide targets.xlsx -r HN --support S02 no --reason "not before May"',
)
@_TABLE.button("decide", "finance", "AcceptInvitation", "region", "who", "hours")
def _decide(
    desk: "Desk",
    region: Region,
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


@_TABLE.button(
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


@_TABLE.command(
    "targetcal confirm targets.xlsx",
    'targetcal confirm targets.xlsx --reason "head office takes the 40 that are missing"',
)
@_TABLE.button("confirm", "finance", "SignatureLineInsert", "reason")
def _confirm(desk: "Desk", reason: Reason = "") -> "Report":
    from ..actions.confirm import confirm

    return confirm(desk, reason)


@_TABLE.command(
    "targetcal change targets.xlsx",
    "targetcal change targets.xlsx -r HD -l HD-JS --to 120 --from 2025-02-15 --trigger staff --reason ...",
    "targetcal change targets.xlsx -r HD -l HD-JS --approve yes --as 陈立 --reason ...",
)
@_TABLE.button("change", "finance", "DateAndTimeInsert", "region", "line", "to", "since", "trigger", "reason")
@_TABLE.button("approve", "finance", "ReviewAcceptChange", "region", "line", "approve", "reason")
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


@_TABLE.command(
    "targetcal letters targets.xlsx -o letters",
    "targetcal letters targets.xlsx -o out --format docx",
    "targetcal letters targets.xlsx -o out --executor local",
    "targetcal letters targets.xlsx -o people --representatives people.xlsx",
)
@_TABLE.button("letters", "hr", "FilePrint", "out")
def _letters(
    desk: "Desk",
    out: Letters,
    form: Form = "both",
    template: OwnTemplate = None,
    executor: LetterMakers = "",
    people: Representatives = None,
) -> "Report":
    from ..actions.issue_individual import letters_as_said

    return letters_as_said(desk, out, form, template, executor, people)


@_TABLE.command(
    "targetcal sign targets.xlsx letters/2025Q1-HD-V1.pdf --as head --key me.p12",
    "targetcal sign targets.xlsx letters/*.pdf --as superior --key me.p12 --picture hand.png --stamp",
    "targetcal sign letter.pdf --as head --key pkcs11:token=office",
)
def _sign(
    here: Here,
    files: LetterFiles = None,
    role: SigningRole = "",
    key: Key = "",
    picture: Picture = None,
    stamp: Stamped = False,
    reason: Stranger = "",
    who: Recorder = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.sign import Wish, book_among, sign, sign_alone

    book, letters = book_among(files or ())
    wish = Wish(role, key, picture, stamp, reason)
    if book is None:
        return sign_alone(letters, wish, dt.datetime.now(dt.UTC), here.language, here.secret)
    with here.desk(book, who, ledger) as desk:
        return sign(desk, letters, wish, here.secret)


@_TABLE.command(
    "targetcal signed targets.xlsx",
    "targetcal signed targets.xlsx back/*.pdf",
    "targetcal signed targets.xlsx --paper scan.pdf --region HD --role both --on 2025-01-14",
)
@_TABLE.button("signed", "hr", "SignatureShow")
@_TABLE.button("paper", "hr", "SignatureInsertMenu", "paper", "region", "role", "on", "signer")
def _signed(
    desk: "Desk",
    files: SignedFiles = None,
    paper: Paper = None,
    region: Region = "",
    role: PaperRole = "",
    on: PaperDay = None,
    signer: PaperSigner = "",
    reason: Stranger = "",
) -> "Report":
    from ..actions.signed import signed_as_said

    return signed_as_said(desk, files or (), paper, region, role, on, signer, reason)


@_TABLE.command(
    'targetcal ask targets.xlsx --region HD --text "whose is support S02?" --until 2025-01-17 --as 顾明远'
)
@_TABLE.button("ask", "hr", "ReviewNewComment", "region", "question", "until", "who")
def _ask(desk: "Desk", region: Region, question: Question, until: Until) -> "Report":
    from ..actions.ask import ask

    return ask(desk, region, question, until)


@_TABLE.command('targetcal answer targets.xlsx --region HD --text "sales operations, see line 2" --as 周宁')
@_TABLE.button("answer", "hr", "ReviewAcceptChange", "region", "reply", "who")
def _answer(desk: "Desk", region: Region, reply: AnswerWords) -> "Report":
    from ..actions.ask import answer

    return answer(desk, region, reply)


@_TABLE.command(
    "targetcal follow targets.xlsx --actuals actuals.csv",
    "targetcal follow targets.xlsx --actuals actuals.csv --as-of 2025-02-14",
)
@_TABLE.button("follow", "finance", "ChartTypeLineInsertGallery", "actuals", "as_of")
def _follow(desk: "Desk", actuals: Results, as_of: Day = None) -> "Report":
    from ..actions.follow import follow_file

    return follow_file(desk, actuals, as_of)


@_TABLE.command(
    "targetcal okr targets.xlsx --to okr.json",
    "targetcal okr targets.xlsx --to https://okr.example.com/plans/2025Q1 --dry-run",
    'targetcal okr targets.xlsx --to feishu --ids okr.csv --link "https://example.com/targets"',
    "targetcal okr targets.xlsx --from https://okr.example.com/plans/2025Q1 --results actuals.csv",
)
@_TABLE.button("okr", "finance", "ExportTextFile", "system")
def _okr(
    desk: "Desk",
    system: OkrTo = "",
    back: OkrFrom = "",
    results: OkrResults = None,
    ids: OkrIds = None,
    link: OkrLink = "",
    dry_run: DryRun = False,
) -> "Report":
    from ..actions.okr import okr_as_said

    return okr_as_said(desk, system, back, results, ids, link, dry_run=dry_run)


@_TABLE.command(
    "targetcal survey targets.xlsx --form survey.html --scale",
    "targetcal survey targets.xlsx --responses answers",
    "targetcal survey targets.xlsx --responses answers.csv",
)
@_TABLE.button("questionnaire", "hr", "FormControlRadioButton", "form")
@_TABLE.button("survey", "hr", "FileOpen", "responses")
def _survey(
    desk: "Desk",
    responses: Answered = None,
    form: Questionnaire = None,
    scale: Scaled = False,
    lang: PageLanguage = "",
    reason: Reason = "",
) -> "Report":
    from ..actions.survey import survey_as_said

    return survey_as_said(desk, responses, form, lang, reason, scaled=scale)


@_TABLE.command("targetcal evaluate targets.xlsx")
@_TABLE.button("evaluate", "hr", "ChartTypeColumnInsertGallery")
def _evaluate(desk: "Desk") -> "Report":
    from ..actions.evaluate import evaluate

    return evaluate(desk)


@_TABLE.command(
    "targetcal audit targets.xlsx --region HD",
    "targetcal audit targets.xlsx --line HD-JS",
    "targetcal audit targets.xlsx --verify",
)
@_TABLE.button("verify", "finance", "FindDialog", "head", prove=True)
def _audit(
    desk: "Desk", prove: Prove = False, head: Heads = None, region: Region = "", line: TracedLine = ""
) -> "Report":
    from ..actions.audit import audit
    from ..actions.trace import trace
    from ..actions.verify import verify

    if prove or head:
        return verify(desk, head or ())
    return trace(desk, line, region) if line else audit(desk, region or None)


@_TABLE.command(
    "targetcal remind targets.xlsx --dry-run",
    "targetcal remind targets.xlsx",
    "targetcal remind targets.xlsx --packs packs",
    "targetcal remind targets.xlsx --draft mails --attach HD=packs/HD.xlsx",
)
@_TABLE.button("remind_whom", "finance", "MailMergeRecipientsEditList", dry_run=True)
@_TABLE.button("remind", "finance", "FileSendAsAttachment")
@_TABLE.button("draft", "hr", "NewMessage", "draft")
def _remind(
    desk: "Desk",
    dry_run: DryRun = False,
    draft: DraftsTo = None,
    attach: Attach = None,
    packs: PacksFrom = None,
) -> "Report":
    from ..actions.remind import remind

    return remind(desk, dry_run=dry_run, draft=draft, attach=attach or (), packs=packs)


@_TABLE.command(
    "targetcal mail targets.xlsx --dry-run",
    "targetcal mail targets.xlsx --letters letters",
    "targetcal mail targets.xlsx --draft mails",
    "targetcal mail targets.xlsx --texts",
)
@_TABLE.button("mail_whom", "hr", "MailMergeRecipientsEditList", dry_run=True)
@_TABLE.button("mail", "hr", "FileSendAsAttachment")
def _mail(
    desk: "Desk",
    letters: LettersFrom = None,
    form: MailedForm = "pdf",
    draft: DraftsTo = None,
    dry_run: DryRun = False,
    texts: WriteTexts = False,
) -> "Report":
    from ..actions.mail import mail, mail_texts

    return mail_texts(desk) if texts else mail(desk, letters=letters, form=form, draft=draft, dry_run=dry_run)


@_TABLE.command(
    "targetcal archive targets.xlsx --to sftp://hr@files.example.com/letters",
    "targetcal archive targets.xlsx --to D:/archive --verify",
    'targetcal archive targets.xlsx --to s3://letters/2025 --delete 2025Q1-HD-V1 --reason "time is over"',
)
def _archive(
    desk: "Desk",
    place: ArchiveAt,
    letters: LettersFrom = None,
    prove: ProveArchive = False,
    delete: DeletedLetters = None,
    legal: ByLaw = False,
    reason: Reason = "",
) -> "Report":
    from ..actions.archive import archive_as_said

    return archive_as_said(desk, place, letters, delete or (), reason, prove=prove, legal=legal)


@_TABLE.button("archive", "hr", "FileSaveAs", "place")
def _archive_now(desk: "Desk", place: ArchiveAt) -> "Report":
    from ..actions.archive import archive

    return archive(desk, place)


@_TABLE.command(
    "targetcal outbox targets.xlsx --list",
    "targetcal outbox targets.xlsx",
    "targetcal outbox targets.xlsx --resend 12",
    "targetcal outbox targets.xlsx --bounces returned",
)
@_TABLE.button("outbox", "hr", "EnvelopesAndLabelsDialog", listed=True)
def _outbox(
    desk: "Desk",
    listed: OnlyListed = False,
    resend: Resend = None,
    arrived: Arrived = None,
    bounces: BouncesAt = None,
) -> "Report":
    from ..actions.outbox import outbox

    return outbox(desk, listed=listed, resend=resend or (), arrived=arrived or (), bounces=bounces)


@_TABLE.command(
    "targetcal proof targets.xlsx --region HD -o HD.json",
    "targetcal proof targets.xlsx -r HD -l HD-JS -o HD-JS.json --head 57-4be1…",
)
def _proof(
    desk: "Desk", region: Region, out: ProofAt, line: ProvenLine = "", head: ProvenHeads = None
) -> "Report":
    from ..actions.proof import proof

    return proof(desk, region, out, line, head or ())


@_TABLE.command(
    "targetcal verify letter.pdf HD.json",
    "targetcal verify March.json June.json",
    'targetcal verify HD.json --code "targetcal:1:2025Q1-HD-V1:378-c23a…"',
    "targetcal verify --html verifier.html",
)
def _verify(
    here: Here,
    files: AnyFiles = None,
    roots: StampRoots = None,
    code: PrintedCodes = None,
    html: VerifierAt = None,
    lang: VerifierLanguage = SPOKEN,
) -> "Report":
    from ..actions.verifier import attest_as_said

    return attest_as_said(files or (), roots, code or (), html, lang)


@_TABLE.command(
    "targetcal stamp targets.xlsx", "targetcal stamp targets.xlsx --authority http://stamps.example"
)
def _stamp(desk: "Desk", authority: Authority = "") -> "Report":
    from ..actions.stamp import stamp

    return stamp(desk, authority)


@_TABLE.command(
    "targetcal erase targets.xlsx --person 陈立",
    'targetcal erase targets.xlsx --entry 23 --reason "asked for on 3 March" --yes',
    'targetcal erase targets.xlsx -r HD -l HD-JS --field comment --reason "names a customer" --yes',
)
def _erase(
    desk: "Desk",
    entry: ErasedEntries = None,
    region: ErasedRegion = "",
    line: ErasedLine = "",
    field: ErasedField = "",
    person: ErasedPerson = "",
    reason: Reason = "",
    yes: Sure = False,
) -> "Report":
    from ..actions.erase import Wanted, erase

    return erase(desk, Wanted(tuple(entry or ()), region, line, field, person), reason, yes)


@_TABLE.command("targetcal repair targets.xlsx")
@_TABLE.button("repair", "finance", "Refresh")
def _repair(desk: "Desk") -> "Report":
    from ..actions.repair import repair

    return repair(desk)


@_TABLE.command("targetcal upgrade targets.xlsx")
def _upgrade(here: Here, book: Book, who: Who = "", ledger: LedgerAt = "") -> "Report":
    from ..actions.upgrade import upgrade

    with here.desk(book, who, ledger, outdated=True) as desk:
        return upgrade(desk)


@_TABLE.command("targetcal functions targets.xlsx live", "targetcal functions targets.xlsx frozen")
@_TABLE.button("frozen", "finance", "PasteValues", state="frozen")
@_TABLE.button("live", "finance", "RefreshAll", state="live")
def _functions(desk: "Desk", state: State) -> "Report":
    from ..actions.switch_functions import switch_functions

    return switch_functions(desk, state)


@_TABLE.command(
    "targetcal doctor",
    "targetcal doctor targets.xlsm --fix",
    "targetcal doctor --template letter.docx",
)
def _doctor(
    here: Here,
    book: AnyBook = None,
    fix: Fix = False,
    template: TriedTemplate = None,
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.doctor import doctor, examine_template

    if template:
        return examine_template(template, here.language)
    return doctor(here.language, book, ledger or None, fix=fix)


COMMANDS: tuple[Command, ...] = tuple(_TABLE.commands)
"""Every command, in the order of a plan's life."""

BUTTONS: tuple[Button, ...] = tuple(sorted(_TABLE.buttons, key=lambda one: one.group))
"""Every button: those of finance, then those of HR, each in the order of a plan's life."""


def button(code: str) -> Button:
    """The button with this code; raise KeyError when there is none."""
    return {one.code: one for one in BUTTONS}[code]
