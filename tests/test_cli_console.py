"""The command line on consoles, in files and pipes of any encoding: no sign that is missing there ends it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from targetcal_xl import __version__
from targetcal_xl.cli import seat
from tests.support.exploring import exhaustive
from tests.support.worked import worked

_ENCODINGS = ("gbk", "cp1252", "ascii", "utf-8")
_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A locale that knows ASCII only; without the last two, Python takes it for UTF-8."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case that was played to its end, in Chinese."""
    return worked("zh-CN", tmp_path_factory).copy(tmp_path_factory.mktemp("played") / "demo")


def plain() -> dict[str, str]:
    """The environment without what says how Python and the console are to speak."""
    ours = ("LC_", "LANG", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def targetcal(
    *words: str | Path, cwd: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, with its output in bytes."""
    return subprocess.run(
        [sys.executable, "-c", "from targetcal_xl.cli import run; run()", *words],
        cwd=cwd,
        env={**plain(), **(more or {})},
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize(("language", "words"), [("zh-CN", ["check"]), ("en", ["audit", "--verify"])])
def test_a_report_is_shown_in_any_encoding(
    played: Path, encoding: str, language: str, words: list[str]
) -> None:
    more = {"PYTHONIOENCODING": encoding, "TARGETCAL_LANG": language}
    done = targetcal(*words, "targets.xlsx", cwd=played, more=more)
    assert (done.returncode, done.stderr) == (0, b"")
    done.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_is_shown_in_chinese_where_the_encoding_has_it(played: Path, encoding: str) -> None:
    more = {"PYTHONIOENCODING": encoding, "TARGETCAL_LANG": "zh-CN"}
    assert "华东大区" in targetcal("check", "targets.xlsx", cwd=played, more=more).stdout.decode(encoding)


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_help_and_wrong_use_are_shown_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    more = {"PYTHONIOENCODING": encoding, "TARGETCAL_LANG": "zh-CN"}
    assert targetcal("decide", "--help", cwd=tmp_path, more=more).returncode == 0
    wrong = targetcal("decide", "--nonsense", cwd=tmp_path, more=more)
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"--nonsense" in wrong.stderr


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_json_loses_nothing_in_any_encoding(played: Path, encoding: str) -> None:
    told = targetcal("check", "targets.xlsx", "--json", cwd=played, more={"PYTHONIOENCODING": encoding})
    names = [region["region"] for region in json.loads(told.stdout.decode(encoding))["regions"]]
    assert names == ["华东大区", "华南大区", "华北大区"]


def test_a_sign_that_is_not_there_has_a_stand_in_that_means_the_same(played: Path) -> None:
    more = {"PYTHONIOENCODING": "ascii", "TARGETCAL_LANG": "en"}
    told = targetcal("audit", "targets.xlsx", "--verify", cwd=played, more=more).stdout.decode("ascii")
    assert told.startswith("+ ")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is installed, in a folder whose name such a Python can spell."""
    root, folder = Path(__file__).parent.parent, tmp_path_factory.mktemp("installed")
    shutil.copytree(root / "targetcal_xl", folder / "targetcal_xl")
    for part in ("templates", "xl"):
        shutil.copytree(root / part, folder / "targetcal_xl" / part)
    return folder


def test_a_plan_in_chinese_is_worked_on_in_a_locale_that_knows_ascii_only(
    tmp_path: Path, installed: Path, played: Path
) -> None:
    folder = shutil.copytree(played, tmp_path / "demo")
    for words in ("dashboard BOOK -o page.html", "backtest BOOK", "letters BOOK -o again --format both"):
        more = {**_ASCII, "PYTHONPATH": str(installed)}
        done = targetcal(*words.replace("BOOK", "targets.xlsx").split(), cwd=folder, more=more)
        assert (done.returncode, done.stderr) == (0, b"")
    more = {"LC_ALL": "C", "PYTHONPATH": str(installed)}
    assert targetcal("audit", "targets.xlsx", "--verify", cwd=folder, more=more).returncode == 0
    assert {path.suffix for path in (folder / "again").iterdir()} == {".docx", ".pdf"}


@exhaustive
def test_the_case_is_played_in_a_locale_that_knows_ascii_only(tmp_path: Path, installed: Path) -> None:
    more = {**_ASCII, "PYTHONPATH": str(installed)}
    done = targetcal("demo", "demo", "--lang", "en", cwd=tmp_path, more=more)
    assert (done.returncode, done.stderr) == (0, b"")
    json.loads((tmp_path / "demo" / "summary.json").read_text("utf-8"))
    for locale in (_ASCII, {"LC_ALL": "C"}):
        more = {**locale, "PYTHONPATH": str(installed)}
        assert targetcal("audit", "demo/targets.xlsx", "--verify", cwd=tmp_path, more=more).returncode == 0


@pytest.mark.parametrize(
    "words", [["audit", "targets.xlsx"], ["audit", "targets.xlsx", "--json"], ["--help"]]
)
def test_a_pipe_whose_reader_went_away_ends_a_command_in_silence(played: Path, words: list[str]) -> None:
    command = [sys.executable, "-c", "from targetcal_xl.cli import run; run()", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=played, env=plain(), stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_without_any_output_a_command_does_its_work(played: Path) -> None:
    closed = f'exec "{sys.executable}" -c "from targetcal_xl.cli import run; run()" check targets.xlsx'
    for how in (">&-", "2>&-", ">&- 2>&-"):
        assert subprocess.run(["sh", "-c", f"{closed} {how}"], cwd=played, check=False).returncode == 0


def test_a_report_that_cannot_be_written_is_said_so(played: Path) -> None:
    command = f'exec "{sys.executable}" -c "from targetcal_xl.cli import run; run()" audit targets.xlsx'
    # Where lines are counted, the count could not be written either.
    env = {name: value for name, value in plain().items() if not name.startswith("COVERAGE_")}
    for form in ("", "--json"):
        done = subprocess.run(
            ["sh", "-c", f"ulimit -f 0; {command} {form} > report"],
            cwd=played, env={**env, "TARGETCAL_LANG": "en"}, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert b"its report could not be written (File too large)" in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_long_work_shows_a_bar_where_somebody_sees_it_and_nothing_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for is_terminal in (True, False):
        shown = io.StringIO()
        errors = Console(file=shown, force_terminal=is_terminal, width=80)
        monkeypatch.setattr(seat, "ERRORS", errors)
        with seat.ThisComputer("en").progress() as report:
            report("letters", 1, 3)
            report("letters", 3, 3)
        assert ("3/3" in shown.getvalue()) == is_terminal


def test_the_package_itself_runs_as_the_command() -> None:
    command = [sys.executable, "-m", "targetcal_xl", "--version"]
    assert __version__ in subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
