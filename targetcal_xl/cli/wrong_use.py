"""What was wrong about the words of a command, and what to type instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import click

from .options import TooManyWords, ValueRefused, say


def told_wrong_use(wrong: click.UsageError) -> str:
    """What click did not understand, in the catalogue's words, then where the right words stand."""
    context = cast("click.Context", wrong.ctx)  # Commands see to it that there is one.
    sentence = next(tell(wrong) for kind, tell in _SENTENCES.items() if isinstance(wrong, kind))
    return f"{sentence}\n{_remedy(context.command, context.command_path)}"


def _remedy(command: click.Command, path: str) -> str:
    """Where the right words stand, and an example of them."""
    if isinstance(command, click.Group):
        return say("wrong.commands", path=path)
    return say("wrong.command", path=path, example=str(command.epilog).splitlines()[0])


def _no_command(wrong: Any) -> str:
    return _unknown("command", wrong.command_name, wrong.possibilities)


def _no_option(wrong: Any) -> str:
    return _unknown("option", wrong.option_name, wrong.possibilities)


def _unknown(kind: str, said: str, known: Sequence[str] | None) -> str:
    """A name that is not there, with those that are like it."""
    return say(f"wrong.{kind}.{'close' if known else 'unknown'}", said=said, known=_one_of(known))


def _one_of(choices: object) -> object:
    return say("or").join(choices) if isinstance(choices, list) else choices


def _missing(wrong: Any) -> str:
    name = "missing_option" if wrong.param.param_type_name == "option" else "missing_argument"
    return say(f"wrong.{name}", name=_name(wrong.param, wrong.ctx))


def _refused(wrong: Any) -> str:
    limits = {name: _one_of(limit) for name, limit in wrong.limits.items()}
    wanted = say(f"wanted.{wrong.wanted}", **limits)
    return say("wrong.value", name=_name(wrong.param, wrong.ctx), said=wrong.said, wanted=wanted)


def _half(wrong: Any) -> str:
    """An option without the value that it takes, or with one though it takes none."""
    named = {name: one for one in wrong.ctx.command.get_params(wrong.ctx) for name in one.opts}
    code = "no_value" if named[wrong.option_name].is_flag else "lacks_value"
    return say(f"wrong.{code}", name=wrong.option_name)


def _too_many(wrong: Any) -> str:
    return say("wrong.too_many", said=" ".join(wrong.left_over))


def _otherwise(_: Any) -> str:
    """Options alone, without a command, are all that is left."""
    return say("wrong.command_not_given")


def _name(param: click.Parameter, context: click.Context) -> str:
    """`--out / -o`, or what stands in its place."""
    if param.param_type_name == "option":
        return " / ".join(param.opts)
    return param.make_metavar(context).strip("[]")


_SENTENCES: Mapping[type[click.UsageError], Callable[[Any], str]] = {
    click.exceptions.NoSuchCommand: _no_command,
    click.NoSuchOption: _no_option,
    click.MissingParameter: _missing,
    ValueRefused: _refused,
    click.BadOptionUsage: _half,
    TooManyWords: _too_many,
    click.UsageError: _otherwise,
}
"""How each kind of error is told; those that are special cases of others stand before them."""
