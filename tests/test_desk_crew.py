"""Letters are the same files whoever makes them, and whoever dies over them."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from distributed import LocalCluster

from targetcal_xl.calibration import Letter
from targetcal_xl.desk import LetterMade, LetterOrder, crew, hands, workshop
from targetcal_xl.ledger import load
from targetcal_xl.letters import letter_code
from targetcal_xl.letters.statement import statement
from targetcal_xl.problems import Refused
from tests.support.letters import sample_letter, shipped


def _letters(count: int) -> list[Letter]:
    return [replace(sample_letter(1, others=0), number=f"2025Q1-R{k}-V1") for k in range(count)]


def _orders(count: int, with_pdf: bool = True) -> list[LetterOrder]:
    return [LetterOrder(letter, with_pdf) for letter in _letters(count)]


def _made(out: Path, executor: str, orders: list[LetterOrder]) -> tuple[list[LetterMade], dict[str, bytes]]:
    with workshop(out, shipped(), "zh-CN", "book", executor) as makers:
        made = list(makers.made(orders))
        return made, {name: makers.file(name).read_bytes() for one in made for name, _ in one.files}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _made(tmp_path_factory.mktemp("serial"), "", _orders(6))[1]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_BATCH", 2)


def test_processes_make_the_same_files_in_order_also_where_they_die(
    tmp_path: Path, serial: dict[str, bytes]
) -> None:
    with workshop(tmp_path, shipped(), "zh-CN", "book", "local") as makers:
        made = makers.made(_orders(6))
        first = next(made)
        for process in multiprocessing.active_children():
            process.kill()
        both = [first, *made]
        files = {name: makers.file(name).read_bytes() for one in both for name, _ in one.files}
    assert [one.number for one in both] == [order.letter.number for order in _orders(6)]
    assert files == serial


def test_a_cluster_makes_the_same_files_and_loses_none_with_a_worker(
    tmp_path: Path, serial: dict[str, bytes]
) -> None:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        workshop(tmp_path, shipped(), "zh-CN", "book", cluster.scheduler_address) as makers,
    ):
        made = makers.made(_orders(6))
        first = next(made)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        both = [first, *made]
        files = {name: makers.file(name).read_bytes() for one in both for name, _ in one.files}
    assert files == serial


def test_a_letter_that_cannot_be_made_is_named_and_keeps_no_other_from_being_made(tmp_path: Path) -> None:
    orders = _orders(3)
    wrong = replace(orders[1].letter, company="😀")
    orders[1] = LetterOrder(wrong, True)
    made, files = _made(tmp_path, "", orders)
    assert [[problem.code for problem in one.problems] for one in made] == [[], ["letter_glyph"], []]
    assert len(files) == 4


def test_a_letters_data_goes_along_in_its_pdf(tmp_path: Path) -> None:
    letter = _letters(1)[0]
    _, files = _made(tmp_path, "", [LetterOrder(letter, True)])
    (tmp_path / "letter.pdf").write_bytes(files[f"{letter.number}.pdf"])
    with pikepdf.open(tmp_path / "letter.pdf") as pdf:
        said = json.loads(pdf.attachments["letter.json"].get_file().read_bytes())
    assert (said["number"], said["version"], said["checkpoint"]) == (letter.number, 1, letter.chain_head)
    assert [line["targets"]["agreed"] for line in said["letter"]["lines"]] == [95.0]
    assert (said["agreed"], said["code"]) == (statement(letter), str(letter_code(letter)))
    assert load(Letter, json.dumps(said["letter"]).encode()) == letter


def test_nothing_of_the_making_stays(tmp_path: Path) -> None:
    out = tmp_path / "letters"
    _made(out, "", _orders(3, with_pdf=False))
    assert not out.exists()


def test_what_a_killed_run_left_is_taken_away_by_the_next_of_the_same_book(tmp_path: Path) -> None:
    with workshop(tmp_path, shipped(), "zh-CN", "book") as makers:
        left = makers.file("left.docx")
        left.write_bytes(b"half")
        with workshop(tmp_path, shipped(), "zh-CN", "another"):
            assert left.exists()
        with workshop(tmp_path, shipped(), "zh-CN", "book"):
            assert not left.exists()


@pytest.mark.parametrize(
    ("executor", "code"), [("nobody", "hands_executor"), ("tcp://127.0.0.1:9", "hands_cluster")]
)
def test_who_makes_no_letters_is_told_so(
    tmp_path: Path, executor: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "_SECONDS", 1)
    with pytest.raises(Refused) as refused:
        _made(tmp_path, executor, _orders(1))
    assert [problem.code for problem in refused.value.problems] == [code]
