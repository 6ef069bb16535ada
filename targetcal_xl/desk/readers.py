"""Many files that came back, read by many hands: processes of this computer, or a Dask cluster.

Files go out by reference: a batch is a list of paths in a hidden folder beside the book, and what was read
comes back, without the plan, which stays where it is. Whoever reads judges nothing and writes nothing: what
counts is told here, in the order of the files. What only opens with a password is read here, too.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from ..calibration import Inputs
from ..exchange import ReturnedFile, is_encrypted, read_returned
from ..ledger import dump, load
from ..ooxml import make_folder, read_file, write_file
from ..problems import DataProblems, Refused
from .hands import by_hands, expect_hands

_BATCH = 50
_PLAN = "plan"


def read_by_hands(
    executor: str, book: Path, paths: Sequence[Path], inputs: Inputs, language: str
) -> Iterator[ReturnedFile]:
    """What each file says, in their order; raise Refused where nobody is there to read.

    `executor` is `local` or the address of a Dask cluster that sees the files and the book's folder.
    """
    expect_hands(executor)
    plan = json.dumps([language, dump(inputs).decode()], ensure_ascii=False).encode()
    for left in book.parent.glob(f".{book.name}.reading-*"):
        shutil.rmtree(left, ignore_errors=True)
    bench = book.with_name(f".{book.name}.reading-{hashlib.sha256(plan).hexdigest()[:12]}").resolve()
    make_folder(bench)
    try:
        write_file(bench / _PLAN, plan)
        for batch in by_hands(executor, read_batch, _tasks(bench, iter(paths))):
            yield from (_Unpacker(BytesIO(packed), inputs).load() for packed in batch)
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def _tasks(bench: Path, paths: Iterator[Path]) -> Iterator[Path]:
    """The files of batches, each written when somebody is free to read it."""
    place = 0
    while batch := [str(path.resolve()) for path in islice(paths, _BATCH)]:
        task = bench / f"{place}.paths"
        write_file(task, json.dumps(batch).encode())
        yield task
        place += 1


def read_batch(task: str) -> list[bytes]:
    """What the files of a batch say, packed; maybe on another computer, which sees the same folders."""
    path = Path(task)
    inputs, language = _plan((path.parent / _PLAN).read_bytes())
    paths: Iterable[str] = json.loads(path.read_bytes())
    return [_packed(_returned(Path(one), inputs, language), inputs) for one in paths]


@lru_cache(2)
def _plan(content: bytes) -> tuple[Inputs, str]:
    language, inputs = json.loads(content)
    return load(Inputs, inputs.encode()), language


def _returned(path: Path, inputs: Inputs, language: str) -> ReturnedFile:
    """What a file says or why it cannot be read; nothing of one that is to be read where the book is."""
    try:
        content = read_file(path)
        found = (
            ReturnedFile(path.name)
            if is_encrypted(content)
            else read_returned(content, path, inputs, language)
        )
    except (Refused, DataProblems) as refused:
        return ReturnedFile(path.name, problems=refused.problems)
    return ReturnedFile(path.name) if found.book else found


def _packed(returned: ReturnedFile, inputs: Inputs) -> bytes:
    file = BytesIO()
    _Packer(file, inputs).dump(returned)
    return file.getvalue()


class _Packer(pickle.Pickler):
    """Packs what was read without the plan's inputs, which whoever unpacks it has."""

    def __init__(self, file: BytesIO, inputs: Inputs) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._inputs = inputs

    def persistent_id(self, value: Any) -> str | None:
        """The name of what stays at home."""
        return _PLAN if value is self._inputs else None


class _Unpacker(pickle.Unpickler):  # noqa: S301 - what our own processes have packed
    """Unpacks what was read, for the plan that it was read for."""

    def __init__(self, file: BytesIO, inputs: Inputs) -> None:
        super().__init__(file)
        self._inputs = inputs

    def persistent_load(self, _name: str) -> Inputs:
        """What stayed at home."""
        return self._inputs
