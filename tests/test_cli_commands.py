"""The command line, from a new plan to its evaluation: what each command says, where, and its status."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from itertools import groupby
from pathlib import Path
from unittest.mock import patch

import click
import pytest

from targetcal_xl import cli
from targetcal_xl.actions import ask, comment, decide_support, issue_letters, lock
from targetcal_xl.calibration import Key, Value
from targetcal_xl.connect import plan_template
from targetcal_xl.demo.story import Story, StoryRow
from targetcal_xl.formats import BOOK as TODAYS
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Report
from tests.fixtures import Kept
from tests.support import desks
from tests.support.commands import Said, Terminal, files_of, registered
from tests.support.desks import BOOK, Case, kept
from tests.support.exploring import exhaustive, explores, few
from tests.support.logs import logged, own_log
from tests.support.signers import open_key
from tests.support.stamping import stamping

DONE, PROBLEMS, WRONG_USE = 0, 1, 2
FILES: Mapping[str, str] = {
    "actuals.csv": "date,line,value\n2025-01-02,R1-1,5\n2025-01-03,R1-2,4\n2025-01-03,R2-1,7\n",
    "zeros.csv": "date,line,value\n2025-02-14,R1-1,0\n",
    "faulty.csv": "date,line,value\n2025-13-02,R1-1,5\n2025-01-02,R9-1,x\n",
    "delivered.csv": "region,support,delivered\nR1,S01,2025-01-05\n",
    "past.csv": "date,line,amount\n" + "".join(f"2024-11-{day:02},HD-JS,5\n" for day in range(1, 31)),
    "survey.csv": "region,score\n" + "R1,5\n" * 6 + "R2,3\n" * 5,
    "back.json": '{"format": "targetcal-okr/1", "plan": "2025Q1-new-customers", "objectives": [], "results":'
    ' [{"date": "2025-01-04", "line": "R1-1", "value": 3}]}',
    "scores.csv": "region,score\nR1,9\nR7,4\n",
    "note.txt": "What was said",
    "people.csv": "employee,name,line,target,mail\nE1,Li,R1-1,84,li@example.com\nE2,Wu,R1-2,130,\n",
    "plan/plan.toml": "name = 1\n",
    "taken": "a file where a folder is wanted",
    "taken.xlsx": "somebody's file",
}
_LETTER = "2025Q1-new-customers-R1-V1"
_TALK = "--held 2025-01-06 --present head2 --outcome partly"
_NOTE = "Talked it over, the channel lacks people"
_REASON = "Grounds hold"


@dataclass(frozen=True)
class Play:
    """A command that does its work: at which stage, in which words, and what it is to say."""

    stage: str
    words: str
    says: Mapping[str, str]
    told: Callable[[Mapping[str, object]], object] = lambda report: True
    """What must hold of the report as JSON."""
    status: int = DONE


def _says(english: str, chinese: str) -> Mapping[str, str]:
    return {"en": english, "zh-CN": chinese}


PLAYED: Mapping[str, Play] = {
    "import": Play(
        "confirmed",
        "import BOOK --actuals actuals.csv",
        _says(
            "3 values read, 3 new, 0 changed.",
            "读取 3 个数值，新增 3 个，变更 0 个。",
        ),
        lambda told: [one["added"] for one in _rows(told["taken"])] == [3],
    ),
    "init": Play(
        "fresh",
        "init another-plan --from saas",
        _says("3 regions, 12 lines and 12 past periods", "3 个大区、12 个分解行、12 个过去期间"),
        lambda told: (told["folder"], told["kept"]) == ("another-plan", []),
    ),
    "init --form": Play(
        "fresh",
        "init --form form.xlsx --from saas-en",
        _says("Written: form.xlsx.", "已写入：form.xlsx。"),
    ),
    "new": Play(
        "fresh",
        "new another.xlsx --from saas --lang en",
        _says("3 regions, 12 lines", "3 个大区，12 个分解行"),
        lambda told: (told["regions"], told["lines"], told["hq_target"]) == (3, 12, 1200),
    ),
    "new --days": Play(
        "fresh",
        "new another.xlsx --from saas --lang en --days past.csv --map value=amount",
        _says("what 30 days of past.csv taught", "取自 past.csv 的 30 天结果"),
        lambda told: (told["taught_by"], told["taught_days"]) == ("past.csv", 30),
    ),
    "check": Play(
        "submitted",
        "check BOOK -r R1",
        _says("No problems.", "没有问题。"),
        lambda told: [one["region"] for one in _rows(told["regions"])] == ["华东大区"],
    ),
    "recalibrate": Play(
        "submitted",
        "recalibrate BOOK",
        _says("0 of 3 suggestions moved", "3 行中有 0 行建议值变化"),
    ),
    "recalibrate --list": Play(
        "submitted",
        "recalibrate BOOK --list",
        _says("start of the", "计划初始"),
    ),
    "recalibrate --back-to": Play(
        "fresh",
        "recalibrate BOOK --back-to 0 --reason again",
        _says("0 of 3 suggestions moved", "3 行中有 0 行建议值变化"),
    ),
    "surprise": Play(
        "submitted",
        "surprise BOOK",
        _says("nothing is asked", "无需确认"),
    ),
    "surprise --answer": Play(
        "fresh",
        "surprise BOOK --answer new_level --line R1-1 --reason 'two joined'",
        _says("1 input changed.", "1 项输入有变化。"),
    ),
    "whatif": Play(
        "submitted",
        "whatif BOOK -l R1-1 -i heads -n +1",
        _says("241.2", "241.2"),
        lambda told: [one["after"] for one in _rows(told["readings"])] == [pytest.approx(241.2, abs=0.05)],
    ),
    "backtest": Play(
        "fresh",
        "backtest BOOK",
        _says("On your own history the model was more accurate", "模型比“去年同期 × 去年增速”更准"),
    ),
    "dashboard": Play(
        "locked",
        "dashboard BOOK -o page.html",
        _says(
            "2 regions: 0 slow, 0 late; 1 objection waits", "2 个大区：0 个偏慢，0 个已拖延；1 项异议待处理"
        ),
        lambda told: (told["page"], told["objections"]) == ("page.html", 1),
    ),
    "dashboard, in another language": Play(
        "locked",
        "dashboard BOOK -o page.html --lang en",
        _says("Written: page.html", "已写入：page.html"),
    ),
    "plans": Play(
        "locked",
        "plans . --find targets --period 2025",
        _says("1 of 1 plan.", "共 1 个计划，列出 1 个。"),
        lambda told: (told["found"], told["problems"]) == (1, []),
    ),
    "plans -o": Play(
        "fresh",
        "plans -o plans.html --state confirmed",
        _says("Written: plans.html", "已写入：plans.html"),
        lambda told: (told["plans"], told["found"], told["page"]) == ([], 1, "plans.html"),
    ),
    "fairness": Play(
        "locked",
        "fairness BOOK",
        _says(
            "Judged are the targets that are declared, or agreed", "评估对象为申报目标（已确认的取确认值）"
        ),
        lambda told: told["targets"] == "declared",
    ),
    "overassign": Play(
        "locked",
        "overassign BOOK --odds 0.8 -r R1",
        _says("reaches its part of HQ’s target with odds of 80%", "以 80% 的概率达成其总部分解"),
        lambda told: (told["targets"], told["chosen"]) == ("region", 0.8),
    ),
    "overassign --odds": Play(
        "locked",
        "overassign BOOK --odds 0.8",
        _says("so that HQ’s target is reached with odds of 80%", "要以 80% 的概率达成总部目标"),
        lambda told: (told["targets"], told["chosen"]) == ("chosen", 0.8),
    ),
    "ratchet": Play(
        "locked",
        "ratchet BOOK -r R1",
        _says("did better than foreseen", "好于预期"),
        lambda told: told["period"] == "2024Q4",
    ),
    "lock": Play(
        "submitted",
        "lock BOOK -r R2",
        _says("华南大区 is locked and sealed.", "华南大区已锁定并封存。"),
        lambda told: (told["locked"], told["refused"]) == (["华南大区"], []),
    ),
    "unlock": Play(
        "locked",
        "unlock BOOK -r R2 --reason again",
        _says("华南大区 is open again.", "华南大区已重新开放填报。"),
    ),
    "withdraw": Play(
        "locked",
        "withdraw BOOK -r R2 --reason again --as head2",
        _says("the submission of round 1 is withdrawn", "第 1 轮申报已撤回"),
        lambda told: (told["region"], told["objections"]) == ("华南大区", ["华南1组"]),
    ),
    "objections": Play(
        "locked",
        "objections BOOK",
        _says("open", "待处理"),
        lambda told: [one["state"] for one in _rows(told["objections"])] == ["open"],
        PROBLEMS,
    ),
    "objections --note": Play(
        "locked",
        f"objections BOOK -r R2 -l R2-1 --hours 2 --as hrbp2 --note '{_NOTE}' {_TALK}",
        _says(_NOTE, _NOTE),
        lambda told: [one["state"] for one in _rows(told["objections"])] == ["handled"],
    ),
    "comment": Play(
        "locked",
        "comment BOOK -r R1 -l R1-1 --text 'Who covers it?' --attach note.txt --as superior1",
        _says("superior1: [attached: note.txt]", "superior1：【附件：note.txt】"),
        lambda told: [one["text"] for one in _rows(told["remarks"])] == ["Who covers it?", ""],
    ),
    "comment, in the tabs": Play(
        "locked", "comment BOOK", _says("No remark waits in any tab.", "各标签页中没有待收录的留言。")
    ),
    "threads": Play(
        "written",
        "threads BOOK -r R1",
        _says("Not before May", "Not before May"),
        lambda told: (len(_rows(told["remarks"])), told["waiting"]) == (1, 0),
    ),
    "decide": Play(
        "locked",
        f"decide BOOK -r R1 -l R1-1 counter 90 --as superior1 --reason '{_REASON}'",
        _says("华东1组: counter", "华东1组：另提数值"),
    ),
    "decide, typed": Play(
        "answered",
        "decide BOOK -r R1 --as superior1",
        _says("华东1组: ", "华东1组："),
    ),
    "decide, in all tabs": Play(
        "answered",
        "decide BOOK --as superior1",
        _says("华东1组: ", "华东1组："),
    ),
    "decide --support": Play(
        "locked",
        f"decide BOOK -r R1 --support R1-1 no --as superior1 --reason '{_REASON}'",
        _says("Support R1-1: declined", "支持事项 R1-1：不予批准"),
    ),
    "confirm": Play(
        "decided",
        "confirm BOOK --reason 'The rest is a reserve'",
        _says(
            "2 regions confirmed: HQ 330, suggested 413, agreed 353",
            "2 个大区已确认：总部目标 330，建议 413，最终确认 353",
        ),
        lambda told: told["agreed_total"] == 353,
    ),
    "letters": Play(
        "confirmed",
        "letters BOOK --format docx",
        _says("2025Q1-new-customers-R1-V1", "2025Q1-new-customers-R1-V1"),
    ),
    "letters --representatives": Play(
        "issued",
        "letters BOOK -o people --format docx --representatives people.csv",
        _says("华东大区: 2 letters of representatives issued, 0 issued before", "新出具销售代表确认函 2 份"),
        lambda told: [one["person"] for one in _rows(told["letters"])] == ["Li", "Wu"],
    ),
    "sign": Play(
        "issued",
        f"sign BOOK letters/{_LETTER}.pdf --role head --key head1.p12",
        _says("signed by head1 as the one who commits", "已由 head1 以承诺人身份签署"),
        lambda told: (told["recorded"], [one["is_new"] for one in _rows(told["letters"])]) == (True, [True]),
    ),
    "sign, a batch": Play(
        "issued",
        f"sign BOOK letters/{_LETTER}.pdf letters/{_LETTER.replace('R1', 'R2')}.pdf --role superior"
        " --key head1.p12 --reason 'for both, as agreed'",
        _says("signed by head1 as superior", "已由 head1 以上级主管身份签署"),
        lambda told: [one["is_new"] for one in _rows(told["letters"])] == [True, True],
    ),
    "signed": Play("issued", "signed BOOK", _says("unsigned", "未签署")),
    "signed --paper": Play(
        "issued",
        "signed BOOK --paper note.txt -r R1 --role both --on 2025-01-06",
        _says("signature of superior1 as superior on paper recorded", "以上级主管身份的纸面签署"),
        lambda told: [one["state"] for one in _rows(told["letters"])] == ["signed", "unsigned"],
    ),
    "ask": Play(
        "issued",
        "ask BOOK -r R1 --text 'Whose is it?' --until 2025-01-10 --as head1",
        _says("head1 asks, until 2025-01-10: Whose is it?", "head1 提问（期限 2025-01-10）：Whose is it?"),
    ),
    "answer": Play(
        "asked",
        "answer BOOK -r R1 --text 'Ours, from line 2' --as hrbp1",
        _says("hrbp1 answers: Ours, from line 2", "hrbp1 答复：Ours, from line 2"),
    ),
    "follow": Play(
        "confirmed",
        "follow BOOK --actuals actuals.csv --as-of 2025-01-05",
        _says("2025-01-05: 16 of 353", "2025-01-05：实际 16，目标 353"),
    ),
    "okr": Play(
        "followed",
        "okr BOOK --to okr.json",
        _says("Written: okr.json", "已写入：okr.json"),
        lambda told: (told["file"], len(_rows(told["objectives"]))) == ("okr.json", 3),
    ),
    "okr --from": Play(
        "followed",
        "okr BOOK --from back.json --results results.csv",
        _says("Written: results.csv, with results of 1 line", "已写入：results.csv，含 1 个分解行的结果"),
        lambda told: told["lines"] == ["华东1组"],
    ),
    "survey --form": Play(
        "confirmed",
        "survey BOOK --form form.html --scale",
        _says("Written: form.html", "已写入：form.html"),
        lambda told: (told["file"], told["is_scaled"]) == ("form.html", True),
    ),
    "acknowledge": Play(
        "warned",
        "acknowledge BOOK --line R1-1 --text 'A campaign brought forward' --until 2025-03-10 --as head1",
        _says(
            "head1 has taken the warning up until 2025-03-10: A campaign",
            "head1已接手该预警，至 2025-03-10：A campaign",
        ),
    ),
    "supports": Play(
        "granted",
        "supports BOOK -r R1 --support S01 --delivered 2025-01-05",
        _says("Recorded.", "已登记。"),
        lambda told: [one["state"] for one in _rows(told["supports"])] == ["late"],
    ),
    "supports --from": Play(
        "granted",
        "supports BOOK --from delivered.csv",
        _says("of 1 of them that was news", "其中 1 项为新情况"),
        lambda told: told["taken"] == {"rows": 1, "new": 1},
    ),
    "suggestions": Play("confirmed", "suggestions BOOK --write", _says("was written", "已写出")),
    "survey": Play("confirmed", "survey BOOK --responses survey.csv", _says("Agreement", "认同度")),
    "next": Play(
        "over",
        "next BOOK --target 400 -o q2.xlsx",
        _says("Goes on from 2025Q1-new-customers", "承接 2025Q1-new-customers"),
        lambda told: (told["results"], told["has_measures"]) == (3, False),
    ),
    "judgement": Play(
        "over",
        "judgement BOOK",
        _says("closer than the suggestion", "更接近结果"),
        lambda told: (told["periods"], told["learned"]) == (["2025Q1"], 0),
    ),
    "evaluate": Play("followed", "evaluate BOOK", _says("Attainment", "达成率")),
    "evaluate --page": Play(
        "followed",
        "evaluate BOOK --page evaluation.html --report evaluation.docx",
        _says("Written: evaluation.docx", "已写入：evaluation.docx"),
        lambda told: told["files"] == ["evaluation.html", "evaluation.docx"],
    ),
    "scenario": Play("locked", "scenario BOOK", _says("There is no scenario yet.", "尚无方案。")),
    "scenario --name": Play(
        "fresh",
        "scenario BOOK --name base",
        _says("Kept as “base”: it is the plan as it stands", "已存为“base”：与现行计划相同"),
        lambda told: [one["name"] for one in _rows(told["seen"])] == ["", "base"],
    ),
    "change": Play("confirmed", "change BOOK", _says("No confirmed target has been changed.", "没有变更过")),
    "change --to": Play(
        "confirmed",
        "change BOOK -r R1 -l R1-1 --to 90 --from 2025-02-15 --trigger staff --reason 'two joined'",
        _says("from 84 to", "由 84 变更为"),
        lambda told: [one["state"] for one in _rows(told["changes"])] == ["asked"],
        PROBLEMS,
    ),
    "erase": Play(
        "locked",
        "erase BOOK -r R1 -l R1-1",
        _says("4 texts would be erased; nothing is yet.", "将删除 4 处文字，目前尚未删除。"),
        lambda told: (told["erased"], [one["part"] for one in _rows(told["words"])]) == (False, ["new"] * 4),
    ),
    "erase --yes": Play(
        "locked",
        "erase BOOK --person head1 --field basis --reason 'asked for' --yes",
        _says("texts were erased from ledger and workbook.", "处文字。数值、决策与全部证明保持不变。"),
        lambda told: told["erased"] is True,
    ),
    "audit": Play(
        "locked", "audit BOOK -r R2", _says("2025-01-06", "2025-01-06"), lambda told: told["problems"] == []
    ),
    "audit --line": Play(
        "locked",
        "audit BOOK -l R2-1",
        _says("华南1组: 16 entries", "华南1组：共 16 条记录"),
        lambda told: {step["round"] for step in _rows(told["steps"])} == {1},
    ),
    "audit --verify": Play(
        "locked",
        "audit BOOK --verify",
        _says("Book and ledger agree", "工作簿与台账一致"),
        lambda told: told["verified"] is True,
    ),
    "proof": Play(
        "confirmed",
        "proof BOOK -r R1 -l R1-1 -o R1.json",
        _says("Written: R1.json, which proves", "已写入：R1.json"),
        lambda told: told["file"] == "R1.json",
    ),
    "verify": Play(
        "confirmed",
        "verify BOOK",
        _says("no proof given here speaks of it", "所给证明均未提及该文件"),
        lambda told: [one["verdict"] for one in _rows(told["files"])] == ["unknown"],
        PROBLEMS,
    ),
    "stamp": Play(
        "locked",
        "stamp BOOK --authority STAMPS",
        _says("Stamped: the ledger with the checkpoint", "已加盖时间戳"),
        lambda told: told["is_trusted"] is False,
    ),
    "verify --html": Play(
        "fresh",
        "verify --html verifier.html --lang en",
        _says("Written: verifier.html", "已写入：verifier.html"),
        lambda told: told["page"] == "verifier.html",
    ),
    "remind": Play(
        "fresh",
        "remind BOOK --dry-run",
        _says("2 messages; nothing was recorded or sent.", "共 2 条消息；未记录，也未发送。"),
        lambda told: [one["kind"] for one in _rows(told["messages"])] == ["invitation"] * 2,
    ),
    "remind --draft": Play(
        "fresh",
        "remind BOOK --draft mails",
        _says("drafted", "已生成草稿"),
        lambda told: {one["state"] for one in _rows(told["messages"])} == {"drafted"},
    ),
    "mail": Play(
        "issued",
        "mail BOOK --draft mails --format docx",
        _says("drafted", "已生成草稿"),
        lambda told: {one["kind"] for one in _rows(told["messages"])} == {"letter", "letter_copy"},
    ),
    "archive": Play(
        "issued",
        "archive BOOK --to archive",
        _says("Archived at file:", "已归档至 file:"),
        lambda told: told["letters"] == 2,
    ),
    "mail --texts": Play(
        "fresh",
        "mail BOOK --texts",
        _says("The covering texts of letters stand in targets.mail.toml", "已写入 targets.mail.toml"),
    ),
    "outbox": Play(
        "locked",
        "outbox BOOK --list",
        _says("1 message; nothing was recorded or sent.", "共 1 条消息；未记录，也未发送。"),
    ),
    "split": Play(
        "fresh",
        "split BOOK -o packs -r R1",
        _says("is written.", "已生成"),
        lambda told: [one["outcome"] for one in _rows(told["files"])] == ["written"],
    ),
    "split --html": Play(
        "fresh",
        "split BOOK -o pages --html",
        _says("takes in what comes back", "发回后用"),
        lambda told: [str(one["file"]).endswith(".html") for one in _rows(told["files"])] == [True, True],
    ),
    "collect": Play(
        "submitted",
        "collect BOOK",
        _says("locked and sealed", "锁定并封存"),
        lambda told: told["refused"] == [],
    ),
    "repair": Play("locked", "repair BOOK", _says("Nothing to repair.", "无需修复")),
    "upgrade": Play(
        "outdated",
        "upgrade BOOK",
        _says(
            f"Upgraded: the book from format 1 to {TODAYS.number}",
            f"已升级：工作簿由格式 1 升至 {TODAYS.number}",
        ),
        lambda told: (told["upgraded"], told["book"], told["ledger"]) == (True, 1, 1),
    ),
    "functions": Play("fresh", "functions BOOK live", _says("computed by functions", "基线表现由函数计算")),
    "doctor": Play("fresh", "doctor", _says("Parts: XlsxWriter", "XlsxWriter")),
    "libreoffice": Play(
        "fresh", "libreoffice status --profile nowhere", _says("The extension is not in", "nowhere")
    ),
}
"""One play of every command, and of every way of those that have several."""
_WITH_JSON = {"new", "lock", "objections", "letters", "follow", "dashboard", "sign, a batch", "archive"}
"""Commands that `make test` plays with `--json`: of each part of a plan's life, and what shows progress."""


def _rows(found: object) -> list[dict[str, object]]:
    assert isinstance(found, list)
    return found


def _followed(folder: Path) -> Case:
    """The confirmed plan with its results and answers."""
    case = desks.confirmed(folder)
    give = Terminal(clock=case.clock)
    for words in (PLAYED["follow"].words, PLAYED["survey"].words):
        assert give(*words_of(words)).status == DONE
    return case


@kept
def _granted(folder: Path) -> Case:
    """The locked plan with a support that was asked for by an item, and granted."""
    case = desks.submitted(folder)
    asked: Mapping[str, Value] = {
        "line": "华东1组",
        "kind": "headcount",
        "what": "售前一名",
        "quantity": 1.0,
        "due": "2025-01-03",
    }
    case.type({("R1", "S01", code): value for code, value in asked.items()})
    case.run(lock)
    case.run(decide_support, "R1", "S01", "yes", by="superior1")
    return case


def _over(folder: Path) -> Case:
    """The confirmed plan, followed to its last day."""
    case = desks.confirmed(folder)
    words = words_of("follow BOOK --actuals zeros.csv --as-of 2025-03-31")
    assert Terminal(clock=case.clock)(*words).status == DONE
    return case


def _warned(folder: Path) -> Case:
    """The confirmed plan, of which nothing has come."""
    case = desks.confirmed(folder)
    assert Terminal(clock=case.clock)(*words_of("follow BOOK --actuals zeros.csv")).status == DONE
    return case


def _answered(folder: Path) -> Case:
    """The locked plan with a decision in a tab."""
    case = desks.locked(folder)
    case.type({("R1", "R1-1", "decision"): "accept", ("R1", "R1-1", "decision_reason"): _REASON})
    return case


def _written(folder: Path) -> Case:
    """The locked plan with a remark about a line."""
    case = desks.locked(folder)
    case.run(comment, "R1", "R1-1", "Not before May", by="superior1")
    return case


@kept
def _issued(folder: Path) -> Case:
    """The confirmed plan with its letters, and a key for one who signs them."""
    case = desks.confirmed(folder)
    case.run(issue_letters, folder / "letters")
    (folder / "head1.p12").write_bytes(open_key())
    return case


def _asked(folder: Path) -> Case:
    """The same where something is asked about a letter."""
    case = _issued(folder)
    case.run(ask, "R1", "Whose is it?", dt.date(2025, 1, 10), by="head1")
    return case


def _outdated(folder: Path) -> Case:
    """A plan as release 0.1.0 left it."""
    return Kept("0.1.0", "2026-11-27T0654/zh-CN-negotiated").unpacked(folder)[0]


STAGES: Mapping[str, Callable[[Path], Case]] = {
    "outdated": _outdated,
    "fresh": desks.fresh,
    "submitted": desks.submitted,
    "locked": desks.locked,
    "answered": _answered,
    "written": _written,
    "decided": desks.decided,
    "confirmed": desks.confirmed,
    "issued": _issued,
    "asked": _asked,
    "followed": _followed,
    "granted": _granted,
    "over": _over,
    "warned": _warned,
}


def words_of(said: str, stamps: str = "") -> list[str]:
    return [{"BOOK": BOOK, "STAMPS": stamps}.get(word, word) for word in shlex.split(said)]


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a time stamping authority."""
    with stamping(tmp_path_factory.mktemp("stamps") / "own") as authority:
        yield authority.address


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Case]:
    """Go to a folder with the plan at a stage, and files of all kinds beside it."""
    for name, said in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(said, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TARGETCAL_USER", desks.FINANCE)

    def go(stage: str) -> Case:
        return STAGES[stage](tmp_path)

    return go


_WRONG_WORDS = [
    ("chek", "没有命令“chek”，是否指：check 或 change？"),
    ("targets.xlsx check", "没有命令“targets.xlsx”。"),
    ("--debug", "没有写明命令。"),
    ("--debug=1", "选项 --debug 不带值"),
    ("check --help=1", "选项 --help 不带值"),
    ("check", "缺少参数 BOOK：这一项必填。"),
    ("check BOOK --nonsense", "这里没有选项 --nonsense。"),
    ("check BOOK --regin R1", "这里没有选项 --regin，是否指：--region？"),
    ("check BOOK -x", "这里没有选项 -x。"),
    ("unlock BOOK -r R1 --reason two words", "多出了：words。含空格的文字请用双引号括起来。"),
    ("new BOOK", "缺少选项 --from：这一项必填。"),
    ("new BOOK --from", "选项 --from 之后没有内容"),
    ("check BOOK --json=3", "选项 --json 不带值"),
    ("recalibrate BOOK --back-to soon", "--back-to 不能是“soon”，请给出整数。"),
    ("outbox BOOK --resend 1 --resend x", "--resend 不能是“x”，请给出整数。"),
    ("decide BOOK -r R1 -l R1-1 counter ten", "N 不能是“ten”，请给出数字。"),
    ("decide BOOK -r R1 -l R1-1 counter nan", "N 不能是“nan”，请给出数字。"),
    ("decide BOOK -r R1 -l R1-1 counter 9 --hours inf", "--hours 不能是“inf”，请给出不小于 0 的数字。"),
    (
        "follow BOOK --actuals a --as-of 2025-02-30",
        "--as-of 不能是“2025-02-30”，请给出形如 2025-02-14 的日期",
    ),
    ("change BOOK --approve maybe", "--approve 不能是“maybe”，请给出 yes 或 no。"),
]


@pytest.mark.parametrize(("words", "said"), _WRONG_WORDS)
def test_words_that_no_command_knows_are_told_in_chinese(words: str, said: str) -> None:
    found = Terminal("zh-CN")(*words_of(words))
    assert (found.status, found.out) == (WRONG_USE, "") and said in found.err, found


_OF_CLICK = re.compile(
    r"Error|Usage|Try '|Missing|No such|Invalid|not a valid|is not one of|[Gg]ot unexpected"
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(registered()))
def test_whatever_is_wrong_about_an_option_is_told_in_our_words(name: str, language: str) -> None:
    command = cli.app.commands[name]
    for words in _wrong_words(command):
        found = Terminal(language)(name, *words)
        assert (found.status, found.out) == (WRONG_USE, ""), f"{words}: {found}"
        assert found.err.startswith("✗ ") and not _OF_CLICK.search(found.err), f"{words}: {found}"
        assert command.epilog and command.epilog.splitlines()[0] in found.err, f"{words}: {found}"


def _wrong_words(command: click.Command) -> Iterator[list[str]]:
    """Each option without its value, with one that it does not take, mistyped; and one word too many."""
    takes = [one for one in command.params if isinstance(one, click.Argument)]
    given = ["live" if one.name == "state" else "status" if one.name == "what" else "1" for one in takes]
    for option in (one for one in command.params if isinstance(one, click.Option)):
        yield [*given, f"{option.opts[0]}=1"] if option.is_flag else [*given, option.opts[0]]
        yield [*given, f"{option.opts[0]}x", "1"]
    if all(one.nargs == 1 for one in takes):
        yield [
            *given,
            *(
                word
                for one in command.params
                if one.required and one not in takes
                for word in (one.opts[0], "1")
            ),
            "more",
        ]


SHOW = import_module("targetcal_xl.cli.show")
_IN_TURN = {f"{name}-{LANGUAGES[number % len(LANGUAGES)]}" for number, name in enumerate(PLAYED)}
"""Each command in one language."""


def _shown(report: Report, language: str = "en", as_json: bool = False) -> str:
    """What is shown of a report, in a language or as JSON."""
    out = StringIO()
    with patch.object(SHOW, "LANGUAGE", language), redirect_stdout(out):
        SHOW.show(report, as_json)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "language"),
    few([pytest.param(n, spoken, id=f"{n}-{spoken}") for n in PLAYED for spoken in LANGUAGES], _IN_TURN),
)
def test_a_command_does_its_work_and_says_so(
    name: str, language: str, at: Callable[[str], Case], stamps: str
) -> None:
    """What came of it is shown as JSON, too, and in the other language; but `doctor` finds words."""
    play, case = PLAYED[name], at(PLAYED[name].stage)
    with patch.object(SHOW, "show", wraps=SHOW.show) as shown:
        said = Terminal(language, case.clock)(*words_of(play.words, stamps))
    assert (said.status, said.err) == (play.status, ""), said
    assert play.says[language] in said.out
    [(report, _)] = [call.args for call in shown.call_args_list]
    assert play.told(json.loads(_shown(report, as_json=True))), said
    for spoken in LANGUAGES:
        assert name == "doctor" or play.says[spoken] in _shown(report, spoken)


@pytest.mark.parametrize("name", few(PLAYED, _WITH_JSON))
def test_a_report_is_one_json_object(name: str, at: Callable[[str], Case], stamps: str) -> None:
    play = PLAYED[name]
    said = Terminal("en", at(play.stage).clock)(*words_of(play.words, stamps), "--json")
    assert (said.status, said.err) == (play.status, ""), said
    assert isinstance(said.json, dict) and play.told(said.json), said


def test_every_command_is_played_here() -> None:
    assert {re.split(r"[ ,]", name)[0] for name in PLAYED} | {"demo"} == registered()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", ""),
        ("chek", "There is no command “chek”: did you mean check or change?"),
        ("check", "BOOK is missing: the command needs it."),
        ("check BOOK --nonsense", "There is no option --nonsense here."),
        ("check BOOK -r R9", "There is no region “R9”: did you mean R1 (华东大区), R2 (华南大区)?"),
        ("check BOOK --as ' '", "Nobody is named as acting"),
        ("check BOOK --ledger nowhere.sqlite", "There is no ledger at nowhere.sqlite"),
        ("check nowhere.xlsx", "nowhere.xlsx: There is no workbook here, and no ledger beside it"),
        ("demo .", "The folder is not empty"),
        ("demo elsewhere --lang fr", "There is no language “fr”; there are: zh-CN, en."),
        ("new BOOK", "--from is missing: the command needs it."),
        ("new BOOK --from saas", "There is a file of this name already"),
        ("new other.xlsx --from nowhere", "There is neither a plan folder nor a template “nowhere”; "),
        ("new other.csv --from saas", "A workbook is a file that ends in .xlsx"),
        ("new other.xlsx --from saas --lang fr", "There is no language “fr”; there are: zh-CN, en."),
        ("recalibrate BOOK --back-to 7 --reason again", "There is no recalibration 7: choose from 0 to 0"),
        ("recalibrate BOOK --back-to 0", "A reason is needed that others can follow"),
        ("recalibrate BOOK --back-to soon", "--back-to: “soon” is not possible; give a whole number."),
        ("whatif BOOK -l R1-1 -i heads -n +1 -l R1-2", "Give --line, --indicator and --now together"),
        ("whatif BOOK -l R9-1 -i heads -n +1", "There is no line “R9-1”: did you mean"),
        ("whatif BOOK -l R1-1 -i nobody -n +1", "There is no indicator “nobody”: did you mean"),
        ("whatif BOOK -l R1-1 -i heads -n many", "“many” is no reading"),
        ("backtest BOOK --earlier nowhere.xlsx", "There is no ledger at nowhere.ledger.sqlite"),
        ("dashboard BOOK", "--out / -o is missing"),
        ("dashboard BOOK -o page.pdf", "page.pdf: A page is a file that ends in .html"),
        ("dashboard BOOK -o page.html --lang fr", "There is no language “fr”; there are: zh-CN, en."),
        ("dashboard nowhere.xlsx -o page.html --watch", "nowhere.xlsx: There is no workbook here"),
        ("plans nowhere", "nowhere: There is no such folder."),
        ("plans -o plans.pdf", "plans.pdf: A page is a file that ends in .html"),
        ("lock BOOK -r R9", "There is no region “R9”"),
        ("unlock BOOK -r R1", "--reason is missing"),
        ("unlock BOOK -r R1 --reason ' '", "A reason is needed that others can follow"),
        ("unlock BOOK -r R9 --reason again", "There is no region “R9”"),
        ("objections BOOK -r R1 -l R1-1 --note met", "There is no objection on this line."),
        ("objections BOOK -r R9 -l R1-1 --note met", "There is no region “R9”"),
        (
            "objections BOOK -r R1 --hours many",
            "--hours: “many” is not possible; give a number of 0 or more.",
        ),
        ("decide BOOK", "No tab of a region that"),
        ("decide BOOK -l R1-1 accept", "Name the region (--region) of this decision"),
        ("decide BOOK -r R1 --as superior1", "No new decision is typed in this tab"),
        ("decide BOOK -r R1 accept", "Name the line (--line) with its decision"),
        ("decide BOOK -r R1 -l R1-1", "Name the line (--line) with its decision"),
        ("decide BOOK -r R1 -l R1-1 counter ten", "N: “ten” is not possible; give a number."),
        ("decide BOOK -r R1 -l R1-1 counter 9 --hours -1", "--hours: “-1” is not possible"),
        (f"decide BOOK -r R1 -l R1-9 accept --as superior1 --reason '{_REASON}'", "There is no line “R1-9”"),
        (f"decide BOOK -r R1 -l R1-1 accept --reason '{_REASON}' --as head1", "head1 heads this region"),
        ("new taken.xlsx --from saas", "There is a file of this name already"),
        ("split BOOK", "--out / -o is missing"),
        ("letters BOOK -o out --format odt", "--format: “odt” is not possible"),
        ("follow BOOK --actuals nowhere.csv", "nowhere.csv: There is no such file"),
        (
            "follow BOOK --actuals actuals.csv --as-of 2025-02-30",
            "--as-of: “2025-02-30” is not possible; give a day as YYYY-MM-DD",
        ),
        ("follow BOOK --actuals actuals.csv", "Not every line has a confirmed target yet"),
        ("survey BOOK --responses nowhere.csv", "nowhere.csv: There is no such file"),
        ("check .", "There is no such workbook"),
        ("demo targets.xlsx/inside", "The folder cannot be made"),
        ("audit BOOK -r R9", "There is no region “R9”"),
        ("functions BOOK on", "“on” is not possible; give frozen or live"),
        ("doctor nowhere.xlsx", "There is no such workbook"),
        ("doctor --template nowhere.docx", "nowhere.docx: There is no such file"),
        ("libreoffice update", "“update” is not possible; give install"),
        ("repair nowhere.xlsx", "nowhere.xlsx: There is no workbook here"),
    ],
)
def test_wrong_use_is_told_and_does_nothing(words: str, said: str, at: Callable[[str], Case]) -> None:
    _refused(at("locked"), words, WRONG_USE, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("letters BOOK -o taken", "The folder cannot be made"),
        ("letters BOOK -o out --template nowhere.docx", "nowhere.docx: There is no such file"),
        ("follow BOOK --actuals actuals.csv --as-of 2027-01-01", "This day is not in 2025Q1"),
    ],
)
def test_wrong_use_after_the_negotiation_does_nothing(
    words: str, said: str, at: Callable[[str], Case]
) -> None:
    _refused(at("confirmed"), words, WRONG_USE, said)


@pytest.mark.parametrize(
    ("stage", "words", "said"),
    [
        (
            "fresh",
            "new other.xlsx --from plan",
            ["“metric” is missing", "“lines” is missing", "“name” is not"],
        ),
        ("fresh", "confirm BOOK", ["华东大区: Round 1: not submitted", "华南大区: Round 1: not submitted"]),
        ("fresh", "letters BOOK -o out", ["华东大区: This region is not confirmed", "华南大区: This region"]),
        ("fresh", "evaluate BOOK", ["There is no progress yet"]),
        ("locked", "confirm BOOK --reason reserve", ["not every line is decided", "waits for hrbp2"]),
        ("locked", "decide BOOK -r R1 -l R1-1 accept --as superior1", ["华东1组: A decision needs a reason"]),
        ("locked", "decide BOOK -r R1 -l R1-1 maybe --as superior1", ["“maybe” is no decision"]),
        ("decided", "confirm BOOK", ["Agreed in all: 353", "That needs a reason"]),
        (
            "confirmed",
            "follow BOOK --actuals faulty.csv",
            ["row 2, column date", "row 3, column line", "“x”"],
        ),
        ("confirmed", "survey BOOK --responses scores.csv", ["no “R7”", "9 is not between 1 and 5"]),
        ("confirmed", "letters BOOK -o out --template taken", ["not a Word document"]),
    ],
)
def test_faults_of_the_data_are_all_told_and_nothing_is_done(
    stage: str, words: str, said: list[str], at: Callable[[str], Case]
) -> None:
    _refused(at(stage), words, PROBLEMS, *said)


def _refused(case: Case, words: str, status: int, *said: str) -> None:
    """A command is refused in both languages, on the stream for errors alone, and changes no file."""
    before = files_of(case.folder)
    for language in LANGUAGES:
        found = Terminal(language, case.clock)(*words_of(words))
        assert found.status == status and "Traceback" not in found.err, found
        assert all(
            line.startswith(("✗ ", "`targetcal ", "用法见 ", "全部命令见 "))
            for line in found.err.splitlines()
        ), found
        assert found.out == "" or not words, found
        assert language != "en" or all(each in found.err for each in said), found
    assert files_of(case.folder) == before


def test_a_fault_of_ours_is_told_without_a_traceback_and_is_in_the_log(
    at: Callable[[str], Case], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("disk on fire")

    give = Terminal(clock=at("locked").clock)
    monkeypatch.setattr(import_module("targetcal_xl.actions.check"), "check", fail)
    with own_log(tmp_path):
        said = give("check", BOOK)
        assert said.status == WRONG_USE and "RuntimeError: disk on fire" in said.err
        assert said.err.count("\n") == 1 and said.out == ""
        assert "RuntimeError" in logged(tmp_path) and "fire" not in logged(tmp_path)


_COMMAND = {"objection": "objections"}
"""What is called otherwise than in the story."""


class Quarter:
    """A shipped plan: all but typing is done by command, at its time and by its people."""

    def __init__(self, folder: Path, source: str, language: str) -> None:
        self.story = Story(plan_template(source), folder, language)
        self.give = Terminal(language)
        self.case = Case(folder, self.story.inputs, language=language)
        self.source = source
        for name in ("actuals.csv", "survey.csv"):
            (folder / name).write_bytes(self.story.folder.joinpath(name).read_bytes())

    def play(self) -> Iterator[tuple[StoryRow, Said]]:
        """Every act by its command, a superior's decisions on a region together; what is typed is typed."""
        for kind, acts in groupby(self.story.acts, lambda act: (act["action"], act["region"])):
            if kind[0] == "decide":
                yield self._decided(kind[1], [*acts])
            elif kind[0] == "submit":
                self.story.play(*acts)
            else:
                for act in acts:
                    command = _COMMAND.get(act["action"], act["action"])
                    yield act, self._given(act, command, *self.words_of(act))

    def _decided(self, region: str, acts: Sequence[StoryRow]) -> tuple[StoryRow, Said]:
        """The superior fills the tab, and has it taken in at once."""
        typed: dict[Key, Value] = {(region, item, "granted"): said for item, said in self._granted(region)}
        for act in acts:
            kind, _, counter = act["value"].partition(" ")
            line = act["line"]
            typed |= {(region, line, "decision"): kind, (region, line, "decision_reason"): act["reason"]}
            typed |= {(region, line, "counter"): float(counter)} if counter else {}
        self.case.type(typed)
        hours = sum(float(act["hours"]) for act in acts)
        return acts[-1], self._given(acts[-1], "decide", "-r", region, "--hours", str(hours))

    def _granted(self, region: str) -> Iterator[tuple[str, str]]:
        """A region's items of the first round, and what the superior says of them."""
        lines = {line.code for line in self.story.inputs.plan.lines_of(region)}
        said = self.story.folder.joinpath("supports.csv").read_text(encoding="utf-8")
        asked = [row for row in csv.DictReader(said.splitlines()) if row["line"] in lines]
        yield from ((f"S{number:02d}", row["granted"]) for number, row in enumerate(asked, 1))

    def _given(self, act: StoryRow, command: str, *words: str) -> Said:
        return self.give(command, BOOK, *words, "--as", act["actor"], at=self.at(act))

    @staticmethod
    def at(act: StoryRow) -> dt.datetime:
        """When an act happens."""
        return dt.datetime.fromisoformat(act["at"]).astimezone(dt.UTC)

    def words_of(self, act: StoryRow) -> Sequence[str]:
        answered = ["-r", act["region"], "-l", act["line"], "--hours", act["hours"], "--note", act["reason"]]
        answered += ["--held", act["at"][:10], "--present", act["actor"], "--outcome", act["value"]]
        words = {
            "new": ["--from", self.source, "--lang", self.give.language],
            "lock": ["-r", act["region"]],
            "objection": answered,
            "letters": ["-o", "letters"],
            "follow": ["--actuals", "actuals.csv", "--as-of", act["value"]],
            "survey": ["--responses", "survey.csv"],
        }
        return words.get(act["action"], [])


@exhaustive
def test_the_case_is_played_from_its_plan_to_its_evaluation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quarter = Quarter(tmp_path, "saas-en", "en")
    for act, said in quarter.play():
        still_open = act["action"] == "objection" and act["region"] == "HD"
        assert said.status == (PROBLEMS if still_open else DONE) and said.err == "", said
    report = quarter.give("evaluate", BOOK, "--json").json
    assert (report["agreed_total"], report["actual_total"], round(report["attainment_pct"])) == (
        1180,
        1050,
        89,
    )
    assert (report["deviations"], report["self_corrected"]) == (17, 12)
    assert round(report["measures"]["agreement_pct"]) == 84
    assert report["measures"]["consensus_days"] == 5 and report["measures"]["coordination_hours"] == 16
    assert quarter.give("audit", BOOK, "--verify").status == DONE
    assert len(list((tmp_path / "letters").glob("*.pdf"))) == 3


def test_the_program_itself_plays_a_plan_from_its_confirmation_to_its_evaluation(
    at: Callable[[str], Case],
) -> None:
    """Every command in a process of its own, by the script that an installation puts on the path."""
    case = at("decided")
    names = ("confirm", "letters", "follow", "survey", "evaluate") if explores() else ("confirm", "follow")
    done = [PLAYED[name].words for name in names]
    for words in (*done, "audit BOOK --verify --json"):
        said = _process(words)
        assert (said.status, said.err) == (DONE, ""), f"{words}: {said}"
    assert said.json["verified"] is True and case.value("R2", "R2-1", "agreed") is not None
    refused = _process("decide BOOK -r R1 -l R1-1 accept --as superior1")
    assert refused.status != DONE and refused.err.startswith("✗ ") and refused.out == ""


def _process(words: str, language: str = "en") -> Said:
    script = shutil.which("targetcal", path=str(Path(sys.executable).parent))
    assert script is not None
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"TARGETCAL_LANG": language, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([script, *words_of(words)], env=env, capture_output=True, timeout=120, check=False)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


_HELP = """
from targetcal_xl.cli import app
for words in (["--help"], *([name, "--help"] for name in sorted(app.commands))):
    print("=", *words)
    app(words, prog_name="targetcal", standalone_mode=False)
"""


def test_help_in_chinese_has_no_english_of_the_library() -> None:
    """By a process of its own, whose language it is from its start."""
    env = {**os.environ, "TARGETCAL_LANG": "zh-CN", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run([sys.executable, "-c", _HELP], env=env, capture_output=True, check=True)
    said = run.stdout.decode().split("= ")[1:]
    assert len(said) == len(registered()) + 1
    for one in said:
        assert "用法：" in one
        for english in ("Usage", "Options", "arguments", "Show this", "required", "env var"):
            assert english not in one, one


def test_a_head_that_is_given_is_looked_for_also_without_asking_for_a_proof(
    at: Callable[[str], Case],
) -> None:
    at("locked")
    said = _process(f"audit BOOK --head {'ab' * 32}")
    assert said.status == PROBLEMS and "ab" * 32 in said.out
