"""A door on demand offers what it says, and loads a room when somebody asks for what is in it."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from targetcal_xl.doors import on_demand

_DOOR = """
from targetcal_xl.doors import on_demand

with on_demand(__name__):
    from .act import Report, act
    from .rooms.closed import shut as close

__all__ = ["Report", "act", "close"]
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package with a door on demand, an action in a module of its name, and a room below."""
    home = tmp_path / "doorhouse"
    (home / "rooms").mkdir(parents=True)
    (home / "__init__.py").write_text(_DOOR, "utf-8")
    (home / "act.py").write_text("class Report: ...\ndef act(): return 'done'\n", "utf-8")
    (home / "rooms" / "__init__.py").write_text("", "utf-8")
    (home / "rooms" / "closed.py").write_text("def shut(): return 'shut'\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield home.name
    for name in [name for name in sys.modules if name.partition(".")[0] == home.name]:
        del sys.modules[name]


def test_a_room_is_loaded_when_something_of_it_is_asked_for_and_no_other_is(house: str) -> None:
    door = importlib.import_module(house)
    assert not [name for name in sys.modules if name.startswith(f"{house}.")]
    assert door.close() == "shut"
    assert f"{house}.act" not in sys.modules
    assert door.Report is sys.modules[f"{house}.act"].Report


@pytest.mark.parametrize("first", ["", ".act", ".rooms.closed"])
def test_an_action_is_found_under_its_name_though_its_module_has_the_same(house: str, first: str) -> None:
    importlib.import_module(house + first)
    door = importlib.import_module(house)
    assert [door.act(), door.act()] == ["done", "done"]


def test_what_is_set_at_a_door_stays_set(house: str, monkeypatch: pytest.MonkeyPatch) -> None:
    door = importlib.import_module(house)
    monkeypatch.setattr(door, "act", lambda: "another")
    assert door.act() == "another"
    monkeypatch.undo()
    assert door.act() == "done"


def test_a_name_that_is_not_offered_is_missed_like_that_of_any_module(house: str) -> None:
    door = importlib.import_module(house)
    with pytest.raises(AttributeError, match="module 'doorhouse' has no attribute 'lock'"):
        _ = door.lock
    assert set(dir(door)) >= {"Report", "act", "close", "__all__"}


def test_a_star_brings_everything(house: str) -> None:
    names: dict[str, object] = {}
    exec(f"from {house} import *", names)
    assert {"Report", "act", "close"} <= set(names)


def test_everybody_elses_imports_go_on_while_a_door_is_made() -> None:
    load = builtins.__import__
    with pytest.raises(ModuleNotFoundError), on_demand(__name__):
        exec("from json import dumps; assert dumps(1) == '1'; import not_there", {})
    assert builtins.__import__ is load
