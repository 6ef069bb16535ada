"""What heads write into packs, pages and copies of the book is taken in once, in their name alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from targetcal_xl.actions import comment, threads, verify
from targetcal_xl.calibration import Value
from targetcal_xl.exchange import mac
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import LONGEST_REMARK, open_book
from tests.support import desks
from tests.support.desks import Case
from tests.support.packs import answered, handed, refusals, taken, write

SAYS = ("R1", "R1-1", "region_says")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return desks.fresh(tmp_path)


def thread(case: Case) -> list[tuple[str, str, str]]:
    """Line, writer and words of everything that was written."""
    return [(one.line, one.by, one.text) for one in case.run(threads).remarks]


def test_a_pack_shows_the_thread_and_brings_a_remark_back_once(case: Case) -> None:
    case.run(comment, "R1", "R1-1", "请说明理由", by="superior1")
    path = answered(case)
    write(case, path, {SAYS: "见依据", ("R1", "R1-1", "superior_says"): "同意"})
    report = taken(case, path)
    assert (report.locked, report.remarks) == ((("华东大区", path.name),), 1)
    assert thread(case) == [("华东1组", "superior1", "请说明理由"), ("华东1组", "head1", "见依据")]
    assert taken(case, path).remarks == 0
    assert len(thread(case)) == 2
    assert case.run(verify).verified


def test_a_remark_while_a_pack_is_out_does_not_make_it_worthless(case: Case) -> None:
    path = answered(case)
    case.run(comment, "R1", "R1-1", "还在等", by="superior1")
    assert taken(case, path).locked == (("华东大区", path.name),)
    assert case.run(verify).verified


def test_a_pack_that_is_not_submitted_brings_its_remark_all_the_same(case: Case) -> None:
    path = handed(case)
    write(case, path, {SAYS: "还需要两天"})
    report = taken(case, path)
    assert (report.locked, report.remarks) == ((), 1)
    assert thread(case) == [("华东1组", "head1", "还需要两天")]


def test_the_same_words_in_a_later_pack_are_another_remark(case: Case) -> None:
    for _ in range(2):
        path = handed(case)
        write(case, path, {SAYS: "收到"})
        assert taken(case, path).remarks == 1
        path.unlink()
        case.run(comment, "R1", "R1-2", "再看看", by="superior1")
        case.type({("R1", "R1-1", "comment"): f"{len(case.entries())}"})
    assert [words for _, _, words in thread(case)].count("收到") == 2


@pytest.mark.parametrize("finished", [True, False])
def test_a_remark_that_is_none_holds_the_pack_up_by_cell(finished: bool, case: Case) -> None:
    path = answered(case) if finished else handed(case)
    write(case, path, {SAYS: "长" * (LONGEST_REMARK + 1)})
    report = taken(case, path)
    assert (refusals(report), report.locked, report.remarks) == (["remark_long"], (), 0)
    assert report.refused[0].problems[0].where.endswith(case.where(SAYS).partition("!")[2])


def test_a_pages_answer_brings_its_remark(case: Case) -> None:
    page = handed(case, html=True).read_text("utf-8")
    slip = json.loads(page.partition("const TOLD=")[2].partition(";\n")[0])["slip"]
    values: list[list[Value]] = [["R1-1", "region_says", "在路上写的"]]
    content = json.dumps({**slip, "saved_at": "2025-01-07T10:00:00Z", "values": values})
    answer = {"targetcal": "answer", "version": 1, "content": content, "mac": mac(slip["nonce"], content)}
    path = case.folder / "answer.json"
    path.write_text(json.dumps(answer), "utf-8")
    assert taken(case, path).remarks == 1
    assert thread(case) == [("华东1组", "head1", "在路上写的")]
    assert taken(case, path).remarks == 0


def test_a_copy_of_the_book_brings_the_remarks_of_both_sides_and_none_twice(case: Case) -> None:
    case.type({SAYS: "写在正本里"})
    copy = case.folder / "targets (Chen's conflicted copy).xlsx"
    shutil.copy(case.path, copy)
    book, key = open_book(copy), ("R1", "R1-2", "superior_says")
    sheet, spot = case.reading().places.find(key)
    book.set(case.reading().places.tabs[sheet], {spot: Cell("写在副本里")})
    book.save()
    assert taken(case).remarks == 2
    assert thread(case) == [("华东1组", "head1", "写在正本里"), ("华南2组", "superior1", "写在副本里")]
    assert taken(case).remarks == 0
    assert case.run(verify).verified
