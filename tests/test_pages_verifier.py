"""The verifier's page says of every file what the command says, in the same words."""

from __future__ import annotations

import base64
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targetcal_xl.actions import attest, audit, issue_letters, proof, unlock
from targetcal_xl.actions.attest import AttestReport, ProofFile
from targetcal_xl.actions.issue_individual import issue_individual
from targetcal_xl.actions.sign import Wish, sign
from targetcal_xl.language import LANGUAGES, catalogue, text
from targetcal_xl.ledger import parse_checkpoint
from targetcal_xl.ledger.passages import WORD_NAMES
from targetcal_xl.ledger.words import WORDS
from targetcal_xl.pages import MOST_BYTES, verifier_page
from targetcal_xl.telling import Rows
from tests.support.books import changed_parts, parts_of
from tests.support.browser import EVERYBODY, visit
from tests.support.desks import Case, confirmed, locked, replace_letter
from tests.support.exploring import explores
from tests.support.judge import Files, filled, judged, told_by_page_alone
from tests.support.proofs import ODD, log_of, odd_entries, odd_logs, odd_records
from tests.support.signers import PASSWORD, Certifier
from tests.support.tricks import TRICKS

LETTER = "2025Q1-new-customers-R1-V1"
FEW = 6 if explores() else 3
"""How many times many files at once are made at random; the first time is the simplest of all."""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Letters of both regions, proofs before and after more happened, and one that knows the older."""
    case = confirmed(tmp_path_factory.mktemp("issued"))
    case.run(issue_letters, case.folder / "letters")
    people = case.folder / "people.csv"
    people.write_text("employee,name,line,target\nE1,李雷,R1-1,100\nE2,韩梅梅,R1-2,130\n", "utf-8")
    case.run(issue_individual, case.folder / "people", people, "pdf")
    case.run(proof, "R1", case.folder / "R1.json")
    noted = case.run(audit).head
    case.run(unlock, "R2", '更正 <b>&amp; "one"')
    case.run(proof, "R2", case.folder / "R2.json")
    case.run(proof, "R1", case.folder / "later.json", "", (noted,))
    return case


@pytest.fixture(scope="module")
def given_files(issued: Case, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Whatever somebody may have: proofs, letters, a book, and files of other kinds."""
    changed = tmp_path_factory.mktemp("changed") / "changed.docx"
    shutil.copy(issued.folder / "letters" / f"{LETTER}.docx", changed)
    body = parts_of(changed)["word/document.xml"]
    changed_parts(changed, {"word/document.xml": body.replace(b"95", b"59")})
    kept = [*issued.folder.glob("*.json"), *issued.folder.glob("letters/*")]
    kept += [issued.folder / "people" / f"{LETTER[:-3]}-E1-V1.pdf", issued.path, changed]
    files = {path.name: path.read_bytes() for path in kept}
    mark = parse_checkpoint(json.loads(files["R1.json"])["checkpoint"]).mark
    files["mail.eml"] = f"X-Checkpoint: {mark}\n\nhello".encode()
    files |= {
        "empty": b"",
        "list.json": b"[]",
        "page.html": b"<p>hi</p>",
        "torn.pdf": b"%PDF-1.7",
        "\u2028.txt": b"\xff",
    }
    return files


def _said(files: Files, folder: Path) -> AttestReport:
    paths = [folder / name for name in files]
    for path in paths:
        path.write_bytes(files[path.name])
    return attest(paths)


def _agree(cases: Sequence[Files], folder: Path) -> list[AttestReport]:
    """Hold what the page says of each lot of files against what the command says."""
    reports = [_said(files, folder) for files in cases]
    for report, page in zip(reports, judged(cases), strict=True):
        assert page["problems"] == [one.code for one in report.problems]
        assert page["proofs"] == [[one.name, [each.code for each in one.problems]] for one in report.proofs]
        assert [tuple(one.values()) for one in page["agreements"]] == [
            (one.one, one.other, one.verdict) for one in report.agreements
        ]
        unread = {one["name"] for one in page["files"] if one["verdict"] == "unread"}
        assert all(name.endswith(".pdf") for name in unread)
        for one, other in zip(page["files"], report.files, strict=True):
            verdicts = ("coded", "unknown") if one["name"] in unread else (one["verdict"],)
            assert one["name"] == other.name and other.verdict in verdicts
        if not unread:
            for language in LANGUAGES:
                told = replace(report, signatures=()).tell(language)  # which the page does not judge
                said = [part for part in page["told"][language] if not told_by_page_alone(part)]
                assert said == [*map(_part, told)]
        for language in LANGUAGES:
            every = (part for one in report.proofs for part in _listed(one, language))
            assert [part for part in page["told"][language] if "rows" in part and part.get("own")] == [*every]
    return reports


def _listed(proof: ProofFile, language: str) -> Iterator[dict[str, object]]:
    """The list of all that a proof proves, as `--entries` has it."""
    told = AttestReport((proof,), (), (), entries=True).tell(language)
    return ({**_part(part), "own": True} for part in told if isinstance(part, Rows))


def _part(part: Any) -> dict[str, object]:
    if isinstance(part, Rows):
        return {"captions": [*part.captions], "rows": [[*row] for row in part.rows]}
    return {"mark": part.mark, "said": part.said, "indented": part.indented}


def test_it_says_of_every_file_what_the_command_says(given_files: Files, tmp_path: Path) -> None:
    names = [*given_files]
    lots = [{name: given_files[name]} for name in names]
    lots += [{"R1.json": given_files["R1.json"], name: given_files[name]} for name in names]
    by_chance = random.Random(11)
    lots += [{name: given_files[name] for name in by_chance.sample(names, 5)} for _ in range(20)]
    reports = _agree([*lots, given_files], tmp_path)
    verdicts = {one.verdict for report in reports for one in report.files}
    assert verdicts == {"recorded", "coded", "unknown"}
    assert {one.verdict for report in reports for one in report.agreements} == {"agree", "unshown"}


def test_it_tells_of_a_letter_that_was_replaced_what_the_command_tells(tmp_path: Path) -> None:
    case = confirmed(tmp_path / "case")
    case.run(issue_letters, case.folder / "letters")
    case.run(proof, "R1", case.folder / "older.json")
    replace_letter(case)
    case.run(proof, "R1", case.folder / "newer.json")
    files = {path.name: path.read_bytes() for path in (*case.folder.glob("*.json"), *case.folder.glob("*/*"))}
    letters = [f"{LETTER[:-1]}{version}.docx" for version in (1, 2)]
    lots = [[*letters, "older.json"], [*letters, "newer.json"], [*letters, "older.json", "newer.json"]]
    reports = _agree([{name: files[name] for name in lot} for lot in lots], tmp_path)
    later = [[one.later for one in report.files] for report in reports]
    assert later == [["", ""], [letters[1][:-5], ""], [letters[1][:-5], ""]]


def test_it_finds_forks_and_logs_apart(tmp_path: Path) -> None:
    one = locked(tmp_path / "one")
    shutil.copytree(one.folder, tmp_path / "two")
    two = Case(tmp_path / "two", one.inputs)
    two.clock.now = one.clock.now
    one.run(unlock, "R2", "更正")
    two.run(unlock, "R2", "另一种说法")
    one.run(proof, "R1", tmp_path / "one.json")
    two.run(proof, "R1", tmp_path / "two.json")
    files = {name: (tmp_path / name).read_bytes() for name in ("one.json", "two.json")}
    files["own.json"] = log_of([json.dumps([k, *["x"] * 11]) for k in (1, 2)], [])
    [report] = _agree([files], tmp_path)
    assert [one.verdict for one in report.agreements] == ["fork", "apart", "apart"]


def _nodes(said: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    return [path, *(way for key, one in inner for way in _nodes(one, (*path, key)))]


def _put(said: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(said)
    copy = said.copy()
    copy[path[0]] = _put(said[path[0]], path[1:], change)
    return copy


@st.composite
def _bent(draw: st.DrawFn, content: bytes) -> bytes:
    """A proof in which something, somewhere, is another."""
    if draw(st.booleans()):
        at, until = draw(st.integers(0, len(content))), draw(st.integers(0, 3))
        return content[:at] + draw(st.binary(max_size=3)) + content[at + until :]
    said = json.loads(content)
    path = draw(st.sampled_from(_nodes(said)))
    kind = draw(st.sampled_from(["odd", "near", "spelt"]))
    other = draw(st.sampled_from(ODD))
    near = draw(
        st.sampled_from(["1", " ", "\n", "A", "\x1c", "\u00a0x", "+", "— x AAAAAAA=\n", "=", '"', "é"])
    )
    at = draw(st.integers(0, 80))

    def change(value: Any) -> Any:
        if kind == "odd" or value is None or isinstance(value, int | float):
            return other
        if isinstance(value, str):
            return value[:at] + near + value[at + (kind == "spelt") :]
        if isinstance(value, list):
            return [*value[:at], *value[at + 1 :]] if kind == "near" else [*value, *value[:1]]
        return dict([*value.items()][1:]) if kind == "near" else {**value, near: other}

    return json.dumps(_put(said, path, change), ensure_ascii=draw(st.booleans())).encode("utf-8", "replace")


@settings(max_examples=FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_proof_that_was_bent_proves_the_same_to_both(
    given_files: dict[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    letter = f"{LETTER}.docx"
    lots: list[Files] = []
    for _ in range(25):
        name = data.draw(st.sampled_from(["R1.json", "R2.json", "later.json"]))
        bent = data.draw(_bent(given_files[name]))
        lots.append({"R1.json": given_files["R1.json"], "bent.json": bent, letter: given_files[letter]})
        lots.append({"bent.json": bent, letter: given_files[letter]})
    _agree(lots, tmp_path)


@settings(max_examples=FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_log_of_somebodys_own_proves_the_same_to_both(
    given_files: dict[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    digest = sha256(given_files["page.html"]).hexdigest()
    lots: list[Files] = []
    for _ in range(25):
        documents = data.draw(st.lists(st.sampled_from(odd_records(digest)), min_size=1, max_size=3))
        entries = st.sampled_from([*documents, "x"]).flatmap(lambda one: st.sampled_from(odd_entries(one)))
        contents = data.draw(st.lists(entries, min_size=1, max_size=3))
        before = data.draw(st.integers(0, len(contents)))
        lots.append({"own.json": log_of(contents, documents, before), "page.html": given_files["page.html"]})
    _agree(lots, tmp_path)


def test_what_is_at_the_border_of_what_is_read_says_the_same_to_both(
    given_files: Files, tmp_path: Path
) -> None:
    page = given_files["page.html"]
    lots = [{"odd.json": one, "page.html": page} for one in odd_logs(sha256(page).hexdigest())]
    reports = _agree(lots, tmp_path)
    verdicts = Counter(file.verdict for report in reports for file in report.files)
    assert min(verdicts["recorded"], verdicts["unknown"]) >= 30


def test_a_damaged_package_says_the_same_to_both(given_files: Files, tmp_path: Path) -> None:
    """A mark in a Word file that is split, hidden in a damaged part, or packed in another way."""
    mark = parse_checkpoint(json.loads(given_files["R1.json"])["checkpoint"]).mark
    text = f"<a>{mark[:9]}</a><b x='y'>\n {mark[9:]}</b>".encode()
    lots: list[bytes] = []
    for way in (ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2):
        for name in ("word/a.xml", "word/a.bin"):
            packed = BytesIO()
            with ZipFile(packed, "w", way) as package:
                package.writestr("first.xml", b"<a>first</a>")
                package.writestr(name, text)
                package.comment = b"a remark"
            whole = packed.getvalue()
            begin = whole.index(b"first.xml") + 9
            at, listed = whole.index(name.encode()), whole.index(b"PK\x01\x02")
            lots += [whole, b"PK and more" + whole, whole[:-1], whole[:at] + b"W" + whole[at + 1 :]]
            lots += [
                whole[:k] + bytes([whole[k] ^ 1]) + whole[k + 1 :] for k in (begin, listed + 8, listed + 16)
            ]
    _agree([{"R1.json": given_files["R1.json"], "a.docx": one} for one in lots], tmp_path)


@settings(max_examples=FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_torn_letter_says_the_same_to_both(
    given_files: dict[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    whole = given_files["changed.docx"]
    lots: list[Files] = []
    for _ in range(20):
        at = data.draw(st.integers(0, len(whole)))
        torn = data.draw(
            st.sampled_from(
                [whole[:at], whole[:at] + b"\0\1\2" + whole[at + 3 :], b"PK" + whole, whole + b"x" * 30]
            )
        )
        lots.append({"R1.json": given_files["R1.json"], "torn.docx": torn})
    _agree(lots, tmp_path)


# Signatures, which the page reads by itself


@pytest.fixture(scope="module")
def signed(issued: Case, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A recorded letter's states until both have signed it, and a proof that knows both signatures."""
    folder, certifier = tmp_path_factory.mktemp("signed"), Certifier()
    shutil.copytree(issued.folder, folder, dirs_exist_ok=True)
    case = Case(folder, issued.inputs)
    case.clock.now = issued.clock.now
    letter, kinds = folder / "letters" / f"{LETTER}.pdf", {"head": "ec", "superior": "rsa"}
    states = {"issued": letter.read_bytes()}
    for role, kind in kinds.items():
        key = certifier.person(folder / f"{role}.p12", f"{role}1", kind)  # type: ignore[arg-type]
        case.run(sign, [letter], Wish(role, str(key)), lambda _: PASSWORD)
        states[role] = letter.read_bytes()
    case.run(proof, "R1", folder / "R1.json")
    return {**states, "proof": (folder / "R1.json").read_bytes()}


_Heard = tuple[list[str], list[str]]
"""The sentences of the page on signatures, by whether they say that something is wrong."""


def _read(*lots: Files) -> list[_Heard]:
    """What the page says of signatures in each lot of files."""
    return [_heard(page["told"]["en"]) for page in judged(lots)]


def _heard(told: Sequence[Mapping[str, Any]]) -> _Heard:
    own = [part for part in told if told_by_page_alone(part) and "said" in part]
    assert not any("valid" in part["said"].replace("not valid", "") for part in own)
    return [one["said"] for one in own if one["mark"] == "·"], [
        one["said"] for one in own if one["mark"] == "✗"
    ]


def test_a_signed_letter_is_read_by_its_own_bytes(signed: dict[str, bytes]) -> None:
    [(told, wrong)] = _read({"R1.json": signed["proof"], "letter.pdf": signed["superior"]})
    assert told[0] == "letter.pdf has 2 places for a signature and 2 signatures:"
    assert "head1 (certificate issued by A certifier; 20" in told[1] and "added after that" in told[1]
    assert told[2].startswith("superior1 (") and told[2].endswith("the whole file is as it was signed.")
    assert wrong == []


@pytest.mark.parametrize("state", ["issued", "head"])
def test_a_letter_that_was_cut_back_lacks_what_its_proof_knows(state: str, signed: dict[str, bytes]) -> None:
    cut = {"letter.pdf": signed[state]}
    (_, wrong), (_, [lacks]) = _read(cut, {"R1.json": signed["proof"], **cut})
    assert wrong == []
    assert lacks == text("telling.signatures.earlier", "en", file="letter.pdf", letter=LETTER)


def test_whatever_is_done_to_a_signed_letter_is_named(signed: dict[str, bytes]) -> None:
    known = {"R1.json": signed["proof"]}
    bent = {trick: {"letter.pdf": change(signed["superior"])} for trick, change in TRICKS.items()}
    for lots in (bent.values(), [{**known, **one} for one in bent.values()]):
        for trick, (_, wrong) in zip(bent, _read(*lots), strict=True):
            assert wrong, trick
    longer = [{**known, "letter.pdf": signed[state] + b"\n"} for state in ("issued", "head")]
    for _, wrong in _read(*longer):
        assert text("telling.signatures.altered", "en", file="letter.pdf") in wrong


@settings(max_examples=FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_signed_byte_can_be_changed(data: st.DataObject, signed: dict[str, bytes]) -> None:
    whole = signed["superior"]
    places = data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=8, max_size=8))
    lots: list[Files] = []
    for at in places:
        bent = bytearray(whole)
        bent[at] ^= 1 << data.draw(st.integers(0, 7))
        lots.append({"letter.pdf": bytes(bent)})
    for at, (told, wrong) in zip(places, _read(*lots), strict=True):
        assert wrong or not any("the whole file is" in one for one in told) or _is_in_a_hole(whole, at)


def _is_in_a_hole(whole: bytes, at: int) -> bool:
    """Whether a byte belongs to a signature itself, in which certificates lie that it is not over."""
    return any(found.start() <= at < found.end() for found in re.finditer(rb"<[0-9a-f]{2000,}>", whole))


# In a browser

_DROP = """(async files => {
  const bag = new DataTransfer(), shown = () => document.getElementById('told').innerText;
  const bytes = said => Uint8Array.from(atob(said), x => x.charCodeAt(0));
  for (const [name, said] of files) bag.items.add(new File([bytes(said)], name));
  const settled = async work => {
    const before = document.getElementById('status').textContent;
    work();
    for (let k = 0; k < 200; k++) {
      await new Promise(go => setTimeout(go, 25));
      const now = document.getElementById('status').textContent;
      if (now !== before && now !== words('reading')) return;
    }
  };
  const words = key => WORDS[document.getElementById('language').value]['pages.verifier.' + key];
  %s
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  return {
    told: shown(), status: document.getElementById('status').textContent, title: document.title,
    lang: document.documentElement.lang, tables: document.querySelectorAll('#told table').length,
  };
})(%s)"""
_DROPPED = (
    "await settled(() => dispatchEvent(new DragEvent('drop', { dataTransfer: bag, cancelable: true })));"
)
_CHOSEN = """await settled(() => {
  const field = document.getElementById('files');
  field.files = bag.files;
  field.dispatchEvent(new Event('change'));
});"""


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("page") / "verifier.html"
    path.write_text(verifier_page(request.param), encoding="utf-8")
    return path, request.param


def _play(step: str, files: Files) -> str:
    given = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    return _DROP % (step, json.dumps(given))


@pytest.mark.parametrize("step", [_DROPPED, _CHOSEN])
def test_whoever_drops_or_chooses_files_reads_what_the_command_prints(
    page: tuple[Path, str], step: str, given_files: dict[str, bytes], tmp_path: Path
) -> None:
    path, language = page
    names = ("R1.json", "later.json", f"{LETTER}.docx", f"{LETTER}.pdf", "changed.docx", "page.html")
    files = {name: given_files[name] for name in names}
    report = replace(_said(files, tmp_path), signatures=())  # the page judges none
    played = visit(path, play=_play(step, files), axe=False).played
    for part in report.tell(language):
        if isinstance(part, Rows):
            assert " ".join(part.rows[0][:2]) in " ".join(played["told"].split())
        else:
            assert f"{part.mark} {part.said}".strip() in played["told"]
    assert played["tables"] == 3, "about the letter, and of each proof all entries"
    assert ", ".join(names) in played["status"] or "、".join(names) in played["status"]


def test_a_browser_reads_signatures_from_a_file_on_the_disk(
    page: tuple[Path, str], signed: dict[str, bytes]
) -> None:
    path, language = page
    files = {"letter.pdf": signed["superior"], "added.pdf": signed["superior"] + b"\n"}
    told = visit(path, play=_play(_DROPPED, files), axe=False).played["told"]
    whole = text("pages.verifier.signature_whole", language, signer="", issuer="", at="").rpartition("：")[2]
    assert told.count(whole.rpartition(": ")[2]) == 1
    assert text("pages.verifier.uncovered", language, file="added.pdf", more=1) in told


def test_its_reader_chooses_the_language(page: tuple[Path, str], given_files: dict[str, bytes]) -> None:
    path, language = page
    other = next(code for code in LANGUAGES if code != language)
    change = f"""{_DROPPED} await settled(() => {{
      const field = document.getElementById('language');
      field.value = '{other}';
      field.dispatchEvent(new Event('change'));
    }});"""
    played = visit(path, play=_play(change, {"torn.pdf": b"%PDF"}), axe=False).played
    assert played["told"] == f"? {text('pages.verifier.unread', other, file='torn.pdf')}"
    assert (played["lang"], played["title"]) == (other, text("pages.verifier.title", other))


def test_whoever_begins_anew_has_no_files(page: tuple[Path, str]) -> None:
    path, language = page
    anew = f"{_DROPPED} await settled(() => document.getElementById('clear').click());"
    played = visit(path, play=_play(anew, {"empty": b""}), axe=False).played
    assert (played["told"], played["status"]) == ("", text("pages.verifier.nothing", language))


@pytest.mark.parametrize(("page", "width", "dark"), EVERYBODY, indirect=["page"])
def test_it_is_for_everybody_and_asks_nobody(
    width: int, dark: bool, page: tuple[Path, str], given_files: dict[str, bytes]
) -> None:
    path, _ = page
    files = {name: given_files[name] for name in ("R1.json", "page.html", "torn.pdf", "changed.docx")}
    seen = visit(path, width=width, dark=dark, play=_play(_DROPPED, files), keep=True)
    assert set(seen.asked) == {path.as_uri()}
    assert (seen.errors, seen.faults) == ((), ())
    assert seen.wide <= width
    assert len(path.read_bytes()) <= MOST_BYTES


def test_nothing_in_a_file_runs(page: tuple[Path, str]) -> None:
    evil = "<img src=x onerror=alert(1)><script>document.title='mine'</script>"
    content = json.dumps([1, *[evil] * 11])
    seen = visit(
        page[0], play=_play(_DROPPED, {f"{evil}.json": log_of([content], [], 0, evil), evil: b"x"}), axe=False
    )
    assert seen.errors == () and evil in seen.played["told"]
    assert seen.played["title"] == text("pages.verifier.title", page[1])


@pytest.mark.parametrize(("list_of", "wanted"), [("WORDS_OF", WORDS), ("WORD_NAMES", WORD_NAMES)])
def test_page_and_command_take_the_same_fields_for_peoples_words(list_of: str, wanted: Set[str]) -> None:
    source = files("targetcal_xl.pages").joinpath("templates", "judge.js").read_text("utf-8")
    listed = re.search(rf"const {list_of} = new Set\((\[.*?\])\);", source, re.DOTALL)
    assert listed
    assert set(re.findall(r'"([\w.]+)"', listed[1])) == set(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_fills_sentences_in_as_the_program_does(language: str) -> None:
    """Beside a Chinese word no blank stays, beside a number it does; words agree with their count."""
    other = re.compile(r"\{\w*[!.\[]|\{\w+:[^|{}]*\}|\{\{")
    plain = {key: said for key, said in catalogue(language).items() if not other.search(said)}
    cases = [
        (key, dict.fromkeys((name for _, name, *_ in Formatter().parse(said) if name), value))
        for key, said in plain.items()
        for value in ("1", "12%", "林静", "head1", "R1 大区", "大区 R1", "（无）")
    ]
    asked = [(plain[key], fields) for key, fields in cases]
    assert filled(asked) == [text(key, language, **fields) for key, fields in cases]
