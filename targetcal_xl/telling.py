"""Reports and problems in people's words: what the command line prints and a message box says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch

from . import actions
from .demo import DemoReport
from .desk import HIDDEN, UNKNOWN
from .figures import UNKNOWN as NOTHING_KNOWN
from .figures import Figures, percent, plain, spell
from .formats import BOOK, LEDGER
from .language import text
from .problems import MOST_OF_A_KIND, Found, Problem
from .sentences import ask

DONE, WRONG, QUIET, OBJECTION, WARNING, QUESTION = "✓", "✗", "·", "⚑", "⚠", "?"
"""Marks that stand before a sentence."""

_QUIET_DAYS = 7
"""After so many days without a result of any line somebody should ask why."""
_WARNINGS = {"open": "warning", "few": "warning", "over": "ended", "lost": "lost"}
"""What is said of a warned line, by what can be done for it."""
_WEIGHTS = ("driver", "expert", "before", "after", "standard_error", "expert_share")


@dataclass(frozen=True)
class Sentence:
    """One line of words: a mark, what it is about, and what is said of it."""

    said: str
    mark: str = ""
    about: str = ""
    indented: bool = False


@dataclass(frozen=True)
class Rows:
    """A table: captions, and rows of as many texts."""

    captions: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = Sentence | Rows


@singledispatch
def tell(report: object, language: str) -> Iterator[Part]:
    """A report in sentences and tables; raise TypeError for what is no report."""
    raise TypeError(type(report).__name__)


def tell_problems(problems: Iterable[Problem], language: str, indented: bool = False) -> Iterator[Sentence]:
    """Problems, one a line; of each kind the first dozen, and how many more there are."""
    for problem in Found(problems):
        yield Sentence(problem.sentence(language), WRONG, indented=indented)


def unexpected(error: Exception) -> Problem:
    """An error of ours as a person is told of it."""
    return Problem("unexpected", fields={"kind": type(error).__name__, "said": str(error)})


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], language: str) -> Rows:
    captions = tuple(text(f"telling.column.{column}", language) for column in columns)
    return Rows(captions, tuple(tuple(row) for row in rows))


def _word(code: str, language: str) -> str:
    return text(f"telling.word.{code}", language)


@tell.register
def _new(report: actions.NewReport, language: str) -> Iterator[Part]:
    counts = {"regions": report.regions, "lines": report.lines, "periods": report.periods}
    yield Sentence(text("telling.new.made", language, **counts))
    told = Figures(report.metric, language)
    totals = {"hq": told.total(report.hq_target), "suggested": told.total(report.suggested_total)}
    yield Sentence(text("telling.new.totals", language, **totals))
    yield from _skipped(report.skipped, language)
    yield from _questions(report.questions, language)
    yield from _held(report.held, language)


def _held(lines: Sequence[str], language: str) -> Iterator[Part]:
    """Whose interval was cut off, the first dozen by name, and why."""
    for name in lines[:MOST_OF_A_KIND]:
        yield Sentence(text("telling.held.line", language), WARNING, name)
    if len(lines) > MOST_OF_A_KIND:
        yield Sentence(text("telling.held.more", language, count=len(lines) - MOST_OF_A_KIND))


def _skipped(periods: Sequence[str], language: str) -> Iterator[Part]:
    """Past periods that the history leaves out."""
    if periods:
        some = ", ".join(periods[-MOST_OF_A_KIND:])
        yield Sentence(
            text("telling.questions.skipped", language, count=len(periods), periods=some), QUESTION
        )


def _questions(asked: Sequence[actions.Asked], language: str) -> Iterator[Part]:
    """What nobody has answered yet, and where to."""
    waiting = [item for item in asked if not item.answer]
    for item in waiting:
        yield Sentence(ask(item.period, item.share, language), QUESTION, f"{item.region} / {item.line}")
    if waiting:
        yield Sentence(text("telling.questions.where", language))


@tell.register
def _recalibrated(report: actions.RecalibrateReport, language: str) -> Iterator[Part]:
    yield Sentence(text("telling.recalibrate.inputs", language, changes=len(report.changes)))
    moved, told = [one for one in report.lines if one.before != one.after], Figures(report.metric, language)
    if moved:
        rows = ((line.line, told.number(line.before), told.number(line.after)) for line in moved)
        yield _table(("line", "before", "after"), rows, language)
    if report.weights:
        yield _table(_WEIGHTS, (_weight_row(weight, language) for weight in report.weights), language)
    counts = {"moved": len(moved), "lines": len(report.lines), "total": told.total(report.suggested_total)}
    yield Sentence(text("telling.recalibrate.lines", language, **counts))
    yield from _skipped(report.skipped, language)
    yield from _questions(report.questions, language)
    yield from _held(report.held, language)


def _weight_row(weight: actions.WeightChange, language: str) -> tuple[str, ...]:
    numbers = (weight.expert, weight.before, weight.after, weight.error)
    told = (spell(number, language, 2) for number in numbers)
    return weight.driver, *told, percent(weight.expert_share, language)


@tell.register
def _supposed(report: actions.WhatIfReport, language: str) -> Iterator[Part]:
    for one in report.readings:
        fields = {"region": one.region, "line": one.line, "indicator": one.indicator, "unit": one.unit}
        numbers = {"before": plain(one.before, language), "after": plain(one.after, language)}
        yield Sentence(text("telling.whatif.reading", language, **fields, **numbers).rstrip())
    columns = ("line", "side", "suggested", "interval", "hq", "odds_hq", "declared", "odds_declared")
    sides = (*report.lines, report.total)
    told = Figures(report.metric, language)
    rows = (row for moved in sides for row in _outlook_rows(moved, told))
    yield _table(columns, rows, language)
    yield Sentence(text("telling.whatif.odds", language))


def _outlook_rows(moved: actions.Moved, told: Figures) -> Iterator[tuple[str, ...]]:
    """A line before and after, or all together."""
    language, number = told.language, told.number if moved.line else told.total
    name = moved.line or text("telling.whatif.total", language)
    for side, seen in (("before", moved.before), ("after", moved.after)):
        yield (
            name if side == "before" else "",
            text(f"telling.column.{side}", language),
            number(seen.suggested),
            told.interval(seen.low, seen.high),
            number(moved.hq),
            percent(seen.odds_hq, language),
            number(moved.declared),
            percent(seen.odds_declared, language),
        )


@tell.register
def _tried(report: actions.BacktestReport, language: str) -> Iterator[Part]:
    if report.periods:
        yield Sentence(text("telling.backtest.periods", language, periods=", ".join(report.periods)))
        columns = ("method", "error", "model_error", "bias", "total_error", "closer", "cells")
        yield _table(columns, (_score_row(score, language) for score in report.judgement.scores), language)
    yield from (Sentence(line) for line in report.verdict(language).splitlines())


def _score_row(score: actions.Score, language: str) -> tuple[str, ...]:
    return (
        text(f"calibration.method.{score.method}", language),
        *(percent(share, language, 1) for share in (score.error, score.model_error)),
        percent(score.bias, language, 1, signed=True),
        percent(score.total_error, language, 1),
        NOTHING_KNOWN if score.method == "model" else f"{score.closer} / {score.periods}",
        plain(score.cells, language),
    )


@tell.register
def _listed(report: actions.RecalibrationsReport, language: str) -> Iterator[Part]:
    columns = ("number", "at", "actor", "changes", "suggested", "reason")
    yield _table(columns, (_recalibration_row(item, language) for item in report.recalibrations), language)


def _recalibration_row(item: actions.Recalibration, language: str) -> tuple[str, ...]:
    told = Figures(item.metric, language)
    number, at = str(item.number), item.at.isoformat(sep=" ", timespec="seconds")
    reason = item.reason if item.number else text("telling.recalibrate.start", language)
    if item.restored is not None:
        reason = text("telling.recalibrate.restored", language, number=item.restored, reason=reason)
    return number, at, item.actor, str(item.changes), told.total(item.suggested_total), reason


@tell.register
def _checked(report: actions.CheckReport, language: str) -> Iterator[Part]:
    yield from tell_problems(report.book, language, indented=True)
    for region in report.regions:
        status = ("submitted" if region.submitted else "draft") if region.state == "open" else ""
        words = [_word(region.state, language), text("telling.round", language, round=region.round)]
        words += [_word(status, language)] if status else []
        yield Sentence(" · ".join(words), WRONG if region.problems else DONE, region.region)
        yield from tell_problems(region.problems, language, indented=True)
    total = len(report.problems)
    yield Sentence(
        text("telling.check.problems", language, count=total)
        if total
        else text("telling.check.clean", language)
    )


@tell.register
def _locked(report: actions.LockReport, language: str) -> Iterator[Part]:
    for name in report.locked:
        yield Sentence(text("telling.lock.locked", language, region=name), DONE)
    for name in report.already:
        yield Sentence(text("telling.lock.already", language, region=name), QUIET)
    for name in report.waiting:
        yield Sentence(text("telling.lock.waiting", language, region=name), QUIET)
    for name, problems in report.refused:
        yield Sentence(text("telling.lock.refused", language, region=name), WRONG)
        yield from tell_problems(problems, language, indented=True)
    for region, line, deviation in report.objections:
        share = percent(deviation, language, signed=True)
        said = text("telling.lock.objection", language, region=region, line=line, deviation=share)
        yield Sentence(said, OBJECTION)
    for region, line in report.in_words_only:
        yield Sentence(text("telling.lock.in_words_only", language), QUESTION, f"{region} / {line}")
    yield Sentence(text("telling.lock.recorded", language, cells=report.recorded))


@tell.register
def _unlocked(report: actions.UnlockReport, language: str) -> Iterator[Part]:
    yield Sentence(text("telling.unlock.done", language, region=report.region))
    if report.in_force:
        yield Sentence(text("telling.unlock.in_force", language))


@tell.register
def _objections(report: actions.ObjectionsReport, language: str) -> Iterator[Part]:
    if not report.objections:
        yield Sentence(text("telling.objections.none", language))
    told = Figures(report.metric, language)
    for item in report.objections:
        state = text(f"telling.objections.{item.state}", language)
        yield Sentence(state, about=f"{item.region} / {item.line}")
        numbers = {"declared": told.number(item.declared), "suggested": told.number(item.suggested)}
        numbers |= {"deviation": percent(item.deviation, language, signed=True), "hrbp": item.hrbp}
        yield Sentence(text("telling.objections.numbers", language, **numbers), indented=True)
        if item.lifted is not None:
            later = {"lifted": told.number(item.lifted), "declared": numbers["declared"]}
            yield Sentence(text("telling.objections.later", language, **later), indented=True)
        for code in ("basis", "support", "risk", "handling"):
            if said := getattr(item, code):
                yield Sentence(f"{_word(code, language)}: {said}", indented=True)


@tell.register
def _decided(report: actions.DecisionReport, language: str) -> Iterator[Part]:
    for line, decision in report.lines:
        yield Sentence(f"{line}: {_word(decision, language)}", DONE)
    for support, granted in report.supports:
        yield Sentence(text(f"telling.decide.support_{granted}", language, support=support), DONE)
    state = {"state": _word(report.state, language), "round": report.round}
    yield Sentence(text("telling.decide.state", language, region=report.region, **state))
    if report.awaited:
        yield Sentence(text("telling.decide.awaited", language, lines=", ".join(report.awaited)))
    if report.undecided:
        yield Sentence(text("telling.decide.undecided", language, supports=", ".join(report.undecided)))


@tell.register
def _confirmed(report: actions.ConfirmReport, language: str) -> Iterator[Part]:
    numbers = {"hq": report.hq_target, "suggested": report.suggested_total, "agreed": report.agreed_total}
    shown = {code: Figures(report.metric, language).total(number) for code, number in numbers.items()}
    gap = percent(report.hq_gap, language, 1, signed=True)
    yield Sentence(text("telling.confirm.done", language, regions=report.regions, gap=gap, **shown))
    for exception in report.exceptions:
        said = text(f"telling.confirm.{exception.code}", language, **exception.fields)
        yield Sentence(said, WARNING, exception.where)


@tell.register
def _letters(report: actions.LettersReport, language: str) -> Iterator[Part]:
    for letter in report.letters:
        outcome, files = "issued" if letter.is_new else "kept", ", ".join(letter.files)
        facts = {"number": letter.number, "region": letter.region, "files": files}
        yield Sentence(text(f"telling.letters.{outcome}", language, **facts), DONE)


@tell.register
def _followed(report: actions.FollowReport, language: str) -> Iterator[Part]:
    totals = {code: getattr(report, f"{code}_total") for code in ("actual", "path", "agreed", "expected")}
    shown = {code: Figures(report.metric, language).total(total) for code, total in totals.items()}
    yield Sentence(text("telling.follow.totals", language, date=report.as_of, **shown))
    if report.is_to_come:
        yield Sentence(text("telling.follow.to_come", language, date=report.as_of), QUESTION)
    if report.reopened:
        regions = ", ".join(report.reopened)
        yield Sentence(text("telling.follow.reopened", language, regions=regions))
    if not report.holidays_known:
        yield Sentence(text("telling.follow.no_holidays", language))
    if (report.as_of - report.reported_until).days >= _QUIET_DAYS:
        quiet = "quiet" if report.counts_missing else "quiet_unknown"
        yield Sentence(text(f"telling.follow.{quiet}", language, date=report.reported_until), QUESTION)
    if report.silent:
        lines = ", ".join(report.silent[:MOST_OF_A_KIND])
        silent = "silent" if report.counts_missing else "silent_unknown"
        said = text(f"telling.follow.{silent}", language, count=len(report.silent), lines=lines)
        yield Sentence(said, QUESTION)
    for line in report.warnings:
        share = {"attainment": percent(line.attainment, language), "odds": percent(line.odds, language)}
        said = text(f"telling.follow.{_WARNINGS[line.hope]}", language, **share)
        new = [text("telling.follow.new", language)] if line.is_new and line.hope == "open" else []
        yield Sentence(" ".join([*new, said]), WARNING, f"{line.region} / {line.line}")
        if line.suggestion:
            yield Sentence(line.suggestion, indented=True)
    for name in report.mended:
        yield Sentence(text("telling.follow.mended", language, line=name), DONE)
    if not report.warnings:
        yield Sentence(text("telling.follow.clear", language))


@tell.register
def _surveyed(report: actions.SurveyReport, language: str) -> Iterator[Part]:
    overall = (text("telling.survey.overall", language), report.overall)
    rows = [
        (
            name,
            plain(opinion.answers, language),
            spell(opinion.mean, language, 1),
            percent(opinion.agreement_pct / 100, language),
        )
        if opinion
        else (name, text("telling.survey.hidden", language), "", "")
        for name, opinion in (*report.groups, overall)
    ]
    yield _table(("region", "answers", "mean", "agreement"), rows, language)


@tell.register
def _evaluated(report: actions.EvaluateReport, language: str) -> Iterator[Part]:
    last = report.last_period
    rows = [
        (text(f"telling.measure.{code}", language), *_two(value, getattr(last, code, None), language))
        for code, value in vars(report.measures).items()
    ]
    yield _table(("measure", "now", "last"), rows, language)
    columns = ("region", "attainment", "agreement", "quadrant")
    yield _table(columns, (_quadrant_row(result, language) for result in report.regions), language)
    told = Figures(report.metric, language)
    totals = {"actual": told.total(report.actual_total), "agreed": told.total(report.agreed_total)}
    totals["percent"] = percent(report.attainment_pct / 100, language)
    yield Sentence(text("telling.evaluate.attainment", language, **totals))
    if report.as_of < report.period_end:
        days = {"until": report.as_of, "end": report.period_end}
        yield Sentence(text("telling.evaluate.so_far", language, **days), WARNING)
    if inside := report.inside:
        fell = {"count": inside.count, "of": inside.of, "due": spell(inside.due, language, 1)}
        yield Sentence(text("telling.evaluate.inside", language, **fell))
    counts = {"count": report.deviations, "corrected": report.self_corrected}
    yield Sentence(text("telling.evaluate.deviations", language, **counts))


def _two(now: float, last: float | None, language: str) -> tuple[str, str]:
    return plain(now, language, 2), plain(last, language, 2)


def _quadrant_row(result: actions.RegionResult, language: str) -> tuple[str, ...]:
    agreement = None if result.agreement_pct is None else result.agreement_pct / 100
    shares = percent(result.attainment, language), percent(agreement, language)
    return result.name, *shares, _quadrant(result, language)


def _quadrant(result: actions.RegionResult, language: str) -> str:
    if result.quadrant == HIDDEN:
        return text("telling.survey.hidden", language)
    if result.quadrant == UNKNOWN:
        return NOTHING_KNOWN
    name = text(f"calibration.quadrant.{result.quadrant}", language)
    return text("calibration.quadrant.borderline", language, name=name) if result.borderline else name


@tell.register
def _audited(report: actions.AuditReport, language: str) -> Iterator[Part]:
    if report.verified:
        facts = {"entries": len(report.entries), "head": report.head}
        yield Sentence(text("telling.audit.verified", language, **facts), DONE)
        yield Sentence(text("telling.audit.heads", language, count=len(report.heads), head=report.head))
        yield from _noted(report.notes, "telling.audit.notes", language)
    elif report.problems:
        yield from tell_problems(report.problems, language, indented=True)
        yield from _noted(report.notes, "telling.audit.notes", language)
    else:
        columns = ("number", "at", "actor", "action", "place", "field", "old", "new", "reason")
        yield _table(columns, map(_entry_row, report.entries), language)


def _entry_row(entry: actions.Entry) -> tuple[str, ...]:
    place = "/".join(code for code in (entry.region, entry.row) if code)
    old, new = ("" if value is None else str(value) for value in (entry.old, entry.new))
    at = entry.at.isoformat(sep=" ", timespec="seconds")
    return str(entry.number), at, entry.actor, entry.action, place, entry.field, old, new, entry.reason


@tell.register
def _switched(report: actions.FunctionsReport, language: str) -> Iterator[Part]:
    yield Sentence(text(f"telling.functions.{report.state}", language), DONE if report.changed else QUIET)


@tell.register
def _repaired(report: actions.RepairReport, language: str) -> Iterator[Part]:
    outcome = "rewritten" if report.rewritten else "caught_up" if report.changed else "nothing"
    yield Sentence(text(f"telling.repair.{outcome}", language, entries=report.caught_up))
    if report.kept:
        yield Sentence(text("telling.repair.kept", language, file=report.kept))
    if report.witness:
        yield Sentence(text("telling.repair.witness", language, head=report.witness), QUESTION)
    if places := list(dict.fromkeys(map(_place, report.mended))):
        some = ", ".join(places[:MOST_OF_A_KIND]) + (" …" if len(places) > MOST_OF_A_KIND else "")
        yield Sentence(text("telling.repair.mended", language, count=len(places), places=some))
    yield from _noted(report.unread, "telling.repair.unread", language)


@tell.register
def _upgraded(report: actions.UpgradeReport, language: str) -> Iterator[Part]:
    facts = {"book_before": report.book, "book": BOOK.number}
    facts |= {"ledger_before": report.ledger, "ledger": LEDGER.number}
    if not report.upgraded:
        yield Sentence(text("telling.upgrade.nothing", language, **facts), QUIET)
        return
    yield Sentence(text("telling.upgrade.done", language, **facts), DONE)
    if report.copies:
        yield Sentence(text("telling.upgrade.copies", language, files=", ".join(report.copies)))
    if report.database:
        yield Sentence(text("telling.upgrade.database", language, place=report.database))
    yield from _noted(report.restored, "telling.upgrade.restored", language)
    yield from _noted(report.own, "telling.upgrade.own", language)
    yield from _noted(report.unread, "telling.repair.unread", language)


def _place(problem: Problem) -> str:
    """Where something was amiss, or what was, when it had no place left."""
    return problem.where or ", ".join(map(str, problem.fields.values()))


def _noted(problems: Sequence[Problem], title: str, language: str) -> Iterator[Part]:
    """Problems under a title of their own, when there are any."""
    if problems:
        yield Sentence(text(title, language))
        yield from tell_problems(problems, language, indented=True)


@tell.register
def _examined(report: actions.DoctorReport, language: str) -> Iterator[Part]:
    for done in (*report.mended, *report.findings):
        yield Sentence(done, DONE)
    yield from tell_problems(report.problems, language, indented=True)


@tell.register
def _demonstrated(report: DemoReport, language: str) -> Iterator[Part]:
    facts = {"directory": report.directory, "seconds": spell(report.seconds, language, 0)}
    yield Sentence(text("telling.demo.done", language, **facts))
    figures = report.figures()
    rows = [(text(f"telling.demo.{code}", language), plain(value, language)) for code, value in figures]
    yield _table(("figure", "value"), rows, language)
    for name in report.files:
        yield Sentence(name, indented=True)
