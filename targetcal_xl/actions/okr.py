"""Objectives and key results: into a file, or an OKR system, each state of them once; and back as results."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..calibration import KeyResult, Metric, Objective, objectives
from ..calibration.vocabulary import Channel, KeyStatus, MessageKind, MessageState
from ..connect import (
    OkrResults,
    OkrTarget,
    decode,
    is_okr_file,
    okr_document,
    okr_table,
    read_actuals,
    read_okr_document,
    read_okr_ids,
    results_table,
)
from ..desk import Desk, Stock, find_file, recorded_progress, take_stock
from ..figures import Figures, percent
from ..language import listed, text
from ..ledger import Ledger
from ..ooxml import read_file, write_file
from ..outbox import (
    FeishuOkr,
    Message,
    OkrEndpoint,
    OkrPlace,
    Queued,
    enter,
    feishu_record,
    okr_place,
    queue,
    state_event,
)
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, table
from .follow import agreed_targets
from .message_rows import MessageRow, queued_row, row_of_message
from .outbox import OutboxReport, Sleep, send_due

_FILES = (".json", ".csv")
_OVER = (MessageState.SENT, MessageState.WITHDRAWN)


@dataclass(frozen=True)
class OkrReport(Report):
    """The objectives as they stand, and the file that they were written into, or what was sent."""

    objectives: tuple[Objective, ...]
    metric: Metric
    as_of: dt.date | None
    """The day up to which results count; None before there are any."""
    file: str = ""
    outbox: OutboxReport | None = None
    """The messages to the OKR system, where it is one."""
    dry: bool = False

    @property
    def leaves_work(self) -> bool:
        """Whether something waits, failed or is in doubt."""
        return self.outbox is not None and self.outbox.leaves_work

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        columns = ("objective", "start", "target", "actual", "way_done", "odds_of_miss", "status")
        yield table(columns, self._rows(language), language)
        if self.as_of is None:
            yield Sentence(text("telling.okr.not_followed", language), QUIET)
        if self.file:
            code = "dry" if self.dry else "written"
            yield Sentence(text(f"telling.okr.{code}", language, file=self.file), QUIET if self.dry else DONE)
        if self.outbox and self.outbox.messages:
            yield from self.outbox.tell(language)
        elif self.outbox:
            yield Sentence(text("telling.okr.nothing_new", language), QUIET)
            yield from self.outbox.tell(language) if self.outbox.problems else ()

    def _rows(self, language: str) -> Iterator[tuple[str, ...]]:
        for one in self.objectives:
            yield one.result.name, *self._figures(one.result, language)
            for each in one.key_results:
                yield f"· {each.name}", *self._figures(each, language)

    def _figures(self, one: KeyResult, language: str) -> tuple[str, ...]:
        told = Figures(self.metric, language)
        values = (
            None if value is None else told.total(value) for value in (one.start, one.target, one.current)
        )
        shares = (percent(value, language) for value in (one.progress, one.odds))
        status = text(f"telling.key_status.{one.status}", language)
        return *(value or "" for value in values), *shares, status


@dataclass(frozen=True)
class OkrResultsReport(Report):
    """The results that came back, and the file that holds them now."""

    file: str
    lines: tuple[str, ...]
    unknown: tuple[str, ...]
    """Lines that the OKR system says nothing of."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        facts = {"file": self.file, "count": len(self.lines)}
        yield Sentence(text("telling.okr.back", language, **facts), DONE)
        if self.unknown:
            said = listed(self.unknown[:12], language)
            yield Sentence(text("telling.okr.unknown", language, lines=said, count=len(self.unknown)), QUIET)


def okr(
    desk: Desk,
    to: str,
    *,
    ids: Path | None = None,
    link: str = "",
    dry_run: bool = False,
    sleep: Sleep = time.sleep,
) -> OkrReport:
    """Bring the objectives into a file or an OKR system; what is there already is not sent again.

    Feishu needs the file of `ids` that says what is what there, and a `link` to where the plan can be seen.
    Raise Refused for what is neither a file nor an address, and where not every line has a target.
    """
    place, stock = okr_place(to), take_stock(desk)
    found, as_of = _standing(stock)
    if place is None:
        _write(stock, Path(to), found, as_of, dry_run)
        return OkrReport(found, stock.plan.metric, as_of, file=to, dry=dry_run)
    news = [*_news(stock, _messages(stock, place, found, as_of, ids, link))]
    if dry_run:
        rows = [*_waiting(stock, place, news), *(row_of_message(stock, message) for message in news)]
        outbox = OutboxReport(tuple(rows), dry=True)
        return OkrReport(found, stock.plan.metric, as_of, outbox=outbox, dry=True)
    _enter(stock, news)
    last = (item for about, item in _last(desk.ledger).items() if about[:2] == (place.channel, place.address))
    own = {item.code for item in last if item.state not in _OVER}
    outbox = send_due(desk, sleep=sleep, only=own) if own else OutboxReport(())
    return OkrReport(found, stock.plan.metric, as_of, outbox=outbox)


def okr_as_said(
    desk: Desk, to: str, back: str, results: Path | None, ids: Path | None, link: str, *, dry_run: bool
) -> OkrReport | OkrResultsReport:
    """What a person said: one of both directions; raise Refused for neither, and for both."""
    if bool(to) == bool(back):
        raise Refused([Problem("okr_direction")])
    if to:
        return okr(desk, to, ids=ids, link=link, dry_run=dry_run)
    if results is None:
        raise Refused([Problem("okr_results_where")])
    return okr_results(desk, back, results, ids)


def okr_results(desk: Desk, source: str, results: Path, ids: Path | None = None) -> OkrResultsReport:
    """Write what an OKR system, or a document of one, says of the lines as results that `follow` takes.

    Where it says how far lines have come, the results that lie there already are what they had come before.
    Raise DataProblems for what cannot be results, Refused where nothing is told, with the file as it was.
    """
    place, stock = okr_place(source), take_stock(desk)
    plan = stock.plan
    if results.suffix.lower() != ".csv":
        raise Refused([Problem("okr_results_file", str(results))])
    before = read_actuals(results, plan) if results.is_file() else None
    told = _told(stock, place, source, ids)
    content = results_table(plan, told, before).encode()
    _hold_good(content, results.name, stock)
    write_file(results, content)
    named = {str(row["line"]) for row in told.days} or told.current.keys()
    known = [line for line in plan.lines if line.code in named or line.name in named]
    return OkrResultsReport(
        str(results),
        tuple(line.name for line in known),
        tuple(line.name for line in plan.lines if line not in known),
    )


def _hold_good(content: bytes, name: str, stock: Stock) -> None:
    """Raise DataProblems for what `follow` would not take."""
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder, name)
        tried.write_bytes(content)
        read_actuals(tried, stock.plan)


def _told(stock: Stock, place: OkrPlace | None, source: str, ids: Path | None) -> OkrResults:
    if place is None:
        return read_okr_document(decode(find_file(Path(source))), stock.plan)
    if place.channel == Channel.OKR:
        return read_okr_document(OkrEndpoint(os.environ).fetch(place.address), stock.plan)
    return _of_feishu(stock, place, _targets(stock, ids))


def _of_feishu(stock: Stock, place: OkrPlace, targets: Sequence[OkrTarget]) -> OkrResults:
    """How far lines have come, as whole percents of their targets say."""
    metric, okrs = stock.plan.metric, [*dict.fromkeys(one.okr for one in targets if one.okr)]
    if not metric.adds_up or metric.is_turned:
        raise DataProblems([Problem("okr_one_number")])
    if not okrs:
        raise Refused([Problem("okr_no_okrs")])
    told = FeishuOkr(os.environ).fetch(place.address, okrs)
    shares = {str(one.get("id")): _percent(one.get("progress_rate")) for one in told}
    targets_of = dict(zip(stock.standing.row_of, agreed_targets(stock.standing).tolist(), strict=True))
    known = {one.code: share for one in targets if (share := shares.get(one.target)) is not None}
    current = {code: round(targets_of[code] * known[code] / 100, 9) for code in known if code in targets_of}
    within = {code: targets_of[code] / 100 for code in current}
    return OkrResults(stock.desk.clock().date(), current, within=within)


def _percent(rate: object) -> float | None:
    share = rate.get("percent") if isinstance(rate, Mapping) else None
    return float(share) if isinstance(share, int | float) and not isinstance(share, bool) else None


def _standing(stock: Stock) -> tuple[tuple[Objective, ...], dt.date | None]:
    """The objectives, and the day up to which results count, where there are any."""
    agreed = agreed_targets(stock.standing)
    followed = recorded_progress(stock.desk.ledger, stock.standing)
    if followed is None:
        return objectives(stock.standing, agreed, None), None
    return objectives(stock.standing, agreed, followed.progress), followed.as_of


def _write(stock: Stock, path: Path, found: Sequence[Objective], as_of: dt.date | None, dry: bool) -> None:
    """Write the file; raise Refused for another kind of it, or where something else lies there."""
    if path.suffix.lower() not in _FILES:
        raise Refused([Problem("okr_address")])
    if path.is_dir() or (path.exists() and not is_okr_file(read_file(path))):
        raise Refused([Problem("okr_taken", str(path))])
    if not dry:
        is_table = path.suffix.lower() == ".csv"
        told = okr_table if is_table else okr_document
        said = told(stock.plan, found, as_of)
        write_file(path, said if isinstance(said, bytes) else said.encode())


# What is sent


def _messages(
    stock: Stock,
    place: OkrPlace,
    found: Sequence[Objective],
    as_of: dt.date | None,
    ids: Path | None,
    link: str,
) -> Iterator[Message]:
    """The whole document, or a record for everything that has a name in Feishu."""
    if place.channel == Channel.OKR:
        code = stock.plan.code
        yield _message(stock, place, code, (code, code), okr_document(stock.plan, found, as_of))
        return
    if not link.startswith(("https://", "http://")):
        raise Refused([Problem("okr_link")])
    for target, one in [*_matched(found, _targets(stock, ids))]:
        if one.current is not None:
            said = _record(stock, target, one, as_of, link)
            yield _message(stock, place, target.target, (one.code, one.name), said)


def _targets(stock: Stock, ids: Path | None) -> tuple[OkrTarget, ...]:
    if ids is None:
        raise Refused([Problem("okr_ids")])
    return read_okr_ids(find_file(ids), stock.plan)


def _matched(
    found: Iterable[Objective], targets: Iterable[OkrTarget]
) -> Iterator[tuple[OkrTarget, KeyResult]]:
    results = {each.code: each for one in found for each in (one.result, *one.key_results)}
    yield from ((target, results[target.code]) for target in targets if target.code in results)


def _record(stock: Stock, target: OkrTarget, one: KeyResult, as_of: dt.date | None, link: str) -> str:
    language, told = stock.standing.language, Figures(stock.plan.metric, stock.standing.language)
    said = {"name": one.name, "date": as_of, "status": text(f"telling.key_status.{one.status}", language)}
    said |= {"actual": told.total(one.current or 0.0), "target": told.total(one.target)}
    lines = [text("outbox.key_results.stands", language, **said)]
    if one.odds is not None and one.status != KeyStatus.UNTOLD:
        lines.append(text("outbox.key_results.odds", language, odds=percent(one.odds, language)))
    return feishu_record(
        kind=target.kind,
        target=target.target,
        title=f"{stock.plan.company} {stock.plan.period}",
        link=link,
        lines=[*lines, *_advice(stock, one.code)],
        percent=None if one.progress is None else 100 * one.progress,
        status=one.status,
    )


def _advice(stock: Stock, code: str) -> Iterator[str]:
    """What may be done about a line that is warned of."""
    for line in stock.plan.lines:
        if line.code == code and (said := stock.standing.value(line.region, code, "progress.suggestion")):
            yield str(said)


def _message(stock: Stock, place: OkrPlace, about: str, named: tuple[str, str], said: str) -> Message:
    (code, name), language = named, stock.standing.language
    region = {line.code: line.region for line in stock.plan.lines}
    region |= {one.code: one.code for one in stock.plan.regions}
    return Message(
        kind=MessageKind.KEY_RESULTS,
        region=region.get(code),
        channel=place.channel,
        name=name,
        address=place.address,
        occasion=f"{about} 0",
        subject=text("outbox.key_results.subject", language, period=str(stock.plan.period), name=name),
        text=said,
        checkpoint=stock.head,
    )


def _about(message: Message) -> tuple[str, str, str]:
    """What a message is about, whichever it is in the row of those that say it."""
    return message.channel, message.address, message.occasion.rpartition(" ")[0]


def _last(ledger: Ledger) -> Mapping[tuple[str, str, str], Queued]:
    """What was said last of everything, wherever."""
    found = (item for item in queue(ledger) if item.message.kind == MessageKind.KEY_RESULTS)
    return {_about(item.message): item for item in found}


def _news(stock: Stock, messages: Iterable[Message]) -> Iterator[Message]:
    """Messages that say something else than the last one about the same; each is the next in its row."""
    last = _last(stock.desk.ledger)
    for message in messages:
        old = last.get(_about(message))
        if old is None or old.message.text != message.text or old.state == MessageState.WITHDRAWN:
            number = 1 if old is None else int(old.message.occasion.rpartition(" ")[2]) + 1
            yield replace(message, occasion=f"{_about(message)[2]} {number}")


def _waiting(stock: Stock, place: OkrPlace, news: Iterable[Message]) -> Iterator[MessageRow]:
    """What waits for a place, and is so still."""
    replaced = {_about(message) for message in news}
    for about, item in _last(stock.desk.ledger).items():
        is_there = about[:2] == (place.channel, place.address) and about not in replaced
        if is_there and item.state == MessageState.PREPARED:
            yield queued_row(stock, item)


def _enter(stock: Stock, news: Sequence[Message]) -> None:
    """Into the queue; what waits there and is not so any more is withdrawn."""
    ledger = stock.desk.ledger
    events, documents = enter(ledger, stock.plan.code, ((message, ()) for message in news))
    replaced = {_about(message) for message in news}
    waiting = (item for about, item in _last(ledger).items() if about in replaced)
    events += [
        state_event(item, MessageState.WITHDRAWN) for item in waiting if item.state == MessageState.PREPARED
    ]
    if events:
        stock.settle(events, documents)
