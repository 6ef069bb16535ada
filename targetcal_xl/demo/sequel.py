"""A quarter after the worked case: begun from the one before, and played to its end by the same people."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from itertools import count
from pathlib import Path

import numpy as np

from ..actions import begin_next, close, confirm, decide, decide_support, recalibrate
from ..actions.import_data import import_data
from ..actions.import_wanted import ImportWish
from ..calibration import Line
from ..calibration.vocabulary import JUSTIFICATION
from ..connect import read_actuals
from ..desk import Desk, standing_of
from ..language import text
from .parts import LinePart
from .story import RESULTS, Parts, Story, StoryRow

READINGS = "drivers.csv"
_REPEATED = {"follow", "survey", "evaluate"}
"""Acts of the case that are done again as they were."""


class Sequel(Story):
    """A quarter in which `LinePart` says what heads declare, and what comes of it."""

    def __init__(self, case: Story, before: Story, places: int) -> None:
        self.case, self.before = case, before
        days = read_actuals(case.folder.joinpath(RESULTS), case.inputs.plan)
        self.role = LinePart(case.inputs, days, places)
        super().__init__(case.folder, case.directory / str(self.role.period), case.language)
        self.acts = [*self._acts()]

    @property
    def parts(self) -> Parts:
        """What is done in each act of such a quarter."""
        return {
            **super().parts,
            "next": self._begin,
            "read": self._read,
            "recalibrate": self._recalibrate,
            "submit": self._declare,
            "decide": self._accept,
            "confirm": lambda desk, _: confirm(desk, self._say("demo.apart")),
        }

    def _acts(self) -> Iterator[StoryRow]:
        """Who does what, as many days after the quarter's start as in the case."""
        actors = {row["action"]: row["actor"] for row in self.case.acts}
        first, finance = self.case.acts[0], actors["new"]
        begun = self._moved(dt.datetime.fromisoformat(first["at"]))
        clock = (begun + dt.timedelta(minutes=5 * k) for k in count())

        def act(action: str, actor: str, region: str = "") -> StoryRow:
            said = {"at": next(clock).isoformat(), "action": action, "actor": actor, "region": region}
            return dict.fromkeys(first, "") | said

        yield from (act(name, finance) for name in ("next", "read", "recalibrate"))
        for region in self.inputs.plan.regions:
            yield act("submit", region.head.name, region.code)
            yield act("lock", finance, region.code)
            yield act("decide", region.superior.name, region.code)
        yield act("confirm", finance)
        yield act("letters", actors["letters"])
        yield from (self._later(row) for row in self.case.acts if row["action"] in _REPEATED)

    def _later(self, row: StoryRow) -> StoryRow:
        """What was done in the case, done again in this quarter."""
        at = self._moved(dt.datetime.fromisoformat(row["at"]))
        is_day = row["action"] == "follow"
        value = at.date().isoformat() if is_day else row["value"]
        return {**row, "at": at.isoformat(), "value": value}

    def _moved(self, then: dt.datetime) -> dt.datetime:
        """A time as long after this quarter's start as it was after the case's; from its last day on, as long
        after the end."""
        once, now = self.case.inputs.plan.period, self.role.period
        if then.date() >= once.end:
            return then + (now.end - once.end)
        return then + min(now.start - once.start, now.end - then.date())

    def _begin(self, desk: Desk, act: StoryRow) -> None:
        """The plan before hands on what came and what was learned."""
        with self.before.desk(act) as old:
            found = close(old, self.role.hq_target(standing_of(old.ledger).inputs))
        begin_next(desk, found)
        self.inputs = standing_of(desk.ledger).inputs

    def _read(self, desk: Desk, _: StoryRow) -> None:
        """The new period's readings are imported."""
        plan, path = self.inputs.plan, self.directory / READINGS
        reference, now = self.role.readings(self.inputs)
        rows = (
            (line.code, indicator.code, f"{reference[i, k]:.6g}", f"{now[i, k]:.6g}")
            for i, line in enumerate(plan.lines)
            for k, indicator in enumerate(plan.indicators)
        )
        _write(path, ("line", "indicator", "reference", "now"), rows)
        import_data(desk, ImportWish(drivers=str(path)))

    def _recalibrate(self, desk: Desk, _: StoryRow) -> None:
        """The readings are taken in; that settles what is suggested, and what the days will bring."""
        self.weights = recalibrate(desk, self._say("demo.read")).weights
        self.inputs = standing_of(desk.ledger).inputs
        columns = ("date", "line", "value", "leads", "capacity", "volume")
        _write(self.directory / RESULTS, columns, self._results())

    def _results(self) -> Iterator[Sequence[str]]:
        """What each day will bring each line, where it brings something."""
        found = self.role.actuals(self.inputs)
        blank = np.full_like(found.value, np.nan)
        parts = (found.value, found.leads, found.capacity, blank if found.volume is None else found.volume)
        for k, day in enumerate(found.dates):
            for i, line in enumerate(self.inputs.plan.lines):
                if np.isfinite(found.value[i, k]):
                    yield day.isoformat(), line.code, *(_cell(part[i, k]) for part in parts)

    def _declare(self, desk: Desk, act: StoryRow) -> None:
        """A head stands by some suggestions and departs from others, with reasons."""
        own: dict[tuple[str, str], str] = {}
        for line, said, suggested in self._declared(desk, act["region"]):
            own[line.code, "declared"] = f"{said}"
            if said != suggested:
                reasons = {(line.code, code): self._say(f"demo.{code}") for code in JUSTIFICATION}
                own |= reasons
        self._hand_in(desk, act, own)

    def _accept(self, desk: Desk, act: StoryRow) -> None:
        """The superior agrees to all, and to no support."""
        region = act["region"]
        for line, said, suggested in self._declared(desk, region):
            if said != suggested:
                decide_support(desk, region, line.code, "no", reason=self._say("demo.declined"))
            code = "accepted" if said == suggested else "convinced"
            decide(desk, region, line.code, "accept", reason=self._say(f"demo.{code}"))

    def _declared(self, desk: Desk, region: str) -> Iterator[tuple[Line, float, float]]:
        """A region's lines, what is declared of each, and what is suggested."""
        suggested = standing_of(desk.ledger).baseline.suggested
        declared = self.role.declared(self.inputs, suggested).tolist()
        for line, *said in zip(self.inputs.plan.lines, declared, suggested.tolist(), strict=True):
            if line.region == region:
                yield line, *said

    def _say(self, key: str) -> str:
        return text(f"telling.{key}", self.language)

    @property
    def _actuals(self) -> Traversable:
        return self.directory / RESULTS


def _cell(value: float) -> str:
    return f"{value:.10g}" if np.isfinite(value) else ""


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
