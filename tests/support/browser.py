"""A real Chromium, driven by Node: what a page asks for, says and looks like, and what axe finds wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SUPPORT = Path(__file__).parent
NARROW, WIDE = 390, 1366
"""The widths of a telephone and of a small laptop, in pixels."""
_SCRIPT = """
const fs = require('fs'), { launch } = require('puppeteer-core');
const told = JSON.parse(fs.readFileSync(0, 'utf-8'));
const { page: path, width, dark, picture, paper, play, keep, program } = told;
(async () => {
  const browser = await launch({ executablePath: program, args: ['--no-sandbox'] });
  const page = await browser.newPage(), asked = [], errors = [];
  page.on('request', one => asked.push(one.url()));
  page.on('pageerror', one => errors.push(String(one)));
  page.on('console', one => { if (one.type() === 'error') errors.push(one.text()); });
  await page.setViewport({ width, height: 900, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.goto('file://' + path);
  const played = play ? await page.evaluate(play) : null;
  if (picture) await page.screenshot({ path: picture, fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  const text = await page.evaluate(() => document.body.innerText);
  if (paper) await page.pdf({ path: paper, preferCSSPageSize: true });
  await page.setBypassCSP(true);
  await page.reload();
  if (keep) await page.evaluate(play);
  await page.evaluate(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf-8'));
  const found = await page.evaluate(() => axe.run());
  const faults = found.violations.flatMap(one => one.nodes.map(
    node => `${one.impact}: ${one.id} at ${node.target.join(' ')}: ${node.failureSummary}`));
  await browser.close();
  console.log(JSON.stringify({ asked, errors, played, wide, text, faults }));
})().catch(error => { console.error(error); process.exit(1); });
"""


@dataclass(frozen=True)
class Visit:
    """What came of looking at a page."""

    asked: tuple[str, ...]
    """Every address that was asked for, the page's own first."""
    errors: tuple[str, ...]
    played: Any
    """What the script came to that was to be played."""
    wide: int
    """How many pixels its widest part takes."""
    text: str
    faults: tuple[str, ...]
    """What axe found, each with its impact first."""


def visit(
    page: Path,
    *,
    width: int = WIDE,
    dark: bool = False,
    picture: Path | None = None,
    paper: Path | None = None,
    play: str = "",
    keep: bool = False,
) -> Visit:
    """Open a page as a person does who clicks on the file; `keep` lets axe look at what `play` made of it.

    Raise RuntimeError when there is no browser.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("install chromium: apt-get install -y --no-install-recommends chromium")
    told: Mapping[str, object] = {
        "page": str(page.resolve()),
        "width": width,
        "dark": dark,
        "play": play,
        "keep": keep,
    }
    places = {"picture": picture and str(picture), "paper": paper and str(paper), "program": program}
    line, said = ["node", "-e", _SCRIPT], json.dumps({**told, **places})
    run = subprocess.run(
        line, input=said, cwd=_SUPPORT, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    if run.returncode:
        raise RuntimeError(f"the browser failed on {page.name}: {run.stderr}")
    said = json.loads(run.stdout)
    lists = {code: tuple(said[code]) for code in ("asked", "errors", "faults")}
    return Visit(played=said["played"], wide=said["wide"], text=said["text"], **lists)
