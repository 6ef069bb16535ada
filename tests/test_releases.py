"""Every version is told of, with the formats it writes; and what releases wrote stays at hand."""

from __future__ import annotations

import re

from targetcal_xl import __version__
from targetcal_xl.formats import BOOK, LEDGER, UNMARKED
from tests.fixtures import STAGES, fixtures
from tests.support.source import ROOT

_CHANGES = (ROOT / "CHANGELOG.md").read_text("utf-8")
_VERSION = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", re.MULTILINE)
VERSIONS = [version for version, _ in _VERSION.findall(_CHANGES)]


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    assert VERSIONS[0] == __version__
    titles = [line for line in _CHANGES.splitlines() if line.startswith("## ")]
    assert len([title for title in titles if title != "## [Unreleased]"]) == len(VERSIONS)
    assert "## [Unreleased]" not in titles[1:], "what is not released yet comes first"


def test_versions_and_their_days_go_down() -> None:
    told = [([*map(int, version.split("."))], day) for version, day in _VERSION.findall(_CHANGES)]
    assert told == sorted(told, reverse=True)
    assert len(set(VERSIONS)) == len(VERSIONS)


def test_the_changelog_names_every_format_of_books_and_ledgers_in_order() -> None:
    for kind, newest in (("Book", BOOK), ("ledger", LEDGER)):
        told = [int(number) for number in re.findall(rf"{kind} format (\d+)", _CHANGES)]
        assert list(dict.fromkeys(told)) == [*range(newest.number, UNMARKED.number - 1, -1)]


def test_every_version_before_this_one_has_left_its_books_and_ledgers() -> None:
    for version in VERSIONS[1:]:
        kept = {(one.language, one.stage) for one in fixtures() if one.release == version}
        assert kept >= {(language, stage) for language in ("en", "zh-CN") for stage in STAGES}, version
