"""What comes of a commitment: results, survey, evaluation, and the trace of it all."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .command import CommandTable, Here
from .given import Book, CalledThere, DryRun, LedgerAt, PageLanguage, Query, Reason, Region, Who, languages
from .parameter import Given
from .watched import at_desk

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

TracedLine = Annotated[str, Given("--line -l", "line", about="traced_line")]
Results = Annotated[Path | None, Given("--actuals", "file")]
ImportedResults = Annotated[str, Given("--actuals", "file", about="import_actuals", metavar="SOURCE")]
ImportedHistory = Annotated[str, Given("--history", "file", metavar="SOURCE")]
ImportedDrivers = Annotated[str, Given("--drivers", "file", metavar="SOURCE")]
Day = Annotated[dt.date | None, Given("--as-of", "date")]
OkrTo = Annotated[str, Given("--to", about="okr_to", metavar="FILE|URL|feishu|lark")]
OkrFrom = Annotated[str, Given("--from", about="okr_from", metavar="FILE|URL|feishu|lark")]
OkrResults = Annotated[Path | None, Given("--results", "file", about="okr_results", metavar="FILE.csv")]
OkrIds = Annotated[Path | None, Given("--ids", "file", about="okr_ids")]
OkrLink = Annotated[str, Given("--link", about="okr_link", metavar="URL")]
Answered = Annotated[Path | None, Given("--responses", "file", metavar="FILE|DIR")]
Questionnaire = Annotated[
    Path | None, Given("--form", "file", about="questionnaire", metavar="FILE.html|.xlsx|.csv")
]
SupportItem = Annotated[str, Given("--support", about="support_item")]
Came = Annotated[str, Given("--delivered", about="came_on", metavar="DAY|no|unknown")]
Deliveries = Annotated[Path | None, Given("--from", "file")]
EvaluationPage = Annotated[Path | None, Given("--page", "file", about="evaluation_page", metavar="FILE.html")]
EvaluationReport = Annotated[
    Path | None, Given("--report", "file", about="evaluation_report", metavar="FILE.docx|.pdf")
]
Scaled = Annotated[bool, Given("--scale", about="scaled")]
Prove = Annotated[bool, Given("--verify", about="verify")]
Heads = Annotated[list[str] | None, Given("--head")]
NextBook = Annotated[Path, Given("--out -o", "file", about="next_book", metavar="BOOK.xlsx")]
NextTarget = Annotated[float, Given("--target", "number", least=0, about="next_target")]
NextPeriod = Annotated[str, Given("--period", about="next_period")]
NextLanguage = Annotated[str, Given("--lang", about="next_lang", names=languages)]
PlansIn = Annotated[Path, Given(kind="folder", about="plans_in", metavar="[DIR]")]
FoundBy = Annotated[str, Given("--find")]
OfPeriod = Annotated[str, Given("--period", about="of_period")]
PlanStates = Literal["", "negotiated", "accepted", "confirmed", "followed", "evaluated"]
OfState = Annotated[PlanStates, Given("--state", about="of_state")]
PlansPage = Annotated[Path | None, Given("--out -o", "file", about="page", metavar="FILE.html")]
PlansLanguage = Annotated[str, Given("--lang", about="plans_lang", names=languages)]

WatchResults = Annotated[bool, Given("--watch", about="watch_results")]
Measure = Annotated[str, Given("--text", about="measure")]
DoneBy = Annotated[dt.date, Given("--until", "date", about="done_by")]
AlarmedLine = Annotated[str, Given("--line -l", "line", about="alarmed")]
WriteRules = Annotated[bool, Given("--write", about="write_rules")]

TABLE = CommandTable()


@TABLE.command(
    "targetcal import targets.xlsx --actuals results.csv",
    "targetcal import targets.xlsx --actuals https://crm.example.com/results.json --map value=amount",
    'targetcal import targets.xlsx --actuals postgresql://bi@db.example.com/sales --query "select ..."',
    "targetcal import targets.xlsx --history history.xlsx",
    "targetcal import targets.xlsx",
)
def _import(
    desk: "Desk",
    actuals: ImportedResults = "",
    history: ImportedHistory = "",
    drivers: ImportedDrivers = "",
    query: Query = "",
    called: CalledThere = None,
) -> "Report":
    from ..actions.import_data import import_data
    from ..actions.import_wanted import ImportWish

    return import_data(desk, ImportWish(actuals, history, drivers, query, tuple(called or ())))


@TABLE.command(
    "targetcal follow targets.xlsx",
    "targetcal follow targets.xlsx --actuals actuals.csv",
    "targetcal follow targets.xlsx --actuals actuals.csv --as-of 2025-02-14",
    "targetcal follow targets.xlsx --actuals actuals.csv --watch",
)
def _follow(
    here: Here,
    book: Book,
    actuals: Results = None,
    as_of: Day = None,
    watch: WatchResults = False,
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.dashboard import files_of
    from ..actions.import_data import take_in_due

    def work(desk: "Desk") -> "Report":
        if watch and not actuals:
            take_in_due(desk, here.tell)
        return _follow_once(desk, actuals, as_of)

    watched = ([actuals] if actuals else files_of(book, ledger)) if watch else ()
    return at_desk(here, (book, who, ledger), work, watched)


@TABLE.button("follow", "finance", "ChartTypeLineInsertGallery", "actuals", "as_of")
def _follow_once(desk: "Desk", actuals: Results = None, as_of: Day = None) -> "Report":
    from ..actions.follow import follow_file

    return follow_file(desk, actuals, as_of)


@TABLE.command(
    'targetcal acknowledge targets.xlsx --line HD-JS --text "a campaign brought forward" --until 2025-02-20'
    ' --as "Gu Mingyuan"',
    'targetcal acknowledge targets.xlsx --region HD --text "talked over" --until 2025-02-20',
)
@TABLE.button(
    "acknowledge", "finance", "ReviewAcceptChange", "alarmed", "region", "measure", "done_by", "who"
)
def _acknowledge(
    desk: "Desk", measure: Measure, done_by: DoneBy, alarmed: AlarmedLine = "", region: Region = ""
) -> "Report":
    from ..actions.acknowledge import acknowledge

    return acknowledge(desk, measure, done_by, region=region, line=alarmed)


@TABLE.command(
    "targetcal supports targets.xlsx",
    "targetcal supports targets.xlsx -r HN --support S01 --delivered 2025-02-03",
    "targetcal supports targets.xlsx --from delivered.csv",
)
@TABLE.button("supports", "finance", "MarkTaskComplete", "region", "item", "came_on", "who")
def _supports(
    desk: "Desk",
    region: Region = "",
    item: SupportItem = "",
    came_on: Came = "",
    deliveries: Deliveries = None,
) -> "Report":
    from ..actions.supports import supports

    return supports(desk, region, item, came_on, deliveries)


@TABLE.command("targetcal suggestions targets.xlsx --write", "targetcal suggestions targets.xlsx")
def _suggestions(desk: "Desk", write: WriteRules = False) -> "Report":
    from ..actions.rule_book import rule_book

    return rule_book(desk, write=write)


@TABLE.command(
    "targetcal okr targets.xlsx --to okr.json",
    "targetcal okr targets.xlsx --to https://okr.example.com/plans/2025Q1 --dry-run",
    'targetcal okr targets.xlsx --to feishu --ids okr.csv --link "https://example.com/targets"',
    "targetcal okr targets.xlsx --from https://okr.example.com/plans/2025Q1 --results actuals.csv",
)
@TABLE.button("okr", "finance", "ExportTextFile", "system")
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


@TABLE.command(
    "targetcal survey targets.xlsx --form survey.html --scale",
    "targetcal survey targets.xlsx --responses answers",
    "targetcal survey targets.xlsx --responses answers.csv",
)
@TABLE.button("questionnaire", "hr", "FormControlRadioButton", "form")
@TABLE.button("survey", "hr", "FileOpen", "responses")
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


@TABLE.command(
    "targetcal evaluate targets.xlsx",
    "targetcal evaluate targets.xlsx --page evaluation.html --report evaluation.docx",
)
@TABLE.button("evaluate", "hr", "ChartTypeColumnInsertGallery")
@TABLE.button("evaluation_report", "hr", "FileSaveAsWordDocx", "report")
def _evaluate(
    desk: "Desk",
    page: EvaluationPage = None,
    report: EvaluationReport = None,
    lang: PageLanguage = "",
) -> "Report":
    from ..actions.evaluation_files import evaluate_as_said

    return evaluate_as_said(desk, page, report, lang)


@TABLE.command(
    "targetcal audit targets.xlsx --region HD",
    "targetcal audit targets.xlsx --line HD-JS",
    "targetcal audit targets.xlsx --verify",
)
@TABLE.button("verify", "finance", "FindDialog", "head", prove=True)
def _audit(
    desk: "Desk", prove: Prove = False, head: Heads = None, region: Region = "", line: TracedLine = ""
) -> "Report":
    from ..actions.audit import audit
    from ..actions.trace import trace
    from ..actions.verify import verify

    if prove or head:
        return verify(desk, head or ())
    return trace(desk, line, region) if line else audit(desk, region or None)


@TABLE.command("targetcal judgement targets.xlsx", "targetcal judgement targets.xlsx --region HD")
def _judgement(desk: "Desk", region: Region = "") -> "Report":
    from ..actions.judgement import judgement

    return judgement(desk, region)


@TABLE.command(
    "targetcal plans",
    "targetcal plans D:/targets --period 2025 --state negotiated",
    "targetcal plans D:/targets --find East -o plans.html",
)
def _plans(
    here: Here,
    folder: PlansIn = Path(),
    find: FoundBy = "",
    period: OfPeriod = "",
    state: OfState = "",
    out: PlansPage = None,
    lang: PlansLanguage = "",
) -> "Report":
    from ..actions.plans import plans

    return plans(
        folder, here.now(), find=find, period=period, state=state, out=out, lang=lang or here.language
    )


@TABLE.command(
    "targetcal next targets.xlsx --period 2025Q2 --target 1300 -o 2025Q2/targets.xlsx",
    "targetcal next targets.xlsx --target 1300 -o next.xlsm --lang en",
)
def _next(
    here: Here,
    book: Book,
    out: NextBook,
    target: NextTarget,
    period: NextPeriod = "",
    lang: NextLanguage = "",
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.carry_on import begin_next, close

    with here.desk(book, who, ledger) as desk:
        found = close(desk, target, period)
    with here.desk(out, who, "", create=True) as desk:
        return begin_next(desk, found, lang)
