"""The house stands as it was designed: its arrows, its doors, its size, and what it ships."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import StrEnum
from graphlib import TopologicalSorter
from inspect import isfunction
from pathlib import Path
from typing import TypeGuard

import pytest

from targetcal_xl.calibration import vocabulary
from targetcal_xl.connect import read_plan
from targetcal_xl.workbook import formulas
from tests.support.exploring import exhaustive
from tests.support.source import ROOT, entered, imports, modules, nodes, offered_functions, raised


def _is_closed(kind: object) -> TypeGuard[type[StrEnum]]:
    """Whether this is a closed set of codes."""
    return isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum


_COMMON = {
    "figures",
    "formats",
    "language",
    "log",
    "machine",
    "problems",
    "sentences",
    "telling",
    "units",
    "unreached",
    "workdays",
}
_MIDDLE = {"ledger", "ooxml", "workbook", "letters", "exchange", "pages", "connect", "outbox", "signing"}
_MIDDLE |= {"archive"}
_BELOW_FACES = {"calibration", "actions", "commands", "demo", "desk", *_COMMON, *_MIDDLE}
_MAY_IMPORT = (
    {
        "language": set(),
        "units": {"language"},
        "calibration": set(),
        "doors": set(),
        "formats": set(),
        "problems": {"figures", "language"},
        "ooxml": {"log", "problems"},
        "log": {"problems"},
    }
    | {"figures": {"calibration", "language", "units"}, "sentences": {"calibration", "figures", "language"}}
    | {"machine": {"language", "log", "problems"}, "workdays": {"calibration", "language", "problems"}}
    | {room: {"calibration", *_COMMON} for room in ("ledger", "connect", "signing")}
    | {"letters": {"calibration", "ooxml", *_COMMON}}
    | {"workbook": {"calibration", "ooxml", *_COMMON}, "outbox": {"calibration", "ledger", "ooxml", *_COMMON}}
    | {"archive": {"calibration", "outbox", *_COMMON}}
    | {"exchange": {"calibration", "connect", "ooxml", "workbook", *_COMMON}}
    | {"pages": {"calibration", "exchange", "workbook", *_COMMON}}
    | {"desk": {"calibration", *_COMMON, *_MIDDLE}}
    | {"actions": {"calibration", "desk", *_COMMON, *_MIDDLE}}
    | {"demo": {"calibration", "actions", "desk", *_COMMON, *_MIDDLE}}
    | {"telling": {"language", "problems"}, "unreached": {"language", "problems"}, "__main__": {"cli"}}
    | {"commands": {"actions", "connect", "demo", "desk", "language", "telling"}}
    | {"functions": {"calibration", "figures", "language", "log", "problems", "workdays"}}
    | {"buttons": {"functions", *_BELOW_FACES}, "excel": {"buttons", "functions", "language"}}
    | {"libreoffice": {"buttons", "functions", *_BELOW_FACES}}
    | {"cli": {"buttons", "libreoffice", *_BELOW_FACES}}
)
_PURE = {"__future__", "collections", "dataclasses", "datetime", "enum", "fractions", "functools"}
_PURE |= {"itertools", "math", "operator", "re", "statistics", "types", "typing", "unicodedata"}
_PURE |= {"numpy", "targetcal_xl"}
_IMPURE_CALLS = {"now", "today", "default_rng", "open", "load", "save", "fromfile", "tofile"}
_SOURCES = ("targetcal_xl", "templates", "xl", "tests", "bench", "docs", ".ci")
_ARRAY = re.compile(r"\b(Floats|Flags|NDArray)\b")
_SHAPE = re.compile(r"\([\w ]+,( ?[\w ]+,?)*\)|any shape")
"""Such as (n,) and (lines, periods), or what holds for each number alone."""
_UNIT = re.compile(
    r"metric's unit|any unit|without a unit|\blogs?\b|\bshares?\b|\bodds\b|probabilit|\bchance\b"
    r"|\belasticit|\branks?\b|multiples? of `step`|whole steps",
    re.IGNORECASE,
)
"""What the numbers of the method are in: the metric's unit, or what has none."""
_MACHINE_PATH = re.compile(r"""["'(=\s`](/(tmp|root|home|farm|work|Users)/|[A-Z]:\\+Users)""")


def _room(module: str) -> str:
    return [*module.split("."), ""][1]


@pytest.mark.parametrize("module", [name for name in modules() if _room(name)])
def test_arrows_point_one_way(module: str) -> None:
    ours = {_room(name) for name in imports(module) if name.startswith("targetcal_xl.")}
    assert ours - {_room(module)} <= _MAY_IMPORT[_room(module)] | ({"doors"} if _is_lazy(module) else set())


def _is_lazy(module: str) -> bool:
    """Whether a module is a door that loads what it offers on demand."""
    return any(isinstance(node, ast.With) for node in modules()[module].body)


def test_no_two_modules_lean_on_each_other() -> None:
    files = {name for name in modules() if not (ROOT / name.replace(".", "/")).is_dir()}
    assert set(TopologicalSorter({name: imports(name) & files for name in files}).static_order()) == files


_OPEN_ROOMS = {"actions", "calibration", "workbook.sheets"}
"""Rooms with a door for each verb, each chapter of the method, each sheet."""
_SIDE_DOORS = {"ooxml.spelling", "ooxml.splice", "workbook.engines.closed", "workbook.engines.live"}
_SIDE_DOORS |= {"letters.file_names", "workbook.engines.blocks", "workbook.engines.salvage"}
"""Modules that are entered by themselves: what they need is not loaded, or not shown, with all the rest."""


@pytest.mark.parametrize("module", modules())
def test_a_room_is_entered_by_its_door(module: str) -> None:
    home = module if _is_package(module) else module.rpartition(".")[0]
    inside = {name for name in entered(module) & modules().keys() if not _is_package(name)}
    others = {name.removeprefix("targetcal_xl.") for name in inside if not _is_at_home(name, home)}
    assert {
        name for name in others - _SIDE_DOORS if name.rpartition(".")[0] not in {*_OPEN_ROOMS, ""}
    } == set()


def _is_package(module: str) -> bool:
    return (ROOT / module.replace(".", "/")).is_dir()


def _is_at_home(module: str, home: str) -> bool:
    """Whether a module stands in this room, or in one around it."""
    return f"{home}.".startswith(f"{module.rpartition('.')[0]}.")


def test_no_public_type_has_the_name_of_another() -> None:
    """What a command is given is called as people call it, though it is a path or a text."""
    told = [
        name for module, tree in modules().items() if _room(module) != "commands" for name in _types(tree)
    ]
    assert [name for name, times in Counter(told).items() if times > 1] == []


_NAMESAKES = {"main", *dir(formulas)}
"""What a program of its own begins with, and what is called as spreadsheets call it."""


def test_no_function_that_a_room_offers_has_the_name_of_another_room_s() -> None:
    """A door of one room may offer what another one's holds."""
    homes: dict[str, set[str]] = defaultdict(set)
    for package in filter(_is_package, modules()):
        door = importlib.import_module(package)
        for name in getattr(door, "__all__", []):
            if isfunction(offered := getattr(door, name)):
                homes[name].add(offered.__module__)
    assert {name: found for name, found in homes.items() if len(found) > 1 and name not in _NAMESAKES} == {}


def test_no_two_modules_of_a_room_have_public_functions_of_one_name() -> None:
    """Modules of sheets are alike: each has its `sheet`, and what else the author of a book asks them for."""
    homes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module, tree in modules().items():
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                homes[_room(module), function.name].append(module)
    twins = {name: found for (_, name), found in homes.items() if len(found) > 1 and name not in _NAMESAKES}
    assert {
        name: found for name, found in twins.items() if not all(".sheets." in module for module in found)
    } == {}


def _types(tree: ast.Module) -> Iterator[str]:
    """Public classes, wherever they stand, and the other names of types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        yield from (
            one.id for one in targets if isinstance(one, ast.Name) and re.match("[A-Z].*[a-z]", one.id)
        )


_CODES = {code for kind in vars(vocabulary).values() if _is_closed(kind) for code in kind}
_FIELDS = re.compile(r"(\bcode|\bhoped?|\bkey\[2\])$")
"""What is compared with a field's code, or with a literal that the type checker knows."""
_TAKERS = {"caption", "captions", "count", "Grant", "LineCommitment", "Outcome"}
"""What is called with codes; an `Event` has them in the end."""


@pytest.mark.parametrize(
    "module", [name for name in modules() if _room(name) not in ("ooxml", "libreoffice")]
)
def test_a_closed_code_is_typed_in_the_vocabulary_only(module: str) -> None:
    typed = [one for node in nodes(module) for one in _codes_in(node)]
    assert module.endswith("vocabulary") or [ast.unparse(one) for one in typed if one.value in _CODES] == []


def _codes_in(node: ast.AST) -> Iterator[ast.Constant]:
    """Constants that something is compared with, or that something is called with which takes codes."""
    if isinstance(node, ast.Compare) and not _FIELDS.search(ast.unparse(node.left)):
        for side in (node.left, *node.comparators):
            yield from (one for one in ast.walk(side) if isinstance(one, ast.Constant))
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        taken = node.args if name in _TAKERS else node.args[4:] if name == "Event" else []
        yield from (one for one in taken if isinstance(one, ast.Constant))


@pytest.mark.parametrize("module", [name for name in modules() if _room(name) == "calibration"])
def test_the_method_has_no_file_no_clock_and_no_chance(module: str) -> None:
    assert {name.split(".")[0] for name in imports(module)} <= _PURE
    calls = (node.func for node in nodes(module) if isinstance(node, ast.Call))
    called = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in calls}
    assert not called & _IMPURE_CALLS


@pytest.mark.parametrize("module", modules())
def test_private_names_stay_at_home(module: str) -> None:
    private = [
        f"{node.module}.{alias.name}"
        for node in nodes(module)
        if isinstance(node, ast.ImportFrom) and (node.level or str(node.module).startswith("targetcal_xl"))
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert private == []


@pytest.mark.parametrize("package", [name for name in modules() if (ROOT / name.replace(".", "/")).is_dir()])
def test_a_package_lists_exactly_what_it_offers(package: str) -> None:
    offered = set()
    for node in _statements(package):
        if isinstance(node, ast.ImportFrom) and node.level:
            offered |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            offered.add(node.name)
        elif isinstance(node, ast.Assign):
            offered |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    listed = getattr(importlib.import_module(package), "__all__", [])
    assert sorted(listed) == sorted(name for name in offered if not name.startswith("_"))
    assert all(hasattr(importlib.import_module(package), name) for name in listed)


def _statements(package: str) -> Iterator[ast.stmt]:
    """What stands in a package's own file, and in the block of what is loaded on demand."""
    for node in modules()[package].body:
        if isinstance(node, ast.With):
            yield from node.body
        elif not (isinstance(node, ast.ImportFrom) and node.module == "doors"):
            yield node


@pytest.mark.parametrize("folder", ["targetcal_xl", "tests", "bench", "docs"])
def test_functions_stay_small(folder: str) -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in ROOT.glob(f"{folder}/**/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= 40
    ]
    assert long == []


@pytest.mark.parametrize("module", modules())
def test_public_functions_say_what_they_raise(module: str) -> None:
    for function in offered_functions(modules()[module]):
        said = ast.get_docstring(function) or ""
        untold = {name for name in raised(function) if name not in said or "raise" not in said.lower()}
        assert not untold, f"{function.name}, line {function.lineno}, does not say that it raises {untold}"


@pytest.mark.parametrize("module", modules())
def test_public_functions_say_which_shape_their_arrays_have(module: str) -> None:
    for function in offered_functions(modules()[module]):
        if _ARRAY.search(_hinted(function)):
            said = ast.get_docstring(function) or ""
            assert _SHAPE.search(said), f"{function.name}, line {function.lineno}, does not say a shape"


def _hinted(function: ast.FunctionDef) -> str:
    """The types of what a function takes and gives."""
    hints = [one.annotation for one in (*function.args.args, *function.args.kwonlyargs)]
    return " ".join(ast.unparse(hint) for hint in (*hints, function.returns) if hint is not None)


@pytest.mark.parametrize("module", [name for name in modules() if _room(name) == "calibration"])
def test_the_method_says_in_which_unit_its_numbers_are(module: str) -> None:
    """Elsewhere arrays are cells, or go to the method as they are."""
    for function in offered_functions(modules()[module]):
        if re.search(r"\bFloats\b", _hinted(function)):
            said = ast.get_docstring(function) or ""
            assert _UNIT.search(said), f"{function.name}, line {function.lineno}, does not say a unit"


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    texts = (_text(path) for path in _our_files())
    found = [line for text in texts for line in text.splitlines() if _MACHINE_PATH.search(line)]
    assert found == []


def _our_files() -> list[Path]:
    below = [path for folder in _SOURCES for path in (ROOT / folder).rglob("*") if path.is_file()]
    tools = {".git", "node_modules", "__pycache__"}
    return [path for path in [*ROOT.glob("*.*"), ROOT / "Makefile", *below] if not tools & set(path.parts)]


def _text(path: Path) -> str:
    """The text of a text file; pictures and Office files have none."""
    try:
        return path.read_text("utf-8") if path.is_file() else ""
    except UnicodeDecodeError:
        return ""


def test_both_readmes_tell_the_same() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert _outline(english) == _outline(chinese)
    assert _verbs(english) == _verbs(chinese)
    assert re.findall(r"docs/\S+\.png", english) == re.findall(r"docs/\S+\.png", chinese)


def _outline(readme: str) -> list[str]:
    return re.findall(r"^#+(?= )", re.sub(r"```.*?```", "", readme, flags=re.DOTALL), re.MULTILINE)


def _verbs(readme: str) -> list[str]:
    return re.findall(r"(?:targetcal|make|pip) [a-z]+(?= |$|`)", readme, re.MULTILINE)


def test_every_file_the_readmes_point_to_is_there() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text("utf-8"))
        assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_plan_in_the_readme_is_one(name: str, tmp_path: Path) -> None:
    sample = re.findall(r"```toml\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    said = sorted((one for one in sample if one.startswith(("code", "[[sources]]"))), reverse=True)
    (tmp_path / "plan.toml").write_text("\n".join(said), encoding="utf-8")
    history = "".join(f"HD-JS,2024Q{quarter},90,\n" for quarter in range(1, 5))
    (tmp_path / "history.csv").write_text("line,period,value,one_off\n" + history, encoding="utf-8")
    assert len(read_plan(tmp_path).plan.lines) == 3


def test_every_library_we_import_is_declared() -> None:
    libraries = {name.split(".")[0] for module in modules() for name in imports(module)}
    outside = libraries - set(sys.stdlib_module_names) - {"targetcal_xl"}
    providers = importlib.metadata.packages_distributions()
    # What is for other systems is not installed here, and called as its package.
    used = {_normal(providers.get(library, [library])[0]) for library in outside}
    required = importlib.metadata.requires("targetcal-xl") or []
    for_us = re.compile("extra == .(test|bench)")
    declared = {_normal(re.split(r"[^\w.-]", line)[0]) for line in required if not for_us.search(line)}
    assert used - declared == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that nothing left over from earlier builds gets in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for folder in ("targetcal_xl", "templates", "xl"):
        shutil.copytree(ROOT / folder, source / folder)
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", out, source)
    return next(out.glob("*.whl"))


def _pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def test_the_wheel_ships_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    homes = {"targetcal_xl": ROOT / "targetcal_xl"}
    homes |= {f"targetcal_xl/{folder}": ROOT / folder for folder in ("templates", "xl")}
    ours = {
        f"{home}/{path.relative_to(folder).as_posix()}"
        for home, folder in homes.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == ours


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is installed."""
    folder = tmp_path_factory.mktemp("site")
    _pip("install", "--no-deps", "--target", folder, wheel)
    return folder


def _away(site: Path, folder: Path, *words: str) -> None:
    """A command of what is installed, in a folder that may not be there yet."""
    folder.mkdir(exist_ok=True)
    face = f"import sys; sys.path.insert(0, {str(site)!r}); import targetcal_xl.cli as cli\n"
    face += f"assert cli.__file__.startswith({str(site)!r}); cli.run()"
    subprocess.run([sys.executable, "-P", "-c", face, *words], cwd=folder, check=True)


def test_an_installed_wheel_begins_a_plan_and_plays_it_on(site: Path, tmp_path: Path) -> None:
    away = tmp_path / "别处 elsewhere"
    _away(site, away, "new", "目标.xlsx", "--from", "saas", "--lang", "zh-CN")
    _away(site, away, "dashboard", "目标.xlsx", "-o", "page.html")
    _away(site, away, "audit", "目标.xlsx", "--verify")
    assert (away / "page.html").exists()


@exhaustive
def test_an_installed_wheel_plays_the_whole_case(site: Path, tmp_path: Path) -> None:
    away = tmp_path / "别处 elsewhere"
    _away(site, away, "demo", "演示 demo")
    assert (away / "演示 demo" / "summary.json").exists()


_MAKE = "import runpy; runpy.run_path('.ci/environment.py')['main']('nowhere')"


@pytest.mark.parametrize("started", ["import targetcal_xl", _MAKE])
def test_an_older_python_is_told_what_we_need(started: str) -> None:
    script = f"import sys; sys.version_info = (3, 10, 13, 'final', 0); {started}"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"targetcal-xl needs Python 3.11 or later; ")
    assert done.stderr.count(b"\n") == 1


def test_every_python_that_is_found_is_new_enough_and_there_once() -> None:
    done = subprocess.run([sys.executable, ".ci/pythons.py"], cwd=ROOT, capture_output=True, check=True)
    ask = "import sys; print(*sys.version_info[:3])"
    programs = done.stdout.decode().split("\n")[:-1]
    versions = [subprocess.run([one, "-c", ask], capture_output=True, check=True).stdout for one in programs]
    numbers = [tuple(map(int, version.split())) for version in versions]
    assert numbers == sorted(set(numbers))
    assert min(numbers) >= (3, 11)
