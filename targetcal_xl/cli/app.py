"""The command line, made from the table of commands; what a command does is loaded when it runs."""

import gc
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click

from .. import __version__
from ..commands import COMMANDS, Command, CommandTable, Given, Here
from .options import LANGUAGE, InOrder, as_click, say

if TYPE_CHECKING:
    from ..telling import Report

DONE, PROBLEMS, WRONG_USE = 0, 1, 2

_RARELY = 50_000
"""After so many new objects Python looks for what nobody needs: loading makes many, and nearly all stay."""
_LOG = logging.getLogger(__name__)

_OWN = CommandTable()
"""What only a command line can do."""

What = Annotated[
    Literal["install", "remove", "status"], Given(about="libreoffice", metavar="install|remove|status")
]
Profile = Annotated[Path | None, Given("--profile", "folder")]


@_OWN.command(
    "targetcal libreoffice install",
    "targetcal libreoffice status",
    "targetcal libreoffice remove",
)
def _libreoffice(here: Here, what: What, profile: Profile = None) -> "Report":
    from .. import libreoffice

    if what == "install":
        return libreoffice.install(here.language, profile)
    return libreoffice.remove(profile) if what == "remove" else libreoffice.status(profile)


@click.group("targetcal", cls=InOrder, help=say("help.app"), no_args_is_help=True)
@click.version_option(__version__, message="%(version)s", help=say("option.version"))
@click.option("--debug", is_flag=True, help=say("option.debug"))
def app(debug: bool) -> None:
    """All commands."""
    from .. import log

    if debug or log.wanted():
        _begin_log()


def _begin_log() -> None:
    from .. import log
    from .show import say_where

    say_where(log.begin())


def _names() -> set[str]:
    return set(app.commands)


def run() -> None:
    """Run the command line and raise SystemExit with its status; problems are told, never as a traceback."""
    from .console import name_files_freely, speak_anyway

    gc.set_threshold(_RARELY)
    name_files_freely()
    speak_anyway()
    status = told(lambda: app(prog_name="targetcal", standalone_mode=False))
    gc.freeze()  # All goes now: to look through it once more for what can go takes as long as a command.
    raise SystemExit(status)


def told(command: Callable[[], object]) -> int:
    """The exit status of a command, after its problems have been shown."""
    try:
        status = command()
    except click.exceptions.NoArgsIsHelpError as nothing:
        click.echo(nothing.format_message())
        return WRONG_USE
    except click.UsageError as wrong:
        from .show import show_wrong_use
        from .wrong_use import told_wrong_use

        show_wrong_use(told_wrong_use(wrong))
        return WRONG_USE
    except click.Abort:
        return WRONG_USE
    except Exception as error:
        return _failed(error)
    return status if isinstance(status, int) else DONE


def _failed(error: Exception) -> int:
    """Tell what was found instead of a result; an error of ours is one too, and is in the log."""
    from .. import log
    from ..problems import DataProblems, TargetcalError
    from .show import show_problems

    if isinstance(error, TargetcalError):
        _LOG.info("refused: %s", log.codes(error.problems))
        show_problems(error.problems)
    else:
        show_problems([log.unexpected(error)])
    return PROBLEMS if isinstance(error, DataProblems) else WRONG_USE


def _play(command: Command, said: Mapping[str, object]) -> int:
    """Run a command with what was given, and show what came of it."""
    from .. import log
    from .seat import ThisComputer
    from .show import show

    given = dict(said)
    as_json = bool(given.pop("as_json"))
    here = ThisComputer(LANGUAGE, as_json)
    if given.pop("debug"):
        _begin_log()
    _LOG.info("command %s", log.one_of(command.name, _names()))
    if command.at_desk:
        book, who, ledger = Path(str(given.pop("book"))), str(given.pop("who")), str(given.pop("ledger"))
        with here.desk(book, who, ledger) as desk:
            report = command.run(desk, **given)
    else:
        report = command.run(here, **given)
    show(report, as_json)
    return PROBLEMS if report.leaves_work else DONE


for _each in (*COMMANDS, *_OWN.commands):
    app.add_command(as_click(_each, _play))
