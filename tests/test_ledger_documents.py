"""Documents: a record comes back to the bit, and equal records have equal bytes."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn
from numpy.typing import NDArray

from targetcal_xl.calibration import (
    Baseline,
    Floats,
    History,
    Inputs,
    Period,
    Plan,
    Question,
    Thresholds,
    Value,
)
from targetcal_xl.ledger import dump, load, reference
from targetcal_xl.problems import Refused
from tests.support.samples import sample_inputs
from tests.test_ledger_chain import kept_text, kept_values

floats = st.floats(allow_nan=True)
arrays = hn.arrays(
    np.float64, hn.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=4), elements=floats
)


Counts = Annotated[NDArray[np.int64], np.dtype(np.int64)]
Flags = Annotated[NDArray[np.bool_], np.dtype(np.bool_)]


@dataclass(frozen=True)
class Part:
    name: str
    size: float


@dataclass(frozen=True)
class Sample:
    number: float
    whole: int
    day: dt.date
    moment: dt.datetime
    maybe: Part | None
    parts: tuple[Part, ...]
    pair: tuple[str, float]
    by_name: Mapping[str, Part | None]
    choice: Literal["a", "b"]
    value: Value
    array: Floats
    counts: Counts
    flags: Flags
    added_later: str = "as it was"


EXAMPLE = Sample(
    number=1.0,
    whole=3,
    day=dt.date(2025, 1, 1),
    moment=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    maybe=None,
    parts=(),
    pair=("x", 1.0),
    by_name={},
    choice="a",
    value=None,
    array=np.ones(2),
    counts=np.ones(2, np.int64),
    flags=np.ones(2, np.bool_),
)

parts = st.builds(Part, kept_text, floats)
samples = st.builds(
    Sample,
    number=floats,
    whole=st.integers(-(2**63), 2**63 - 1),
    day=st.dates(),
    moment=st.datetimes(timezones=st.just(dt.UTC)),
    maybe=st.none() | parts,
    parts=st.lists(parts, max_size=3).map(tuple),
    pair=st.tuples(kept_text, floats),
    by_name=st.dictionaries(kept_text, st.none() | parts, max_size=3),
    choice=st.sampled_from(["a", "b"]),
    value=kept_values,
    array=arrays,
    counts=hn.arrays(np.int64, 3),
    flags=hn.arrays(np.bool_, 3),
    added_later=kept_text,
)


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, floats to the bit (every NaN is the same)."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and all(map(same, one.flat, other.flat))
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float) and isinstance(other, float):
        return math.isnan(one + other) if math.isnan(one) else one.hex() == other.hex()
    return bool(one == other)


@given(samples)
def test_a_record_comes_back_to_the_bit(sample: Sample) -> None:
    value_is_a_number = isinstance(sample.value, int | float) and not isinstance(sample.value, bool)
    back = load(Sample, dump(sample))
    assert back.value == sample.value
    assert same(replace(back, value=sample.value) if value_is_a_number else back, sample)


@given(samples)
def test_a_document_is_plain_json_that_says_so_again(sample: Sample) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    content = dump(sample)
    assert list(json.loads(content, parse_constant=refuse)) == [field.name for field in fields(Sample)]
    assert dump(load(Sample, content)) == content


def test_equal_records_have_equal_bytes_whatever_their_numbers_and_order_are_made_of() -> None:
    one = replace(EXAMPLE, number=220.0, pair=("x", 1.0), by_name={"a": None, "b": None}, value=220.0)
    other = replace(EXAMPLE, number=220, pair=("x", 1), by_name={"b": None, "a": None}, value=220)
    assert dump(one) == dump(other)
    assert dump(one) != dump(replace(one, number=math.nextafter(220.0, 221.0)))


def test_documents_that_stand_in_ledgers_are_written_to_the_same_bytes_for_ever() -> None:
    """Their hash names them: these bytes were written before, on another Python, with another numpy."""
    odd = replace(
        EXAMPLE,
        number=math.nan,
        maybe=Part("x", 0.1),
        parts=(Part("y", 5e-324),),
        pair=("中", -math.inf),
        by_name={"b": Part("b", 1e300), "a": None},
        value=1e22,
        array=np.array([[0.1, -0.0], [math.nan, math.inf]]),
    )
    assert dump(odd).decode() == (
        '{"number":"NaN","whole":3,"day":"2025-01-01","moment":"2025-01-01T00:00:00+00:00",'
        '"maybe":{"name":"x","size":0.1},"parts":[{"name":"y","size":5e-324}],"pair":["中","-Infinity"],'
        '"by_name":{"a":null,"b":{"name":"b","size":1e+300}},"choice":"a","value":1e+22,'
        '"array":{"shape":[2,2],"values":[0.1,-0.0,"NaN","Infinity"]},'
        '"counts":{"shape":[2],"values":[1,1]},"flags":{"shape":[2],"values":[true,true]},'
        '"added_later":"as it was"}'
    )
    inputs = "sha256:9f7d2f21a8e528c82009dcd73094cf2c9eb98b237c6b8c2e8549326f8d6b76d1"
    assert reference(dump(sample_inputs())) == inputs


def test_an_array_may_be_a_view_in_any_order() -> None:
    table = np.arange(12.0).reshape(3, 4)
    periods = (Period(2025, 1),)
    assert dump(History(periods, table.T, table.T)) == dump(History(periods, table.T.copy(), table.T.copy()))


def test_a_field_that_a_document_did_not_have_yet_takes_its_default() -> None:
    content = json.loads(dump(sample_inputs().plan))
    del content["thresholds"], content["milestones"]
    back = load(Plan, json.dumps(content).encode())
    assert (back.thresholds, back.milestones) == (Thresholds(), ())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"year": 2025}', b'{"year": 2025, "number": 9}', b'{"x": 1}', b"\xff"],
)
def test_what_is_no_such_record_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(Refused, match="Period"):
        load(Period, content)


def test_a_field_of_a_strange_type_is_a_type_error() -> None:
    @dataclass(frozen=True)
    class Strange:
        anything: complex

    with pytest.raises(TypeError, match="complex"):
        dump(Strange(1j))


def test_a_value_that_the_ledger_cannot_keep_is_none_of_a_document_either() -> None:
    @dataclass(frozen=True)
    class Holder:
        value: Value

    Holder.__annotations__["value"] = Value
    with pytest.raises(ValueError, match="nan"):
        dump(Holder(math.nan))


def test_inputs_come_back_to_the_bit() -> None:
    inputs = sample_inputs()
    assert same(load(Inputs, dump(inputs)), inputs)


@given(st.data())
def test_a_baseline_comes_back_to_the_bit(data: st.DataObject) -> None:
    words: dict[str, Any] = {
        "parts": ("trend", "leads"),
        "questions": (Question("HD-HD", Period(2024, 4), -0.3),),
        "held": ("HD-HD",),
        "new": (2, 5),
        "asked": (4.5, 0.1, 1e300),
    }
    columns = {field.name: data.draw(arrays) for field in fields(Baseline) if field.name not in words}
    baseline = Baseline(**(words | columns))
    assert same(load(Baseline, dump(baseline)), baseline)
