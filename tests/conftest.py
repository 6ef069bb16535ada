"""How the suite runs: the same examples every time, unless it explores, and every problem can be told."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import Problem
from tests.support.programs import (
    explores_more,
    forks,
    minds_versions,
    needs_postgresql,
    needs_programs,
    reaches_nothing_new,
)
from tests.support.temporary import memory_folder

settings.register_profile("house", deadline=None, max_examples=30, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=400)
settings.load_profile("house")


_WRITTEN = pytest.StashKey[Path | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with where everything is written, before the first worker asks."""
    config.stash[_WRITTEN] = memory_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Clear away what was written, but for what failed, which somebody may want to look at."""
    if (folder := config.stash.get(_WRITTEN, None)) and not [*folder.glob("pytest-of-*/pytest-*/*")]:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs other programs, to be left out where there are none, what explores, minds versions.

    Begin with the files that take long, so that no worker is left with one when the others are done.
    """
    for item in items:
        if needs_programs(item.path):
            item.add_marker("programs")
        if needs_postgresql(item.path):
            item.add_marker("postgresql")
        if forks(item.path):
            item.add_marker("forks")
        if explores_more(item.path):
            item.add_marker("explored")
        if minds_versions(item.path):
            item.add_marker("versions")
    items.sort(key=lambda item: not item.path.name.startswith("test_whole_"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure which lines are reached, but where others reach the same."""
    with _unmeasured(item.config) if reaches_nothing_new(item.path) else nullcontext():
        return (yield)


@contextmanager
def _unmeasured(config: pytest.Config) -> Iterator[None]:
    """Without being measured, a test and the processes that it starts take little more than half the time."""
    measuring = getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if measuring is None:
        yield
        return
    measuring.pause()
    while beneath := Coverage.current():  # a worker is a process that a measured one has started
        beneath.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield
    measuring.resume()


@pytest.fixture(scope="session", autouse=True)
def the_same_examples_whatever_is_imported() -> Iterator[None]:
    """Hypothesis also tries constants of all code of ours that it finds loaded, if it may choose freely.

    What is loaded depends on which tests this worker has run before, and any edit changes the constants.
    """
    with pytest.MonkeyPatch.context() as patch:
        if settings().derandomize:
            patch.setattr(providers, "is_local_module_file", lambda path: False)
        yield


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """Whatever a test opens in LibreOffice is closed again."""
    from tests.support.live import office

    yield
    for book in list(office().books):
        book.close()


@pytest.fixture(autouse=True)
def every_problem_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever problem comes up in a test can be told to a person, in both languages."""
    make, unsaid = Problem.__init__, dict[str, object]()

    def watched(problem: Problem, *given: Any, **named: Any) -> None:
        make(problem, *given, **named)
        for language in LANGUAGES:
            try:
                problem.sentence(language)
            except (KeyError, ValueError, TypeError) as error:
                unsaid[f"{problem.code} in {language}"] = error

    monkeypatch.setattr(Problem, "__init__", watched)
    yield
    assert unsaid == {}
