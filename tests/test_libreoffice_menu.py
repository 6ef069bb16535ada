"""Entries of the menu run their actions on the open book, as a click on them does."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from targetcal_xl.actions import verify
from targetcal_xl.buttons import BUTTONS
from targetcal_xl.libreoffice import build_extension
from targetcal_xl.libreoffice.bridge import Office, uno, values
from targetcal_xl.libreoffice.runner import run
from tests.support import calc
from tests.support.desks import fresh, submitted


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with calc.running(calc.with_extension(tmp_path_factory.mktemp("menu") / "profile")) as running:
        yield running


def _chosen(office: Office, book: Any, code: str, **answers: str) -> str:
    """What an entry says came of it, its questions answered beforehand."""
    helper = office.service("com.sun.star.frame.DispatchHelper")
    frame = book.getCurrentController().getFrame()
    event = helper.executeDispatch(frame, f"targetcal.command:{code}", "", 0, values(**answers))
    return str(event.Result)


def test_an_entry_checks_and_locks_the_open_book_and_the_ledger_knows(office: Office, tmp_path: Path) -> None:
    case = submitted(tmp_path)
    with calc.document(office, case.path) as book:
        assert "No problems" in _chosen(office, book, "check", region="")
        assert "locked and sealed" in _chosen(office, book, "lock", region="")
        assert "locked before" in _chosen(office, book, "lock", region="")
    assert case.value("R1", None, "state") == "locked"
    (source,) = {entry.source.partition("@")[0] for entry in case.entries("lock")}
    assert source == "libreoffice"
    assert case.run(verify).verified


def test_what_is_typed_but_not_saved_counts(office: Office, tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with calc.document(office, case.path) as book:
        sheet, spot = case.reading().places.find((None, None, "hq_target"))
        tab = book.getSheets().getByName(case.reading().places.tabs[sheet])
        tab.getCellByPosition(spot[1] - 1, spot[0] - 1).setValue(400)
        assert "1 input changed" in _chosen(office, book, "recalibrate", reason="new year")
    assert case.value(None, None, "hq_target") == 400


def test_functions_are_switched_by_an_entry_and_compute_in_the_same_program(
    office: Office, tmp_path: Path
) -> None:
    case = fresh(tmp_path)
    with calc.document(office, case.path) as book:
        assert "computed by functions" in _chosen(office, book, "live")
        place = case.reading().places.table("baseline", "baseline")
        tab = book.getSheets().getByName(case.reading().places.tabs["baseline"])
        cell = tab.getCellByPosition(place.columns["base"] - 1, min(place.rows.values()) - 1)
        assert cell.getFormula().startswith("{=TC_EXPLAIN(")
        assert cell.getValue() > 0
        assert "recorded values" in _chosen(office, book, "frozen")
    assert case.run(verify).problems == ()


def test_what_cannot_be_done_is_told_in_words(office: Office, tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with calc.document(office, case.path) as book:
        assert "not submitted" in _chosen(office, book, "confirm")
        assert "Traceback" not in _chosen(office, book, "follow", actuals="nowhere.csv", as_of="")
    with calc.document(office) as book:
        assert "save" in _chosen(office, book, "check", region="").lower()


def test_a_document_that_is_gone_is_told(office: Office, tmp_path: Path) -> None:
    assert "closed" in run(office.pipe, "no such", "check", {}, "en")
    assert run("no-such-pipe", "1", "check", {}, "en") != ""


def test_every_entry_is_answered_by_our_handler(office: Office) -> None:
    with calc.document(office) as book:
        frame = book.getCurrentController().getFrame()
        parser = office.service("com.sun.star.util.URLTransformer")
        for button in BUTTONS:
            url = uno().createUnoStruct("com.sun.star.util.URL")
            url.Complete = f"targetcal.command:{button.code}"
            _, url = parser.parseStrict(url)
            assert frame.queryDispatch(url, "_self", 0) is not None


def test_questions_come_with_the_extension_in_its_language(tmp_path: Path) -> None:
    build_extension(tmp_path / "e.oxt", "zh-CN")
    known = json.loads(zipfile.ZipFile(tmp_path / "e.oxt").read("python/settings.json"))["buttons"]
    assert {code: told["caption"] for code, told in known.items()} == {
        button.code: button.caption("zh-CN") for button in BUTTONS
    }
    for button in BUTTONS:
        assert [ask["question"] for ask in known[button.code]["asks"]] == [
            ask.question("zh-CN") for ask in button.asks
        ]
