"""Damaged files of every kind, collected: taken in or refused in words, in bounded memory, and nothing else.

A few here; `make explore` tries 2,000.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pytest

from targetcal_xl.actions import verify
from targetcal_xl.language import LANGUAGES
from tests.support import desks
from tests.support.desks import Case
from tests.support.exploring import explores
from tests.support.mutants import mutants
from tests.support.packs import answered, taken, write

COUNT = 2_000 if explores() else 24
_MOST = 1 << 30
_MEANT = "报价.pdf"


@contextmanager
def in_memory_for(more: int) -> Iterator[None]:
    """Whoever asks for more than so many bytes gets none, as on a small computer."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A pack that has come back with a file beside it."""
    found = desks.fresh(tmp_path_factory.mktemp("mutants"))
    path = answered(found, R1_1=84.0, R1_2=130.0)
    write(found, path, {("R1", "R1-1", "attachment"): _MEANT})
    return found


def _of_all(case: Case, pack: bytes, enclosed: bytes) -> Iterator[tuple[str, str, bytes]]:
    """What was done, the name that it is saved under, and the file: packs, copies of the book, zips."""
    for what, mutant in mutants(pack, 1, COUNT * 2 // 3):
        yield what, "pack.xlsx", mutant
    for what, mutant in mutants(case.path.read_bytes(), 2, COUNT // 6):
        yield what, "targets (1).xlsx", mutant
    for what, mutant in mutants(enclosed, 3, COUNT - COUNT * 2 // 3 - COUNT // 6):
        yield what, "pack.files.zip", mutant


def test_no_damage_makes_collecting_fall_over(case: Case) -> None:
    [path] = (case.folder / "packs").glob("*.xlsx")
    pack, enclosed = path.read_bytes(), case.path.read_bytes()
    kept = {one: one.read_bytes() for one in case.folder.iterdir() if one.name.startswith("targets")}
    aside = case.folder / "in"
    aside.mkdir()
    path.unlink()
    with in_memory_for(_MOST):
        for what, name, mutant in _of_all(case, pack, enclosed):
            (aside / "pack.xlsx").write_bytes(pack)
            (aside / name).write_bytes(mutant)
            try:
                report = taken(case, aside)
                assert all(chain.from_iterable(report.tell(language) for language in LANGUAGES))
            except BaseException as error:
                error.add_note(f"mutant {what} as {name}")
                raise
            for one in (*aside.iterdir(), *case.folder.glob("targets.ledger.sqlite-*")):
                one.unlink()
            for one, content in kept.items():
                one.write_bytes(content)
    assert case.run(verify).verified
