"""The catalogues say the same in every language, and nothing that nobody reads."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from targetcal_xl.language import LANGUAGES, catalogue, text
from targetcal_xl.language.record import record
from tests.support.source import ROOT, modules, nodes

_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def _fields(said: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(said) if name is not None}


def test_every_language_has_every_key() -> None:
    english, chinese = set(catalogue("en")), set(catalogue("zh-CN"))
    assert english ^ chinese == set()
    assert english


def test_every_language_fills_in_the_same_fields() -> None:
    english, chinese = catalogue("en"), catalogue("zh-CN")
    assert [key for key in english if _fields(english[key]) != _fields(chinese[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, said in catalogue(language).items() if not said.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_stands_once_and_in_its_room(language: str) -> None:
    """A problem may stand with the room that finds it."""
    rooms = sorted((ROOT / "targetcal_xl" / "language" / language).glob("*.po"))
    found = [
        (key, room.stem)
        for room in rooms
        for key in re.findall(r'^msgid "(.+)"$', room.read_text("utf-8"), re.M)
    ]
    assert [key for key, room in found if key.split(".")[0] not in (room, "problem")] == []
    assert [key for key, times in Counter(key for key, _ in found).items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_one_text(language: str) -> None:
    """A text that has lost its key would be taken for that of the key before."""
    for room in sorted((ROOT / "targetcal_xl" / "language" / language).glob("*.po")):
        begins = re.findall(r"^(msg\w+) ", room.read_text("utf-8"), re.M)
        assert begins == ["msgid", "msgstr"] * (len(begins) // 2), room.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_read_as_gettexts_tools_read_them(language: str) -> None:
    said: dict[str, str] = {}
    for room in (ROOT / "targetcal_xl" / "language" / language).glob("*.po"):
        with room.open("rb") as file:
            said |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    assert said == catalogue(language)


def test_the_english_catalogue_has_no_chinese_in_it() -> None:
    assert [key for key, said in catalogue("en").items() if _CHINESE.search(said)] == []


def test_the_chinese_catalogue_is_in_chinese() -> None:
    """What has letters in it has Chinese in it; a bare `{}` field or a symbol may stay as it is."""
    bare = {key: re.sub(r"\{.*?\}", "", said) for key, said in catalogue("zh-CN").items()}
    assert [
        key for key, said in bare.items() if re.search(r"[a-z]{4}", said) and not _CHINESE.search(said)
    ] == []


def _calls(name: str) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Each call of `name(...)` in the source, with its first argument."""
    for module in modules():
        for node in nodes(module):
            if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") == name:
                yield node, node.args[0]


def _pattern(argument: ast.expr) -> str | None:
    """The keys an argument may be, as a pattern; None when it is no text of its own."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return re.escape(argument.value)
    if isinstance(argument, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else None for part in argument.values)
        return "".join(r"([\w.-]+)" if part is None else re.escape(str(part)) for part in parts)
    return None


def test_every_key_the_code_asks_for_is_there() -> None:
    asked = [_pattern(argument) for _, argument in _calls("text")]
    asked += [f"problem\\.{_pattern(argument)}" for _, argument in _calls("Problem") if _pattern(argument)]
    assert [key for key in asked if key and not _is_said(key)] == []


@cache
def _is_said(pattern: str) -> bool:
    """Whether a key of the catalogue is as a pattern has it."""
    wanted = re.compile(pattern)
    return any(wanted.fullmatch(key) for key in catalogue("en"))


def test_every_field_of_a_text_is_filled_in_where_it_is_asked_for() -> None:
    for call, argument in _calls("text"):
        given = {keyword.arg for keyword in call.keywords}
        key = argument.value if isinstance(argument, ast.Constant) else None
        if None not in given and isinstance(key, str) and key in catalogue("en"):
            assert _fields(catalogue("en")[key]) <= given, f"{key}, asked for with {given}"


def test_every_field_of_a_problem_is_filled_in_where_it_is_found() -> None:
    for call, argument in _calls("Problem"):
        if isinstance(argument, ast.Constant):
            code = str(argument.value)
            wanted = _fields(catalogue("en")[f"problem.{code}"])
            assert wanted <= _given(call, wanted), f"{code}, line {call.lineno}"


def test_every_problem_that_the_code_names_by_a_function_has_its_sentence() -> None:
    """Functions that make a `Problem` of a code given to them, such as `_say("row_twice", ...)`."""
    makers = {name: _makers(module) for name, module in modules().items()}
    public = {name: at for own in makers.values() for name, at in own.items() if not name.startswith("_")}
    codes = {
        code
        for name, module in modules().items()
        for call, at in _calls_of(module, public | makers[name])
        for code in _choices(call.args[at])
    }
    assert [code for code in codes if not _is_said(rf"problem\.{code}")] == []
    assert {"row_twice", "csv_not_whole"} <= codes


def _makers(module: ast.Module) -> dict[str, int]:
    """Functions of a module that hand an argument on to `Problem` as its code, with that argument's place."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    makers, found = dict[str, int](), {"Problem": 0}
    while found:
        makers |= found
        found = {one.name: at for one in functions for at in _hands_on(one, makers)}
        found = {name: at for name, at in found.items() if name not in makers}
    return makers


def _hands_on(function: ast.FunctionDef, makers: Mapping[str, int]) -> Iterator[int]:
    """Which argument (without `self`) becomes the code of a problem."""
    names = [argument.arg for argument in function.args.args if argument.arg != "self"]
    for call, at in _calls_of(function, makers):
        code = call.args[at]
        if isinstance(code, ast.Name) and code.id in names:
            yield names.index(code.id)


def _calls_of(tree: ast.AST, makers: Mapping[str, int]) -> Iterator[tuple[ast.Call, int]]:
    """Calls of these functions that give the argument at the place noted with each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if len(node.args) > makers.get(called, len(node.args)):
                yield node, makers[called]


def _choices(argument: ast.expr) -> Iterator[str]:
    """The patterns of a code that may be one of two."""
    if isinstance(argument, ast.IfExp):
        yield from (*_choices(argument.body), *_choices(argument.orelse))
    elif pattern := _pattern(argument):
        yield pattern


def _given(call: ast.Call, wanted: set[str]) -> set[str]:
    """The fields a problem is made with; a mapping made elsewhere is taken to have what is wanted."""
    fields = [keyword.value for keyword in call.keywords if keyword.arg == "fields"] + call.args[2:3]
    if not fields:
        return set()
    keys = fields[0].keys if isinstance(fields[0], ast.Dict) else [None]
    return wanted if None in keys else {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def test_every_key_is_read_somewhere() -> None:
    words, patterns = _words(), [re.compile(pattern) for pattern in _patterns()]
    unread = [
        key
        for key in catalogue("en")
        if key not in words
        and key.removeprefix("problem.") not in words
        and not any(_reads(pattern, key, words) for pattern in patterns)
    ]
    assert unread == []


def _words() -> set[str]:
    """Every string, name and attribute of the source."""
    every = [node for module in modules() for node in nodes(module)]
    said = (getattr(node, place, None) for node in every for place in ("value", "id", "attr", "arg", "name"))
    return {word for word in said if isinstance(word, str)}


def _patterns() -> list[str]:
    """The keys that are put together: f-strings that begin with a room of the catalogue."""
    rooms = {key.split(".")[0] for key in catalogue("en")}
    joined = [one for module in modules() for one in nodes(module) if isinstance(one, ast.JoinedStr)]
    patterns = [pattern for one in joined if (pattern := _pattern(one)) and pattern.split(r"\.")[0] in rooms]
    problems = (
        _pattern(argument) for _, argument in _calls("Problem") if isinstance(argument, ast.JoinedStr)
    )
    return patterns + [rf"problem\.{pattern}" for pattern in problems]


def _reads(pattern: re.Pattern[str], key: str, words: set[str]) -> bool:
    """Whether a put-together key may become this one: every part put in is a word of the source."""
    found = pattern.fullmatch(key)
    return found is not None and all(
        part in words or set(part.split(".")) <= words or set(part.split("_", 1)) <= words
        for part in found.groups()
    )


_WRITES_CODE = {
    "buttons.wrappers",
    "connect.plan_hints",
    "ledger.store",
    "letters.tables",
    "letters.typeset",
    "libreoffice.basic",
    "log",
}
"""What is joined by commas there is read by programs."""


def test_lists_that_people_read_are_joined_as_their_language_joins_them() -> None:
    joined = [
        f"{name}:{node.lineno}"
        for name in modules()
        for node in nodes(name)
        if isinstance(node, ast.Attribute) and node.attr == "join" and ast.unparse(node.value) == "', '"
    ]
    assert [
        one for one in joined if one.removeprefix("targetcal_xl.").split(":")[0] not in _WRITES_CODE
    ] == []


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("problem.nonsense", "en")


@pytest.mark.parametrize(
    ("key", "field"),
    [("telling.check.problems", "count"), ("telling.lock.recorded", "cells")],
)
def test_words_agree_with_their_number(key: str, field: str) -> None:
    one, two, none = (text(key, "en", **{field: count}) for count in (1, 2, 0))
    assert one == two.replace("2", "1").replace("s ", " ").replace("s.", ".")
    assert none == two.replace("2", "0")


def test_no_english_sentence_puts_a_plural_after_a_bare_count() -> None:
    """Where a number may be one, its words have both forms; limits and names are no such numbers."""
    counted = re.compile(
        r"\{(count|times|entries|cells|lines|regions|periods|changes|applied|recorded|letters|places)\} "
        r"(?:more |past |column |sample )?[a-z]+s\b"
    )
    found = {key: said for key, said in catalogue("en").items() if counted.search(said)}
    assert found.keys() <= {"problem.csv_too_big"}, "the limit of a sheet is never one"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_separated_as_the_language_separates_them(language: str) -> None:
    own = record(language)
    symbols = Locale.parse(own.locale).number_symbols["latn"]
    assert (own.thousands, own.point) == (symbols["group"], symbols["decimal"])


@pytest.mark.parametrize(
    ("odds", "said"),
    [("9%", "概率为 9%。"), ("不到 1%", "概率为不到 1%。"), ("below 1%", "概率为 below 1%。")],
)
def test_a_blank_sets_off_a_number_but_no_chinese_word(odds: str, said: str) -> None:
    assert said in text("actions.backtest.coin", "zh-CN", periods=8, closer=7, chance=odds)


def test_no_blank_stands_between_two_chinese_words_whatever_is_put_in() -> None:
    of_numbers = re.compile(r"\{\w*[!.\[:]|\} \{")
    plain = {key: said for key, said in catalogue("zh-CN").items() if not of_numbers.search(said)}
    filled = (text(key, "zh-CN", **dict.fromkeys(_fields(said), "天")) for key, said in plain.items())
    assert [said for said in filled if re.search("[\u3400-\u9fff] 天|天 [\u3400-\u9fff]", said)] == []
