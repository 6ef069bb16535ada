"""Plan folders: what is read from them, and every fault of every file at once."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import NO_TRUST
from targetcal_xl.calibration.period import Period
from targetcal_xl.connect import plan_template, read_plan, stamp_authority, trusted_roots
from targetcal_xl.connect.names import nearest
from targetcal_xl.problems import DataProblems
from tests.support.signers import Certifier

Folder = Callable[..., Path]
HEAD = "line,period,value,one_off,note\n"
FOUR = "".join(f"HD-HD,2024Q{quarter},{100 + quarter},,\n" for quarter in (1, 2, 3, 4))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A plan folder with the shipped plan.toml and the tables a test gives it."""

    def make(history: str = HEAD + FOUR, drivers: str | None = None, encoding: str = "utf-8") -> Path:
        (tmp_path / "plan.toml").write_bytes(plan_template("saas").joinpath("plan.toml").read_bytes())
        (tmp_path / "history.csv").write_bytes(history.encode(encoding))
        if drivers is not None:
            (tmp_path / "drivers.csv").write_bytes(drivers.encode(encoding))
        return tmp_path

    return make


def faults(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(DataProblems) as caught:
        read_plan(folder)
    for problem in caught.value.problems:
        assert problem.sentence("zh-CN") != problem.sentence("en")
    return [(problem.code, problem.where) for problem in caught.value.problems]


def test_history_reaches_the_eve_of_the_plan_and_gaps_are_unknown(folder: Folder) -> None:
    said = HEAD + 'HD-HD,2023Q4,10,?,\nHN-XN,2024q2,"1,200",200,\nHD-HD,2024M03,,,\n'.replace(
        "2024M03", "2024-Q3"
    )
    history = read_plan(folder(said)).history
    assert [str(period) for period in history.periods] == ["2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    np.testing.assert_array_equal(history.values[0], [10, np.nan, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(history.values[7], [np.nan, np.nan, 1200, np.nan, np.nan])
    np.testing.assert_array_equal(history.one_off[0], [np.nan, 0, 0, 0, 0])
    np.testing.assert_array_equal(history.one_off[7], [0, 0, 200, 0, 0])


def test_no_drivers_file_means_that_no_driver_is_known(folder: Folder) -> None:
    readings = read_plan(folder()).readings
    assert readings.now.shape == readings.reference.shape == (12, 6)
    assert np.isnan(readings.now).all()
    assert np.isnan(readings.reference).all()


def test_readings_stand_where_their_line_and_indicator_stand(folder: Folder) -> None:
    readings = read_plan(folder(drivers="indicator,now,line,reference\nmql,12%,HN-XN,１０\n")).readings
    assert (readings.now[7, 2], readings.reference[7, 2]) == (0.12, 10)
    assert np.isfinite(readings.now).sum() == 1


def test_gb18030_from_chinese_excel_reads_like_utf8(folder: Folder) -> None:
    said = HEAD + FOUR.replace(",,\n", ",,政策补贴\n")
    first = read_plan(folder(said, encoding="gb18030"))
    second = read_plan(folder(said, encoding="utf-8-sig"))
    np.testing.assert_array_equal(first.history.values, second.history.values)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("HD-HX,2023Q1,5,,", "csv_unknown_code_hint", "line"),
        ("华东大,2023Q1,5,,", "csv_unknown_code_hint", "line"),
        ("华东,2024Q2,5,,", "csv_duplicate", "period"),
        ("@@@,2023Q1,5,,", "csv_unknown_code", "line"),
        (",2023Q1,5,,", "csv_empty", "line"),
        ("HD-HD,2023,5,,", "csv_not_a_period", "period"),
        ("HD-HD,2023M01,5,,", "csv_not_a_period", "period"),
        ("HD-HD,2025Q1,5,,", "csv_not_past", "period"),
        ("HD-HD,2024Q2,5,,", "csv_duplicate", "period"),
        ("HD-HD,2023Q1,五,,", "csv_not_a_number", "value"),
        ("HD-HD,2023Q1,-5,,", "csv_negative", "value"),
        ("HD-HD,2023Q1,5,many,", "csv_not_a_number", "one_off"),
        ("HD-HD,2023Q1,5,6,", "csv_one_off_too_big", "one_off"),
    ],
)
def test_a_fault_in_the_history_is_named_by_row_and_column(
    folder: Folder, row: str, code: str, column: str
) -> None:
    assert faults(folder(HEAD + FOUR + "\n" + row + "\n")) == [(code, f"history.csv, row 7, column {column}")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("HD-HD,mqls,1,2,", "csv_unknown_code_hint", "indicator"),
        ("HD-HD,MQL 线索,1,2,", "csv_unknown_code_hint", "indicator"),
        ("华东,mql线索量,1,2,", "csv_unknown_code_hint", "indicator"),
        ("华东,ｍｑｌ 线索量,1,2,", "csv_duplicate", "indicator"),
        ("HD-HD,heads,1,-2,", "csv_negative", "now"),
        ("HD-HD,heads,?,2,", "csv_not_a_number", "reference"),
        ("HD-HD,mql,1,2,", "csv_duplicate", "indicator"),
    ],
)
def test_a_fault_in_the_drivers_is_named_by_row_and_column(
    folder: Folder, row: str, code: str, column: str
) -> None:
    said = f"line,indicator,reference,now,note\nHD-HD,mql,1,2,\n{row}\n"
    assert faults(folder(drivers=said)) == [(code, f"drivers.csv, row 3, column {column}")]


@pytest.mark.parametrize(("said", "hint"), [("HD-HX", "HD-HD"), ("mql 线索", "MQL 线索量 (mql)")])
def test_a_word_that_is_nearly_known_is_answered_in_kind(said: str, hint: str) -> None:
    known = {"HD-HD": "华东", "mql": "MQL 线索量"}
    assert nearest(said, known) == hint


def test_the_faults_of_all_tables_are_told_at_once(folder: Folder) -> None:
    drivers = "line,indicator,reference,now\nHD-HD,mql,x,-2\nno,search_index,1,2\n"
    found = faults(folder(HEAD + FOUR + "HD-JS,2024Q9,-1,,\n", drivers))
    assert sorted(where for _, where in found) == [
        "drivers.csv, row 2, column now",
        "drivers.csv, row 2, column reference",
        "drivers.csv, row 3, column line",
        "history.csv, row 6, column period",
        "history.csv, row 6, column value",
    ]


def test_a_history_too_long_is_refused(folder: Folder) -> None:
    assert faults(folder(f"{HEAD}HD-HD,2014Q4,1,,\n")) == [("csv_history_length", "history.csv")]


def test_one_quarter_of_history_is_enough(folder: Folder) -> None:
    inputs = read_plan(folder(f"{HEAD}HD-HD,2024Q4,12,,\n"))
    assert inputs.history.values[0].tolist() == [12]


DATED = "line,indicator,period,reference,now\n"


def test_readings_of_closed_quarters_are_kept_in_step_with_the_history(folder: Folder) -> None:
    drivers = DATED + "HD-HD,mql,2024Q3,80,100\nHD-HD,mql,,90,110\nHD-JS,mql,2024Q4,7,8\n"
    inputs = read_plan(folder(HEAD + FOUR, drivers))
    readings, mql = inputs.readings, [item.code for item in inputs.plan.indicators].index("mql")
    assert readings.past_now is not None and readings.past_reference is not None
    assert readings.past_now.shape == (len(inputs.history.periods), *readings.now.shape)
    assert (readings.past_now[-2, 0, mql], readings.past_reference[-2, 0, mql]) == (100, 80)
    assert (readings.past_now[-1, 1, mql], readings.past_reference[-1, 1, mql]) == (8, 7)
    assert np.isfinite(readings.past_now).sum() == 2
    assert (readings.now[0, mql], readings.reference[0, mql]) == (110, 90)


def test_a_reference_that_is_not_given_is_the_reading_of_a_year_before(folder: Folder) -> None:
    drivers = DATED + "HD-HD,mql,2024Q1,,60\nHD-HD,mql,2025Q1,,90\n"
    readings = read_plan(folder(HEAD + FOUR, drivers)).readings
    assert np.nansum(readings.reference) == 60 and np.nansum(readings.now) == 90


def test_a_reading_counts_as_many_quarters_later_as_its_driver_lags(folder: Folder) -> None:
    made = folder(HEAD + FOUR, DATED + "HD-HD,mql,2024Q4,50,55\nHD-HD,mql,2024Q3,40,44\nHD-JS,mql,,1,2\n")
    plan = (made / "plan.toml").read_text("utf-8").replace('code = "pipeline"', 'code = "pipeline"\nlag = 1')
    (made / "plan.toml").write_text(plan, "utf-8")
    inputs = read_plan(made)
    readings, mql = inputs.readings, [item.code for item in inputs.plan.indicators].index("mql")
    assert readings.now[:2, mql].tolist() == [55, 2]
    assert readings.past_now is not None and readings.past_now[-1, 0, mql] == 44


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("HD-HD,mql,soon,1,2", "csv_not_a_period", "period"),
        ("HD-HD,mql,2025Q2,1,2", "csv_too_late", "period"),
        ("HD-HD,mql,2025Q1,1,2", "csv_duplicate", "indicator"),
    ],
)
def test_a_fault_in_a_dated_reading_is_named(folder: Folder, row: str, code: str, column: str) -> None:
    made = folder(HEAD + FOUR, f"{DATED}HD-HD,mql,,1,2\n{row}\n")
    assert faults(made) == [(code, f"drivers.csv, row 3, column {column}")]


@pytest.mark.parametrize("said", [HEAD, "line,period\nHD-HD,2024Q4\n"])
def test_a_history_without_rows_or_values_is_refused(folder: Folder, said: str) -> None:
    assert faults(folder(said))[0][0] in ("csv_history_length", "csv_missing_column")


def test_a_missing_history_is_named(folder: Folder) -> None:
    made = folder()
    (made / "history.csv").unlink()
    assert faults(made) == [("csv_missing_file", "history.csv")]


@given(
    order=st.permutations(["line", "period", "value", "one_off", "note"]),
    rows=st.permutations(range(24)),
)
def test_column_and_row_order_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], rows: list[int]
) -> None:
    shipped = plan_template("saas")
    folder = tmp_path_factory.mktemp("plan")
    (folder / "plan.toml").write_bytes(shipped.joinpath("plan.toml").read_bytes())
    frame = pd.read_csv(io.BytesIO(shipped.joinpath("history.csv").read_bytes()), dtype=str).head(24)
    frame.to_csv(folder / "history.csv", index=False)
    plain = read_plan(folder).history
    frame.iloc[rows][order].to_csv(folder / "history.csv", index=False)
    mixed = read_plan(folder).history
    shutil.rmtree(folder)
    assert plain.periods == mixed.periods == tuple(Period(2025, 1).shift(-k) for k in range(12, 0, -1))
    np.testing.assert_array_equal(plain.values, mixed.values)
    np.testing.assert_array_equal(plain.one_off, mixed.one_off)


def test_a_history_that_ends_long_before_the_plan_is_refused(folder: Folder) -> None:
    old = "".join(f"HD-HD,2021Q{quarter},100,,\n" for quarter in (1, 2, 3, 4))
    assert faults(folder(HEAD + old)) == [("csv_history_gap", "history.csv")]


def test_the_newest_year_may_still_be_open(folder: Folder) -> None:
    assert len(read_plan(folder(HEAD + "HD-HD,2024Q1,100,,\n")).history.periods) == 4


def test_a_reading_of_another_age_is_refused_before_room_is_made_for_it(folder: Folder) -> None:
    drivers = "line,indicator,period,reference,now\nHD-HD,mql,1025Q1,1,2\n"
    assert faults(folder(drivers=drivers)) == [("csv_far_past", "drivers.csv, row 2, column period")]


def _satisfaction(
    folder: Path, hq_target: float, told: Callable[[int, float], float | str], unit: str | None = None
) -> Path:
    """The shipped plan of a ratio, whose past is told otherwise: by row, of which 0 is the newest."""
    source = plan_template("service")
    plan = source.joinpath("plan.toml").read_text("utf-8")
    plan = re.sub(r"(?m)^hq_target = \S+", f"hq_target = {hq_target}", plan)
    if unit:
        plan = re.sub(r"(?m)^unit = .*", f'unit = "{unit}"', plan, count=1)
    (folder / "plan.toml").write_text(plan, "utf-8")
    past = pd.read_csv(io.StringIO(source.joinpath("history.csv").read_text("utf-8")))
    past["value"] = [told(len(past) - 1 - row, value) for row, value in enumerate(past["value"])]
    past.to_csv(folder / "history.csv", index=False)
    return folder


def test_a_past_in_percent_beside_a_target_of_a_share_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read_plan(_satisfaction(tmp_path, 0.935, lambda _, value: value * 100))
    assert caught.value.problems[0].code == "csv_not_a_share"


@pytest.mark.parametrize(
    ("hq_target", "newest", "code"), [(93.0, 0.93, "plan_not_a_share"), (0.93, 93.0, "csv_not_a_share")]
)
def test_percents_beside_shares_of_one_are_refused(
    tmp_path: Path, hq_target: float, newest: float, code: str
) -> None:
    with pytest.raises(DataProblems) as caught:
        read_plan(_satisfaction(tmp_path, hq_target, lambda row, value: value if row else newest))
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("unit", ["%", "％"])
@pytest.mark.parametrize("sign", ["", "%"])
def test_a_ratio_in_percent_is_all_in_percent_and_has_100_for_its_whole(
    tmp_path: Path, unit: str, sign: str
) -> None:
    folder = _satisfaction(tmp_path, 93.5, lambda _, value: f"{value * 100:.1f}{sign}", unit)
    inputs = read_plan(folder)
    assert inputs.plan.metric.whole == 100
    assert 50 < np.nanmin(inputs.history.values) < np.nanmax(inputs.history.values) <= 100


def test_a_share_among_percentages_is_named(tmp_path: Path) -> None:
    folder = _satisfaction(tmp_path, 93.5, lambda row, value: value if row == 0 else value * 100, "%")
    with pytest.raises(DataProblems) as caught:
        read_plan(folder)
    assert [problem.code for problem in caught.value.problems] == ["csv_not_in_percent"]


@pytest.mark.parametrize(("hq_target", "unit"), [(0.935, "%"), (0.935, "points"), (93.5, "points")])
def test_what_is_not_certainly_in_percent_has_1_for_its_whole(
    tmp_path: Path, hq_target: float, unit: str
) -> None:
    scale = hq_target / 0.935
    folder = _satisfaction(tmp_path, hq_target, lambda _, value: value * scale, unit)
    assert read_plan(folder).plan.metric.whole == 1


@pytest.mark.parametrize(
    ("hq_target", "scale", "code"), [(0.935, 100.0, "target_otherwise"), (93.5, 1.0, "plan_not_a_share")]
)
def test_a_mean_in_percent_has_no_target_that_is_a_share_of_1(
    tmp_path: Path, hq_target: float, scale: float, code: str
) -> None:
    folder = _satisfaction(tmp_path, hq_target, lambda _, value: value * scale, "%")
    plan = folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace('kind = "ratio"', 'kind = "mean"'), "utf-8")
    with pytest.raises(DataProblems) as caught:
        read_plan(folder)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_ratio_may_be_above_one(tmp_path: Path) -> None:
    folder = _satisfaction(tmp_path, 1.05, lambda row, value: value if row else 1.1)
    assert read_plan(folder).plan.metric.kind == "ratio"


def test_whom_a_plan_trusts_is_read_with_it(folder: Folder) -> None:
    place = folder()
    assert read_plan(place).plan.trust == NO_TRUST
    Certifier().write_root(place / "roots.pem")
    said = (place / "plan.toml").read_text("utf-8")
    stamps = 'stamps = "https://stamps.example/tsa"'
    (place / "plan.toml").write_text(f"{said}\n[trust]\n{stamps}\n", "utf-8")
    trust = read_plan(place).plan.trust
    assert trust.stamps == "https://stamps.example/tsa"
    assert "".join(trust.roots) == (place / "roots.pem").read_text("ascii")
    assert len(trusted_roots(trust=trust)) == 1
    assert stamp_authority(trust) == trust.stamps


def test_a_file_of_roots_that_has_none_and_an_address_that_is_none_are_named(folder: Folder) -> None:
    place = folder()
    (place / "roots.pem").write_text("who?", "utf-8")
    assert faults(place) == [("plan_roots", "roots.pem")]
    (place / "roots.pem").unlink()
    said = (place / "plan.toml").read_text("utf-8")
    for wrong in ("stamps.example", "https://me:secret@stamps.example/"):
        (place / "plan.toml").write_text(f'{said}\n[trust]\nstamps = "{wrong}"\n', "utf-8")
        assert [where for _, where in faults(place)] == ["plan.toml, trust, stamps"]
