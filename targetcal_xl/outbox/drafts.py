"""Drafts: mails as files that Outlook and other programs open ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..calibration.vocabulary import MessageState
from ..ooxml import make_folder, write_file
from ..problems import Problem, Refused
from .message import Message, message_code
from .ways import Attempt, Limit


@dataclass(frozen=True)
class Drafts:
    """A folder for mails that a person sends."""

    folder: Path

    def limits(self, _message: Message) -> tuple[Limit, ...]:
        """Files are written at once."""
        return ()

    def send(self, message: Message, content: bytes) -> Attempt:
        """Write a mail down; raise Refused when it cannot be."""
        name = "-".join(filter(None, (message.kind, message.region, message_code("", message))))
        path = self.folder / f"{name}.eml"
        try:
            make_folder(self.folder)
            write_file(path, b"X-Unsent: 1\r\n" + content)
        except Refused as refused:
            raise Refused([Problem("outbox_draft", path.name), *refused.problems]) from refused
        return Attempt(MessageState.DRAFTED, path.name)
