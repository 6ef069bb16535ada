"""The commands: each reads its words, does one action, and shows what came of it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from typer.exceptions import TyperException

from .. import __version__, actions, libreoffice
from ..connect import plan_template, read_actuals, read_plan, read_responses
from ..demo import demo
from ..problems import DataProblems, Problem, Refused, TargetcalError
from ..telling import unexpected
from .console import name_files_freely, speak_anyway
from .options import (
    LANGUAGE,
    Book,
    Hours,
    Json,
    Language,
    LedgerAt,
    OneLine,
    OneRegion,
    Reason,
    Regions,
    Who,
    at_desk,
    progress_bars,
    say,
    there,
)
from .show import show, show_problems, show_wrong_use

DONE, PROBLEMS, WRONG_USE = 0, 1, 2

app = typer.Typer(
    name="targetcal",
    help=say("help.app"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)


def run() -> None:
    """Run the command line and raise SystemExit with its status; problems are told, never as a traceback."""
    name_files_freely()
    speak_anyway()
    raise SystemExit(told(lambda: app(standalone_mode=False)))


def told(command: Callable[[], object]) -> int:
    """The exit status of a command, after its problems have been shown."""
    try:
        status = command()
    except DataProblems as found:
        show_problems(found.problems)
        return PROBLEMS
    except TargetcalError as refused:
        show_problems(refused.problems)
        return WRONG_USE
    except TyperException as wrong:
        if said := wrong.format_message():  # without any word the help has been shown instead
            show_wrong_use(said)
        return WRONG_USE
    except typer.Abort:
        return WRONG_USE
    except Exception as error:
        if os.environ.get("TARGETCAL_DEBUG"):
            raise
        show_problems([unexpected(error)])
        return WRONG_USE
    return status if isinstance(status, int) else DONE


Command = TypeVar("Command", bound=Callable[..., int])


def command(name: str, *examples: str) -> Callable[[Command], Command]:
    """Register a command with its help from the catalogue and its examples below."""
    epilog = "\n\n".join([say("help.examples"), *(f"  {example}" for example in examples)])
    return app.command(name, help=say(f"help.{name}"), epilog=epilog)


def _status(problems: Sequence[Problem]) -> int:
    return PROBLEMS if problems else DONE


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help=say("option.version"))] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@command("demo", "targetcal demo", "targetcal demo --lang en")
def _demo(
    directory: Annotated[Path, typer.Argument(help=say("argument.demo"))] = Path("demo"),
    lang: Language = "zh-CN",
    as_json: Json = False,
) -> int:
    with progress_bars() as report:
        played = demo(directory, lang, progress=report)
    show(played, as_json)
    return DONE


@command(
    "new",
    "targetcal new targets.xlsx --from saas",
    "targetcal new targets.xlsm --from saas",
    "targetcal new targets.xlsx --from my-plan --lang en",
)
def _new(
    book: Book,
    source: Annotated[str, typer.Option("--from", help=say("option.from"), metavar="DIR|TEMPLATE")],
    lang: Language = LANGUAGE,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    folder = Path(source) if Path(source).is_dir() else plan_template(source)
    inputs = read_plan(folder)
    with at_desk(book, who, ledger, create=True) as desk:
        show(actions.new(desk, inputs, lang), as_json)
    return DONE


@command(
    "recalibrate",
    "targetcal recalibrate targets.xlsx --reason '2024 Q4 restated'",
    "targetcal recalibrate targets.xlsx --list",
    "targetcal recalibrate targets.xlsx --back-to 1 --reason 'the restatement was wrong'",
)
def _recalibrate(
    book: Book,
    reason: Reason = "",
    back_to: Annotated[int | None, typer.Option("--back-to", metavar="N", help=say("option.back_to"))] = None,
    listed: Annotated[bool, typer.Option("--list", help=say("option.list"))] = False,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        if listed:
            show(actions.recalibrations(desk), as_json)
        elif back_to is None:
            show(actions.recalibrate(desk, reason), as_json)
        else:
            show(actions.go_back(desk, back_to, reason), as_json)
    return DONE


@command(
    "whatif",
    "targetcal whatif targets.xlsx --line 华东 --indicator heads --now +1",
    "targetcal whatif targets.xlsx -l 华东 -i heads -n +10% -l 西南 -i search_index -n 900",
)
def _whatif(
    book: Book,
    line: Annotated[list[str], typer.Option("--line", "-l", help=say("option.whatif_line"))],
    indicator: Annotated[list[str], typer.Option("--indicator", "-i", help=say("option.indicator"))],
    now: Annotated[list[str], typer.Option("--now", "-n", help=say("option.now"))],
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    if not len(line) == len(indicator) == len(now):
        raise Refused([Problem("whatif_pairs")])
    with at_desk(book, who, ledger) as desk:
        show(actions.whatif(desk, list(zip(line, indicator, now, strict=True))), as_json)
    return DONE


@command(
    "backtest",
    "targetcal backtest targets.xlsx",
    "targetcal backtest targets.xlsx --earlier 2024Q4.xlsx --earlier 2024Q3.xlsx",
)
def _backtest(
    book: Book,
    earlier: Annotated[list[Path] | None, typer.Option("--earlier", help=say("option.earlier"))] = None,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.backtest(desk, earlier or ()), as_json)
    return DONE


@command("check", "targetcal check targets.xlsx", "targetcal check targets.xlsx --region 华东大区")
def _check(
    book: Book, region: Regions = None, who: Who = "", ledger: LedgerAt = "", as_json: Json = False
) -> int:
    with at_desk(book, who, ledger) as desk:
        report = actions.check(desk, region or ())
    show(report, as_json)
    return _status(report.problems)


@command("lock", "targetcal lock targets.xlsx", "targetcal lock targets.xlsx -r HD -r HN")
def _lock(
    book: Book, region: Regions = None, who: Who = "", ledger: LedgerAt = "", as_json: Json = False
) -> int:
    with at_desk(book, who, ledger) as desk:
        report = actions.lock(desk, region or ())
    show(report, as_json)
    return PROBLEMS if report.refused else DONE


@command("unlock", "targetcal unlock targets.xlsx --region HD --reason 'numbers were last year's'")
def _unlock(
    book: Book, region: OneRegion, reason: Reason, who: Who = "", ledger: LedgerAt = "", as_json: Json = False
) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.unlock(desk, region, reason), as_json)
    return DONE


@command(
    "objections",
    "targetcal objections targets.xlsx",
    "targetcal objections targets.xlsx -r HN -l 西南 --note 'visited, two heads promised' --as 周倩",
)
def _objections(
    book: Book,
    region: OneRegion = "",
    line: OneLine = "",
    note: Annotated[str, typer.Option("--note", help=say("option.note"))] = "",
    hours: Hours = 0.0,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        if note:
            actions.handle_objection(desk, region, line, note=note, hours=hours)
        report = actions.objections(desk)
    show(report, as_json)
    return PROBLEMS if report.open else DONE


@command(
    "decide",
    "targetcal decide targets.xlsx --region HD",
    "targetcal decide targets.xlsx -r HN -l 西南 counter 150 --reason 'two heads from 1 February'",
    "targetcal decide targets.xlsx -r HN --support S02 no --reason 'not before May'",
)
def _decide(
    book: Book,
    region: OneRegion,
    kind: Annotated[
        str, typer.Argument(help=say("argument.decision"), metavar="[accept|counter|return|yes|no]")
    ] = "",
    value: Annotated[float | None, typer.Argument(help=say("argument.counter"), metavar="[N]")] = None,
    line: OneLine = "",
    support: Annotated[str, typer.Option("--support", help=say("option.support"))] = "",
    reason: Reason = "",
    hours: Hours = 0.0,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    if bool(kind) != bool(line or support) or (line and support):
        raise Refused([Problem("decide_needs_both")])
    with at_desk(book, who, ledger) as desk:
        if support:
            report = actions.decide_support(desk, region, support, kind, reason=reason, hours=hours)
        elif line:
            report = actions.decide(desk, region, line, kind, counter=value, reason=reason, hours=hours)
        else:
            report = actions.decide_typed(desk, region, hours=hours)
    show(report, as_json)
    return DONE


@command(
    "confirm",
    "targetcal confirm targets.xlsx",
    "targetcal confirm targets.xlsx --reason 'head office takes the 40 that are missing'",
)
def _confirm(
    book: Book, reason: Reason = "", who: Who = "", ledger: LedgerAt = "", as_json: Json = False
) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.confirm(desk, reason), as_json)
    return DONE


@command(
    "letters",
    "targetcal letters targets.xlsx -o letters",
    "targetcal letters targets.xlsx -o out --format docx",
)
def _letters(
    book: Book,
    out: Annotated[Path, typer.Option("--out", "-o", help=say("option.out"))],
    form: Annotated[
        Literal["docx", "pdf", "both"], typer.Option("--format", help=say("option.format"))
    ] = "both",
    template: Annotated[Path | None, typer.Option("--template", help=say("option.template"))] = None,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.issue_letters(desk, out, form, template), as_json)
    return DONE


@command(
    "follow",
    "targetcal follow targets.xlsx --actuals actuals.csv",
    "targetcal follow targets.xlsx --actuals actuals.csv --as-of 2025-02-14",
)
def _follow(
    book: Book,
    actuals: Annotated[Path, typer.Option("--actuals", help=say("option.actuals"), callback=there)],
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("option.as_of"))
    ] = None,
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        results = read_actuals(actuals, actions.plan_of(desk))
        show(actions.follow(desk, results, as_of.date() if as_of else None), as_json)
    return DONE


@command("survey", "targetcal survey targets.xlsx --responses answers.csv")
def _survey(
    book: Book,
    responses: Annotated[Path, typer.Option("--responses", help=say("option.responses"), callback=there)],
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        answers = read_responses(responses, actions.plan_of(desk))
        show(actions.survey(desk, answers), as_json)
    return DONE


@command("evaluate", "targetcal evaluate targets.xlsx")
def _evaluate(book: Book, who: Who = "", ledger: LedgerAt = "", as_json: Json = False) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.evaluate(desk), as_json)
    return DONE


@command("audit", "targetcal audit targets.xlsx --region HD", "targetcal audit targets.xlsx --verify")
def _audit(
    book: Book,
    prove: Annotated[bool, typer.Option("--verify", help=say("option.verify"))] = False,
    head: Annotated[list[str] | None, typer.Option("--head", help=say("option.head"))] = None,
    region: OneRegion = "",
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        report = actions.verify(desk, head or ()) if prove else actions.audit(desk, region or None)
    show(report, as_json)
    return _status(report.problems)


@command("repair", "targetcal repair targets.xlsx")
def _repair(book: Book, who: Who = "", ledger: LedgerAt = "", as_json: Json = False) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.repair(desk), as_json)
    return DONE


@command("functions", "targetcal functions targets.xlsx live", "targetcal functions targets.xlsx frozen")
def _functions(
    book: Book,
    state: Annotated[actions.State, typer.Argument(help=say("argument.functions"), metavar="live|frozen")],
    who: Who = "",
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    with at_desk(book, who, ledger) as desk:
        show(actions.switch_functions(desk, state), as_json)
    return DONE


@command(
    "doctor",
    "targetcal doctor",
    "targetcal doctor targets.xlsm --fix",
    "targetcal doctor --template letter.docx",
)
def _doctor(
    book: Annotated[Path | None, typer.Argument(help=say("argument.doctor_book"), metavar="[BOOK]")] = None,
    fix: Annotated[bool, typer.Option("--fix", help=say("option.fix"))] = False,
    template: Annotated[Path | None, typer.Option("--template", help=say("option.doctor_template"))] = None,
    ledger: LedgerAt = "",
    as_json: Json = False,
) -> int:
    if template:
        report = actions.examine_template(template, LANGUAGE)
    else:
        report = actions.doctor(LANGUAGE, book, ledger or None, fix=fix)
    show(report, as_json)
    return _status(report.problems)


@command(
    "libreoffice",
    "targetcal libreoffice install",
    "targetcal libreoffice status",
    "targetcal libreoffice remove",
)
def _libreoffice(
    what: Annotated[
        Literal["install", "remove", "status"],
        typer.Argument(help=say("argument.libreoffice"), metavar="install|remove|status"),
    ],
    profile: Annotated[Path | None, typer.Option("--profile", help=say("option.profile"))] = None,
    as_json: Json = False,
) -> int:
    ways = {"remove": libreoffice.remove, "status": libreoffice.status}
    report = libreoffice.install(LANGUAGE, profile) if what == "install" else ways[what](profile)
    show(report, as_json)
    return _status(report.problems)
