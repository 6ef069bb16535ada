"""Each walk of docs/contributing.md is done in a copy of the package, from the document's own code."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import docx
import openpyxl
import pytest
from babel.dates import get_month_names

from tests.support import pseudo
from tests.support.elsewhere import Elsewhere, elsewhere, parts
from tests.support.source import ROOT

_WALKS = dict(parts("docs/contributing.md"))
_BOOK = "targets.xlsx"


@pytest.fixture
def copy(tmp_path: Path) -> Elsewhere:
    return elsewhere(tmp_path / "site")


def _begun(copy: Elsewhere, folder: Path) -> Path:
    folder.mkdir()
    copy.told("new", _BOOK, "--from", "saas-en", "--lang", "en", cwd=folder)
    return folder


def test_every_part_is_walked() -> None:
    walked = {"A new action", "A new button", "A new column", "A new kind of metric", "A new language"}
    assert set(_WALKS) == walked


def test_a_new_action_is_a_command_and_a_button(copy: Elsewhere, tmp_path: Path) -> None:
    copy.change(_WALKS["A new action"])
    plan = _begun(copy, tmp_path / "plan")
    assert "Say whose turn it is" in copy.told("--help", cwd=plan)
    assert "Eastern Region  waits for" in copy.told("turns", _BOOK, cwd=plan)
    assert "等待" in copy.told("turns", _BOOK, cwd=plan, language="zh-CN")
    assert len(json.loads(copy.told("turns", _BOOK, "--json", cwd=plan))["turns"]) > 1
    assert '"targetcal.turns"' in _ribbon(copy, plan)


def _ribbon(copy: Elsewhere, folder: Path) -> str:
    """The ribbon of a book, and LibreOffice's menu."""
    script = "from targetcal_xl.buttons import macros\nfrom targetcal_xl.libreoffice.menu import addons\n"
    script += "made = macros('en')\nprint(made.ribbon, addons(), *(one.source for one in made.modules))"
    done = copy.python(script, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_button_is_in_ribbon_macros_and_menu(copy: Elsewhere, tmp_path: Path) -> None:
    copy.change(_WALKS["A new button"])
    shown = _ribbon(copy, tmp_path)
    assert 'imageMso="RecurrenceEdit" onAction="Ribbon_history"' in shown
    assert "Sub Press_history()" in shown
    assert "targetcal.command:history" in shown


def test_a_new_column_stands_in_a_new_book_and_is_taken_in(copy: Elsewhere, tmp_path: Path) -> None:
    copy.change(_WALKS["A new column"])
    plan = _begun(copy, tmp_path / "plan")
    book = openpyxl.load_workbook(plan / _BOOK)
    [tab] = [sheet for sheet in book if sheet["A1"].value == "sheet:region:HD"]
    [head] = [row for row in tab.iter_rows() if row[0].value == "#lines"]
    [column] = [cell.column for cell in head if cell.value == "consulted"]
    assert tab.cell(head[0].row + 1, column).value == "Consulted"
    assert not tab.cell(head[0].row + 2, column).protection.locked
    tab.cell(head[0].row + 2, column).value = "Ann, Bob"
    book.save(plan / _BOOK)
    script = "import sys; from pathlib import Path\nfrom targetcal_xl.connect import find_plan, read_plan\n"
    script += "from targetcal_xl.workbook import open_book, read\n"
    script += "reading = read(open_book(Path('targets.xlsx')), read_plan(find_plan('saas-en')), 'en')\n"
    script += "print(*(cell.value for key, cell in reading.typed.items() if key[2] == 'consulted'))"
    done = copy.python(script, cwd=plan)
    assert "Ann, Bob" in done.stdout, done.stderr


def test_a_new_kind_of_metric_starts_a_plan(copy: Elsewhere, tmp_path: Path) -> None:
    copy.change(_WALKS["A new kind of metric"])
    folder = tmp_path / "mine"
    shutil.copytree(ROOT / "templates/plans/saas-en", folder)
    said = (folder / "plan.toml").read_text("utf-8")
    kind = said.replace('kind = "sum"', 'kind = "score"', 1)
    target = re.sub(r"^hq_target = .*$", "hq_target = 180", kind, flags=re.MULTILINE)
    (folder / "plan.toml").write_text(target, "utf-8")
    copy.told("new", _BOOK, "--from", "mine", "--lang", "en", cwd=tmp_path)
    cells = openpyxl.load_workbook(tmp_path / _BOOK)
    assert "Score" in {cell.value for sheet in cells for row in sheet.iter_rows() for cell in row}


_WORD = re.compile(r"[^\W\d_]{4,}")
_NO_WORDS = re.compile(
    r"\b[0-9a-f]{6,}\b|\[\[\w+\]\]|`[^`]*`|--\w+|\btargetcal\b|\w+\.docx|\|\S+\||^demo$", re.MULTILINE
)
"""Hashes, marks of signatures, commands, files, the list of empty words, and where the case is played."""
_NAMES = {"Excel", "LibreOffice", "Python", "Word", *get_month_names(locale="de").values()}
"""Names of programs are the same in every language, and those of months are Babel's."""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """The package with German as the document adds it, whose words are those of nobody."""
    copy = elsewhere(tmp_path_factory.mktemp("spoken") / "site")
    copy.change(_WALKS["A new language"])
    pseudo.translate(copy.file("targetcal_xl/language/de"))
    letter = copy.file("templates/letters/commitment.de.docx")
    pseudo.translate_letter(letter, letter)
    return copy


@pytest.fixture(scope="module")
def case(spoken: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole worked case, played in a language that was added."""
    folder = tmp_path_factory.mktemp("case")
    spoken.told("demo", "demo", "--lang", "de", cwd=folder, language="de")
    return folder / "demo"


def _ours(said: str) -> set[str]:
    """Words without an accent or in Chinese that are none of the plan's own."""
    files = (ROOT / "templates/plans/saas-en").iterdir()
    own = {word for file in files for word in _WORD.findall(file.read_text("utf-8"))} | _NAMES
    words = set(_WORD.findall(_NO_WORDS.sub("", said))) - own
    return {word for word in words if word.isascii() or re.search(r"[\u4e00-\u9fff]", word)}


def test_a_language_that_was_added_is_spoken_on_every_sheet(case: Path) -> None:
    book = openpyxl.load_workbook(case / _BOOK, data_only=True)
    said = [sheet.title for sheet in book]
    for sheet in book:
        for row in sheet.iter_rows():
            if not sheet.row_dimensions[row[0].row].hidden:
                said += [str(cell.value) for cell in row[1:] if isinstance(cell.value, str)]
    assert sorted(_ours("\n".join(said))) == []


def test_letters_are_written_in_a_language_that_was_added(case: Path) -> None:
    letters = sorted((case / "letters").glob("*.docx"))
    assert letters
    for letter in letters:
        body = docx.Document(str(letter)).element.body
        assert _ours("\n".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))) == set()


def test_commands_speak_a_language_that_was_added(spoken: Elsewhere, case: Path) -> None:
    for words in ("check", "objections", "recalibrate --list", "audit --verify", "evaluate"):
        name, *more = words.split()
        assert _ours(spoken.told(name, _BOOK, *more, cwd=case, language="de")) == set(), words
    wrong = spoken.told("unlock", _BOOK, "-r", "HD", "--reason", "none", cwd=case, language="de", status=2)
    assert _ours(wrong) == set()


def test_help_speaks_a_language_that_was_added(spoken: Elsewhere, tmp_path: Path) -> None:
    help_ = spoken.told("--help", cwd=tmp_path, language="de")
    assert "«Cálíbráté" in help_
    assert re.search(r"zh-CN\W+ór\W+en\W+ór\W+de", spoken.told("new", "--help", cwd=tmp_path, language="de"))


def test_words_that_say_nothing_are_those_of_every_language(spoken: Elsewhere, tmp_path: Path) -> None:
    script = "from targetcal_xl.language import is_placeholder as empty\n"
    script += "print(empty('Siehe oben'), empty('keine'), empty('none'), empty('无'), empty('ein Grund'))"
    assert spoken.python(script, cwd=tmp_path).stdout.split() == ["True"] * 4 + ["False"]
