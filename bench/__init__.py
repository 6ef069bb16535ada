"""How fast we are, beside what others take for the same: `python -m bench.NAME [--quick] [--json]`."""

import os

# One thread, before numpy is loaded, so that a figure means the same on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
