"""How the command line takes what an action wants to know."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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


class ValueRefused(click.BadParameter):
    """A value that its option or argument does not take: what was given, what is wanted, and its limits."""

    def __init__(
        self, said: str, wanted: str, limits: Mapping[str, object], where: tuple[Any, Any] = (None, None)
    ) -> None:
        super().__init__(wanted, *where)
        self.said, self.wanted, self.limits = said, wanted, limits


class TooManyWords(click.UsageError):
    """Words that are left over when a command has taken what it takes."""

    def __init__(self, left_over: Sequence[str], ctx: click.Context) -> None:
        super().__init__(" ".join(left_over), ctx)
        self.left_over = left_over


class _Wanted(click.ParamType[Any]):
    """A type of click's that says in a word of the catalogue what it wants; a number is a finite one."""

    def __init__(self, wanted: str, kind: click.ParamType[Any], **limits: object) -> None:
        self.name, self._kind, self._limits = wanted, kind, limits

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """What the help shows in its place."""
        return self._kind.get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """What was meant; raise ValueRefused for what cannot be meant."""
        try:
            taken = self._kind.convert(value, param, ctx)
        except click.BadParameter:
            taken = math.nan
        if isinstance(taken, float) and not math.isfinite(taken):
            raise ValueRefused(str(value), self.name, self._limits, (ctx, param))
        return taken


_TYPES: Mapping[type, click.ParamType[Any]] = {
    Path: click.Path(path_type=Path),
    dt.date: _Wanted("date", click.DateTime(["%Y-%m-%d"])),
    bool: click.BOOL,
    str: click.STRING,
    int: _Wanted("whole", click.INT),
    float: _Wanted("number", click.FLOAT),
}
_METAVARS = {"date": "YYYY-MM-DD", "number": "N", "whole": "N"}


class _Helped(click.Command):
    """What tells of itself in the catalogue's words."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what was said; an error says to which command, which click leaves out at times."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as wrong:
            wrong.ctx = wrong.ctx or ctx
            raise

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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what was said; raise TooManyWords when something is left over."""
        ctx.allow_extra_args = True
        if left_over := super().parse_args(ctx, args):
            raise TooManyWords(left_over, ctx)
        return left_over

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


class _Placed(click.Argument):
    """An argument, which is told of when somebody asks for help."""

    asked: Parameter

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """What stands in its place, and what it is."""
        return self.make_metavar(ctx), _told(self.asked)


class _Named(click.Option):
    """An option, which says in the catalogue's words what there is to know when somebody asks for help."""

    asked: Parameter

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """How it is given, and what it is."""
        self.help = _told(self.asked)
        return super().get_help_record(ctx)

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
    made = _option(parameter) if parameter.given.flags else _argument(parameter)
    made.asked = parameter
    return made


def _argument(parameter: Parameter) -> _Placed:
    return _Placed([parameter.name], nargs=-1 if parameter.ask.many else 1, **_common(parameter))


def _option(parameter: Parameter) -> _Named:
    kind: dict[str, Any] = {"is_flag": True} if parameter.type is bool else {"multiple": parameter.ask.many}
    return _Named([*parameter.given.flags.split(), parameter.name], **_common(parameter), **kind)


def _common(parameter: Parameter) -> dict[str, Any]:
    """What click wants to know of both."""
    given = parameter.given
    said: dict[str, Any] = {
        "metavar": given.metavar or _METAVARS.get(given.kind),
        "envvar": given.variable,
        "type": _type(parameter),
        "required": parameter.is_needed,
    }
    has_default = not parameter.is_needed and not parameter.ask.many
    return {**said, "default": parameter.default} if has_default else said


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
        return _Wanted("choice", click.Choice(choices), choices=[*filter(None, choices)])
    if (least := parameter.given.least) is not None:
        among = click.IntRange(min=int(least)) if int in kinds else click.FloatRange(min=least)
        return _Wanted("at_least", among, least=f"{least:g}")
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
