"""Letters: Word beside docxtpl, PDF beside LibreOffice; many on one process, on two and on a cluster."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from distributed import LocalCluster
from docxtpl import DocxTemplate

from bench.report import Goal, Row, Time, main
from targetcal_xl.calibration import Letter
from targetcal_xl.desk import LetterOrder, workshop
from targetcal_xl.letters import LetterTemplate, fields, office_pdf, render_pdf, render_word
from targetcal_xl.letters.office import office_pdfs
from targetcal_xl.letters.package import parts_of, zipped
from targetcal_xl.letters.pdf import ToSet, set_pdf
from tests.support.letters import sample_letter

_WORDS, _PAGES, _EACH, _MANY = 500, 60, 5, 10_000
_QUICK = (5, 2, 1, 4)
_LANGUAGE = "zh-CN"
_SLICE, _ALONE = 50, 50


def measure(quick: bool, scale: int) -> Iterator[Row]:
    """Each with what others do beside it, and with the least that its work needs."""
    words, pages, each, many = _QUICK if quick else (_WORDS, _PAGES, _EACH, scale)
    yield from _in_word(words)
    yield from _as_pdf(pages, each)
    yield from _in_numbers(many)


def _letters(count: int) -> list[Letter]:
    """Letters that differ in their number, their head and their figures."""
    plain = sample_letter(3)
    return [_letter(plain, place) for place in range(count)]


def _letter(plain: Letter, place: int) -> Letter:
    lines = tuple(
        replace(line, targets=replace(line.targets, agreed=line.targets.agreed + place % 97))
        for line in plain.lines
    )
    head = replace(plain.region.head, name=f"负责人{place}")
    region = replace(plain.region, head=head)
    return replace(plain, number=f"2025Q1-R{place}-V1", region=region, lines=lines)


@contextmanager
def _watched() -> Iterator[list[Time]]:
    """How long something takes, and what it and the programs it starts take of the processor."""
    times: list[Time] = []
    began, before = time.perf_counter(), _processor()
    yield times
    times.append(Time(time.perf_counter() - began, _processor() - before))


def _processor() -> float:
    used = (resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _of_one(took: Sequence[Time], count: int) -> Time:
    return Time(took[0].wall / count, took[0].process / count)


def _in_word(count: int) -> Iterator[Row]:
    """One letter in Word, of the same fields; then with pictures and proof."""
    template, letters = LetterTemplate.shipped(_LANGUAGE), _letters(count)
    said = [fields(letter, _LANGUAGE) for letter in letters]
    made = template.render(said[0], {}, letters[0].issued)
    with _watched() as ours:
        for context, letter in zip(said, letters, strict=True):
            template.render(context, {}, letter.issued)
    with _watched() as plain:
        for context in said[: max(count // 10, 1)]:
            document = DocxTemplate(io.BytesIO(template.data))
            document.render(dict(context), autoescape=True)
            document.save(io.BytesIO())
    with _watched() as least:
        parts = {name: data for name, data in parts_of(made.docx).items() if name.endswith("ment.xml")}
        for _ in letters:
            zipped(parts)
    with _watched() as whole:
        for letter in letters:
            render_word(letter, template, _LANGUAGE)
    one, theirs = _of_one(ours, count), _of_one(plain, max(count // 10, 1))
    yield Row("Word: a letter", one, Goal("faster", 50), "plain docxtpl", theirs, "process")
    yield Row("Word: its floor", one, Goal("slower", 2), "its body zipped", _of_one(least, count), "process")
    both = _of_one(whole, count)
    yield Row("Word: with pictures and proof", both, Goal("faster", 5), "plain docxtpl", theirs, "process")


def _as_pdf(count: int, each: int) -> Iterator[Row]:
    """One letter from its record to a PDF that is proved, pictures and all."""
    template, letters = LetterTemplate.shipped(_LANGUAGE), _letters(count)
    words = [render_word(letter, template, _LANGUAGE) for letter in letters]
    set_pdf(ToSet(words[0].docx, letters[0].issued, words[0].curves))
    with _watched() as ours:
        for letter in letters:
            render_pdf(render_word(letter, template, _LANGUAGE), letter)
    with _watched() as alone:
        for word in words[:each]:
            office_pdf(word.docx)
    with _watched() as together:
        office_pdfs([word.docx for word in words])
    with _watched() as least:
        for word, letter in zip(words, letters, strict=True):
            set_pdf(ToSet(word.docx, letter.issued, word.curves))
    one = _of_one(ours, count)
    yield Row("PDF: a letter", one, Goal("faster", 20), "soffice each", _of_one(alone, each), "process")
    yield Row("PDF: a letter", one, Goal("faster", 4), "one soffice", _of_one(together, count), "process")
    yield Row("PDF: its floor", one, Goal("slower", 3), "set, not proved", _of_one(least, count), "process")


def _in_numbers(count: int) -> Iterator[Row]:
    """So many letters as Word and PDF, with the most memory that one process had; what nobody saves is
    making each of them."""
    few = min(count, _ALONE)
    alone = _made("", few)
    floor = Time(alone.wall / few * count, alone.process / few * count)
    for executor, told in (("", "1 process"), ("local", f"{os.cpu_count()} processes"), ("dask", "Dask")):
        made, goal = _made(executor, count), Goal("slower", 1.5)
        yield Row(f"{count:,} letters, {told}", made, goal, f"{few} letters, as many", floor, "process")


def _made(executor: str, count: int) -> Time:
    """In a process of its own, for its memory."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_issued, executor, count).result()


def _issued(executor: str, count: int) -> Time:
    """With the processes that are started, from their start to their end."""
    orders = [LetterOrder(letter, True) for letter in _letters(count)]
    slices = [orders[at : at + _SLICE] for at in range(0, count, _SLICE)] if not executor else [orders]
    template = LetterTemplate.shipped(_LANGUAGE)
    with (
        tempfile.TemporaryDirectory() as folder,
        _watched() as took,
        _makers(executor) as address,
        workshop(Path(folder), template, _LANGUAGE, "bench", address) as makers,
    ):
        for some in slices:
            assert not any(made.problems for made in makers.made(some))
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return took[0]._replace(peak=max(resource.getrusage(kind).ru_maxrss for kind in kinds) >> 10)


@contextmanager
def _makers(executor: str) -> Iterator[str]:
    if executor != "dask":
        yield executor
        return
    with LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


if __name__ == "__main__":
    main("letters", measure, _MANY)
