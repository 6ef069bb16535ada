"""What a menu entry starts: an action on the workbook that LibreOffice has open, for the person at it."""

from __future__ import annotations

import json
import logging
import sys

from .. import log
from ..buttons import press_in
from ..language import spoken_language
from ..problems import Problem, TargetcalError
from .engine import NAME, connect

_LOG = logging.getLogger("targetcal_xl.libreoffice.runner")
"""By its name: it is started as a program, whose own is another."""


def run(pipe: str, document: str, code: str, answers: dict[str, str], language: str) -> str:
    """Press a button on the document of that number in the LibreOffice at that pipe; what came of it."""
    try:
        app = connect(pipe)
        try:
            found = [book for book in app.books if book.impl.uno.RuntimeUID == document]
            if not found:
                return Problem("office_no_document").sentence(language)
            return press_in(found[0], code, answers, language, NAME)
        finally:
            app.quit()
    except TargetcalError as error:
        _LOG.info("refused: %s", log.codes(error.problems))
        return "\n".join(problem.sentence(language) for problem in error.problems)
    except Exception as error:
        return log.unexpected(error).sentence(language)


def main() -> None:
    """Read the request from standard input, and answer with the message as JSON on standard output."""
    log.heed()
    asked = json.load(sys.stdin)
    said = run(asked["pipe"], asked["document"], asked["code"], asked["answers"], spoken_language())
    print(json.dumps(said))


if __name__ == "__main__":
    main()
