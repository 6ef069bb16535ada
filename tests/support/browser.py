"""A real Chromium, driven by Node: what a page asks for, says and looks like, and what axe finds wrong."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import PIPE
from threading import Timer
from typing import Any

import pytest

from targetcal_xl.language import LANGUAGES
from tests.support.exploring import few

_SUPPORT = Path(__file__).parent
NARROW, WIDE = 390, 1366
"""The widths of a telephone and of a small laptop, in pixels."""
EVERYBODY = few(
    [
        pytest.param(language, width, dark, id=f"{language}-{width}-{'dark' if dark else 'light'}")
        for language in LANGUAGES
        for width in (NARROW, WIDE)
        for dark in (False, True)
    ],
    {"zh-CN-390-dark", "en-1366-light"},
)
"""A reader's language, screen and time of day."""
_SCRIPT = """
const fs = require('fs'), { launch } = require('puppeteer-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf-8');
const judge = async (page, play) => {
  await page.setBypassCSP(true);
  await page.reload();
  if (play) await page.evaluate(play);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run());
  return found.violations.flatMap(one => one.nodes.map(
    node => `${one.impact}: ${one.id} at ${node.target.join(' ')}: ${node.failureSummary}`));
};
const visit = async (browser, told) => {
  const { page: path, width, dark, picture, paper, play, keep, axe: judged } = told;
  const stranger = await browser.createBrowserContext(), page = await stranger.newPage();
  const asked = [], errors = [];
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
  const faults = judged ? await judge(page, keep ? play : '') : [];
  await stranger.close();
  return { asked, errors, played, wide, text, faults };
};
(async () => {
  const browser = await launch({ executablePath: process.argv[1], args: ['--no-sandbox'] });
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const seen = await visit(browser, JSON.parse(line)).catch(error => ({ failed: String(error) }));
    console.log(JSON.stringify(seen));
  }
  await browser.close();
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
    """What axe found, each with its impact first; nothing where it did not look."""


def visit(
    page: Path,
    *,
    width: int = WIDE,
    dark: bool = False,
    picture: Path | None = None,
    paper: Path | None = None,
    play: str = "",
    keep: bool = False,
    axe: bool = True,
) -> Visit:
    """Open a page as a person does who clicks on the file; `keep` lets axe look at what `play` made of it.

    Without `axe`, `faults` stay empty, and it takes a third of the time.

    Raise RuntimeError when there is no browser.
    """
    told: Mapping[str, object] = {
        "page": str(page.resolve()),
        "width": width,
        "dark": dark,
        "play": play,
        "keep": keep,
        "axe": axe,
    }
    said = _asked({**told, "picture": picture and str(picture), "paper": paper and str(paper)})
    if "failed" in said:
        raise RuntimeError(f"the browser failed on {page.name}: {said['failed']}")
    lists = {code: tuple(said[code]) for code in ("asked", "errors", "faults")}
    return Visit(played=said["played"], wide=said["wide"], text=said["text"], **lists)


def _asked(told: Mapping[str, object]) -> dict[str, Any]:
    browser = _browser()
    assert browser.stdin is not None and browser.stdout is not None
    browser.stdin.write(json.dumps(told) + "\n")
    browser.stdin.flush()
    with _patience(browser):
        line = browser.stdout.readline()
    if not line:
        _browser.cache_clear()
        raise RuntimeError(f"the browser has ended with {browser.wait()}")
    answer: dict[str, Any] = json.loads(line)
    return answer


@contextmanager
def _patience(browser: subprocess.Popen[str]) -> Iterator[None]:
    """A browser that does not answer is ended."""
    end = Timer(120, browser.kill)
    end.start()
    try:
        yield
    finally:
        end.cancel()


@cache
def _browser() -> subprocess.Popen[str]:
    """One browser for the whole run, in which every visitor is a stranger; it ends with us."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("install chromium: apt-get install -y --no-install-recommends chromium")
    line = ["node", "-e", _SCRIPT, program]
    browser = subprocess.Popen(line, cwd=_SUPPORT, encoding="utf-8", stdin=PIPE, stdout=PIPE)
    atexit.register(browser.communicate)
    return browser
