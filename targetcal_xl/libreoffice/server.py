"""The Python that computes for LibreOffice: a request a line on its input, an answer a line back.

LibreOffice starts it with the first function and it ends when LibreOffice does, however that ends:
its input is closed then.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import IO

from .. import log
from ..functions import FUNCTIONS, computed

_LOG = logging.getLogger("targetcal_xl.libreoffice.server")
"""By its name: it is started as a program, whose own is another."""


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        asked = json.loads(line)
        _LOG.debug("function %s", log.one_of(asked["function"], FUNCTIONS))
        with log.step(_LOG, "answer"):
            answer = computed(asked["function"], asked["cells"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Serve on standard input and output; what any library prints goes elsewhere."""
    log.heed()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
