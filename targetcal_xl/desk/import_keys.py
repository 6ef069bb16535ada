"""Where the ledger keeps what imports brought: the keys of their documents."""

from __future__ import annotations

from ..calibration import Key

RESULTS: Key = (None, None, "import.actuals")
PAST: Key = (None, None, "import.history")
READ: Key = (None, None, "import.drivers")
DAYS_PAST: Key = (None, None, "import.days")
