"""Files attached to a line's thread: kept by their content, bounded, harmless, and missed when gone."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.actions import comment, new, repair, verify
from targetcal_xl.desk import (
    MOST_BYTES,
    MOST_OF_REGION,
    attached_faults,
    attached_file,
    parse_attached,
)
from targetcal_xl.problems import DataProblems, Problem
from tests.support.desks import Case, fresh, locked, told
from tests.support.postgres import PASSWORD, Server, postgres

__all__ = ["postgres"]

PDF = b"%PDF-1.7 a quote"


def file(case: Case, name: str, content: bytes = PDF) -> Path:
    path = case.folder / "from" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def kept(case: Case) -> dict[str, bytes]:
    """What is in the folder of attached files, by name."""
    folder = case.folder / "targets.ledger.files"
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def cells(case: Case, row: str) -> dict[str, object]:
    """A row of the table of attached files on the first region's tab."""
    page = openpyxl.load_workbook(case.path)[case.reading().places.tabs["region:R1"]]
    place = case.reading().places.table("region:R1", "files")
    return {code: page.cell(place.rows[row], at).value for code, at in place.columns.items()}


def test_a_file_is_kept_by_its_content_and_linked_from_the_tab(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "报价在此", [file(case, '报价 "v2".pdf')], by="head1")
    [(name, content)] = kept(case).items()
    assert content == PDF
    assert name == f"{attached_file('x.pdf', PDF).sha256}.pdf"
    [entry] = case.entries(field="thread.file")
    assert parse_attached(entry.new) == attached_file('报价 "v2".pdf', PDF)
    first = cells(case, "F01")
    assert (first["line"], first["by"], first["kilobytes"]) == ("华东1组", "head1", 1)
    assert first["file"] == f'=HYPERLINK("targets.ledger.files/{name}","报价 ""v2"".pdf")'
    assert (case.path.parent / "targets.ledger.files" / name).exists()
    assert case.run(verify).verified


def test_the_same_content_is_kept_once_and_the_newest_is_listed_first(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.run(comment, "R1", "R1-1", "", [file(case, "a.pdf"), file(case, "b.pdf")])
    case.run(comment, "R1", "R1-2", "", [file(case, "c.txt", "说明".encode())])
    assert len(kept(case)) == 2
    assert [str(cells(case, row)["file"]).rpartition(",")[2] for row in ("F01", "F02", "F03")] == [
        '"c.txt")',
        '"b.pdf")',
        '"a.pdf")',
    ]
    assert case.run(verify).verified


def test_nothing_is_kept_or_recorded_where_anything_is_wrong(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with pytest.raises(DataProblems) as raised:
        case.run(
            *(comment, "R1", "R1-1", "a\x07b"),
            [
                file(case, "good.pdf"),
                file(case, "tool.exe"),
                file(case, "empty.txt", b""),
                tmp_path / "no.pdf",
            ],
        )
    codes = [problem.code for problem in raised.value.problems]
    assert codes == ["remark_signs", "attached_kind", "attached_empty", "file_missing"]
    assert (kept(case), case.entries("comment")) == ({}, [])


@pytest.mark.parametrize("loss", ["gone", "changed"])
def test_a_file_that_is_gone_or_changed_is_named_and_the_book_stays(loss: str, tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "", [file(case, "报价.pdf")])
    [name] = kept(case)
    path = tmp_path / "targets.ledger.files" / name
    path.unlink() if loss == "gone" else path.write_bytes(PDF + b"!")
    book = case.path.read_bytes()
    problems = case.run(verify).problems
    code = "attached_lost" if loss == "gone" else "attached_changed"
    assert told(problems) == [(code, f"targets.ledger.files/{name}")]
    assert "报价.pdf" in problems[0].sentence("en")
    assert not case.run(repair).changed
    assert case.path.read_bytes() == book
    case.run(comment, "R1", "R1-2", "", [file(case, "报价.pdf")])
    assert case.run(verify).verified, "who attaches it again mends it"


def test_a_region_has_room_for_so_many_files_and_so_much(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    large = [file(case, f"{k}.pdf", PDF + bytes([k]) * (MOST_BYTES - len(PDF))) for k in range(6)]
    case.run(comment, "R1", "R1-1", "", large[:5])
    assert sum(map(len, kept(case).values())) == MOST_OF_REGION
    with pytest.raises(DataProblems, match="50 MB"):
        case.run(comment, "R1", "R1-1", "", large[5:])
    case.run(comment, "R1", "R1-1", "", [large[0]] * 1)
    case.run(comment, "R2", "R2-1", "", large[5:])
    with pytest.raises(DataProblems, match="20 files"):
        case.run(comment, "R1", "R1-2", "", [file(case, f"{k}.txt", b"%d" % k) for k in range(15)])


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    path = file(case, "film.pdf", b"")
    with path.open("r+b") as grown:
        grown.truncate(MOST_BYTES + 1)
    with pytest.raises(DataProblems, match="10 MB"):
        case.run(comment, "R1", "R1-1", "", [path])


def test_files_stand_beside_a_ledger_that_is_elsewhere(tmp_path: Path) -> None:
    case = Case(
        tmp_path / "book", fresh(tmp_path / "other").inputs, ledger=str(tmp_path / "ledgers" / "q1 #2.sqlite")
    )
    case.folder.mkdir()
    (tmp_path / "ledgers").mkdir()
    _begin(case)
    case.run(comment, "R1", "R1-1", "", [file(case, "报价.pdf")])
    assert [path.name for path in (tmp_path / "ledgers").glob("*.files")] == ["q1 _2.files"]
    assert str(cells(case, "F01")["file"]).startswith('=HYPERLINK("../ledgers/q1 _2.files/')
    assert case.run(verify).verified


def test_files_stand_beside_the_book_where_a_server_keeps_the_ledger(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = postgres.database("threads")
    case = Case(tmp_path, fresh(tmp_path / "other").inputs, ledger=url)
    _begin(case)
    case.run(comment, "R1", "R1-1", "在此", [file(case, "报价.pdf")])
    assert [path.name for path in tmp_path.glob("*.files")] == ["targets.files"]
    assert case.run(verify).verified


def _begin(case: Case) -> None:
    with case.desk(create=True) as desk:
        new(desk, case.inputs, case.language)


def office(kind: str, **more: bytes) -> bytes:
    """A file of Word, Excel or PowerPoint, with parts put in."""
    held = io.BytesIO()
    if kind == "docx":
        docx.Document().save(held)
    else:
        openpyxl.Workbook().save(held)
    with zipfile.ZipFile(held, "a") as archive:
        for name, content in more.items():
            archive.writestr(name, content)
    return held.getvalue()


def mail(name: str = "", content: bytes = b"") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "a@example.com", "报价"
    made.set_content("见附件")
    if name:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(made)


GOOD = {
    "a.pdf": PDF,
    "a.PNG": b"\x89PNG\r\n\x1a\n...",
    "照片.jpeg": b"\xff\xd8\xff\xe0",
    "a.docx": office("docx"),
    "a.xlsx": office("xlsx"),
    "a.txt": "一二三".encode("gb18030"),
    "a.csv": "﻿a,b\r\n1,2\r\n".encode(),
    "b.csv": "a\t一\r\n".encode("utf-16"),
    "a.eml": mail("报价.pdf", PDF),
    "b.eml": mail("inner.eml", mail("纪要.docx", office("docx"))),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_people_attach_is_taken(name: str) -> None:
    assert list(attached_faults(name, GOOD[name])) == []


BAD = {
    "a program": ("setup.exe", b"MZ", "attached_kind"),
    "a program that calls itself a text": ("setup.txt", b"MZ\x90\x00\x03\x00", "attached_content"),
    "a program that calls itself a picture": ("a.png", b"MZ\x90\x00", "attached_content"),
    "a script": ("a.js", b"alert(1)", "attached_kind"),
    "a workbook with macros": ("a.xlsm", office("xlsx"), "attached_kind"),
    "macros under another name": ("a.xlsx", office("xlsx", **{"xl/vbaProject.bin": b"x"}), "attached_runs"),
    "macros in a letter": ("a.docx", office("docx", **{"word/vbaProject.bin": b"x"}), "attached_runs"),
    "a control": ("a.docx", office("docx", **{"word/activeX/activeX1.xml": b"x"}), "attached_runs"),
    "a program in a letter": ("a.docx", office("docx", **{"word/embeddings/a.bin": b"MZ"}), "attached_runs"),
    "a letter called a workbook": ("a.xlsx", office("docx"), "attached_content"),
    "a zip called a letter": ("a.docx", b"PK\x05\x06" + bytes(18), "attached_content"),
    "an encrypted letter": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "attached_content"),
    "a mail with a program": ("a.eml", mail("setup.exe", b"MZ"), "attached_kind"),
    "a mail in a mail with a program": ("a.eml", mail("b.eml", mail("setup.exe", b"MZ")), "attached_kind"),
    "no mail": ("a.eml", b"hello", "attached_content"),
    "a name that turns round": ("quote\u202efdp.txt", b"x", "attached_name"),
    "a name without end": ("x" * 120 + ".txt", b"x", "attached_name"),
    "nothing": ("a.txt", b"", "attached_empty"),
    "no ending": ("README", b"x", "attached_kind"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_runs_or_is_not_what_it_says_is_refused_in_both_languages(case: str) -> None:
    name, content, code = BAD[case]
    [problem] = attached_faults(name, content)
    assert problem.code == code
    assert "{" not in problem.sentence("en") + problem.sentence("zh-CN")


def _broken(whole: bytes) -> st.SearchStrategy[bytes]:
    """The same with something in between."""
    return st.integers(0, len(whole)).map(lambda at: whole[:at] + b"\x00\xff" + whole[at:])


@given(
    st.sampled_from([".pdf", ".docx", ".xlsx", ".pptx", ".png", ".jpg", ".txt", ".csv", ".eml", ".bin", ""]),
    st.binary(max_size=300) | st.sampled_from([*GOOD.values()]).flatmap(_broken),
)
def test_no_content_makes_the_examination_fall_over(ending: str, content: bytes) -> None:
    assert all(isinstance(problem, Problem) for problem in attached_faults(f"a{ending}", content))


@pytest.mark.parametrize("said", [None, "", "x", "sha256:ab 1 a", f"sha256:{'0' * 64} x a", 3.0])
def test_what_is_no_attached_file_is_none(said: str | float | None) -> None:
    with pytest.raises(ValueError, match="no attached file"):
        parse_attached(said)
