"""Where words go: results to standard output, progress and problems to standard error."""

from __future__ import annotations

from rich.console import Console

OUT = Console(highlight=False, soft_wrap=True)
ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)
