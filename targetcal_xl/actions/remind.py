"""Telling people what is due: what the plan's deadlines call for comes into the outbox, and is sent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..calibration.vocabulary import MessageKind
from ..desk import Desk, Stock, find_region
from ..outbox import Message, enter, message_code, queue
from ..problems import Problem, Refused
from .notices import DueNotices, Files, notices
from .outbox import OutboxReport, Sleep, at_hand, row_of_message, send_due


def remind(
    desk: Desk,
    *,
    dry_run: bool = False,
    draft: Path | None = None,
    attach: Sequence[str] = (),
    sleep: Sleep = time.sleep,
) -> OutboxReport:
    """Tell everybody what is due now and was not told yet; `dry_run` lists it and does nothing.

    `draft` is a folder for mails that a person sends; `attach` are files for invitations, `REGION=FILE`
    each. Raise Refused for a region or file that is not there.
    """
    stock = at_hand(desk)
    due = notices(stock, _files(stock, attach))
    news = tuple(_news(stock, due))
    if dry_run:
        rows = tuple(row_of_message(stock, message) for message, _ in news)
        return OutboxReport(rows, due.unreached, dry=True)
    events, documents = enter(desk.ledger, stock.plan.code, news)
    if events:
        stock.settle(events, documents)
    return send_due(desk, drafts=draft, sleep=sleep, problems=due.unreached)


def _files(stock: Stock, said: Iterable[str]) -> Mapping[str, Sequence[Path]]:
    """`REGION=FILE`, as regions' codes with their files."""
    found: dict[str, list[Path]] = {}
    for each in said:
        region, between, path = each.partition("=")
        if not between or not path.strip():
            raise Refused([Problem("outbox_attach", fields={"said": each})])
        found.setdefault(find_region(stock.plan, region.strip()).code, []).append(Path(path.strip()))
    return found


def _news(stock: Stock, due: DueNotices) -> Iterable[tuple[Message, Files]]:
    """What is due and not in the queue. Who was invited to a round needs no invitation without a file."""
    items = queue(stock.desk.ledger)
    known = {item.code for item in items}
    invited = {
        (item.message.region, item.message.channel, item.message.occasion.partition(" ")[2].split(" ")[0])
        for item in items
        if item.message.kind == MessageKind.INVITATION
    }
    for message, files in due.messages:
        number = message.occasion.removeprefix("round ")
        bare = message.kind == MessageKind.INVITATION and " " not in number
        if message_code(stock.plan.code, message) not in known and not (
            bare and (message.region, message.channel, number) in invited
        ):
            yield message, files
