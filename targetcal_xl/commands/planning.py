"""How a plan comes about: its book, its numbers, and what they would be otherwise."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ..language import LANGUAGES
from .command import CommandTable, Here
from .given import (
    SPOKEN,
    Book,
    CalledThere,
    LedgerAt,
    PageLanguage,
    Query,
    Reason,
    Region,
    Who,
    languages,
)
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report


def _templates() -> Sequence[str]:
    from ..connect import plan_templates

    return plan_templates()


def _cases() -> Sequence[str]:
    from ..connect import case_names

    return case_names()


PlanFolder = Annotated[Path | None, Given(kind="folder", about="init", metavar="[DIR]")]
PlanForm = Annotated[Path | None, Given("--form", "file", about="plan_form", metavar="FILE.xlsx")]
PlanSource = Annotated[str, Given("--from", about="init_from", metavar="DIR|TEMPLATE", names=_templates)]
PlanLanguage = Annotated[str, Given("--lang", about="init_lang", names=languages)]
Replace = Annotated[bool, Given("--replace")]
Folder = Annotated[Path, Given(kind="folder", about="demo")]
Source = Annotated[str, Given("--from", about="from", metavar="DIR|TEMPLATE", names=_templates)]
Language = Annotated[str, Given("--lang", names=languages)]
DemoPlan = Annotated[str, Given("--plan", about="demo_plan", names=_cases)]
Quarters = Annotated[int, Given("--quarters", "whole", least=1, metavar="N")]
BackTo = Annotated[int | None, Given("--back-to", "whole", metavar="N")]
Listed = Annotated[bool, Given("--list", about="list")]
ScenarioName = Annotated[str, Given("--name", about="scenario_name")]
AdoptedScenario = Annotated[str, Given("--adopt")]
SurpriseAnswer = Annotated[
    Literal["", "one_off", "new_level", "as_is"],
    Given("--answer", about="surprise_answer", metavar="one_off|new_level|as_is"),
]
SurprisedLines = Annotated[list[str] | None, Given("--line -l", "line", about="surprise_line")]
SupposedLines = Annotated[list[str], Given("--line -l", "line", about="whatif_line")]
SupposedIndicators = Annotated[list[str], Given("--indicator -i")]
SupposedReadings = Annotated[list[str], Given("--now -n")]
ChosenOdds = Annotated[float | None, Given("--odds", "number", about="chosen_odds")]
TaughtBy = Annotated[str, Given("--days", "file", about="taught_by", metavar="BOOK|SOURCE")]
FairnessSheet = Annotated[Path | None, Given("--sheet", "file", about="fairness_sheet", metavar="FILE.xlsx")]
EarlierBooks = Annotated[list[Path] | None, Given("--earlier")]

TABLE = CommandTable()


@TABLE.command(
    "targetcal demo",
    "targetcal demo --lang en",
    "targetcal demo --plan manufacturing --lang en",
    "targetcal demo year --quarters 3",
)
def _demo(
    here: Here,
    directory: Folder = Path("demo"),
    lang: Language = LANGUAGES[0],
    plan: DemoPlan = "saas",
    quarters: Quarters = 1,
) -> "Report":
    from ..demo import demo

    with here.progress() as progress:
        return demo(directory, lang, progress=progress, plan=plan, quarters=quarters)


@TABLE.command(
    "targetcal init my-plan",
    "targetcal init --form plan.xlsx",
    "targetcal init my-plan --form plan.xlsx",
    "targetcal init --form plan.xlsx --from my-plan",
    "targetcal init my-plan --form plan.xlsx --replace",
    "targetcal init my-plan --from saas",
)
def _init(
    here: Here,
    folder: PlanFolder = None,
    form: PlanForm = None,
    source: PlanSource = "",
    lang: PlanLanguage = SPOKEN,
    replace: Replace = False,
) -> "Report":
    from ..actions.init import PlanWish, init

    return init(PlanWish(folder, form, source, replace), lang, here.now().astimezone(), here.ask)


@TABLE.command(
    "targetcal new targets.xlsx --from saas",
    "targetcal new targets.xlsm --from saas",
    "targetcal new targets.xlsx --from my-plan --lang en",
    "targetcal new targets.xlsx --from my-plan --days 2024Q4.xlsx",
    "targetcal new targets.xlsx --from my-plan --days results-2024Q4.csv --map value=amount",
)
def _new(
    here: Here,
    book: Book,
    source: Source,
    lang: Language = SPOKEN,
    days: TaughtBy = "",
    query: Query = "",
    called: CalledThere = None,
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.taught import DaysWish, new_plan
    from ..connect import find_plan

    folder, wish = find_plan(source), DaysWish(days, query, tuple(called or ()))
    with here.desk(book, who, ledger, create=True) as desk:
        return new_plan(desk, folder, lang, wish)


@TABLE.command(
    'targetcal recalibrate targets.xlsx --reason "2024 Q4 restated"',
    "targetcal recalibrate targets.xlsx --list",
    'targetcal recalibrate targets.xlsx --back-to 1 --reason "the restatement was wrong"',
)
@TABLE.button("recalibrate", "finance", "CalculateNow", "reason")
def _recalibrate(
    desk: "Desk", reason: Reason = "", back_to: BackTo = None, listed: Listed = False
) -> "Report":
    from ..actions.recalibrate import recalibrate

    if listed or back_to is not None:
        return _go_back(desk, None if listed else back_to, reason)
    return recalibrate(desk, reason)


@TABLE.button("go_back", "finance", "RecurrenceEdit", "back_to", "reason")
def _go_back(desk: "Desk", back_to: BackTo = None, reason: Reason = "") -> "Report":
    from ..actions.recalibrate import go_back
    from ..actions.recalibrations import recalibrations

    return recalibrations(desk) if back_to is None else go_back(desk, back_to, reason)


@TABLE.command(
    "targetcal scenario targets.xlsx",
    'targetcal scenario targets.xlsx --name "more people in the north"',
    'targetcal scenario targets.xlsx --adopt "more people in the north" --reason "the board agreed"',
)
@TABLE.button("scenario", "finance", "ScenarioManager", "name")
def _scenario(
    desk: "Desk", name: ScenarioName = "", adopt: AdoptedScenario = "", reason: Reason = ""
) -> "Report":
    from ..actions.scenario import keep_scenario, scenarios

    if adopt:
        return _adopt(desk, adopt, reason)
    return keep_scenario(desk, name) if name else scenarios(desk)


@TABLE.button("adopt", "finance", "AcceptInvitation", "adopt", "reason")
def _adopt(desk: "Desk", adopt: AdoptedScenario, reason: Reason = "") -> "Report":
    from ..actions.scenario import adopt_scenario

    return adopt_scenario(desk, adopt, reason)


@TABLE.command(
    "targetcal surprise targets.xlsx",
    'targetcal surprise targets.xlsx --answer one_off --reason "three weeks of lockdown"',
    'targetcal surprise targets.xlsx --answer as_is --line HD-HD --reason "the east stayed open"',
)
def _surprise(
    desk: "Desk", answer: SurpriseAnswer = "", lines: SurprisedLines = None, reason: Reason = ""
) -> "Report":
    from ..actions.surprise import answer_surprise, surprise

    return answer_surprise(desk, answer, lines or (), reason) if answer else surprise(desk)


@TABLE.command(
    "targetcal whatif targets.xlsx --line HD-HD --indicator heads --now +1",
    "targetcal whatif targets.xlsx -l HD-HD -i heads -n +10% -l HN-XN -i search_index -n 900",
)
def _whatif(
    desk: "Desk", line: SupposedLines, indicator: SupposedIndicators, now: SupposedReadings
) -> "Report":
    from ..actions.whatif import paired, whatif

    return whatif(desk, paired(line, indicator, now))


@TABLE.command(
    "targetcal backtest targets.xlsx",
    "targetcal backtest targets.xlsx --earlier 2024Q4.xlsx --earlier 2024Q3.xlsx",
)
@TABLE.button("backtest", "finance", "ChartTrendline")
def _backtest(desk: "Desk", earlier: EarlierBooks = None) -> "Report":
    from ..actions.backtest import backtest

    return backtest(desk, earlier or ())


@TABLE.command("targetcal fairness targets.xlsx", "targetcal fairness targets.xlsx --sheet fairness.xlsx")
def _fairness(desk: "Desk", sheet: FairnessSheet = None, lang: PageLanguage = "") -> "Report":
    from ..actions.fairness_sheet import fairness_as_said

    return fairness_as_said(desk, sheet, lang)


@TABLE.command("targetcal ratchet targets.xlsx", "targetcal ratchet targets.xlsx --region HD")
def _ratchet(desk: "Desk", region: Region = "") -> "Report":
    from ..actions.ratchet import ratchet

    return ratchet(desk, region)


@TABLE.command(
    "targetcal overassign targets.xlsx",
    "targetcal overassign targets.xlsx --odds 0.8",
    "targetcal overassign targets.xlsx --odds 0.8 --region HD",
)
def _overassign(desk: "Desk", odds: ChosenOdds = None, region: Region = "") -> "Report":
    from ..actions.overassign import overassign

    return overassign(desk, odds, region)
