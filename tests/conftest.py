"""How the suite runs: hypothesis takes its time, and the same examples in every build."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("house", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("house")
