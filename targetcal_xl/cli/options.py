"""How the command line takes what an action wants to know."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from ..commands import Command, Given, Parameter
from ..language import spoken_language, text

LANGUAGE = spoken_language()
_BY_NAME = inspect.Parameter.KEYWORD_ONLY


def say(key: str, **fields: object) -> str:
    """A text of the command line in the language of this computer."""
    return text(f"cli.{key}", LANGUAGE, **fields)


BOOK = Parameter("book", Path, Given(kind="file", metavar="BOOK"))
WHO = Parameter(
    "who", str, Given("--as", "person", about="as", metavar="NAME", variable="TARGETCAL_USER"), ""
)
LEDGER = Parameter("ledger", str, Given("--ledger", variable="TARGETCAL_LEDGER"), "")
JSON = Parameter("as_json", bool, Given("--json", about="json"), False)
DEBUG = Parameter("debug", bool, Given("--debug"), False)


def callback(command: Command, play: Callable[[Command, Mapping[str, object]], int]) -> Callable[..., int]:
    """A function with the signature of a command, as typer reads it, that has it played."""

    def run(**said: object) -> int:
        return play(command, {name: _plain(value) for name, value in said.items()})

    asked = [_asked(parameter) for parameter in _parameters(command)]
    run.__signature__ = inspect.Signature(asked)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in asked}
    return run


def _parameters(command: Command) -> Iterator[Parameter]:
    if command.at_desk:
        yield BOOK
    yield from command.parameters
    if command.at_desk:
        yield from (WHO, LEDGER)
    yield from (JSON, DEBUG)


def _asked(parameter: Parameter) -> inspect.Parameter:
    """A parameter as typer reads it."""
    given, kind = parameter.given, parameter.type
    more: dict[str, Any] = {} if given.least is None else {"min": given.least}
    if given.kind == "date":
        kind, more = dt.datetime | None, {"formats": ["%Y-%m-%d"]}
    make = typer.Option if given.flags else typer.Argument
    words: dict[str, Any] = {
        "help": parameter.help(LANGUAGE),
        "metavar": given.metavar,
        "envvar": given.variable,
    }
    default = make(... if parameter.is_needed else parameter.default, *given.flags.split(), **words, **more)
    return inspect.Parameter(parameter.name, _BY_NAME, annotation=kind, default=default)


def _plain(value: object) -> object:
    """A day without its time of day, which is how typer knows days."""
    return value.date() if isinstance(value, dt.datetime) else value
