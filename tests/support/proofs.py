"""Proofs of logs that somebody made up, with whatever may stand in them at the border of what is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from targetcal_xl.ledger import Checkpoint, reference
from targetcal_xl.ledger.chain import COLUMNS
from targetcal_xl.ledger.merkle import Frontier, consistency, inclusion, leaf_hash, parent_hash

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**40,
    "",
    "0",
    "\x85",
    "\ufeff",
    "\u2028",
    [],
    [[]],
    {},
    {"a": 1},
    ["1", "2"],
)
"""Values that stand where others are meant."""

_DEEP = "[" * 200 + "]" * 200
_INSIDE = (
    *(
        _DEEP,
        f"[{_DEEP}]",
        "9" * 4300,
        "9" * 4301,
        "-" + "9" * 4300,
        "0." + "9" * 5000,
        "1e400",
        "NaN",
        "01",
        "1.",
    ),
    *(
        r'"\ud800"',
        r'"\udc00"',
        r'"\ud83d\ude00"',
        r'"\\ud800"',
        r'"\ud83dx\ude00"',
        '"\t"',
        '"\x7f"',
        "-Infinity",
    ),
    '"' + "[" * 300 + '"',
)
"""JSON, or nearly, at the border of what is read."""

_SIGNED = (
    *(("a", "AAAAAAA="), ("a", "AAAAAAA"), ("a", "AAAAAA=="), ("a", "AAAAAA")),
    *((name, "AAAAAAA=") for name in ("a\x1c", "\x85", "\ufeff", "\u3000", "a+b", "a b", "\u2028", "é")),
)
"""Names and signatures below a checkpoint, not all of which are some."""


def log_of(
    contents: Sequence[str], documents: Sequence[str], before: int = 1, origin: str = "somebody/else"
) -> bytes:
    """A sound proof of a log that holds just these leaves: whoever makes one may write anything in it."""
    levels = [[leaf_hash(content.encode()) for content in contents]]
    while len(last := levels[-1]) > 1:
        levels.append([parent_hash(*last[k : k + 2]) for k in range(0, len(last) - 1, 2)])

    def node(level: int, index: int) -> bytes:
        return levels[level][index]

    def seen(size: int) -> str:
        return str(Checkpoint(origin, size, Frontier(size, node).root))

    size = len(contents)
    paths = [[step.hex() for step in inclusion(k, size, node)] for k in range(size)]
    entries = [{"content": one, "path": path} for one, path in zip(contents, paths, strict=True)]
    begun = {"checkpoint": seen(before), "path": [step.hex() for step in consistency(before, size, node)]}
    said = {"form": "targetcal-xl/proof-1", "checkpoint": seen(size), "entries": entries}
    return json.dumps({**said, "beginnings": [begun], "documents": documents}).encode()


def entry_of(document: str, **said: Any) -> str:
    """The first entry of a log, which records a letter by a document; `said` makes it another."""
    known: dict[str, Any] = dict.fromkeys(COLUMNS[:-1], "x") | {"number": 1, "action": "letters"}
    known |= {"field": "letter.record", "new": f'"{reference(document.encode())}"'}
    return json.dumps([*(known | said).values()], ensure_ascii=False)


def odd_logs(digest: str) -> list[bytes]:
    """Proofs in which one thing is at the border of what is read; those of a letter know a file's hash."""
    good, *others = odd_records(digest)
    entry, *entries = odd_entries(good)
    found = [log_of([entry_of(one)], [one]) for one in (good, *others)]
    found += [log_of([one], [good]) for one in entries] + [
        log_of([entry], one) for one in ([good, good, "x"], [])
    ]
    found += _stamped(log_of([entry], [good]))
    lists = [[entry, *"abc"[:count]] for count in range(4)]
    sizes = [log_of(one, [good], before) for one in lists for before in range(len(one) + 1)]
    whole = json.loads(log_of([entry, entry_of(good, number=2)], [good]))
    return [*found, *sizes, *map(_other_root, sizes), *_odd_spelt(whole), *map(_file, _odd_parts(whole))]


def _stamped(plain: bytes) -> list[bytes]:
    """Proofs of a log's second entry that records a time stamp on its first, or nearly one."""
    note = json.loads(plain)["checkpoint"]
    good = {"checkpoint": note, "authority": "http://a", "token": "AAAA"}
    records: list[Any] = [good, good | {"token": 1}, good | {"more": 1}, good | {"checkpoint": "x"}, [], "x"]
    records += [{key: one for key, one in good.items() if key != name} for name in good]
    found: list[bytes] = []
    for one in map(json.dumps, records):
        for said in ({}, {"action": "other"}, {"field": "other"}):
            kind = {"number": 2, "action": "stamp", "field": "stamp.record"}
            stamp = entry_of(one, **(kind | said))
            found.append(log_of([json.loads(plain)["entries"][0]["content"], stamp], [one]))
    return found


def odd_records(digest: str) -> list[str]:
    """What a log may hold where a letter's record is looked for: first such a record, then nearly one."""
    letter = {"number": "N", "chain_head": "h"}
    good = json.dumps({"letter": letter, "files": [["a", digest]]})
    found = [good, f"[{good}]", good + " ", good + "\x0c", "\ufeff" + good]
    found += [f'{{"x":{one},{good[1:]}' for one in _INSIDE]
    files: list[Any] = [[["a", digest, 1]], {digest[:2]: 1}, [{"a": 1, "b": digest}], "ab", []]
    files += [[["a", 1], ["b", digest]], [[1, digest]], None]
    found += [json.dumps({"letter": letter, "files": one}) for one in files]
    letters: list[Any] = [letter | {"number": 1}, {"number": "N"}, "number", [], None]
    return found + [json.dumps({"letter": one, "files": [["a", digest]]}) for one in letters]


def odd_entries(document: str) -> list[str]:
    """An entry that records a letter by a document, then nearly such entries."""
    entry, name = entry_of(document), reference(document.encode())
    found = [entry, f" {entry}\n", entry + "\x0c", "[1]", "1", "{}", "[1", entry_of(document, more="x")]
    starts = ("1.0", "01", "-1", "0", "-0", "2", "9" * 4301, "true", '"1"')
    found += [entry.replace("[1", f"[{one}") for one in starts]
    news = (name, f'"""{name}"""', f" {name}", None, 1, f'"{name}')
    found += [entry_of(document, new=one) for one in news]
    found += [entry_of(document, **{column: "other"}) for column in ("action", "field", "row")]
    found += [
        entry_of(document, old=one) for one in ("null", "1", '"a"', "x", "[1]", "NaN", '"\\ud800"', "1e400")
    ]
    times = ("2025-01-06T02:00:00.000000+00:00", "2025-01-06T02:00:00.000000+00:00\n", "2025-01-06", "٢")
    found += [entry_of(document, at=one) for one in times]
    return found + [entry_of(document, reason=one) for one in ODD]


def _other_root(content: bytes) -> bytes:
    """A proof whose earlier checkpoint has another root."""
    said = json.loads(content)
    origin, size, _ = said["beginnings"][0]["checkpoint"].splitlines()
    said["beginnings"][0]["checkpoint"] = f"{origin}\n{size}\n{'A' * 43}=\n"
    return _file(said)


def _odd_parts(good: dict[str, Any]) -> Iterator[Any]:
    """A good proof with one part that is another."""
    entry, begun, note = good["entries"][0], good["beginnings"][0], good["checkpoint"]
    step = entry["path"][0]
    paths: list[Any] = [[step, step], [], "", {}, [step.upper()], [step + " "], [step[:-2]], [1]]
    for path in paths:
        yield good | {"entries": [entry | {"path": path}]}
        yield good | {"beginnings": [begun | {"path": path}]}
    for one in _odd_notes(note):
        yield good | {"checkpoint": one}
        yield good | {"beginnings": [begun | {"checkpoint": one}]}
    yield from (good | {name: one} for name in good for one in ODD)
    yield from ({key: one for key, one in good.items() if key != name} for name in good)
    yield from ({**good, "more": 1}, {**good, "__proto__": 1})
    yield good | {"entries": good["entries"] * 20}
    yield good | {"beginnings": [begun | {"path": paths[0]}] * 14}


def _odd_notes(note: str) -> list[str]:
    """A checkpoint, or nearly one."""
    found = [f"{note}\n\u2014 {name} {value}\n" for name, value in _SIGNED]
    found += [note.replace("\n2\n", f"\n{size}\n") for size in ("1", "3", "4", "8", "02", str(10**15))]
    found += [
        note[:-1],
        note + "\n",
        note.replace("=\n", "\n"),
        note.replace("\n", "\r\n"),
        "x" + note,
        "",
        note + "x y",
    ]
    return [*found, note + "\n\u2014 a AAAAAAA=\n\u2014 b AAAAAAA\n"]


def _odd_spelt(good: dict[str, Any]) -> Iterator[bytes]:
    """A good proof, spelt in ways that not everybody reads."""
    told = json.dumps(good)
    yield from (told.encode() + b"\xff", f'{told[:-1]},"documents":[]}}'.encode())
    yield from (f"{before}{told}".encode() for before in (" \t\n\r\x0b\x0c", "\ufeff"))
    yield from (f"{told}x".encode(), f'{{"form":NaN,{told[1:]}'.encode())


def _file(said: Any) -> bytes:
    return json.dumps(said).encode()
