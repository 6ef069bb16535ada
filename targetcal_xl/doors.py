"""Doors of packages that load a room when somebody asks for what is in it.

A command needs a few rooms of the house, a worksheet function fewer: nobody waits for what nobody asks for.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any, NamedTuple

_NOTING = RLock()


class _Offer(NamedTuple):
    """Something that a door offers, and the module that has it."""

    module: str
    name: str


class _Room:
    """A module that is not loaded yet: it says of each of its names where it will be."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> _Offer:
        return _Offer(self._module, name)


class _Door(ModuleType):
    """A package that loads what it offers when it is asked for it."""

    def __getattr__(self, name: str) -> Any:
        offer = self.__dict__["_offers"].get(name)
        if offer is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = self.__dict__[name] = getattr(import_module(offer.module, self.__name__), offer.name)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        """Set it; a module that was loaded does not hide what is offered under the same name."""
        offer = self.__dict__["_offers"].get(name)
        if offer is None or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__dict__["_offers"]})


@contextmanager
def on_demand(package: str) -> Iterator[None]:
    """Let the imports of a block in a package's `__init__` load nothing but what is asked for, and only then.

    Type checkers and people read them as the imports that they are.
    """
    door = sys.modules[package]
    with _NOTING, _imports_noted(vars(door)):
        yield
    offers = {name: value for name, value in vars(door).items() if isinstance(value, _Offer)}
    for name in offers:
        delattr(door, name)
    vars(door)["_offers"] = offers
    door.__class__ = _Door


@contextmanager
def _imports_noted(home: Mapping[str, Any]) -> Iterator[None]:
    """A moment in which imports of one module only note their names; everybody else's go on."""
    load = builtins.__import__

    def note(name: str, *more: Any, **named: Any) -> Any:
        if more and more[0] is home:
            return _Room("." * more[-1] + name)
        return load(name, *more, **named)

    vars(builtins)["__import__"] = note
    try:
        yield
    finally:
        vars(builtins)["__import__"] = load
