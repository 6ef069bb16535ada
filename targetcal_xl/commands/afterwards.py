"""What comes of a commitment: results, survey, evaluation, and the trace of it all."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from .command import CommandTable, Here
from .given import Book, LedgerAt, Region, Who
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

TracedLine = Annotated[str, Given("--line -l", "line", about="traced_line")]
Results = Annotated[Path, Given("--actuals", "file")]
Day = Annotated[dt.date | None, Given("--as-of", "date")]
Answered = Annotated[Path, Given("--responses", "file")]
Prove = Annotated[bool, Given("--verify", about="verify")]
Heads = Annotated[list[str] | None, Given("--head")]

WatchResults = Annotated[bool, Given("--watch", about="watch_results")]
Measure = Annotated[str, Given("--text", about="measure")]
DoneBy = Annotated[dt.date, Given("--until", "date", about="done_by")]
AlarmedLine = Annotated[str, Given("--line -l", "line", about="alarmed")]
WriteRules = Annotated[bool, Given("--write", about="write_rules")]

TABLE = CommandTable()


@TABLE.command(
    "targetcal follow targets.xlsx --actuals actuals.csv",
    "targetcal follow targets.xlsx --actuals actuals.csv --as-of 2025-02-14",
    "targetcal follow targets.xlsx --actuals actuals.csv --watch",
)
def _follow(
    here: Here,
    book: Book,
    actuals: Results,
    as_of: Day = None,
    watch: WatchResults = False,
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.watching import watched
    from ..desk import file_changes

    def follow() -> "Report":
        with here.desk(book, who, ledger) as desk:
            return _follow_once(desk, actuals, as_of)

    return watched(follow, file_changes([actuals]), here.tell) if watch else follow()


@TABLE.button("follow", "finance", "ChartTypeLineInsertGallery", "actuals", "as_of")
def _follow_once(desk: "Desk", actuals: Results, as_of: Day = None) -> "Report":
    from ..actions.follow import follow_file

    return follow_file(desk, actuals, as_of)


@TABLE.command(
    'targetcal acknowledge targets.xlsx --line HD-JS --text "a campaign brought forward" --until 2025-02-20'
    " --as 顾明远",
    'targetcal acknowledge targets.xlsx --region HD --text "talked over" --until 2025-02-20',
)
def _acknowledge(
    desk: "Desk", measure: Measure, done_by: DoneBy, alarmed: AlarmedLine = "", region: Region = ""
) -> "Report":
    from ..actions.acknowledge import acknowledge

    return acknowledge(desk, measure, done_by, region=region, line=alarmed)


@TABLE.command("targetcal suggestions targets.xlsx --write", "targetcal suggestions targets.xlsx")
def _suggestions(desk: "Desk", write: WriteRules = False) -> "Report":
    from ..actions.rule_book import rule_book

    return rule_book(desk, write=write)


@TABLE.command("targetcal survey targets.xlsx --responses answers.csv")
@TABLE.button("survey", "hr", "FileOpen", "responses")
def _survey(desk: "Desk", responses: Answered) -> "Report":
    from ..actions.survey import survey_file

    return survey_file(desk, responses)


@TABLE.command("targetcal evaluate targets.xlsx")
@TABLE.button("evaluate", "hr", "ChartTypeColumnInsertGallery")
def _evaluate(desk: "Desk") -> "Report":
    from ..actions.evaluate import evaluate

    return evaluate(desk)


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
