"""Drafts: mails as files that Outlook and other programs open ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..calibration.vocabulary import MessageState
from ..ooxml import clear_leftovers, make_folder, write_file
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

    def clear(self, message: Message) -> None:
        """Take away what a killed run left of a mail's file."""
        clear_leftovers(self._path(message))

    def _path(self, message: Message) -> Path:
        name = "-".join(filter(None, (message.kind, message.region, message_code("", message))))
        return self.folder / f"{name}.eml"

    def send(self, message: Message, content: bytes) -> Attempt:
        """Write a mail down; raise Refused when it cannot be."""
        path = self._path(message)
        try:
            make_folder(self.folder)
            write_file(path, b"X-Unsent: 1\r\n" + content)
        except Refused as refused:
            raise Refused([Problem("outbox_draft", path.name), *refused.problems]) from refused
        return Attempt(MessageState.DRAFTED, path.name)
