"""The answer of a page: sealed as the browser seals it, and read as it was given or not at all."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
from hashlib import sha256
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.exchange import MOST_ANSWER, MOST_ENCLOSED, mac, read_answer
from targetcal_xl.problems import DataProblems

_CONTENT = {
    "plan": "2025Q1-new-customers",
    "period": "2025Q1",
    "region": "R1",
    "round": 1,
    "format": 2,
    "nonce": "a word",
    "head": "f" * 64,
    "saved_at": "2025-01-07T08:00:00.000Z",
    "values": [["R1-1", "declared", 85], [None, "submitter", "head1"], ["R1-1", "basis", "在手商机"]],
}


def _file(said: object, nonce: str = "a word", **changes: object) -> bytes:
    content = json.dumps(said, ensure_ascii=False)
    file = {"targetcal": "answer", "version": 1, "content": content, "mac": mac(nonce, content)}
    return json.dumps({**file, **changes}, ensure_ascii=False).encode()


def _refused(content: bytes) -> str:
    with pytest.raises(DataProblems) as refused:
        read_answer(content, "answer.json")
    (problem,) = refused.value.problems
    return problem.code


def test_the_browsers_seal_is_the_one_of_the_standards() -> None:
    texts = ["", "a", "在手商机" * 40, "x" * 55, "x" * 56, "x" * 63, "x" * 64, "x" * 119, "x" * 5000]
    keys = ["", "key", "钥" * 30, "k" * 64, "k" * 65]
    source = files("targetcal_xl.pages").joinpath("templates", "sha256.js").read_text("utf-8")
    ask = (
        f"console.log(JSON.stringify({json.dumps(keys)}.map(k => {json.dumps(texts)}.map(t => hmac(k, t)))))"
    )
    run = subprocess.run(["node", "-e", source + ask], capture_output=True, check=True, encoding="utf-8")
    wanted = [[hmac.digest(k.encode(), t.encode(), hashlib.sha256).hex() for t in texts] for k in keys]
    assert json.loads(run.stdout) == wanted


def test_an_answer_is_read_as_it_was_given() -> None:
    answer = read_answer(_file(_CONTENT), "answer.json")
    assert (answer.slip.region, answer.slip.round, answer.saved_at) == ("R1", 1, _CONTENT["saved_at"])
    assert answer.values == {
        ("R1", "R1-1", "declared"): 85.0,
        ("R1", None, "submitter"): "head1",
        ("R1", "R1-1", "basis"): "在手商机",
    }


_INSIDE = range(_file(_CONTENT).index(b'"content"') + 14, _file(_CONTENT).index(b'"mac"') - 4)


@given(st.sampled_from(_INSIDE), st.integers(0, 255))
def test_an_answer_in_which_anything_was_changed_is_not_read(at: int, byte: int) -> None:
    whole = _file(_CONTENT)
    changed = whole[:at] + bytes([byte]) + whole[at + 1 :]
    if changed != whole:
        assert _refused(changed) in ("answer_altered", "answer_none")


def test_an_answer_that_another_word_sealed_is_not_read() -> None:
    assert _refused(_file(_CONTENT, "another word")) == "answer_altered"


def _with(**changes: object) -> bytes:
    return _file({**_CONTENT, **changes})


def _sent(sent: dict[str, Any], digest: str = sha256(b"hi").hexdigest(), **changes: Any) -> bytes:
    """An answer with files, in base64."""
    said = {**_CONTENT, "files": [[name, digest] for name in sent]}
    return _file(said, **(dict[str, Any](version=2, files=sent) | changes))


def test_an_answer_brings_the_files_that_its_page_sealed() -> None:
    assert read_answer(_sent({"照片 1.jpg": "aGk="}), "answer.json").files == {"照片 1.jpg": b"hi"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "answer_none"),
        (b"\xff\xfe", "answer_none"),
        (b"[" * 100_000, "answer_none"),
        (b"[1, 2]", "answer_none"),
        (b'{"targetcal": "pack"}', "answer_none"),
        (b'{"targetcal": "answer"}', "answer_none"),
        (_file(_CONTENT, version=3), "answer_newer"),
        (_file(_CONTENT, version="1"), "answer_none"),
        (_file(_CONTENT, mac="é"), "answer_altered"),
        (_file(_CONTENT, content=7), "answer_none"),
        (_file([]), "answer_none"),
        (_with(round=True), "answer_none"),
        (_with(round=1.5), "answer_none"),
        (_with(nonce=None), "answer_none"),
        (_with(values={"a": 1}), "answer_none"),
        (_with(values=[["R1-1", "declared"]]), "answer_none"),
        (_with(values=[["R1-1", "declared", [1]]]), "answer_none"),
        (_with(values=[["R1-1", "declared", True]]), "answer_none"),
        (_with(values=[["R1-1", "declared", 1], ["R1-1", "declared", 2]]), "answer_none"),
        (_with(values=[["R1-1", "declared", float("nan")]]), "answer_none"),
        (_with(values=[["R1-1", "declared", 10**400]]), "answer_none"),
        (_file(_CONTENT, content=" " * (MOST_ANSWER + 1)), "answer_too_big"),
        (b" " * (MOST_ANSWER + 2 * MOST_ENCLOSED), "answer_too_big"),
        (_sent({"a.txt": "aGk="}, "0" * 64), "answer_altered"),
        (_sent({"a.txt": "aGl="[:3]}), "answer_none"),
        (_sent({"a.txt": 7}), "answer_none"),
        (_sent({"../a.txt": "aGk="}), "answer_none"),
        (_sent({"": "aGk="}), "answer_none"),
        (_sent({"a.txt": "aGk="}, files={}), "answer_none"),
        (_sent({"a.txt": "aGk="}, files=[]), "answer_none"),
        (_sent({"a.txt": "aGk="}, files={"a.txt": "aGk=", "b.txt": "aGk="}), "answer_none"),
        (_sent({}, files={"a.txt": "aGk="}), "answer_none"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(content: bytes, code: str) -> None:
    assert _refused(content) == code
