"""`okr` brings targets and results into OKR systems, each state once, and results back from there."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from targetcal_xl.actions import OkrReport, follow_file, okr, okr_results, verify
from targetcal_xl.actions.message_rows import MessageRow
from targetcal_xl.actions.okr import okr_as_said
from targetcal_xl.actions.outbox import outbox
from targetcal_xl.calibration.vocabulary import Channel, MessageKind, MessageState
from targetcal_xl.outbox import FeishuOkr, Message, OkrEndpoint, feishu_record
from targetcal_xl.problems import TargetcalError
from targetcal_xl.telling import Rows
from tests.support.clock import Clock
from tests.support.desks import Case, confirmed
from tests.support.okr import APP, VALIDATOR, WORD, OkrSystem, okr_system

RESULTS = "date,line,value\n2025-01-20,R1-1,20\n2025-01-20,R1-2,30\n2025-01-20,R2-1,2\n"
IDS = "code,okr_id,okr\nR1-1,7001,70\nR1-2,7002,70\nR2-1,7003,71\nR2,7010,71\n"
LINK = "https://example.com/targets"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OkrSystem, str, dict[str, str]]]:
    with okr_system(tmp_path_factory.mktemp("okr")) as found:
        yield found


@pytest.fixture
def system(
    running: tuple[OkrSystem, str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> tuple[OkrSystem, str]:
    """An OKR system about which nobody has said anything yet, and where it is."""
    system, address, environment = running
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    vars(system).update(vars(OkrSystem()))
    return system, address


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = confirmed(tmp_path_factory.mktemp("followed") / "plan")
    (case.folder / "results.csv").write_text(RESULTS, "utf-8")
    case.run(follow_file, case.folder / "results.csv")
    (case.folder / "ids.csv").write_text(IDS, "utf-8")
    return case


@pytest.fixture
def case(followed: Case, tmp_path: Path) -> Case:
    """84 + 130 and 139 have been confirmed, and are followed up to 20 January: R2-1 is far behind."""
    shutil.copytree(followed.folder, tmp_path / "plan")
    return replace(followed, folder=tmp_path / "plan", clock=Clock(followed.clock.now))


def _sent(case: Case, to: str, **more: Any) -> OkrReport:
    return case.run(okr, to, sleep=lambda seconds: None, **more)


def _states(report: OkrReport) -> list[str]:
    assert report.outbox is not None
    return [row.state for row in report.outbox.messages]


def _listed(case: Case) -> list[MessageRow]:
    """What was ever to go to an OKR system."""
    rows = case.run(outbox, listed=True).messages
    return [row for row in rows if row.kind == MessageKind.KEY_RESULTS]


def _codes(found: pytest.ExceptionInfo[TargetcalError]) -> list[str]:
    return [problem.code for problem in found.value.problems]


# Files


def test_objectives_and_key_results_share_a_column_so_that_the_table_fits(case: Case) -> None:
    report = _sent(case, str(case.folder / "okr.json"))
    [table] = [part for part in report.tell("en") if isinstance(part, Rows)]
    whole, first, second = report.objectives
    own = [
        (one.result.name, *(f"· {each.name}" for each in one.key_results)) for one in (whole, first, second)
    ]
    assert [row[0] for row in table.rows] == [name for names in own for name in names]
    assert len(table.captions) == 7


def test_the_document_is_what_its_schema_says_and_says_what_the_plan_does(case: Case) -> None:
    path = case.folder / "okr.json"
    report = _sent(case, str(path))
    told = json.loads(path.read_text("utf-8"))
    VALIDATOR.validate(told)
    whole, first, second = told["objectives"]
    assert [one["code"] for one in whole["key_results"]] == ["R1", "R2"]
    assert [one["code"] for one in first["key_results"]] == ["R1-1", "R1-2"]
    assert (whole["start"], whole["target"], whole["current"]) == (0, 353, 52)
    assert whole["progress"] == pytest.approx(52 / 353)
    assert [one["status"] for one in second["key_results"]] == ["delayed"] and first["status"] == "normal"
    assert all(0 < one["odds"] < 1 for one in (whole, first, second, *first["key_results"]))
    assert report.file == str(path) and told["as_of"] == "2025-01-20"


def test_the_table_says_the_same_and_holds_no_formula(case: Case) -> None:
    path = case.folder / "okr.csv"
    _sent(case, str(path))
    _sent(case, str(case.folder / "okr.json"))
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    told = json.loads((case.folder / "okr.json").read_text("utf-8"))["objectives"]
    known = {(one["code"], each["code"]): each for one in told for each in one["key_results"]}
    known |= {(one["code"], ""): one for one in told}
    assert {(row["objective"], row["key_result"]) for row in rows} == known.keys()
    for row in rows:
        one = known[row["objective"], row["key_result"]]
        assert [row[code] for code in ("current", "target", "status")] == [
            str(one[code]) for code in ("current", "target", "status")
        ]
        assert not any(value.startswith(("=", "+", "@")) for value in row.values())


def test_before_there_are_results_nothing_is_claimed(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    _sent(case, str(tmp_path / "okr.json"))
    told = json.loads((tmp_path / "okr.json").read_text("utf-8"))
    VALIDATOR.validate(told)
    every = [each for one in told["objectives"] for each in (one, *one["key_results"])]
    assert {(one["current"], one["odds"], one["status"]) for one in every} == {(None, None, "untold")}


def test_nothing_but_a_file_of_ours_is_written_over(case: Case) -> None:
    path = case.folder / "okr.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(TargetcalError) as found:
        _sent(case, str(path))
    assert _codes(found) == ["okr_taken"] and path.read_text("utf-8") == "{}"
    path.unlink()
    assert _sent(case, str(path), dry_run=True).dry and not path.exists()
    for _ in range(2):
        _sent(case, str(path))


# An address of one's own


def test_each_state_goes_once_under_a_key_of_its_own(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    assert _states(_sent(case, f"{address}/plans")) == ["sent"]
    again = _sent(case, f"{address}/plans")
    assert _states(again) == [] and not again.leaves_work and len(okrs.documents) == 1
    (case.folder / "results.csv").write_text(RESULTS + "2025-01-21,R2-1,40\n", "utf-8")
    case.run(follow_file, case.folder / "results.csv")
    assert _states(_sent(case, f"{address}/plans")) == ["sent"]
    assert len(okrs.documents) == len(okrs.keys) == 2
    assert [one["objectives"][2]["current"] for one in okrs.documents] == [2, 42]
    own = {entry.row for entry in case.entries("outbox") if entry.new == "sent"}
    recorded = [entry for entry in case.entries("outbox", "message.state") if entry.row in own]
    assert [entry.new for entry in recorded] == ["prepared", "sending", "sent"] * 2
    assert case.run(verify).problems == ()


def test_a_dry_run_says_what_would_go_and_records_nothing(case: Case, system: tuple[OkrSystem, str]) -> None:
    before = case.entries()
    report = _sent(case, f"{system[1]}/plans", dry_run=True)
    assert _states(report) == ["prepared"] and not report.leaves_work
    assert system[0].asked == 0 and case.entries() == before


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((500, "", {}), MessageState.DOUBTFUL),
        ((502, "<html>", {}), MessageState.DOUBTFUL),
        ((404, "", {}), MessageState.FAILED),
        ((302, "", {"Location": "https://elsewhere.example"}), MessageState.FAILED),
        ((422, "", {}), MessageState.FAILED),
        ((401, "", {}), MessageState.PREPARED),
        ((204, "", {}), MessageState.SENT),
    ],
)
def test_only_a_clear_answer_is_believed(
    system: tuple[OkrSystem, str], answer: tuple[int, str, dict[str, str]], state: MessageState
) -> None:
    okrs, address = system
    okrs.answers = [answer]
    outcome = OkrEndpoint(os.environ).send(_message(Channel.OKR, address), b"{}")
    assert outcome.state == state and okrs.asked == 1
    assert outcome.closes == (answer[0] == 401)


def _message(channel: Channel, address: str) -> Message:
    return Message(MessageKind.KEY_RESULTS, "R1", channel, "R1-1", address, "7001 1", "s", "{}", "ab")


@pytest.mark.parametrize("status", [409, 503])
def test_who_is_told_to_come_back_later_does_so_under_the_same_key(
    case: Case, system: tuple[OkrSystem, str], status: int
) -> None:
    waits: list[float] = []
    system[0].answers = [(status, "", {"Retry-After": "7"})] * 2
    report = case.run(okr, f"{system[1]}/plans", sleep=waits.append)
    assert _states(report) == ["sent"] and system[0].asked == 3 and waits == [7, 8]
    assert len(system[0].keys) == 1


def test_what_may_have_arrived_is_in_doubt_and_goes_again_only_when_somebody_says_so(
    case: Case, system: tuple[OkrSystem, str]
) -> None:
    okrs, address = system
    okrs.hangs_up = True
    report = _sent(case, f"{address}/plans")
    assert _states(report) == ["doubtful"] and report.leaves_work
    okrs.hangs_up = False
    assert _states(_sent(case, f"{address}/plans")) == ["doubtful"], "told again, and not sent"
    assert okrs.asked == 1
    number = next(row.number for row in _listed(case))
    case.run(outbox, resend=[number], sleep=lambda seconds: None)
    assert [row.state for row in _listed(case)] == ["sent"]
    assert okrs.asked == 2 and len(okrs.documents) == 1, "the same key is the same document"


def test_a_dry_run_lists_what_waits_or_would_take_its_place(
    case: Case, system: tuple[OkrSystem, str]
) -> None:
    okrs, address = system
    okrs.answers = [(401, "", {})]
    _sent(case, f"{address}/plans")
    assert _states(_sent(case, f"{address}/plans", dry_run=True)) == ["prepared"]
    (case.folder / "results.csv").write_text(RESULTS + "2025-01-21,R2-1,40\n", "utf-8")
    case.run(follow_file, case.folder / "results.csv")
    assert _states(_sent(case, f"{address}/plans", dry_run=True)) == ["prepared"]
    _sent(case, f"{address}/plans")
    assert _states(_sent(case, f"{address}/plans", dry_run=True)) == []


def test_what_waits_and_is_not_so_any_more_is_withdrawn(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    okrs.answers = [(401, "", {})]
    _sent(case, f"{address}/plans")
    (case.folder / "results.csv").write_text(RESULTS + "2025-01-21,R2-1,40\n", "utf-8")
    case.run(follow_file, case.folder / "results.csv")
    assert _states(_sent(case, f"{address}/plans")) == ["sent"]
    assert [row.state for row in _listed(case)] == ["withdrawn", "sent"] and len(okrs.documents) == 1


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://okr.example.com/", "okr_address"),
        ("ftp://okr.example.com/", "okr_address"),
        ("https://", "okr_address"),
        ("https://[", "okr_address"),
        ("https://me:secret@okr.example.com/", "okr_secret"),
        ("https://okr.example.com/?key=secret", "okr_secret"),
        ("okr.txt", "okr_address"),
    ],
)
def test_an_address_is_encrypted_and_holds_no_secret(case: Case, address: str, code: str) -> None:
    with pytest.raises(TargetcalError) as found:
        _sent(case, address)
    assert _codes(found) == [code] and "secret" not in str(found.value)


def test_no_secret_is_recorded_or_told(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    reports = [_sent(case, f"{address}/plans"), _feishu(case, address)]
    recorded = json.dumps([[str(entry.new), entry.reason] for entry in case.entries()])
    documents = [str(entry.new) for entry in case.entries("outbox") if str(entry.new).startswith("sha256")]
    with case.desk() as desk:
        held = [desk.ledger.document(name) for name in documents]
    for secret in (okrs.token, "app secret", okrs.tokens[-1]):
        assert not any(secret in said for said in (recorded, repr(reports), repr(held)))


# Feishu


def _feishu(case: Case, address: str, **more: Any) -> OkrReport:
    return _sent(case, f"feishu+{address}", ids=case.folder / "ids.csv", link=LINK, **more)


def test_feishu_gets_a_record_for_each_key_result_with_its_status(
    case: Case, system: tuple[OkrSystem, str]
) -> None:
    okrs, address = system
    assert _states(_feishu(case, address)) == ["sent"] * 4
    told = {one["target_id"]: one for one in okrs.records}
    assert {one["target_type"] for one in okrs.records} == {2, 3} and told["7010"]["target_type"] == 2
    assert told["7001"]["progress_rate"] == {"percent": round(100 * 20 / 84, 2), "status": 0}
    assert told["7003"]["progress_rate"]["status"] == 2
    assert len(okrs.tokens) == 1, "one token serves all"
    lines = [one["paragraph"]["elements"][0]["textRun"]["text"] for one in told["7003"]["content"]["blocks"]]
    assert "2025-01-20" in lines[0] and len(lines) == 3, "how it stands, its odds, and what may be done"
    assert next(entry.reason for entry in case.entries("outbox") if entry.new == "sent") == "progress_id 7001"


def test_feishus_own_sdk_sends_the_same_and_understands_the_same_answers(
    system: tuple[OkrSystem, str], running: tuple[OkrSystem, str, dict[str, str]]
) -> None:
    okrs, base = system
    rated = {"id": "7001", "progress_rate": {"percent": 24, "status": "0"}}
    okrs.listed = [{"id": "70", "objective_list": [{"id": "7000", "kr_list": [rated]}]}]
    title, lines = "2025Q1 新增付费客户", ["2025-01-20：2 / 139", "达成的可能性不足 1%"]
    body = feishu_record(
        kind="key_result", target="7001", title=title, link=LINK, lines=lines, percent=1.44, status="delayed"
    )
    feishu = FeishuOkr(os.environ)
    assert feishu.send(_message(Channel.FEISHU_OKR, base), body.encode()).state == MessageState.SENT
    _, *results = feishu.fetch(base, ["70", "71"])
    found = [[one["id"], *one["progress_rate"].values()] for one in results]
    ours, okrs.heard = okrs.heard, []
    okrs.answers = [(200, {"code": 0, "msg": "success", "data": {"progress_id": "7001"}}, {})]
    told = {"base": base, "app": APP, "word": WORD, "body": _snake(json.loads(body)), "okrs": ["70", "71"]}
    answered = subprocess.run(
        [sys.executable, "-m", "tests.support.lark"],
        input=json.dumps(told),
        env={**os.environ, "REQUESTS_CA_BUNDLE": running[2]["SSL_CERT_FILE"]},
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert json.loads(answered.stdout) == {"progress_id": "7001", "key_results": found}
    for mine, theirs in zip(ours, okrs.heard, strict=True):
        assert mine[:2] == theirs[:2] and _snake(mine[3]) == theirs[3], "nothing that the SDK does not know"
        for name in ("content-type", "authorization"):
            if name in theirs[2]:
                assert mine[2][name].partition(" t-")[0] == theirs[2][name].partition(" t-")[0]


def _snake(said: Any) -> Any:
    """Names as the SDK spells them: it writes `text_run` where Feishu's documentation has `textRun`."""
    if isinstance(said, list):
        return [_snake(one) for one in said]
    if not isinstance(said, dict):
        return said
    return {
        re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name): _snake(one) for name, one in said.items()
    }


def test_only_what_has_changed_gets_another_record(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    _feishu(case, address)
    assert _states(_feishu(case, address)) == []
    (case.folder / "results.csv").write_text(RESULTS + "2025-01-19,R2-1,60\n", "utf-8")
    case.run(follow_file, case.folder / "results.csv")
    report = _feishu(case, address)
    assert {one["target_id"] for one in okrs.records[4:]} >= {"7003", "7010"}
    assert set(_states(report)) == {"sent"}


def test_a_token_that_is_over_is_asked_for_anew_once(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    stale: tuple[int, object, dict[str, str]] = (
        400,
        {"code": 99991663, "msg": "Invalid access token for authorization"},
        {},
    )
    okrs.answers = [stale]
    assert _states(_feishu(case, address)) == ["sent"] * 4 and len(okrs.tokens) == 2


@pytest.mark.parametrize(
    ("answer", "state", "closes"),
    [
        ((400, {"code": 1001001, "msg": "invalid parameters"}, {}), MessageState.FAILED, False),
        ((400, {"code": 1001004, "msg": "okr data not found"}, {}), MessageState.FAILED, False),
        ((400, {"code": 1001002, "msg": "no permission"}, {}), MessageState.PREPARED, True),
        ((403, {"code": 1000403, "msg": "edition"}, {}), MessageState.PREPARED, True),
        ((500, {"code": 1009999, "msg": "internal server error"}, {}), MessageState.DOUBTFUL, False),
        ((200, "<html>", {}), MessageState.DOUBTFUL, False),
        ((200, {"code": 0, "msg": "success", "data": {}}, {}), MessageState.DOUBTFUL, False),
        ((200, {"code": True}, {}), MessageState.DOUBTFUL, False),
        ((200, [], {}), MessageState.DOUBTFUL, False),
        ((404, "404 page not found", {}), MessageState.FAILED, False),
    ],
)
def test_the_documented_errors_mean_what_they_say(
    system: tuple[OkrSystem, str], answer: Any, state: MessageState, closes: bool
) -> None:
    okrs, address = system
    okrs.answers = [answer]
    outcome = FeishuOkr(os.environ).send(_message(Channel.FEISHU_OKR, address), b"{}")
    assert (outcome.state, outcome.closes, okrs.asked) == (state, closes, 1)


def test_feishus_limit_is_waited_for(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    waits: list[float] = []
    okrs.answers = [
        (429, {"code": 99991400, "msg": "request trigger frequency limit"}, {"x-ogw-ratelimit-reset": "9"})
    ]
    report = case.run(okr, f"lark+{address}", ids=case.folder / "ids.csv", link=LINK, sleep=waits.append)
    assert _states(report) == ["sent"] * 4 and 9 in waits


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET", "wrong"), ("SECRET", ""), ("APP", ""), ("APP", "cli_x")]
)
def test_a_wrong_app_is_for_somebody_to_mend(
    system: tuple[OkrSystem, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TARGETCAL_FEISHU_{name}", value)
    outcome = FeishuOkr(os.environ).send(_message(Channel.FEISHU_OKR, system[1]), b"{}")
    assert (outcome.state, outcome.closes, system[0].asked) == (MessageState.PREPARED, True, 0)


def test_a_token_serves_until_shortly_before_it_ends(system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    now = [0.0]
    feishu = FeishuOkr(os.environ, lambda: now[0])
    for at, known in ((0.0, 1), (6_000.0, 1), (7_000.0, 2), (13_000.0, 2)):
        now[0] = at
        feishu.send(_message(Channel.FEISHU_OKR, address), b"{}")
        assert len(okrs.tokens) == known


def test_feishu_needs_to_be_told_what_is_what_and_where_it_comes_from(case: Case) -> None:
    for more, code in (({"link": LINK}, "okr_ids"), ({"ids": case.folder / "ids.csv"}, "okr_link")):
        with pytest.raises(TargetcalError) as found:
            _sent(case, "feishu", **more)
        assert _codes(found) == [code]


def test_every_fault_of_the_table_of_ids_is_named(case: Case) -> None:
    (case.folder / "ids.csv").write_text("code,okr_id,okr_kind\nR9,1,\nR1,,\nR1,a b,goal\nR2,1,\n", "utf-8")
    with pytest.raises(TargetcalError) as found:
        _sent(case, "feishu", ids=case.folder / "ids.csv", link=LINK)
    known = {
        "csv_unknown_code",
        "csv_unknown_code_hint",
        "csv_empty",
        "csv_okr_id",
        "csv_okr_kind",
        "csv_duplicate",
    }
    assert len(set(_codes(found)) & known) == 5


# Back


def _came_back(case: Case, source: str, **more: Any) -> dict[tuple[str, str], float]:
    path = case.folder / "results.csv"
    case.run(okr_results, source, path, **more)
    case.run(follow_file, path)
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    return {(row["date"], row["line"]): float(row["value"]) for row in rows}


def test_results_that_come_back_are_followed(case: Case, system: tuple[OkrSystem, str]) -> None:
    okrs, address = system
    _sent(case, f"{address}/plans")
    okrs.documents[-1]["as_of"] = "2025-01-25"
    okrs.documents[-1]["objectives"][2]["key_results"][0]["current"] = 12
    told = _came_back(case, f"{address}/plans")
    assert told["2025-01-25", "R2-1"] == 10 and told["2025-01-20", "R2-1"] == 2
    assert case.value("R2", "R2-1", "warning") == "open"


def test_days_that_come_back_are_taken_as_they_are(case: Case) -> None:
    path = case.folder / "back.json"
    _sent(case, str(path))
    told = json.loads(path.read_text("utf-8"))
    told["results"] = [{"date": "2025-01-22", "line": "R1-1", "value": 3, "leads": 0.9}]
    VALIDATOR.validate(told)
    path.write_text(json.dumps(told), "utf-8")
    assert _came_back(case, str(path)) == {("2025-01-22", "R1-1"): 3}


def test_what_feishu_says_in_whole_percents_is_no_news_where_it_is_near(
    case: Case, system: tuple[OkrSystem, str]
) -> None:
    okrs, address = system
    rates = {"7001": 24, "7002": 23, "7003": 50}
    results = [
        {"id": one, "progress_rate": {"percent": percent, "status": "0"}} for one, percent in rates.items()
    ]
    okrs.listed = [{"id": "70", "objective_list": [{"id": "7000", "kr_list": results[:2]}]}]
    okrs.listed += [{"id": "71", "objective_list": [{"id": "7010", "kr_list": results[2:]}]}]
    case.clock.advance(days=18)
    told = _came_back(case, f"feishu+{address}", ids=case.folder / "ids.csv")
    new = {line: value for (date, line), value in told.items() if date == "2025-01-24"}
    assert new == {"R2-1": pytest.approx(139 / 2 - 2)}


def test_what_lies_there_stays_whatever_day_is_told_of(case: Case) -> None:
    path = case.folder / "back.json"
    _sent(case, str(path))
    told = json.loads(path.read_text("utf-8"))
    told["as_of"] = "2025-01-10"
    told["objectives"][2]["key_results"][0]["current"] = 1
    path.write_text(json.dumps(told), "utf-8")
    came = _came_back(case, str(path))
    assert came["2025-01-20", "R2-1"] == 2 and came["2025-01-10", "R2-1"] == 1


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "{}",
        '{"format": "targetcal-okr/2"}',
        "<html>",
        "[" * 100_000,
        json.dumps({"format": "targetcal-okr/1", "plan": "other", "objectives": []}),
    ],
)
def test_what_is_no_document_of_this_plan_changes_nothing(case: Case, said: str) -> None:
    (case.folder / "back.json").write_text(said, "utf-8")
    with pytest.raises(TargetcalError):
        case.run(okr_results, str(case.folder / "back.json"), case.folder / "results.csv")
    assert (case.folder / "results.csv").read_text("utf-8") == RESULTS


@pytest.mark.parametrize("value", [True, "12", float("nan"), [1], 1e400])
def test_a_number_that_is_none_changes_nothing(case: Case, value: object) -> None:
    path = case.folder / "back.json"
    _sent(case, str(path))
    told = json.loads(path.read_text("utf-8"))
    told["objectives"][2]["key_results"][0]["current"] = value
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(TargetcalError):
        case.run(okr_results, str(path), case.folder / "results.csv")
    assert (case.folder / "results.csv").read_text("utf-8") == RESULTS


def test_one_direction_is_named(case: Case) -> None:
    for to, back, code in (
        ("", "", "okr_direction"),
        ("a", "b", "okr_direction"),
        ("", "b", "okr_results_where"),
    ):
        with pytest.raises(TargetcalError) as found:
            case.run(okr_as_said, to, back, None, None, "", dry_run=False)
        assert _codes(found) == [code]
