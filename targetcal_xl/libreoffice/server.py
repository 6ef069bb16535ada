"""The Python that computes for LibreOffice: a request a line on its input, an answer a line back.

LibreOffice starts it with the first function and it ends when LibreOffice does, however that ends:
its input is closed then.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO

from ..functions import computed


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        asked = json.loads(line)
        answers.write(json.dumps(computed(asked["function"], asked["cells"])) + "\n")
        answers.flush()


def main() -> None:
    """Serve on standard input and output; what any library prints goes elsewhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
