"""Where tests write: into memory, where there is enough of it, as a disk has to be waited for."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_SHARED: Final = Path("/dev/shm")
"""Linux keeps in memory what is written here."""
_FOR_ALL: Final = 0o1777
"""As with every folder for temporary files: servers are other users here."""
_ENOUGH: Final = 4 * 1024**3
"""So many bytes have to be free: tests leave far less, as what passes is cleared away."""


def memory_folder() -> Path | None:
    """A folder of its own for temporary files; this process and all that it starts write there from now on.

    None where somebody has said where they go, and where there is no room.
    """
    if "TMPDIR" in os.environ or not _is_roomy(_SHARED):
        return None
    folder = Path(tempfile.mkdtemp(prefix="tests-", dir=_SHARED))
    folder.chmod(_FOR_ALL)
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    return folder


def kept_folder(name: str) -> Path:
    """A folder for as long as this run lasts."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_roomy(folder: Path) -> bool:
    """Whether programs can be put there and started, and all that is written finds room."""
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return False
    room = os.statvfs(folder)
    is_free = min(room.f_bavail * room.f_frsize, _available()) > _ENOUGH
    return is_free and not room.f_flag & os.ST_NOEXEC


def _available() -> int:
    """Bytes of memory that can still be had."""
    rows = dict(row.split(":", 1) for row in Path("/proc/meminfo").read_text("ascii").splitlines())
    return int(rows["MemAvailable"].split()[0]) * 1024
