"""How the command line takes what an action wants to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from ..commands import Command, Given, Parameter
from ..language import spoken_language, text

LANGUAGE = spoken_language()


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

_TYPES: Mapping[type, click.ParamType[Any]] = {
    Path: click.Path(path_type=Path),
    dt.date: click.DateTime(["%Y-%m-%d"]),
    bool: click.BOOL,
    str: click.STRING,
    int: click.INT,
    float: click.FLOAT,
}
_METAVARS = {"date": "YYYY-MM-DD", "number": "N", "whole": "N"}


class _Helped(click.Command):
    """What tells of itself in the catalogue's words."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command, and what comes after it."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{say('help.usage')} ")

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What is given in its place."""
        self._list(click.Argument, "arguments", ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What is given by name."""
        self._list(click.Option, "options", ctx, formatter)

    def _list(
        self, kind: type[click.Parameter], title: str, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        told = (one.get_help_record(ctx) for one in self.get_params(ctx) if isinstance(one, kind))
        if rows := [record for record in told if record]:
            with formatter.section(say(f"help.{title}")):
                formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`."""
        option = super().get_help_option(ctx)
        if option:
            option.help = say("help.help")
        return option


class WithExamples(_Helped):
    """A command whose help ends with examples as they are typed."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Line by line."""
        with formatter.section(say("help.examples")):
            formatter.write("".join(f"  {line}\n" for line in str(self.epilog).splitlines()))


class InOrder(_Helped, click.Group):
    """Commands in the order of a plan's life, each with all of its sentence."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then what each command does."""
        super().format_options(ctx, formatter)
        with formatter.section(say("help.commands")):
            formatter.write_dl([(name, str(one.help)) for name, one in self.commands.items()])


class _Named(click.Option):
    """An option that says in the catalogue's words what else there is to know."""

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Nothing: what is needed, and the variable that stands in, are part of the words."""
        return {}


def as_click(command: Command, play: Callable[[Command, Mapping[str, object]], int]) -> click.Command:
    """A command as click knows it, which has it played with what was said."""
    asked = [*_parameters(command)]

    def run(**said: object) -> int:
        return play(command, {one.name: _plain(said[one.name], one) for one in asked})

    params = [*map(_param, asked)]
    epilog = "\n".join(command.examples)
    return WithExamples(command.name, callback=run, params=params, help=command.help(LANGUAGE), epilog=epilog)


def _parameters(command: Command) -> Iterator[Parameter]:
    if command.at_desk:
        yield BOOK
    yield from command.parameters
    if command.at_desk:
        yield from (WHO, LEDGER)
    yield from (JSON, DEBUG)


def _param(parameter: Parameter) -> click.Parameter:
    """A parameter as click reads it."""
    given, many = parameter.given, parameter.ask.many
    said: dict[str, Any] = {
        "metavar": given.metavar or _METAVARS.get(given.kind),
        "envvar": given.variable,
        "type": _type(parameter),
        "required": parameter.is_needed,
        "help": _told(parameter),
    }
    if not parameter.is_needed and not many:
        said["default"] = parameter.default
    if not given.flags:
        return click.Argument([parameter.name], nargs=-1 if many else 1, **said)
    flag: dict[str, Any] = {"is_flag": True} if parameter.type is bool else {"multiple": many}
    return _Named([*given.flags.split(), parameter.name], **said, **flag)


def _told(parameter: Parameter) -> str:
    """What a parameter is, whether nothing goes without it, and the variable that stands in for it."""
    words = [parameter.help(LANGUAGE)]
    if parameter.is_needed and parameter.given.flags:
        words.append(say("help.needed"))
    return " ".join([*words, *([f"[{parameter.given.variable}]"] if parameter.given.variable else [])])


def _type(parameter: Parameter) -> click.ParamType[Any]:
    """Of what is given, once or several times, or may be left out."""
    kinds = [*_kinds(parameter.type)]
    if choices := [str(choice) for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]:
        return click.Choice(choices)
    if parameter.given.least is not None:
        return click.FloatRange(min=parameter.given.least)
    return next(_TYPES[kind] for kind in kinds if kind in _TYPES)


def _kinds(kind: Any) -> Iterator[Any]:
    """A type, and those that a list or a choice of types is made of."""
    yield kind
    if get_origin(kind) is not Literal:
        for part in get_args(kind):
            yield from _kinds(part)


def _plain(value: object, asked: Parameter) -> object:
    """What the table's functions take: a day without its time, a list for several, the default for none."""
    if isinstance(value, tuple):
        return [*value] if value or asked.is_needed else asked.default
    return value.date() if isinstance(value, dt.datetime) else value
