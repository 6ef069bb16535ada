"""One table makes commands, options, buttons and questions: all of them have their words."""

from __future__ import annotations

import pytest

from targetcal_xl.commands import BUTTONS, COMMANDS, Given, Parameter, button
from targetcal_xl.language import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_has_its_words(language: str) -> None:
    helps = [command.help(language) for command in COMMANDS]
    assert len(set(helps)) == len(COMMANDS) > 15
    assert all(one.help(language) for command in COMMANDS for one in command.parameters)


def test_a_command_is_called_what_its_examples_call_it() -> None:
    for command in COMMANDS:
        assert {tuple(example.split()[:2]) for example in command.examples} == {("targetcal", command.name)}


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
