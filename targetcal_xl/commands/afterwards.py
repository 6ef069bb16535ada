"""What comes of a commitment: results, survey, evaluation, and the trace of it all."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .command import CommandTable, Here
from .given import Region, languages
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
PlansIn = Annotated[Path, Given(kind="folder", about="plans_in", metavar="[DIR]")]
FoundBy = Annotated[str, Given("--find")]
OfPeriod = Annotated[str, Given("--period", about="of_period")]
PlanStates = Literal["", "negotiated", "accepted", "confirmed", "followed", "evaluated"]
OfState = Annotated[PlanStates, Given("--state", about="of_state")]
PlansPage = Annotated[Path | None, Given("--out -o", "file", about="page", metavar="FILE.html")]
PlansLanguage = Annotated[str, Given("--lang", about="plans_lang", names=languages)]

TABLE = CommandTable()


@TABLE.command(
    "targetcal follow targets.xlsx --actuals actuals.csv",
    "targetcal follow targets.xlsx --actuals actuals.csv --as-of 2025-02-14",
)
@TABLE.button("follow", "finance", "ChartTypeLineInsertGallery", "actuals", "as_of")
def _follow(desk: "Desk", actuals: Results, as_of: Day = None) -> "Report":
    from ..actions.follow import follow_file

    return follow_file(desk, actuals, as_of)


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


@TABLE.command(
    "targetcal plans",
    "targetcal plans D:/targets --period 2025 --state negotiated",
    "targetcal plans D:/targets --find 华东 -o plans.html",
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
