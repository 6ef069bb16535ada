"""Drafts: mails as files that Outlook and other programs open ready to be sent."""

from __future__ import annotations

from pathlib import Path

from ..problems import Problem, Refused


def write_draft(folder: Path, name: str, content: bytes) -> Path:
    """Put a mail into a folder as a draft; raise Refused when it cannot be written."""
    path = folder / f"{name}.eml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"X-Unsent: 1\r\n" + content)
    except OSError as error:
        raise Refused([Problem("outbox_draft", str(path), {"said": error.strerror or error})]) from error
    return path
