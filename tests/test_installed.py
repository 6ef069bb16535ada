"""What is installed without extras is all that the program needs; the rest is named by an extra."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOM = Path(__file__).parents[1] / "targetcal_xl"
ASIDE = {"test", "bench"}
"""Extras of those who work on the program."""
_ELSEWHERE = {
    *("uno", "unohelper", "com", "winreg", "_winapi"),
    *("win32com", "pythoncom", "pywintypes", "appscript", "docx2pdf"),
}
"""What only LibreOffice's own Python, Windows or macOS has."""
_PLAIN = """
import importlib, json, sys

given = json.load(sys.stdin)


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in given["missing"]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
failed = {}
for module, names in given["imports"]:
    try:
        found = importlib.import_module(module)
        for name in names:
            hasattr(found, name) or importlib.import_module(f"{module}.{name}")
    except ImportError as error:
        failed[f"{module} {' '.join(names)}".strip()] = str(error)
print(json.dumps(failed))
"""


def _comes_with(extras: set[str]) -> set[str]:
    """The distributions that come with an installation with these extras."""
    found, waiting = set[str](), [("targetcal-xl", frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        for said in distribution(name).requires or ():
            one = Requirement(said)
            marked = one.marker is None or any(one.marker.evaluate({"extra": each}) for each in (*wanted, ""))
            key = canonicalize_name(one.name)
            if marked and (key not in found or one.extras):
                found.add(key)
                waiting.append((one.name, frozenset(one.extras)))
    return found


def _imports() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every import of other people's modules in the program, wherever it stands."""
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((one.name, ()) for one in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module), tuple(one.name for one in node.names)


def test_a_plain_installation_has_all_that_is_imported_but_what_an_extra_names() -> None:
    plain, all_extras = (
        _comes_with(set()),
        set(distribution("targetcal-xl").metadata.get_all("Provides-Extra", ())),
    )
    optional = _comes_with(all_extras - ASIDE) - plain
    owners = {
        top: {canonicalize_name(one) for one in names} for top, names in packages_distributions().items()
    }
    missing = [top for top, names in owners.items() if not names & {*plain, "targetcal-xl"}]
    named = {top for top, names in owners.items() if names & optional} | _ELSEWHERE
    wanted = sorted({one for one in _imports() if one[0].partition(".")[0] not in named})
    given = json.dumps({"missing": missing, "imports": wanted})
    ran = subprocess.run(
        [sys.executable, "-c", _PLAIN],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == {}
    assert len(wanted) > 100 and "hypothesis" in missing
