"""Whatever people type comes out of the ledger as they typed it, or is refused by its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from targetcal_xl.actions import check, decide_typed, lock, recalibrate, verify
from targetcal_xl.calibration import Key, Value, composed
from targetcal_xl.letters import unprinted
from targetcal_xl.problems import DataProblems, Problem, Refused
from tests.support.desks import Case, locked, submitted
from tests.support.office import recomputed
from tests.support.validator import sound
from tests.support.xllint import lint

Said = Mapping[Key, str]

_LONGEST = 32_767
_DECLARED: Sequence[Key] = (
    *(("R1", "R1-1", code) for code in ("basis", "support", "risk", "comment", "attachment")),
    *(("R1", "S01", code) for code in ("what", "unit")),
)
_DECIDED: Sequence[Key] = tuple(("R1", line, "decision_reason") for line in ("R1-1", "R1-2"))
_FINANCE: Sequence[Key] = (
    *(("R1", None, f"region.{code}") for code in ("head", "hrbp", "deputy")),
    *(("R2", None, f"region.{code}") for code in ("head", "hrbp")),
    *((None, "search", f"indicator.{code}") for code in ("name", "unit")),
    *((None, "leads", f"indicator.{code}") for code in ("name", "unit")),
    (None, "E01", "event.note"),
)
_OPTIONAL = (
    "comment",
    "attachment",
    "unit",
    "indicator.unit",
    "event.note",
)
"""Fields that may say anything; the others must say something."""
_PRINTED = ("basis", "support", "risk", "what", "unit", "decision_reason", "region.head", "region.hrbp")
"""Fields that letters print."""

_EVERYDAY = (
    "研发&市场 <20 > 10 \"引号\" '单引号'",
    "=1+1",
    "+86 10 6000",
    "-12%",
    "@负责人",
    "'带撇号",
    "{{ region }} {% if %} {0} ${x}",
    "第一行\n第二行\n",
    " 前后空格 ",
    "𠮷龘 🙂👨‍👩‍👧",
    "123",
    "TRUE",
    "2025-01-01",
)
_ODD = (
    "_x0041_ _x000D_ _x",
    "a\x01b\x1f\x7f\x85\u2028",
    "a\r\nb\rc\t",
    "e\u0301 \u202e\ufeff\ufffe\uffff",
    "]]> <!-- &amp; &#10; \\n %s",
    "#REF!",
    "甲" * _LONGEST,
)
_UNKEPT = ("half \ud800 pair", "\udc00", "nothing \x00 at all")

_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_kept = _text | st.sampled_from((*_EVERYDAY, *_ODD))


def _over(keys: Sequence[Key], words: Sequence[str]) -> Said:
    """Words for every cell in turn, where letters print them without what no letter can print.

    Where something must be said, they end in something.
    """
    said = dict(zip(keys, [words[k % len(words)] for k in range(len(keys))], strict=True))
    said = {key: _printable(text) if key[2] in _PRINTED else text for key, text in said.items()}
    return {key: text if key[2] in _OPTIONAL else text[:32_000] + "，续约确认" for key, text in said.items()}


def _printable(text: str) -> str:
    return "".join(sign for sign in composed(text) if not unprinted(sign))


def _assert_kept(case: Case, said: Said) -> None:
    """The ledger has every word; a cell of blanks counts as empty."""
    with case.desk() as desk:
        known = desk.ledger.values()
        assert {key: known.get(key) for key in said} == {
            key: composed(text) if text.strip() else None for key, text in said.items()
        }
        assert verify(desk).problems == ()


def _refused(case: Case, said: Said, problems: Sequence[Problem]) -> set[Key]:
    """The cells that problems name; every problem names one of those that were filled."""
    keys = {case.where(key): key for key in said}
    return {keys[problem.where] for problem in problems}


@settings(max_examples=10)
@given(st.lists(_kept, min_size=len(_DECLARED), max_size=len(_DECLARED)))
@example(_EVERYDAY)
@example(_ODD)
def test_what_a_manager_types_is_locked_unchanged(words: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        case, said = submitted(Path(folder)), _over(_DECLARED, words)
        case.type({**said, ("R1", "S01", "kind"): "budget", ("R1", "S01", "quantity"): 1.0})
        assert case.run(lock, ["R1"]).refused == ()
        _assert_kept(case, said)


@settings(max_examples=5)
@given(st.lists(_kept, min_size=2, max_size=2))
@example(_EVERYDAY[:2])
@example(_ODD[1:3])
def test_what_a_superior_types_is_decided_unchanged(words: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        case, said = locked(Path(folder)), _over(_DECIDED, words)
        accepted: Said = {("R1", line, "decision"): "accept" for line in ("R1-1", "R1-2")}
        case.type({**said, **accepted})
        case.run(decide_typed, "R1", by="superior1")
        _assert_kept(case, said)


@settings(max_examples=8)
@given(st.lists(_kept, min_size=len(_FINANCE), max_size=len(_FINANCE)))
@example(_EVERYDAY)
@example(_ODD)
def test_what_finance_types_is_recalibrated_unchanged(words: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        case, said = submitted(Path(folder)), _over(_FINANCE, words)
        case.type(said)
        case.run(recalibrate)
        _assert_kept(case, said)


@pytest.mark.parametrize("words", _UNKEPT)
def test_what_no_ledger_can_keep_is_refused_by_its_cell(words: str, tmp_path: Path) -> None:
    keys = [*_DECLARED[:1], *_DECLARED[2:5]]
    case, said = submitted(tmp_path), dict.fromkeys(keys, f"{words}，续约确认")
    case.type(said)
    report = case.run(lock)
    assert _refused(case, said, case.run(check).problems) == said.keys()
    ((_, problems),) = report.refused
    assert _refused(case, said, problems) == said.keys()
    assert len(report.locked) == 1, "the other region is none the worse for it"
    of_finance = {_FINANCE[0]: words, _FINANCE[-1]: words}
    case.type(of_finance)
    with pytest.raises(DataProblems) as refusal:
        case.run(recalibrate)
    assert _refused(case, of_finance, refusal.value.problems) == of_finance.keys()


UNPRINTED = {
    "an emoji": "签约 🙂",
    "a family": "👨\u200d👩\u200d👧 一起",
    "a blank without width": "签\u200b约",
    "a mark of direction": "签\u202e约",
    "a control": "签\x07约",
    "a private sign": "签\ue000约",
    "a sign of no usual font": "签\u1200约",
    "a filler": "签\u3164约",
}


@pytest.mark.parametrize("unprinted_", UNPRINTED)
def test_what_no_letter_can_print_is_refused_where_it_is_typed(unprinted_: str, tmp_path: Path) -> None:
    words = UNPRINTED[unprinted_]
    keys: list[Key] = [("R1", "R1-1", code) for code in ("basis", "support", "risk")]
    keys.append(("R1", "S01", "what"))
    case, said = submitted(tmp_path), dict.fromkeys(keys, words)
    case.type({**said, ("R1", "S01", "kind"): "budget", ("R1", "S01", "quantity"): 1.0})
    found = case.run(check).problems
    assert {problem.code for problem in found} == {"text_unprintable"}
    assert _refused(case, said, found) == said.keys()
    ((_, problems),) = case.run(lock).refused
    assert _refused(case, said, problems) == said.keys()


@pytest.mark.parametrize("field", ["comment", "attachment"])
def test_what_no_letter_prints_may_have_any_sign(field: str, tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({("R1", "R1-1", field): "🙂"})
    assert case.run(check).problems == ()


def test_a_reason_that_no_letter_can_print_is_refused_in_its_cell(tmp_path: Path) -> None:
    case = locked(tmp_path)
    lines = ("R1-1", "R1-2")
    keys: list[Key] = [("R1", line, "decision_reason") for line in lines]
    accepted: dict[Key, Value] = {("R1", line, "decision"): "accept" for line in lines}
    case.type(accepted | dict.fromkeys(keys, "同意 🙂"))
    named = {case.where(key) for key in keys}
    assert {one.where for one in case.run(check).problems if one.code == "text_unprintable"} == named
    with pytest.raises(DataProblems) as refusal:
        case.run(decide_typed, "R1", by="superior1")
    assert {one.where for one in refusal.value.problems if one.code == "text_unprintable"} == named


def test_an_accent_typed_apart_is_one_with_its_letter(tmp_path: Path) -> None:
    case, key = submitted(tmp_path), ("R1", "R1-1", "basis")
    case.type({key: "Cafe\u0301 客户续约"})
    assert case.run(check).problems == ()
    case.run(lock)
    with case.desk() as desk:
        assert desk.ledger.values()[key] == "Café 客户续约"
    assert case.run(check).problems == ()


@pytest.mark.parametrize("words", ["甲" * (_LONGEST + 1), "🙂" * (_LONGEST // 2 + 1)])
def test_text_that_no_cell_can_hold_is_refused_by_its_cell(words: str, tmp_path: Path) -> None:
    case, said = submitted(tmp_path), {_DECLARED[1]: words}
    before = case.path.read_bytes()
    with pytest.raises(Refused) as refusal:
        case.type(said)
    assert _refused(case, said, refusal.value.problems) == said.keys()
    assert case.path.read_bytes() == before


def test_files_full_of_awkward_text_are_sound_and_pass_through_libreoffice(tmp_path: Path) -> None:
    items = [f"S{k:02d}" for k in range(1, 11)]
    whats = [("R1", item, "what") for item in items]
    case, said = submitted(tmp_path), {**_over(_DECLARED, _EVERYDAY), **_over(whats, _EVERYDAY[3:])}
    rest: dict[Key, Value] = {("R1", item, "kind"): "leads" for item in items}
    case.type({**said, **rest, **{("R1", item, "quantity"): 1.0 for item in items}})
    assert sound(case.path)
    (again,) = recomputed([case.path])
    case.path.write_bytes(again.read_bytes())
    assert case.run(lock).refused == ()
    _assert_kept(case, said)
    assert lint(case.path) == [], "LibreOffice's own charts are not for the validator to judge"
