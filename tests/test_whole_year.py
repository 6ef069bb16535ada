"""A year of a made-up company of four regions, through every command and with nobody to help it.

`make explore` plays it with thirty.

Whatever is typed is typed into books; all else is done by commands, each of which ends as it should, asks
nothing, and leaves a ledger that verifies at the end of every quarter.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from itertools import cycle
from pathlib import Path

import pytest

from targetcal_xl.calibration import Key, Value, as_number
from targetcal_xl.desk import open_desk
from targetcal_xl.language import LANGUAGES
from targetcal_xl.workbook.wording import Wording
from tests.support.commands import registered
from tests.support.signers import open_key
from tests.support.stamping import stamping
from tests.support.year import (
    DEPARTING,
    FINANCE,
    LINES,
    REGIONS,
    SLIPPING,
    SUPERIORS,
    Company,
    levels,
    plan_folder,
    superior_of,
)

APART = {"demo": "plays cases of its own, see test_demo_quarters and test_whole_case"}
"""Commands that have no part in a company's year, and why."""
SENT = REGIONS[:3]
"""Regions that work in files of their own; the others fill the shared book."""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, with nobody at the keyboard."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return Company(tmp_path)


@pytest.mark.timeout(1800)
def test_all_regions_play_a_year_by_commands_alone(company: Company) -> None:
    for turn, language in zip(range(4), cycle(LANGUAGES), strict=False):
        company.give.language = language
        _begin(company, turn)
        _negotiate(company, turn)
        _follow(company, turn)
        _close(company, turn)
        assert company("audit", "--verify", "--json").json["verified"]
    assert company.used == registered() - APART.keys()
    _every_field_has_a_name(company)
    _numbers_are_written_as_people_write_them(company.said)


def _begin(company: Company, turn: int) -> None:
    """A plan comes from the form, or from the quarter before; readings settle what is suggested."""
    if turn == 0:
        company.on(company.day(2))
        plan_folder(Path("seed"))
        company.run("init", "--form", "form.xlsx", "--from", "seed", "--lang", "en")
        company.run("init", "plan", "--form", "form.xlsx")
        company("new", "--from", "plan", "--lang", "en")
    else:
        coming = company.period.shift(1)
        company("next", "--target", round(1.1 * levels().sum()), "-o", f"{coming}.xlsx")
        company.period = coming
    company("import", "--drivers", company.readings())
    company("recalibrate", "--reason", "readings have come")
    (_look_ahead, _talk, _weigh, _compute)[turn](company)


def _look_ahead(company: Company) -> None:
    company("surprise")
    company("scenario", "--name", "base")
    company("whatif", "-l", LINES[0], "-i", "orders", "-n", "+10%")
    company("remind", "--draft", "mails")
    assert len([*Path("mails").glob("*.eml")]) == len(REGIONS)
    company("outbox", "--list")


def _talk(company: Company) -> None:
    company("comment", "-r", "R04", "-l", "R04-1", "--text", "Who covers the coast?")
    assert "coast" in company("threads", "-r", "R04").out


def _weigh(company: Company) -> None:
    company("backtest")
    company("fairness", "--sheet", "fairness.xlsx")
    company("judgement", "-r", REGIONS[0])
    company("supports")
    company("ratchet", "-r", REGIONS[0])
    company("overassign", "--odds", 0.8)


def _compute(company: Company) -> None:
    company("functions", "live")
    company("functions", "frozen")


def _negotiate(company: Company, turn: int) -> None:
    """Heads declare in files of their own and in the shared book; superiors decide all in one go."""
    company.departs = turn % 2 == 0
    sent = SENT if company.departs else ()
    if sent:
        _by_files(company, Path(f"packs-{company.period}"))
    company.declare([region for region in REGIONS if region not in sent])
    company("lock")
    if turn == 1:
        _think_again(company)
    if company.departs:
        _talk_about_objections(company)
    _decide(company)
    if company.departs:
        _agree_to_counter(company)
    company("confirm", "--reason", "Head office stands for the rest")
    if turn == 2:
        _commit(company)


def _by_files(company: Company, packs: Path) -> None:
    company("split", "-o", packs, *(word for region in SENT for word in ("-r", region)))
    company.return_packs(packs)
    company("collect", packs)


def _think_again(company: Company) -> None:
    company("withdraw", "-r", "R03", "--reason", "A customer was left out", by="Head R03")
    company("unlock", "-r", "R04", "--reason", "Numbers were of last year")
    company.declare(("R03", "R04"))
    company("check", "-r", "R03", "-r", "R04")
    company("lock")


def _talk_about_objections(company: Company) -> None:
    talk = ("--held", company.give.clock.now.date(), "--present", "Head R01", "--outcome", "partly")
    company("objections", "-r", "R01", "-l", LINES[0], *talk, "--note", "The valves are real", by="HR 1")


def _decide(company: Company) -> None:
    """Each superior types into all tabs; the second region is countered with what was suggested."""
    said: dict[Key, Value] = {(line[:3], line, "decision"): "accept" for line in LINES}
    said |= {(line[:3], line, "decision_reason"): "Grounds hold" for line in LINES}
    if company.departs:
        said[DEPARTING[1], _COUNTERED, "decision"] = "counter"
        said[DEPARTING[1], _COUNTERED, "counter"] = company.suggested[_COUNTERED]
        said |= {(region, "S01", "granted"): "yes" for region in DEPARTING}
    company.type(said)
    for superior in SUPERIORS:
        company("decide", by=superior)


_COUNTERED = f"{DEPARTING[1]}-1"


def _agree_to_counter(company: Company) -> None:
    company.type({(DEPARTING[1], _COUNTERED, "agree"): "yes", **dict(company.submitted(DEPARTING[1]))})
    company("lock")


def _commit(company: Company) -> None:
    """Letters go out: of regions in Word, of one representative as PDF; one is signed, one asked about."""
    company("letters", "-o", "letters", "--format", "docx")
    agreed = company.standing.values["R04", "R04-1", "agreed"]
    Path("people.csv").write_text(
        f"employee,name,line,target,mail\nP1,Li Na,R04-1,{agreed},li@example.com\n", encoding="utf-8"
    )
    company("letters", "-o", "people", "--format", "pdf", "--representatives", "people.csv")
    (letter,) = Path("people").glob("*.pdf")
    company("proof", "-r", "R04", "-o", "R04.json")
    company.run("verify", letter, "R04.json")
    Path("me.p12").write_bytes(open_key())
    stranger = ("--key", "me.p12", "--reason", "As agreed by telephone")
    company.run("sign", company.book, letter, "--role", "superior", *stranger)
    company("signed")
    company("ask", "-r", "R01", "--text", "Whose is the support?", "--until", company.day(20), by="Head R01")
    company("answer", "-r", "R01", "--text", "Ours", by="HR 1")
    company("mail", "--draft", "covers", "--letters", "people", "--representatives", "people.csv")
    company("archive", "--to", "archive", "--letters", "letters", "--letters", "people")
    with stamping(company.folder / "authority") as office:
        company("stamp", "--authority", office.address)


def _follow(company: Company, turn: int) -> None:
    """The one line that slips is warned of in time; then the quarter ends."""
    company.on(company.day(61))
    if turn < 2:
        company.results(company.day(60))
        company("import")
        warned = company("follow", "--as-of", company.day(60), "--json").json["warnings"]
        assert f"Area {SLIPPING}" in {one["line"] for one in warned}
    (_take_up, _change, _show, _suggest)[turn](company)
    company.on(company.period.end + dt.timedelta(days=1))
    company.results(company.period.end)
    company("import")
    company("follow", "--as-of", company.period.end)


def _take_up(company: Company) -> None:
    done = ("--text", "A second inspector from Monday", "--until", company.day(75))
    company("acknowledge", "--line", SLIPPING, *done, by=f"Head {SLIPPING[:3]}")


def _change(company: Company) -> None:
    agreed = as_number(company.standing.values["R03", "R03-1", "agreed"])
    assert agreed is not None
    wish = ("--to", round(3.1 * agreed), "--from", company.day(62), "--trigger", "staff")
    company("change", "-r", "R03", "-l", "R03-1", *wish, "--reason", "Two inspectors left", status=1)
    for person, waits in ((superior_of("R03"), 1), ("HR 3", 0)):
        said = ("--approve", "yes", "--reason", "It is so")
        company("change", "-r", "R03", "-l", "R03-1", *said, by=person, status=waits)


def _show(company: Company) -> None:
    company("dashboard", "-o", "dashboard.html")
    assert company.run("plans", ".", "--json").json["found"] == 3


def _suggest(company: Company) -> None:
    company("suggestions", "--write")
    company("okr", "--to", "okr.json")


def _close(company: Company, turn: int) -> None:
    """People say what they think of it, and the quarter is judged."""
    company("survey", "--responses", company.answers())
    company("evaluate")
    (_forget, _mend, lambda _: None, _examine)[turn](company)


def _forget(company: Company) -> None:
    company("erase", "--person", "Head R01", "--field", "basis", "--reason", "Asked for", "--yes")


def _mend(company: Company) -> None:
    company("repair")
    company("upgrade")


def _examine(company: Company) -> None:
    company.run("doctor")
    company.run("libreoffice", "status", "--profile", "nowhere")


def _every_field_has_a_name(company: Company) -> None:
    """The audit sheet calls every field that was recorded by a name, not by its code."""
    with open_desk(company.book, actor=FINANCE, clock=company.give.clock, source="test") as desk:
        codes = {entry.field for entry in desk.ledger.entries()}
    words = Wording(company.standing)
    assert {code for code in codes if words.field(code) == code} == set()


def _numbers_are_written_as_people_write_them(said: str) -> None:
    """No power of ten, no sign before nothing, and nothing that has no room."""
    assert not re.search(r"\de[+-]\d\d|[+−-]0(\.0+)?\s?%|#{3}", said)
