"""Telling people what is due: what the plan's deadlines call for comes into the outbox, and is sent."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..calibration.vocabulary import MessageKind
from ..desk import Desk, Sent, Stock, files_folder, find_region, handed_files, sent_items, take_stock
from ..exchange import ENDING, ZIPPED, zip_of
from ..ooxml import read_file
from ..outbox import MOST_ATTACHED, Attachment, Message, attached, enter, message_code, queue
from ..problems import Problem, Refused
from .message_rows import row_of_message
from .notices import DueNotices, Files, notices
from .outbox import OutboxReport, Sleep, send_due, waiting_rows


def remind(
    desk: Desk,
    *,
    dry_run: bool = False,
    draft: Path | None = None,
    attach: Sequence[str] = (),
    packs: Path | None = None,
    sleep: Sleep = time.sleep,
) -> OutboxReport:
    """Tell everybody what is due now and was not told yet, and what waits; `dry_run` lists it only.

    `draft` is a folder for mails that a person sends; `attach` are files for invitations, `REGION=FILE`
    each; from the folder `packs` every region gets what it was handed last. Raise Refused for a region or
    file that is not there.
    """
    stock, left = take_stock(desk), list[Problem]()
    due = notices(stock, _files(stock, attach, packs, left))
    due = replace(due, unreached=(*due.unreached, *left))
    news = tuple(_news(stock, due))
    if dry_run:
        rows = (row_of_message(stock, message) for message, _ in news)
        return OutboxReport((*waiting_rows(stock), *rows), due.unreached, dry=True)
    events, documents = enter(desk.ledger, stock.plan.code, news)
    if events:
        stock.settle(events, documents)
    return send_due(desk, drafts=draft, sleep=sleep, problems=due.unreached)


_File = tuple[Attachment, bytes]


def _files(
    stock: Stock, said: Iterable[str], packs: Path | None, left: list[Problem]
) -> Mapping[str, Sequence[_File]]:
    """Regions' codes with their files: those of `REGION=FILE`, and what they were handed, in a folder.

    Why something of that does not go along is added to what is `left`.
    """
    found: dict[str, list[_File]] = {}
    for sent in _handed_out(stock) if packs else ():
        if packs and (file := packs / sent.file).is_file():
            pack = attached(file)
            beside = _beside(stock, sent, packs)
            if beside and len(pack[1]) + len(beside[1]) > MOST_ATTACHED:
                left.append(Problem("enclosed_not_mailed", sent.file))
                beside = None
            found.setdefault(sent.slip.region, []).extend((pack, beside) if beside else (pack,))
    for each in said:
        region, between, path = each.partition("=")
        if not between or not path.strip():
            raise Refused([Problem("outbox_attach", fields={"said": each})])
        found.setdefault(find_region(stock.plan, region.strip()).code, []).append(
            attached(Path(path.strip()))
        )
    return found


def _beside(stock: Stock, sent: Sent, packs: Path) -> _File | None:
    """The attached files that lie beside a pack, as one zip."""
    folder = files_folder(sent.file)
    names = handed_files(stock.desk.ledger, sent.slip.region) if sent.kind == "pack" else ()
    files = {name: read_file(path) for name in names if (path := packs / folder / name).is_file()}
    if not files:
        return None
    content = zip_of(files)
    name = folder.removesuffix(ENDING) + ZIPPED
    return Attachment(name, hashlib.sha256(content).hexdigest()), content


def _handed_out(stock: Stock) -> Iterable[Sent]:
    """The last pack, and the last page, that each region was handed for the round that it is in."""
    plan = stock.plan
    rounds = {region.code: stock.table(region).round for region in plan.regions}
    found = sent_items(stock.desk.ledger)
    now = (one for one in found if one.slip.round == rounds[one.slip.region])
    return {(one.slip.region, one.kind): one for one in now}.values()


def _news(stock: Stock, due: DueNotices) -> Iterable[tuple[Message, Files]]:
    """What is due and not in the queue. Who was invited to a round needs no invitation without a file.

    Whoever hears of a round for the first time when it is over is not called late the same day.
    """
    items = queue(stock.desk.ledger)
    today = stock.desk.clock().astimezone().date()
    heard = {
        (item.message.region, item.message.occasion.split(" ")[1])
        for item in items
        if item.message.kind == MessageKind.INVITATION and item.entered.astimezone().date() < today
    }
    known = {item.code for item in items}
    invited = {
        (item.message.region, item.message.channel, item.message.occasion.partition(" ")[2].split(" ")[0])
        for item in items
        if item.message.kind == MessageKind.INVITATION
    }
    for message, files in due.messages:
        number = message.occasion.removeprefix("round ")
        bare = message.kind == MessageKind.INVITATION and " " not in number
        is_blame = message.kind in (MessageKind.OVERDUE, MessageKind.ESCALATION)
        if is_blame and (message.region, number.split(" ")[0]) not in heard:
            continue
        if message_code(stock.plan.code, message) not in known and not (
            bare and (message.region, message.channel, number) in invited
        ):
            yield message, files
