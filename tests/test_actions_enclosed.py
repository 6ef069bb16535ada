"""Files that travel beside a region's pack, out and back: found by name, examined, attached once."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from targetcal_xl.actions import CollectReport, comment, confirm, decide, verify
from targetcal_xl.actions.split import split_book
from targetcal_xl.calibration import Key
from targetcal_xl.desk import parse_attached, provenance
from tests.support import desks
from tests.support.desks import Case
from tests.support.packs import answered, by_openpyxl, handed, opened, refusals, taken, write

PDF = b"%PDF-1.7 a quote"
CELL: Key = ("R1", "R1-1", "attachment")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A region's pack has come back, its first line naming a file."""
    case = desks.fresh(tmp_path_factory.mktemp("begun"))
    path = answered(case, R1_1=84.0, R1_2=130.0)
    write(case, path, {CELL: "报价.pdf"})
    return case


@pytest.fixture
def case(begun: Case, tmp_path: Path) -> Case:
    case = Case(tmp_path, begun.inputs)
    desks._fill(case, begun)
    return case


def pack(case: Case) -> Path:
    [path] = (case.folder / "packs").glob("*.xlsx")
    return path


def lay(case: Case, files: Mapping[str, bytes]) -> None:
    folder = pack(case).with_suffix(".files")
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def zipped(case: Case, files: Mapping[str, bytes], name: str = "") -> Path:
    path = pack(case).with_name(name or f"{pack(case).stem}.files.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in files.items():
            archive.writestr(one, content)
    return path


def files_of(case: Case) -> list[tuple[str | None, str]]:
    return [(one.row, parse_attached(one.new).name) for one in case.entries(field="thread.file")]


def notes(report: CollectReport) -> list[str]:
    return [problem.code for one in report.awaited for problem in one.problems]


def test_a_file_that_a_line_names_is_attached_with_the_answer_and_once(case: Case) -> None:
    lay(case, {"报价.pdf": PDF})
    report = taken(case, pack(case).parent)
    assert (len(report.locked), report.files, report.remarks, report.awaited) == (1, 1, 0, ())
    assert files_of(case) == [("R1-1", "报价.pdf")]
    [entry] = case.entries(field="thread.file")
    assert provenance(entry).submitted == "head1"
    entries = len(case.entries())
    again = taken(case, pack(case).parent)
    assert (len(again.already), again.files, len(case.entries())) == (1, 0, entries)
    assert case.run(verify).verified


class Unsaid(zipfile.ZipInfo):
    """An entry whose name is spelt as Chinese Windows does, which it does not say."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), 0


@pytest.mark.parametrize("entry", [zipfile.ZipInfo("说明/报价.pdf"), Unsaid("报价.pdf")])
def test_a_zip_is_as_good_however_it_spells_names(entry: zipfile.ZipInfo, case: Case) -> None:
    with zipfile.ZipFile(zipped(case, {"__MACOSX/._报价.pdf": b"x"}), "a") as archive:
        archive.writestr(entry, PDF)
    report = taken(case, pack(case))
    assert (report.files, report.awaited) == (1, ())
    assert files_of(case) == [("R1-1", "报价.pdf")]
    assert case.run(verify).verified


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("报价.pdf", b"MZ no pdf", "attached_content"),
        ("报价.pdf", b"", "attached_empty"),
        ("报价.pdf", PDF + bytes(10_000_001), "attached_too_big"),
        ("tool.exe", b"MZ", "attached_kind"),
    ],
)
def test_a_file_that_may_not_be_attached_keeps_its_answer_from_counting(
    name: str, content: bytes, code: str, case: Case
) -> None:
    write(case, pack(case), {CELL: name})
    lay(case, {name: content})
    report = taken(case, pack(case))
    assert (refusals(report), report.locked) == ([code], ())
    assert case.entries("lock") == case.entries("comment") == []
    assert not list(case.folder.glob("*.files"))


def test_a_file_that_did_not_come_is_asked_for_and_taken_in_when_it_does(case: Case) -> None:
    report = taken(case, pack(case))
    assert (len(report.locked), notes(report)) == (1, ["enclosed_missing"])
    lay(case, {"报价.pdf": PDF})
    late = taken(case, pack(case))
    assert (len(late.already), late.files, notes(late)) == (1, 1, [])
    assert case.run(verify).verified


def test_a_link_is_no_file_and_what_nobody_names_is_told(case: Case) -> None:
    write(case, pack(case), {CELL: "https://files.example.com/报价.pdf"})
    lay(case, {"纪要.txt": "说明".encode(), ".DS_Store": b"x", "Thumbs.db": b"x"})
    report = taken(case, pack(case))
    assert [(one.code, one.where) for note in report.awaited for one in note.problems] == [
        ("enclosed_unnamed", "纪要.txt")
    ]
    assert files_of(case) == []


def test_several_names_in_a_cell_each_bring_their_file(case: Case) -> None:
    write(case, pack(case), {CELL: f"报价.pdf；{pack(case).stem}.files\\纪要.txt"})
    lay(case, {"报价.pdf": PDF, "纪要.TXT": "说明".encode()})
    assert taken(case, pack(case)).files == 2


def test_two_files_of_one_name_are_not_mixed_up(case: Case) -> None:
    lay(case, {"报价.pdf": PDF})
    zipped(case, {"报价.pdf": PDF + b"!"})
    assert refusals(taken(case, pack(case))) == ["enclosed_twice"]
    zipped(case, {"报价.pdf": PDF})
    assert taken(case, pack(case)).files == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", bytes(100), PDF])
def test_a_zip_that_cannot_be_read_is_named_and_nothing_counts(content: bytes, case: Case) -> None:
    zipped(case, {}).write_bytes(content)
    assert refusals(taken(case, pack(case))) == ["enclosed_damaged"]
    assert case.entries("lock") == []


def test_a_zip_with_a_password_or_with_too_much_is_named(case: Case) -> None:
    path = zipped(case, {"报价.pdf": PDF})
    whole = path.read_bytes()
    at = whole.index(b"PK\x01\x02") + 8
    path.write_bytes(whole[:at] + bytes([whole[at] | 1]) + whole[at + 1 :])
    assert refusals(taken(case, pack(case))) == ["enclosed_encrypted"]
    zipped(case, {f"{number}.txt": b"x" for number in range(201)})
    assert refusals(taken(case, pack(case))) == ["enclosed_many"]


def test_a_renamed_answer_finds_its_files_by_the_name_it_went_out_under(case: Case) -> None:
    zipped(case, {"报价.pdf": PDF})
    moved = pack(case).rename(pack(case).with_name("回复 (1).xlsx"))
    assert taken(case, moved).files == 1


def test_a_draft_waits_with_its_files(case: Case) -> None:
    write(case, pack(case), {("R1", None, "status"): "draft"})
    lay(case, {"报价.pdf": PDF})
    assert (taken(case, pack(case)).waiting[0][1], files_of(case)) == (pack(case).name, [])


def test_a_confirmed_region_takes_no_more_files(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    first = answered(case)
    write(case, first, {CELL: "报价.pdf"})
    taken(case, first, answered(case, "R2"))
    for line in ("R1-1", "R1-2", "R2-1"):
        desks.decline(case, line)
        case.run(decide, line[:2], line, "accept", reason="依据充分", by=f"superior{line[1]}")
    case.run(confirm, desks.RESERVE)
    assert (refusals(taken(case, first)), notes(taken(case, first))) == ([], [])
    folder = first.with_suffix(".files")
    folder.mkdir()
    (folder / "报价.pdf").write_bytes(PDF)
    assert refusals(taken(case, first)) == ["thread_closed"]


def test_a_pack_goes_out_with_the_files_of_its_own_region(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    for region, line, name in (("R1", "R1-1", '报价 "v2" #1.pdf'), ("R2", "R2-1", "别的.pdf")):
        file = tmp_path / name
        file.write_bytes(PDF + name.encode())
        case.run(comment, region, line, "", [file], by=f"head{region[1]}")
    path = handed(case)
    [kept] = path.with_suffix(".files").iterdir()
    assert kept.read_bytes() == PDF + '报价 "v2" #1.pdf'.encode()
    sheet = openpyxl.load_workbook(path).worksheets[0]
    _, spot = opened(case, path).reading.places.find(("R1", "F01", "file.file"))
    link = str(sheet.cell(*spot).value)
    assert f'"{path.stem}.files/{kept.name}"' in link
    assert (path.parent / link.split('"')[1]).read_bytes() == kept.read_bytes()
    report = case.run(split_book, path.parent, ("R1",))
    assert [one.outcome for one in (*report.files, *report.enclosed)] == ["there", "there"]


def test_what_went_out_and_comes_back_is_no_news(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    (tmp_path / "a.pdf").write_bytes(PDF)
    case.run(comment, "R1", "R1-1", "", [tmp_path / "a.pdf"], by="superior1")
    report = taken(case, answered(case).parent)
    assert (report.files, report.awaited, len(report.locked)) == (0, (), 1)


def test_files_without_a_password_do_not_go_with_a_pack_that_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETCAL_PACK_PASSWORD", "geheim")
    case = desks.fresh(tmp_path)
    (tmp_path / "a.pdf").write_bytes(PDF)
    case.run(comment, "R1", "R1-1", "", [tmp_path / "a.pdf"])
    report = case.run(split_book, tmp_path / "packs", encrypt=True)
    assert [one.code for one in report.lost] == ["enclosed_unencrypted"]
    assert not list((tmp_path / "packs").glob("*.files"))


def test_a_lost_file_keeps_no_pack_from_going_out(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    (tmp_path / "a.pdf").write_bytes(PDF)
    case.run(comment, "R1", "R1-1", "", [tmp_path / "a.pdf"])
    for kept in (tmp_path / "targets.ledger.files").iterdir():
        kept.unlink()
    report = case.run(split_book, tmp_path / "packs")
    assert ([one.code for one in report.lost], len(report.files)) == (["attached_lost"], 2)


@pytest.mark.parametrize(
    ("saved_by", "typed"),
    [("李四", "李四"), ("Chen, Wei", "Chen, Wei"), ("openpyxl", ""), ("Windows User", "")],
)
def test_whom_the_file_names_is_recorded_as_who_typed(saved_by: str, typed: str, case: Case) -> None:
    def name(sheet: object) -> None:
        sheet.parent.properties.lastModifiedBy = saved_by  # type: ignore[attr-defined]

    write(case, pack(case), {CELL: ""})
    by_openpyxl(pack(case), name)
    taken(case, pack(case))
    [entry] = [one for one in case.entries("lock", "declared") if one.row == "R1-1"]
    assert (provenance(entry).typed, provenance(entry).submitted) == (typed, "head1")
