"""Text out of bytes, in the encodings that offices write, and how much is read."""

from __future__ import annotations

import codecs
from importlib.resources.abc import Traversable

from ..problems import DataProblems, Problem
from .sheet import MOST_CELLS

MOST_BYTES = 100_000_000
"""A text file that is bigger is not read."""
_ENCODINGS = ("utf-8-sig", "gb18030")


def decode(source: Traversable) -> str:
    """The text of a file in UTF-8, GB18030 or marked UTF-16; raise DataProblems for what is none."""
    return decoded(content_within(source), source.name)


def content_within(source: Traversable) -> bytes:
    """All that a file says; raise DataProblems where it cannot be read, or that is more than we read."""
    try:
        with source.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataProblems([Problem("file_unreadable", source.name, {"detail": error.strerror})]) from error
    if len(content) > MOST_BYTES:
        raise DataProblems([too_big(source.name)])
    return content


def too_big(file: str) -> Problem:
    """That a file is larger than we read."""
    return Problem("csv_too_big", file, {"megabytes": MOST_BYTES // 1_000_000, "cells": MOST_CELLS})


def decoded(content: bytes, file: str) -> str:
    """The text that bytes are; raise DataProblems for what is none."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            said = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in said:
            return said
    raise DataProblems([Problem("csv_encoding", file)])
