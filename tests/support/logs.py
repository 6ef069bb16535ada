"""A log of its own for a test, and what stands in it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from targetcal_xl import log


@contextmanager
def own_log(folder: Path) -> Iterator[Path]:
    """Logs are written to a folder while it lasts, and a new one is begun."""
    ours = logging.getLogger("targetcal_xl")
    handlers, level = list(ours.handlers), ours.level
    with patch.object(tempfile, "tempdir", str(folder)), patch.object(log, "_told", set()):
        log._file.cache_clear()
        yield folder
        log._file.cache_clear()
    for handler in [handler for handler in ours.handlers if handler not in handlers]:
        ours.removeHandler(handler)
        handler.close()
    ours.setLevel(level)


def logged(folder: Path) -> str:
    """Everything that stands in the logs of a folder."""
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("targetcal-*.log")))
