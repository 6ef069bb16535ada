"""Work that other processes do: from their start to their end, with what each of them takes."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

from distributed import LocalCluster

from bench.report import Time

_KINDS = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@contextmanager
def hands(executor: str, workers: int | None = None) -> Iterator[str]:
    """An executor's name; for `dask` the address of a cluster with so many workers, or one for each core."""
    if executor != "dask":
        yield executor
        return
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


@contextmanager
def watched() -> Iterator[list[Time]]:
    """How long something takes, and what it and the programs it starts take of the processor."""
    times: list[Time] = []
    began, before = time.perf_counter(), _processor()
    yield times
    times.append(Time(time.perf_counter() - began, _processor() - before))


def _processor() -> float:
    used = (resource.getrusage(kind) for kind in _KINDS)
    return sum(one.ru_utime + one.ru_stime for one in used)


def most_memory() -> int:
    """The most, in MB, that this process or one that it started had."""
    return max(resource.getrusage(kind).ru_maxrss for kind in _KINDS) >> 10
