"""Erasing attached files: name and content go from every place, and what was killed half-way is finished."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from targetcal_xl.actions import EraseReport, Wanted, comment, erase, repair, split_book, threads, verify
from targetcal_xl.desk import ledger_beside
from targetcal_xl.ledger import WORDS, words
from targetcal_xl.problems import Refused
from tests.support.desks import Case, locked
from tests.support.mortal import crashes
from tests.support.noticed import noticed, told

NAME, CONTENT = "老郑病假条.txt", "老郑因病住院，附诊断书".encode()
LINE = Wanted(region="R1", line="R1-1", field="thread.file")


def attach(case: Case, region: str = "R1", line: str = "R1-1", name: str = NAME) -> None:
    file = case.folder.parent / "from" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(CONTENT)
    case.run(comment, region, line, "", [file], by=f"head{region[1]}")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = locked(tmp_path_factory.mktemp("begun") / "case")
    attach(case)
    return case


@pytest.fixture
def case(begun: Case, tmp_path: Path) -> Case:
    shutil.copytree(begun.folder, tmp_path / "case")
    copy = Case(tmp_path / "case", begun.inputs)
    copy.clock.now = begun.clock.now
    return copy


def erased(case: Case, wanted: Wanted = LINE) -> EraseReport:
    return case.run(erase, wanted, "本人要求删除", True)


def holding(folder: Path, said: bytes) -> list[str]:
    found = [path for path in folder.rglob("*") if path.is_file() and said in path.read_bytes()]
    return [path.name for path in found] + [
        path.name for path in folder.rglob("*") if said in path.name.encode()
    ]


def kept(case: Case) -> list[Path]:
    return list((case.folder / "targets.ledger.files").iterdir())


def test_name_and_content_are_gone_and_the_thread_says_so(case: Case) -> None:
    with case.desk() as desk:
        mark = desk.ledger.checkpoint.mark
    assert holding(case.folder, CONTENT) and holding(case.folder, NAME.encode())
    dry = case.run(erase, LINE, "")
    assert [one.words for one in dry.words if one.part] == [NAME] and len(kept(case)) == 1
    erased(case)
    assert [*holding(case.folder, CONTENT), *holding(case.folder, NAME.encode()), *kept(case)] == []
    assert "已于" in case.run(threads).remarks[-1].text
    assert case.run(verify, [mark]).verified
    assert case.run(repair).changed is False


def test_the_same_content_goes_wherever_it_is_attached_and_other_files_stay(case: Case) -> None:
    attach(case, "R2", "R2-1", "副本.txt")
    other = case.folder.parent / "other.txt"
    other.write_bytes(b"quite another")
    case.run(comment, "R1", "R1-1", "", [other])
    erased(case, Wanted(entries=(case.entries(field="thread.file")[0].number,)))
    assert [path.read_bytes() for path in kept(case)] == [b"quite another"]
    assert holding(case.folder, "副本.txt".encode()) == []
    assert case.run(verify).verified


def test_whoever_attaches_it_again_has_it_again(case: Case) -> None:
    erased(case)
    attach(case)
    assert len(kept(case)) == 1
    assert case.run(verify).verified


def test_killed_at_any_write_repair_finishes_it(case: Case, tmp_path: Path) -> None:
    found = crashes(case.folder, partial(erased, case), fills=False)
    for each in (*found.killed(), found.after):
        dead = replace(case, folder=found.lay(each, tmp_path / "dead"))
        dead.run(repair)
        is_erased = bool(dead.entries("erase"))
        assert bool(holding(dead.folder, CONTENT)) != is_erased
        assert bool(holding(dead.folder, NAME.encode())) != is_erased
        assert dead.run(verify).verified
    assert len(found.killed()) > 4


def test_a_file_that_cannot_be_taken_away_is_told_and_repair_tries_again(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path.parent.name.endswith(".files"):
            raise PermissionError(13, "busy")
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        with pytest.raises(Refused) as refused:
            erased(case)
    assert [problem.code for problem in refused.value.problems] == ["ledger_unscrubbed", "attached_stays"]
    assert [problem.code for problem in case.run(verify).problems] == ["ledger_unscrubbed"]
    case.run(repair)
    assert kept(case) == [] and case.run(verify).verified


def test_of_a_file_whose_name_is_hashed_as_it_is_the_content_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "WORDS", WORDS - {"thread.file"})
    case = locked(tmp_path / "case")
    attach(case)
    monkeypatch.undo()
    report = erased(case)
    assert report.kept == (case.entries(field="thread.file")[0].number,)
    assert kept(case) == [] and case.run(verify).verified
    assert NAME in case.run(threads).remarks[-1].text
    assert NAME.encode() in ledger_beside(case.path).read_bytes()


def test_the_mail_that_enclosed_it_loses_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TARGETCAL_SMTP", raising=False)
    case = noticed(tmp_path / "case")
    attach(case)
    case.run(split_book, tmp_path / "packs")
    told(case, packs=tmp_path / "packs")
    report = erased(case)
    sent = [one for one in case.entries("outbox", "message.content") if one.region == "R1"]
    gone = {one.new for one in sent} & {place for _, _, place in _places(case)}
    assert report.erased and len(gone) == 1
    assert case.run(verify).verified


def _places(case: Case) -> list[tuple[int, str, str]]:
    said = [
        (one.number, str(one.region), place)
        for one in case.entries("erase")
        for place in str(one.new).split()
    ]
    return said
