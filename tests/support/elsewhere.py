"""The package in another place, changed as somebody would: nothing of the one at work is touched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.source import ROOT

_FACE = "import sys; sys.path.insert(0, {site!r}); from targetcal_xl.cli import run; run()"
_BLOCK = re.compile(
    r"^`(?P<path>[^`\s]+)`"
    r"(?:, (?P<where>before|after|instead of) `(?P<anchor>[^`]+)`|, (?P<end>at the end))?:\n\n"
    r"```\w*\n(?P<text>.*?)```$",
    re.MULTILINE | re.DOTALL,
)
"""A block of code in a document, below the name of the file that it stands in."""


@dataclass(frozen=True)
class Elsewhere:
    """A copy of the package in a folder of its own."""

    site: Path

    def file(self, path: str) -> Path:
        """Where the copy has a file of the repository."""
        home, _, rest = path.partition("/")
        return self.site / "targetcal_xl" / (rest if home == "targetcal_xl" else path)

    def told(self, *words: str, cwd: Path, language: str = "en", status: int = 0) -> str:
        """What its command line prints."""
        done = self.python(_FACE.format(site=str(self.site)), *words, cwd=cwd, language=language)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(
        self, script: str, *words: str, cwd: Path, language: str = "en"
    ) -> subprocess.CompletedProcess[str]:
        """A script run with the copy in the place of the package."""
        environment = os.environ | {"TARGETCAL_LANG": language, "PYTHONPATH": str(self.site)}
        environment |= {"COLUMNS": "200", "PYTHONWARNDEFAULTENCODING": ""}
        command = [sys.executable, "-c", script, *words]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, check=False, encoding="utf-8"
        )

    def change(self, text: str) -> None:
        """Do to the files what a part of a document shows: every block that has a file's name above it."""
        for command in re.findall(r"^cp (?:-r )?(\S+) (\S+)$", text, re.MULTILINE):
            source, target = map(self.file, command)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        blocks = list(_BLOCK.finditer(text))
        assert len(blocks) == text.count("\n```") // 2 - text.count("\n```sh"), "a block stands in no file"
        for block in blocks:
            self._apply(block)

    def _apply(self, block: re.Match[str]) -> None:
        file, new, anchor = self.file(block["path"]), block["text"], block["anchor"]
        file.parent.mkdir(parents=True, exist_ok=True)
        if not (anchor or block["end"]):
            assert not file.exists() or file.name == "language.toml", f"{file} is there already"
            file.write_text(new, "utf-8")
            return
        old = file.read_text("utf-8")
        if block["end"]:
            file.write_text(f"{old.rstrip()}\n\n{new}", "utf-8")
            return
        lines = old.splitlines(keepends=True)
        [at] = [k for k, line in enumerate(lines) if line.strip() == anchor.strip()]
        lines[at : at + 1] = {
            "before": [new, lines[at]],
            "after": [lines[at], new],
            "instead of": [new],
        }[block["where"]]
        file.write_text("".join(lines), "utf-8")


def elsewhere(folder: Path) -> Elsewhere:
    """The package copied, with everything that is shipped inside it, compiled as far as it is here."""
    package = folder / "targetcal_xl"
    shutil.copytree(ROOT / "targetcal_xl", package)
    for name in ("templates", "xl"):
        shutil.copytree(ROOT / name, package / name)
    return Elsewhere(folder)


def parts(document: str) -> Iterator[tuple[str, str]]:
    """The parts of a document by their titles."""
    text = (ROOT / document).read_text("utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        yield title, rest
