"""One table makes commands, options, buttons and questions: all of them have their words."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from targetcal_xl.calibration.vocabulary import AnswerCode, Functions, PlanState
from targetcal_xl.commands import BUTTONS, COMMANDS, Given, Parameter, button
from targetcal_xl.connect import plan_templates
from targetcal_xl.language import LANGUAGES, catalogue
from tests.support.source import ROOT

_DOCS = [f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_has_its_words(language: str) -> None:
    helps = [command.help(language) for command in COMMANDS]
    assert len(set(helps)) == len(COMMANDS) > 15
    assert all(one.help(language) for command in COMMANDS for one in command.parameters)


def test_a_command_is_called_what_its_examples_call_it() -> None:
    for command in COMMANDS:
        assert {tuple(example.split()[:2]) for example in command.examples} == {("targetcal", command.name)}


_CODE = re.compile(r"```\n(.*?)```", re.DOTALL)


def test_examples_can_be_typed_on_every_system() -> None:
    """Windows' command line knows double quotes only: to it a single one is a letter."""
    shown = [example for command in COMMANDS for example in command.examples]
    for page in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", *_DOCS):
        shown += "\n".join(_CODE.findall((ROOT / page).read_text("utf-8"))).splitlines()
    shown += [said for language in LANGUAGES for said in _typed(language)]
    commands = [line.partition("#")[0] for line in shown if re.match("(targetcal|pip|make) ", line)]
    assert len(commands) > len(COMMANDS)
    assert [line for line in commands if "'" in re.sub(r'"[^"]*"', "", line)] == []


def _typed(language: str) -> list[str]:
    """What messages tell people to type."""
    said = catalogue(language).values()
    return [typed for text in said for typed in re.findall(r"(?:targetcal|pip) [^`”。；,]*", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_all_that_there_is_to_choose_from(language: str) -> None:
    said = {
        one.name: one.help(language) for each in COMMANDS if each.name == "new" for one in each.parameters
    }
    assert all(name in said["source"] for name in plan_templates())
    assert all(name in said["lang"] for name in LANGUAGES)


@pytest.mark.parametrize(
    ("command", "option", "codes"),
    [
        ("plans", "state", ("", *PlanState)),
        ("surprise", "answer", ("", *get_args(AnswerCode))),
        ("functions", "state", (*Functions,)),
    ],
)
def test_options_take_the_codes_of_the_method(command: str, option: str, codes: tuple[str, ...]) -> None:
    """The table is read at every start, which loads nothing of the method: so codes stand there again."""
    (one,) = (each for each in COMMANDS if each.name == command)
    (taken,) = (each.type for each in one.parameters if each.name == option)
    assert set(get_args(taken)) == set(codes)


def test_buttons_stand_by_group_and_are_found_by_code() -> None:
    assert [one.group for one in BUTTONS] == sorted(one.group for one in BUTTONS)
    assert all(button(one.code) is one for one in BUTTONS)
    with pytest.raises(KeyError):
        button("nonsense")


def test_a_button_gives_its_action_everything_that_it_needs() -> None:
    for each in BUTTONS:
        asked = {ask.code for ask in each.taken} | set(each.settled)
        own = next((one.parameters for one in COMMANDS if one.run is each.run), ())
        assert {one.name for one in own if one.is_needed} <= asked, each.code


def test_an_option_that_may_be_repeated_is_asked_for_as_a_list() -> None:
    many = Parameter("region", list[str] | None, Given("--region", "region"), None)
    assert many.ask.many and not many.ask.needed
    assert not Parameter("region", str, Given("--region", "region")).ask.many
