"""Setting up a plan without a programmer: by questions, by a form, or as a copy of another plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from ..calibration import Inputs
from ..connect import (
    FilledForm,
    find_plan,
    plan_extras,
    plan_files,
    read_draft,
    read_form,
    read_plan,
    write_form,
)
from ..desk import find_language, plan_faults, size_faults
from ..language import listed, text
from ..ooxml import make_folder, read_file, write_file
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, Part, Report, Sentence
from .interview import Interview, Questioner
from .new import suggestions

_FORM_SUFFIX = ".xlsx"


@dataclass(frozen=True)
class FormReport(Report):
    """The form that was written."""

    form: str

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.init.form", language, form=self.form), DONE)


@dataclass(frozen=True)
class InitReport(Report):
    """The plan folder that was written."""

    folder: str
    files: tuple[str, ...]
    kept: tuple[str, ...]
    """What files that were there are called now."""
    regions: int
    lines: int
    periods: int

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        counts = {"regions": self.regions, "lines": self.lines, "periods": self.periods}
        said = {"folder": self.folder, "files": listed(self.files, language)}
        yield Sentence(text("telling.init.written", language, **said, **counts), DONE)
        if self.kept:
            yield Sentence(text("telling.init.kept", language, kept=listed(self.kept, language)))
        yield Sentence(text("telling.init.next", language, folder=self.folder))


@dataclass(frozen=True)
class PlanWish:
    """Where a plan is to come from and go to, as far as somebody said."""

    folder: Path | None
    form: Path | None
    source: str
    replace: bool = False
    """Whether a plan that is there may make room."""


def init(wish: PlanWish, language: str, now: dt.datetime, ask: Questioner) -> Report:
    """Write a plan folder from a form, from another plan or by asking; without a folder, write the form.

    Raise Refused for neither and for too much, and where something is there already; DataProblems with
    everything that is wrong with a form.
    """
    find_language(language)
    if wish.folder is None and wish.form is not None:
        return form(wish.form, wish.source, language)
    if wish.folder is None or (wish.form and wish.source):
        raise Refused([Problem("init_what")])
    there = _in_the_way(wish)
    if there and not wish.replace:
        raise Refused([Problem("plan_there", str(wish.folder), {"files": there})])
    kept = {name: _aside(name, now) for name in there}
    if wish.source:
        source = find_plan(wish.source)
        return _written(wish.folder, _copied(source), read_plan(source), kept)
    filled = _filled(wish.form, language) if wish.form else _asked(wish.folder, language, now, ask)
    return _written(wish.folder, filled.draft.files, filled.inputs, kept)


def form(path: Path, source: str, language: str) -> FormReport:
    """Write the form, empty or with a plan in it; raise Refused where there is a file of this name."""
    if path.suffix.lower() != _FORM_SUFFIX:
        raise Refused([Problem("form_suffix", str(path))])
    if path.exists():
        raise Refused([Problem("form_there", str(path))])
    write_file(path, write_form(language, read_draft(find_plan(source)) if source else None))
    return FormReport(str(path))


def _filled(path: Path, language: str) -> FilledForm:
    """What a form says, where a book can be made of it."""
    found = read_form(read_file(path), path.name)
    if problems := [*plan_faults(found.inputs.plan), *size_faults(found.inputs, language)]:
        raise DataProblems(problems)
    suggestions(found.inputs)
    return found


def _asked(folder: Path, language: str, now: dt.datetime, ask: Questioner) -> FilledForm:
    """What was told; where something is wrong, or somebody breaks off, all of it is kept in a form."""
    kept = folder.with_name(f"{folder.name}{_FORM_SUFFIX}")
    if kept.exists():
        raise Refused([Problem("form_there", str(kept))])
    interview = Interview(ask, language, now.date())
    try:
        interview.hold()
    except (KeyboardInterrupt, Refused) as broken:
        if not interview.draft.words:
            raise
        write_file(kept, write_form(language, interview.draft))
        why = broken.problems if isinstance(broken, Refused) else ()
        raise Refused([*why, Problem("init_broken_off", str(kept), {"folder": folder})]) from broken
    said = write_form(language, interview.draft)
    try:
        return read_form(said, kept.name)
    except DataProblems as found:
        write_file(kept, said)
        raise DataProblems([*found.problems, Problem("init_kept", str(kept), {"folder": folder})]) from found


def _in_the_way(wish: PlanWish) -> list[str]:
    """Files of a plan that are there already, and would be written."""
    names = (*plan_files(), *plan_extras()) if wish.source else plan_files()
    return [name for name in names if wish.folder and (wish.folder / name).exists()]


def _aside(name: str, now: dt.datetime) -> str:
    path = Path(name)
    return f"{path.stem}.before-init-{now:%Y%m%d-%H%M%S}{path.suffix}"


def _copied(source: Traversable) -> Mapping[str, bytes]:
    files = {name: source.joinpath(name) for name in (*plan_extras(), *plan_files())}
    return {name: file.read_bytes() for name, file in files.items() if file.is_file()}


def _written(folder: Path, files: Mapping[str, bytes], inputs: Inputs, kept: Mapping[str, str]) -> InitReport:
    """The files in their folder; what was there is kept under another name."""
    make_folder(folder)
    for name, aside in reversed([*kept.items()]):
        _rename(folder / name, folder / aside)
    for name, content in files.items():
        write_file(folder / name, content)
    return InitReport(
        folder=str(folder),
        files=tuple(files),
        kept=tuple(kept.values()),
        regions=len(inputs.plan.regions),
        lines=len(inputs.plan.lines),
        periods=len(inputs.history.periods),
    )


def _rename(path: Path, to: Path) -> None:
    try:
        path.rename(to)
    except OSError as error:
        raise Refused([Problem("file_not_written", to.name, {"detail": error.strerror})]) from error
