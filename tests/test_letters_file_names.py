"""Letters get file names that Windows, macOS and Linux all take, and no two the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.letters.file_names import file_name

_CODE = st.from_regex(r"[\w.-]{1,40}", fullmatch=True)
_NUMBERED = [f"{port}{place}" for port in ("COM", "LPT") for place in "123456789¹²³"]
_DEVICES = {"CON", "PRN", "AUX", "NUL", *_NUMBERED}
_REGION = st.from_regex(r"\w{1,24}", fullmatch=True)


def _is_device(name: str) -> bool:
    """Windows looks at what stands before the first dot, in any case, without blanks at its end."""
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES


@pytest.mark.parametrize(
    "number", ["2025Q1-R1-V1", "2025Q1-new-customers-HD-V12", "一季度-华东-V1", "CONSUL-R1-V1"]
)
def test_an_ordinary_number_is_the_name(number: str) -> None:
    assert file_name(number, "docx") == f"{number}.docx"


@pytest.mark.parametrize("code", ["CON", "nul", "Aux.2025", "com1.x", "LPT9.", "NUL.", "COM¹.a", "prn"])
def test_no_name_is_a_device_of_windows(code: str) -> None:
    for number in (f"{code}-R1-V1", code, f"{code}.R1-V1"):
        name = file_name(number, "pdf")
        assert not _is_device(name), name
        assert name.endswith(".pdf")


@pytest.mark.parametrize(
    "number", ["..-R1-V1", ".hidden-R1-V1", "-rf-R1-V1", "a/b-R1-V1", "a\\b", "a:b", "x. ", "a\nb"]
)
def test_no_name_leaves_its_folder_hides_or_looks_like_an_option(number: str) -> None:
    name = file_name(number, "docx")
    assert not name.startswith((".", "-"))
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
    assert not name.removesuffix(".docx").endswith((".", " "))


@given(_CODE, _REGION, st.integers(1, 99))
def test_any_number_is_a_name_everywhere(code: str, region: str, version: int) -> None:
    name = file_name(f"{code}-{region}-V{version}", "docx")
    assert len(name.encode()) <= 140
    assert not _is_device(name)
    assert not name.startswith((".", "-"))


@given(
    st.lists(
        st.tuples(_CODE, _REGION), min_size=2, max_size=8, unique_by=lambda both: "-".join(both).casefold()
    )
)
def test_two_numbers_never_share_a_name(codes: list[tuple[str, str]]) -> None:
    names = [file_name(f"{code}-{region}-V1", "docx").casefold() for code, region in codes]
    assert len(set(names)) == len(names)
