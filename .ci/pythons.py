"""Every Python from 3.11 up on this computer, the oldest first, one of each version."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_OLDEST = (3, 11)
_NAME = re.compile(r"python3(\.\d+)?")
_ASK = "import sys; print(*sys.version_info[:3], sys.prefix == sys.base_prefix)"


def pythons() -> list[Path]:
    """Programs, by version; those of environments (which have a Python of their own already) left out."""
    found: dict[tuple[int, ...], Path] = {}
    for program in _programs():
        version = _version(program)
        if version >= _OLDEST:
            found.setdefault(version, program)
    return [found[version] for version in sorted(found)]


def _programs() -> Iterator[Path]:
    """Whatever has a Python's name on the search path, and all that pyenv keeps."""
    manager = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = [Path(folder) for folder in os.get_exec_path()]
    kept = manager.glob("versions/*/bin") if _may_look_into(manager) else ()
    for folder in [*folders, *kept]:
        if _may_look_into(folder) and folder.is_dir() and folder.name != "shims":
            yield from (program for program in sorted(folder.iterdir()) if _NAME.fullmatch(program.name))


def _may_look_into(folder: Path) -> bool:
    """Whether it is there and not another user's alone, as what lies in root's home is."""
    return os.access(folder, os.R_OK | os.X_OK)


def _version(program: Path) -> tuple[int, ...]:
    """(3, 11, 2); empty for what does not run, or runs an environment."""
    try:
        asked = subprocess.run([program, "-c", _ASK], capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    *numbers, own = asked.stdout.decode().split()
    return tuple(map(int, numbers)) if own == "True" else ()


if __name__ == "__main__":
    print(*pythons(), sep="\n")
