"""What came back is read alike whoever reads it; that hands may be lost is shown where letters are made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from targetcal_xl.actions import CollectReport, collect
from targetcal_xl.desk import read_by_hands, readers
from targetcal_xl.exchange import PackAnswer, ReturnedFile, read_returned
from targetcal_xl.problems import Refused
from tests.support import desks
from tests.support.desks import Case
from tests.support.packs import answered


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_BATCH", 1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Workers in threads of this process: quickly there, and asked as any others are."""
    with LocalCluster(
        processes=False, n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as started:
        yield started.scheduler_address


def _files(case: Case) -> list[Path]:
    """An answer of each region, and what is none."""
    broken = case.folder / "packs" / "broken.xlsx"
    files = [answered(case, "R1"), answered(case, "R2"), broken]
    broken.write_bytes(files[0].read_bytes()[:2000])
    return files


def _told(returned: ReturnedFile) -> tuple[object, ...]:
    answer = returned.answer
    if not isinstance(answer, PackAnswer) or answer.reading is None:
        return returned.name, [problem.code for problem in returned.problems]
    reading = answer.reading
    return returned.name, answer.slip, reading.typed, reading.grids, reading.places


def test_many_read_in_order_what_one_reads_and_leave_nothing_behind(cluster: str, tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    files = _files(case)
    here = [read_returned(path.read_bytes(), path, case.inputs, case.language) for path in files[:2]]
    read = [*read_by_hands(cluster, case.path, files, case.inputs, case.language)]
    assert [_told(one) for one in read[:2]] == [_told(one) for one in here]
    assert [_told(one) for one in read[2:]] == [("broken.xlsx", ["file_not_workbook"])]
    assert not list(case.folder.glob(".*reading*"))


def _collected(folder: Path, executor: str) -> tuple[CollectReport, list[tuple[object, ...]]]:
    folder.mkdir()
    case = desks.fresh(folder)
    report = case.run(collect, _files(case), (), executor, by="林静")
    entries = [(*entry.key, entry.action, entry.new, entry.reason) for entry in case.entries()]
    return report, [entry for entry in entries if ".record" not in str(entry[2])]


def test_a_cluster_collects_what_one_program_does(cluster: str, tmp_path: Path) -> None:
    assert _collected(tmp_path / "cluster", cluster) == _collected(tmp_path / "alone", "")


def test_who_reads_nothing_is_told_so(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(collect, [answered(case)], (), "nobody")
    assert [problem.code for problem in refused.value.problems] == ["hands_executor"]
