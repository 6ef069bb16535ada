"""Putting a new file in the old one's place: wholly, once, and never over somebody's work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ooxml.disk import laid_beside, owner_file, read_file, replace_file
from targetcal_xl.problems import Refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "计划 plan.xlsx"
    path.write_bytes(b"before")
    return path


def _refused(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        replace_file(path, b"before", b"after")
    (problem,) = refused.value.problems
    assert problem.where == path.name
    assert problem.sentence("zh-CN")
    assert [one.name for one in path.parent.iterdir() if one.suffix == ".tmp"] == []
    return f"{problem.code}: {problem.sentence('en')}"


def test_a_file_is_replaced_and_keeps_its_permissions(path: Path) -> None:
    path.chmod(0o640)
    replace_file(path, b"before", b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"after", 0o640)
    assert list(path.parent.iterdir()) == [path]


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.xlsx")
    link.symlink_to(path)
    replace_file(link, b"before", b"after")
    assert link.is_symlink()
    assert path.read_bytes() == b"after"


def test_what_somebody_saved_meanwhile_is_not_overwritten(path: Path) -> None:
    stamp = path.stat()
    path.write_bytes(b"theirs")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert _refused(path).startswith("file_changed_meanwhile")
    assert path.read_bytes() == b"theirs"


def test_a_file_that_was_deleted_meanwhile_does_not_come_back(path: Path) -> None:
    path.unlink()
    assert _refused(path).startswith("file_missing")
    assert not path.exists()


def _excel_owner(name: str) -> bytes:
    """The 165 bytes that Excel leaves beside an open workbook."""
    ansi = name.encode("ascii", "replace")
    head = bytes([len(ansi)]) + ansi.ljust(54)
    return (head + len(name).to_bytes(2, "little") + name.encode("utf-16-le")).ljust(165, b" \0"[:1])


def test_a_workbook_open_in_excel_is_left_alone_and_its_user_named(path: Path) -> None:
    lock = path.with_name(f"~${path.name}")
    lock.write_bytes(_excel_owner("王芳"))
    assert owner_file(path) == lock
    said = _refused(path)
    assert said.startswith("file_open_elsewhere")
    assert "王芳" in said
    assert lock.name in said


def test_a_workbook_open_in_libreoffice_is_left_alone_and_its_user_named(path: Path) -> None:
    lock = path.with_name(f".~lock.{path.name}#")
    lock.write_bytes(b",li,pc7,22.11.2026 09:00,file:///profile;")
    assert "li has the file open" in _refused(path)
    lock.write_bytes("李雷,li,pc7,22.11.2026 09:00,file:///profile;".encode())
    assert "李雷 has the file open" in _refused(path)


@given(content=st.binary(max_size=200), pattern=st.sampled_from(["~${}", ".~lock.{}#"]))
def test_any_owner_file_keeps_us_away(
    content: bytes, pattern: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("owned") / "plan.xlsx"
    path.write_bytes(b"before")
    path.with_name(pattern.format(path.name)).write_bytes(content)
    assert _refused(path).startswith("file_open")
    assert path.read_bytes() == b"before"


def test_a_file_that_the_system_does_not_let_go_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", denied)
    assert _refused(path).startswith("file_locked")
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize("step", ["os.fsync", "shutil.copymode"])
def test_a_full_disk_leaves_the_old_file_and_no_other(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, full)
    assert "No space left" in _refused(path)
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def test_a_process_killed_before_the_last_step_has_changed_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        replace_file(path, b"before", b"after")
    assert path.read_bytes() == b"before"


def test_a_file_larger_than_any_plan_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("targetcal_xl.ooxml.disk.MOST_BYTES", 5)
    with pytest.raises(Refused, match="larger than"):
        read_file(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused, laid_beside(tmp_path / "none" / "page.html", b"page"):
        pass
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == ("file_nowhere", "page.html")
    assert str(tmp_path / "none") in problem.sentence("en")
