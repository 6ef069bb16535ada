"""Books that a real LibreOffice has open, and people who act on them there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import xlwings as xw

from targetcal_xl import libreoffice
from targetcal_xl.calibration import Key, Value
from targetcal_xl.desk import Desk, open_live_desk
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import LiveBook, Reading, read
from tests.support.desks import FINANCE, Case, filled


@cache
def office() -> xw.App:
    """One LibreOffice for the whole run; it ends with us."""
    return libreoffice.start()


@dataclass(frozen=True)
class OpenCase(Case):
    """A case whose book is open in LibreOffice."""

    workbook: xw.Book | None = None

    def desk(self, by: str = FINANCE, create: bool = False) -> AbstractContextManager[Desk]:
        """Somebody's desk, at the open book."""
        assert self.workbook is not None
        return open_live_desk(
            self.workbook, actor=by, clock=self.clock, source="test", language=self.language, chance=bytes
        )

    def reading(self) -> Reading:
        """What the open book says now, saved or not."""
        assert self.workbook is not None
        return read(LiveBook(self.workbook, self.path, ""), self.inputs, self.language)

    def type(self, said: Mapping[Key, Value | Cell]) -> None:
        """Fill cells as a person does, and save nothing."""
        reading = self.reading()
        for key, value in said.items():
            self._at(reading, *key).value = filled(reading, key, value).value

    @property
    def uno(self) -> Any:
        """LibreOffice's own object for the book."""
        assert self.workbook is not None
        return self.workbook.impl.uno

    def cell(self, *key: str | None) -> xw.Range:
        """The cell of a key, in the open book."""
        return self._at(self.reading(), *key)

    def _at(self, reading: Reading, *key: str | None) -> xw.Range:
        region, row, code = key
        places = reading.places
        sheet, spot = places.find((region, row, str(code)))
        assert self.workbook is not None
        return self.workbook.sheets[places.tabs[sheet]].range(spot)


def opened(case: Case, app: xw.App | None = None) -> OpenCase:
    """The case, opened in LibreOffice."""
    book = (app or office()).books.open(str(case.path))
    return OpenCase(case.folder, case.inputs, case.clock, language=case.language, workbook=book)
