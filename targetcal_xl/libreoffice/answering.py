"""How an object of the engine answers: UNO's errors in words, and what it lacks by its name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Answering = TypeVar("Answering", bound=type)


def answering(kind: Answering) -> Answering:
    """Watch over every member of a class, whose instances know their `office`; name those it lacks."""
    for name, member in list(vars(kind).items()):
        if inspect.isfunction(member) and name != "__init__":
            setattr(kind, name, _watched(member))
        elif isinstance(member, property) and name != "office":
            get, put = (way and _watched(way) for way in (member.fget, member.fset))
            setattr(kind, name, property(get, put, doc=member.__doc__))
    for name, member in inspect.getmembers(kind.__bases__[0], _is_bare):
        if name not in vars(kind):
            lacking = _lacking(f"{kind.__name__}.{name}")
            setattr(kind, name, property(lacking, lacking) if isinstance(member, property) else lacking)
    return kind


def _is_bare(member: object) -> bool:
    """Whether xlwings leaves a member to its engines, which is when it does nothing but complain."""
    function = member.fget if isinstance(member, property) else member
    return inspect.isfunction(function) and "NotImplementedError" in function.__code__.co_names


def _watched(member: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(member)
    def answer(self: Any, *given: Any, **more: Any) -> Any:
        with self.office.asked():
            return member(self, *given, **more)

    return answer


def _lacking(name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"{name} is not part of the xlwings engine for LibreOffice")

    return refuse
