"""What the verifier's page says of files, told by Node: its judging has no need of a browser."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from targetcal_xl.language import LANGUAGES, catalogue, record

Files = Mapping[str, bytes]
"""Contents by the names of their files."""

_RUN = """
const number = (_, each) => typeof each === "bigint" ? Number(each) : each;
const bytes = said => new Uint8Array(Buffer.from(said, "base64"));
(async () => {
  const { cases, words } = JSON.parse(require("fs").readFileSync(0, "utf-8")), found = [];
  for (const one of cases) {
    const report = await judge(one.map(([name, said]) => ({ name, bytes: bytes(said) })));
    const told = Object.entries(words).map(([language, spoken]) => [language, [...tell(spoken, report)]]);
    found.push({
      proofs: report.proofs.map(({ name, problems }) => [name, problems.map(each => each.code)]),
      files: report.files, agreements: report.agreements, problems: report.problems.map(each => each.code),
      told: Object.fromEntries(told),
    });
  }
  console.log(JSON.stringify(found, number));
})();
"""

_FILL = """
const sentences = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify(sentences.map(([said, fields]) => filled({ said }, "said", fields))));
"""


def script() -> str:
    """What the page judges with."""
    folder = files("targetcal_xl.pages").joinpath("templates")
    names = ("sha256.js", "judge.js", "signatures.js")
    return "".join(folder.joinpath(name).read_text("utf-8") for name in names)


def told_by_page_alone(part: Mapping[str, Any]) -> bool:
    """Whether it is of signatures or stamps, which the command judges in its own way, or all entries."""
    return bool(part.get("own"))


def judged(cases: Sequence[Files]) -> list[dict[str, Any]]:
    """What is said of each lot of files, in codes and in the words of every language."""
    spelt = [[[name, base64.b64encode(data).decode()] for name, data in one.items()] for one in cases]
    words = {code: catalogue(code) | {"colon": record(code).colon} for code in LANGUAGES}
    found: list[dict[str, Any]] = _ran(_RUN, {"cases": spelt, "words": words})
    return found


def filled(sentences: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Sentences of a catalogue as the page fills them in."""
    found: list[str] = _ran(_FILL, sentences)
    return found


def _ran(run: str, told: object) -> Any:
    """What the page's script comes to, played by some more lines of it."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "judge.cjs")
        program.write_text(script() + run, encoding="utf-8")
        done = subprocess.run(
            ["node", str(program)],
            input=json.dumps(told),
            capture_output=True,
            encoding="utf-8",
            timeout=200,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)
