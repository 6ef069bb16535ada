"""Asking for a plan on the console: one plain question after the other, each with a sensible default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from ..calibration import Metric, Period
from ..calibration.vocabulary import Role
from ..connect import (
    DRIVERS,
    LINES,
    PLAN,
    REGIONS,
    DraftRow,
    FormItem,
    FormSheet,
    PlanDraft,
    answer_meant,
    read_history_rows,
)
from ..language import listed, record, text
from ..problems import DataProblems, Problem

Questioner = Callable[[str, str], str]
"""Puts a question and takes the answer; the second is what holds where the answer is empty."""
_Answer = TypeVar("_Answer")

_ASKED: Final = (
    *("company", "period", "metric.name", "metric.definition", "metric.unit", "metric.kind"),
    *("metric.direction", "metric.step", "hq_target", "calendar.country"),
)
_PERSON: Final = (Role.HEAD, Role.SUPERIOR, Role.HRBP)
_WEIGHT: Final = "0.25"
"""What a driver weighs as long as nobody knows better."""
_UNKNOWN: Final = "-"


class Interview:
    """The questions in their order, and what becomes of the answers."""

    def __init__(self, ask: Questioner, language: str, today: dt.date) -> None:
        self._put, self._language, self._today = ask, language, today
        self._words: dict[str, Any] = {}
        self._past, self._readings = list[DraftRow](), list[DraftRow]()

    @property
    def draft(self) -> PlanDraft:
        """The plan as far as it was told; nothing of it was compared with anything yet."""
        return PlanDraft(self._words, tuple(self._past), tuple(self._readings))

    def hold(self) -> None:
        """Put all questions; what was answered before somebody breaks off is in the draft."""
        for code in _ASKED:
            item = PLAN.item(code)
            *tables, name = item.path
            table = self._words.setdefault(tables[0], {}) if tables else self._words
            table[name] = self._item(PLAN, item, self._default(item))
        regions: list[dict[str, Any]] = self._words.setdefault("regions", [])
        _keep(regions, self._regions())
        _keep(self._words.setdefault("lines", []), self._lines(regions))
        _keep(self._past, self._history())
        _keep(self._readings, self._drivers())

    def _default(self, item: FormItem) -> str:
        """What is likely meant: the next quarter, one more customer, a country that speaks the language."""
        quarter = Period(self._today.year, (self._today.month - 1) // 3 + 1).shift(1)
        country = record(self._language).locale.rpartition("_")[2]
        likely = {"period": str(quarter), "metric.step": "1", "calendar.country": country}
        return likely.get(item.code) or next(iter(item.words(self._language)), "")

    def _item(self, sheet: FormSheet, item: FormItem, default: str = "", about: str = "") -> Any:
        """The answer to an item of the form."""
        question = self._question(sheet, item, about)
        return self._until(question, default, lambda said: self._taken(item, said))

    def _question(self, sheet: FormSheet, item: FormItem, about: str) -> str:
        fields = {"about": about, "asked": sheet.caption(item, self._language)}
        asked = self._say("about", **fields) if about else fields["asked"]
        choices = listed(item.words(self._language), self._language)
        meaning = " ".join(filter(None, (sheet.help(item, self._language), choices)))
        return (
            text("actions.init.question", self._language, asked=asked, meaning=meaning) if meaning else asked
        )

    def _taken(self, item: FormItem, said: str) -> Any:
        if not said and item.needed:
            raise DataProblems([Problem("csv_empty")])
        unit = str(self._words.get("metric", {}).get("unit", ""))
        value, fault = answer_meant(item, said, unit) if said or item.choices else ("", "")
        if fault:
            known = [*item.words(self._language)]
            fields = {"value": said, "known": known, "found": [said], "unit": unit}
            raise DataProblems([Problem(fault, fields=fields)])
        return value

    def _until(self, question: str, default: str, taken: Callable[[str], _Answer]) -> _Answer:
        """An answer that can be taken; the question is put again, with what was wrong, as long as none is."""
        asked = question
        while True:
            try:
                return taken(self._put(asked, default).strip())
            except DataProblems as found:
                faults = [problem.sentence(self._language) for problem in found.problems]
                asked = "\n".join([*faults, question])

    def _say(self, code: str, **fields: object) -> str:
        return text(f"actions.init.{code}", self._language, **fields)

    def _regions(self) -> Iterator[dict[str, Any]]:
        """Regions, each before its people, until no more is named; who serves several is proposed again."""
        before: dict[str, dict[str, str]] = {}
        while name := self._put(self._say("region" if before else "first_region"), "").strip():
            region: dict[str, Any] = {"name": name}
            yield region
            for role in _PERSON:
                self._person(role, region, before.get(role, {}))
                before[role] = region[role]

    def _person(self, role: str, region: dict[str, Any], before: dict[str, str]) -> None:
        """Name and mail of somebody of a region; whom the region before has is likely meant again."""
        likely, found, of = {} if role == Role.HEAD else before, region.setdefault(role, {}), region["name"]
        found["name"] = self._item(REGIONS, REGIONS.item(f"{role}.name"), likely.get("name", ""), of)
        mail = likely.get("mail", "") if found["name"] == likely.get("name") else ""
        if said := self._item(REGIONS, REGIONS.item(f"{role}.mail"), mail, of):
            found["mail"] = said

    def _lines(self, regions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The lines of each region; of a mean or ratio with what they weigh."""
        for region in regions:
            said = self._put(self._say("lines", region=region["name"]), region["name"])
            for name in filter(None, map(str.strip, said.replace("，", ",").replace("、", ",").split(","))):
                line = {"name": name, "region": region["name"]}
                if self._words["metric"]["kind"] != Metric.kind:
                    line["volume"] = self._item(LINES, LINES.item("volume"), "1", name)
                yield line

    def _history(self) -> tuple[DraftRow, ...]:
        """From a file, else typed line by line."""
        rows = self._until(self._say("history"), "", self._from_file)
        return rows if rows is not None else tuple(self._typed_history())

    def _from_file(self, said: str) -> tuple[DraftRow, ...] | None:
        return read_history_rows(Path(said).expanduser()) if said else None

    def _typed_history(self) -> Iterator[DraftRow]:
        period = Period.parse(self._words["period"])
        for line in self._words["lines"]:
            question = self._say("values", line=line["name"], last=period.shift(-1))
            values = self._until(question, "", self._numbers)
            for back, value in enumerate(reversed(values), 1):
                yield {"line": line["name"], "period": str(period.shift(-back)), "value": value}

    def _pair(self, said: str) -> list[str]:
        """Two numbers, or none."""
        values = self._numbers(said)
        if len(values) not in (0, 2):
            raise DataProblems([Problem("init_pair")])
        return values

    def _numbers(self, said: str) -> list[str]:
        """Numbers with spaces between them, `-` for one that nobody knows: as texts."""
        item = PLAN.item("hq_target")
        return ["" if one == _UNKNOWN else str(self._taken(item, one)) for one in said.split()]

    def _drivers(self) -> Iterator[DraftRow]:
        """Drivers of one indicator each, until no more is named, with its readings."""
        drivers = self._words.setdefault("drivers", [])
        while name := self._put(self._say("driver"), "").strip():
            driver: dict[str, Any] = {"name": name, "code": f"D{len(drivers) + 1}"}
            drivers.append(driver)
            likely = {"weight": _WEIGHT, "direction": DRIVERS.item("direction").words(self._language)[0]}
            for code, default in likely.items():
                driver[code] = self._item(DRIVERS, DRIVERS.item(code), default, name)
            driver["indicators"] = [{"name": name, "share": 1}]
            for line in self._words["lines"]:
                question = self._say("readings", indicator=name, line=line["name"])
                values = self._until(question, "", self._pair)
                if values:
                    yield {"line": line["name"], "indicator": name, "reference": values[0], "now": values[1]}


def _keep(into: list[_Answer], told: Iterable[_Answer]) -> None:
    """Put down one after the other as it is told, so that it stays when somebody breaks off."""
    for one in told:
        into.append(one)
