"""What has to stand in tables of data, and what may, by what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..calibration.vocabulary import SourceKind

_Columns = tuple[Sequence[str], Sequence[str]]

ACTUALS_COLUMNS: Final[_Columns] = ("date", "line", "value"), ("leads", "capacity", "volume")
HISTORY_COLUMNS: Final[_Columns] = ("line", "period", "value"), ("one_off",)
DRIVER_COLUMNS: Final[_Columns] = ("line", "indicator", "reference", "now"), ("period",)
DAYS_COLUMNS: Final[_Columns] = ("date", "line", "value"), ("volume",)
COLUMNS_OF: Final[Mapping[SourceKind, _Columns]] = {
    "actuals": ACTUALS_COLUMNS,
    "history": HISTORY_COLUMNS,
    "drivers": DRIVER_COLUMNS,
    "days": DAYS_COLUMNS,
}
