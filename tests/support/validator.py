"""The Open XML SDK validator: what Excel and Word would stumble over in the files we write."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.xllint import lint

_VALIDATOR = Path(__file__).parent / "node_modules" / ".bin" / "ooxml-validator"


def sound(path: Path) -> bool:
    """Whether Excel would open the file without a word; fail with what it would stumble over."""
    assert lint(path) == []
    assert faults(path) == []
    return True


def faults(*paths: Path) -> list[str]:
    """Every fault of every file as `file, part: what`; raise RuntimeError when it cannot be run."""
    with ThreadPoolExecutor(2) as pool:
        return [fault for found in pool.map(_faults, paths) for fault in found]


def _faults(path: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        # .NET takes every name for UTF-8, whatever the locale.
        plainly = shutil.copyfile(path, Path(folder, "file").with_suffix(path.suffix))
        run = subprocess.run(
            [_VALIDATOR, plainly], capture_output=True, encoding="utf-8", timeout=300, check=False
        )
    if run.returncode not in (0, 1):
        raise RuntimeError(f"the Open XML validator failed on {path.name}: {run.stderr}")
    errors = json.loads(run.stdout)["errors"]
    if run.returncode and not errors:
        raise RuntimeError(f"the Open XML validator found {path.name} invalid and said nothing")
    return [f"{path.name}, {error['path']}: {error['description']}" for error in errors]
