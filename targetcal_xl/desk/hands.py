"""Many hands for one work: processes of this computer, or the workers of a Dask cluster.

Work goes out by reference. A task is a file that says what is to be done; whoever does it hands back what
came of it, in the order of the tasks. A task whose maker dies is done again, from the same file.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..problems import Problem, Refused

if TYPE_CHECKING:
    from concurrent.futures import Executor

LOCAL = "local"
_AHEAD = 2
"""Tasks that wait for each process."""
_TRIES, _SECONDS = 3, 10
"""How often a task is begun before its makers are given up, and how long a cluster has to answer."""
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss|inproc)://\S+")

Done = TypeVar("Done")
Work = Callable[[str], Done]
"""Does what the file at a path says; a function of a module, so that other processes find it."""


def expect_hands(executor: str) -> None:
    """Raise Refused for what is neither nothing, nor `local`, nor the address of a Dask cluster."""
    if executor not in ("", LOCAL) and not _ADDRESS.fullmatch(executor):
        raise Refused([Problem("hands_executor", executor)])


def by_hands(executor: str, work: Work[Done], tasks: Iterator[Path]) -> Iterator[Done]:
    """What comes of each task, whose file goes then; raise Refused where nobody is there to do it."""
    expect_hands(executor)
    if executor in ("", LOCAL):
        return _by_processes(work, tasks)
    return _by_cluster(executor, work, tasks)


def _by_processes(work: Work[Done], tasks: Iterator[Path]) -> Iterator[Done]:
    """What processes of this computer do, one for each of its cores; a lost one is replaced."""
    import multiprocessing
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    count = os.cpu_count() or 1
    left, lost = deque[Path](), 0
    while True:
        try:
            with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
                for done in _in_turn(pool, work, tasks, left, count * _AHEAD):
                    lost = 0
                    yield done
            return
        except BrokenExecutor as error:
            lost += 1
            if lost == _TRIES:
                raise Refused([Problem("hands_lost")]) from error


def _by_cluster(address: str, work: Work[Done], tasks: Iterator[Path]) -> Iterator[Done]:
    """What the workers of a Dask cluster do; what a lost one had, others take over."""
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise Refused([Problem("hands_dask_missing")]) from error
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except OSError as error:
        raise Refused([Problem("hands_cluster", address, {"detail": str(error)})]) from error
    with client:
        count = max(len(client.ncores()), 1)
        try:
            pool = client.get_executor(pure=False, retries=_TRIES)
            yield from _in_turn(pool, work, tasks, deque(), count * _AHEAD)
        except KilledWorker as error:
            raise Refused([Problem("hands_lost")]) from error


def _in_turn(
    pool: Executor, work: Work[Done], tasks: Iterator[Path], left: deque[Path], ahead: int
) -> Iterator[Done]:
    """What comes of tasks, in their order; `left` holds those that were begun, for whoever begins again."""
    running = deque(pool.submit(work, str(task)) for task in left)
    while True:
        for task in islice(tasks, ahead - len(running)):
            left.append(task)
            running.append(pool.submit(work, str(task)))
        if not running:
            return
        done = running.popleft().result()
        left.popleft().unlink()
        yield done
