"""Where tests write: into memory, where there is enough of it, as a disk has to be waited for."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

_SHARED: Final = Path("/dev/shm")
"""Linux keeps what is written here in memory."""
_ENOUGH: Final = 6 * 1024**3
"""So many bytes have to be free: all tests together leave less than one in ten of them."""


def write_into_memory() -> None:
    """Have temporary files need no disk, unless somebody has said where they go; processes inherit it."""
    if "TMPDIR" not in os.environ and _is_roomy(_SHARED):
        os.environ["TMPDIR"], tempfile.tempdir = str(_SHARED), None


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
