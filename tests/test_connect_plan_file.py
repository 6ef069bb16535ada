"""plan.toml: what it may say, and what is told about everything else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from targetcal_xl.calibration.calendar import Calendar
from targetcal_xl.calibration.period import Period
from targetcal_xl.calibration.plan import Group, Limits, Measures, Person, Plan, Thresholds
from targetcal_xl.connect.plan_file import read_plan_file
from targetcal_xl.problems import DataProblems

PLAN = """
code = "2025Q1"
company = "云岭软件"
period = "2025Q1"
hq_target = 300
milestones = [2025-03-31, 2025-02-28]

[metric]
code = "customers"
name = "新增付费客户数"
definition = "首次付款的客户数，试用不计入。"
unit = "家"

[[regions]]
code = "HD"
name = "华东大区"
head = { name = "顾明远", mail = "gu@example.com" }
superior = { name = "陈立" }
hrbp = { name = "周宁" }

[[lines]]
code = "HD-1"
name = "上海"
region = "HD"

[[lines]]
code = "HD-2"
name = "江苏"
region = "HD"

[[lines]]
code = "HD-3"
name = "浙江"
region = "HD"

[[drivers]]
code = "market"
name = "市场活跃度"
weight = 0.3
indicators = [
    { code = "search", name = "搜索指数", share = 0.6 },
    { code = "cycle", name = "成交周期", share = 0.4, direction = -1 },
]
"""


def read(folder: Path, said: str = PLAN, encoding: str = "utf-8") -> Plan:
    path = folder / "plan.toml"
    path.write_bytes(said.encode(encoding))
    return read_plan_file(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_plan_file_says_everything_of_a_plan(tmp_path: Path, encoding: str) -> None:
    plan = read(tmp_path, PLAN, encoding)
    assert (plan.code, plan.company, plan.period, plan.hq_target) == (
        "2025Q1",
        "云岭软件",
        Period(2025, 1),
        300,
    )
    assert plan.milestones == (dt.date(2025, 2, 28), dt.date(2025, 3, 31))
    assert [(line.code, line.name, line.region) for line in plan.lines][1] == ("HD-2", "江苏", "HD")
    assert plan.region("HD").head.mail == "gu@example.com"
    assert [(each.code, each.driver, each.direction) for each in plan.indicators] == [
        ("search", "market", 1),
        ("cycle", "market", -1),
    ]
    assert plan.thresholds == Thresholds()
    assert plan.last_period is None


def test_thresholds_and_last_period_may_be_set(tmp_path: Path) -> None:
    thresholds = "\n[thresholds]\nobjection = 0.2\nhq_tolerance = 0.05\n"
    more = "[last_period]\nconsensus_days = 7\ncoordination_hours = 42\n"
    plan = read(tmp_path, PLAN + thresholds + more + "agreement_pct = 58\nagreement_mean = 3.1\n")
    assert plan.thresholds == Thresholds(objection=0.2, hq_tolerance=0.05)
    assert plan.last_period == Measures(7, 42, 58, 3.1)


@pytest.mark.parametrize(
    ("before", "after", "code", "where"),
    [
        ('company = "云岭软件"\n', "", "plan_missing", "plan.toml, company"),
        ('company = "云岭软件"', 'company = " "', "plan_text", "plan.toml, company"),
        ('company = "云岭软件"', "company = 3", "plan_text", "plan.toml, company"),
        ('unit = "家"', 'unit = "家"\nunits = 1', "plan_misspelt", "plan.toml, metric, units"),
        ('unit = "家"', 'unit = "家"\nhq_target = 1', "plan_word_above", "plan.toml, metric, hq_target"),
        ("hq_target = 300", "hq_target = 300\ncountry = 1", "plan_word_elsewhere", "plan.toml, country"),
        ("hq_target = 300", "hq_target = 300\nxyzzy = 1", "plan_unknown_key", "plan.toml, xyzzy"),
        ("hq_target = 300", "hq_target = 300\ndeadlines = 1", "plan_list", "plan.toml, deadlines"),
        ("hq_target = 300", 'hq_target = 300\ncalendar = "CN"', "plan_heading", "plan.toml, calendar"),
        ('unit = "家"', 'unit = "家"\nkind = "max"', "plan_choice", "plan.toml, metric, kind"),
        ("hq_target = 300", 'hq_target = "300"', "plan_number", "plan.toml, hq_target"),
        ("hq_target = 300", "hq_target = inf", "plan_number", "plan.toml, hq_target"),
        ("hq_target = 300", "hq_target = 0", "plan_too_small", "plan.toml, hq_target"),
        ("hq_target = 300", "hq_target = 300.5", "plan_steps", "plan.toml, hq_target"),
        ('period = "2025Q1"', 'period = "2025Q5"', "plan_period", "plan.toml, period"),
        ('period = "2025Q1"', "period = 2025", "plan_period", "plan.toml, period"),
        ("2025-03-31, ", '"31.3.2025", ', "plan_date", "plan.toml, milestones 1"),
        ("2025-02-28]", "2025-04-30]", "plan_milestone_outside", "plan.toml, milestones 2"),
        ('"gu@example.com"', '"gu at example"', "plan_pattern", "plan.toml, regions 1, head, mail"),
        ('code = "HD-1"', 'code = "HD 1"', "plan_pattern", "plan.toml, lines 1, code"),
        ('code = "HD-1"', 'code = "hd-2"', "plan_twice", "plan.toml, lines, code"),
        ('name = "上海"', 'name = "江苏"', "plan_twice", "plan.toml, lines, name"),
        (
            'name = "上海"\nregion = "HD"',
            'name = "上海"\nregion = "HX"',
            "plan_region_unknown",
            "plan.toml, lines 1, region",
        ),
        ('name = "陈立"', 'name = "顾明远"', "plan_same_person", "plan.toml, regions 1"),
        ('code = "market"', 'code = "trend"', "plan_reserved", "plan.toml, drivers 1, code"),
        ("share = 0.6", "share = 0.5", "plan_shares", "plan.toml, drivers 1"),
        ("share = 0.6", "share = 1.6", "plan_too_big", "plan.toml, drivers 1, indicators 1, share"),
        (
            'head = { name = "顾明远", mail = "gu@example.com" }',
            'head = "顾"',
            "plan_table",
            "plan.toml, regions 1, head",
        ),
        (
            '\n[[lines]]\ncode = "HD-3"\nname = "浙江"\nregion = "HD"\n',
            "",
            "plan_too_few",
            "plan.toml, lines",
        ),
        ("hq_target = 300", "hq_target = ", "plan_syntax", "plan.toml"),
    ],
)
def test_a_fault_in_a_plan_file_is_named_where_it_stands(
    tmp_path: Path, before: str, after: str, code: str, where: str
) -> None:
    assert before in PLAN
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, PLAN.replace(before, after, 1))
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [(code, where)]
    assert all(
        problem.sentence(language) for problem in caught.value.problems for language in ("zh-CN", "en")
    )


def test_a_plan_may_list_what_its_targets_are_changed_for(tmp_path: Path) -> None:
    path, wanted = tmp_path / "plan.toml", "hq_target = 300"
    path.write_text(PLAN.replace(wanted, f'{wanted}\ntriggers = ["staff", "market"]'), "utf-8")
    assert read_plan_file(path).triggers == ("staff", "market")
    path.write_text(PLAN.replace(wanted, f'{wanted}\ntriggers = ["weather"]'), "utf-8")
    with pytest.raises(DataProblems) as refused:
        read_plan_file(path)
    assert "triggers" in refused.value.problems[0].where


def test_a_deputy_may_be_named_who_is_not_the_superior(tmp_path: Path) -> None:
    plan = read(tmp_path, PLAN.replace("[[regions]]", '[[regions]]\ndeputy = { name = "许宁" }', 1))
    assert plan.regions[0].deputy == Person("许宁")
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, PLAN.replace("[[regions]]", '[[regions]]\ndeputy = { name = "陈立" }', 1))
    assert [problem.code for problem in caught.value.problems] == ["plan_same_person"]


TREE = PLAN.replace('region = "HD"', 'region = "HD"\ngroup = "coast"', 2).replace(
    'code = "HD"', 'code = "HD"\ngroup = "east"\nhigh = 320'
)
TREE += """
[[groups]]
code = "coast"
name = "沿海"
parent = "HD"
low = 150
high = 250

[[groups]]
code = "east"
name = "东部"
parent = "china"

[[groups]]
code = "china"
name = "全国"
locked = 300
"""


def test_groups_and_limits_may_stand_at_every_depth(tmp_path: Path) -> None:
    plan = read(tmp_path, 'split = "pro_rata"\n' + TREE)
    assert plan.split == "pro_rata"
    assert plan.groups == (
        Group("coast", "沿海", "HD", Limits(150, 250)),
        Group("east", "东部", "china"),
        Group("china", "全国", "", Limits(300, 300)),
    )
    assert (plan.regions[0].group, plan.regions[0].limits) == ("east", Limits(high=320))
    assert [line.group for line in plan.lines] == ["coast", "coast", ""]


def test_a_plan_without_groups_is_split_by_equal_odds_without_limits(tmp_path: Path) -> None:
    plan = read(tmp_path)
    assert (plan.split, plan.groups, {line.limits for line in plan.lines}) == ("equal_odds", (), {Limits()})


@pytest.mark.parametrize(
    ("before", "after", "code", "where"),
    [
        ('parent = "HD"', 'parent = "HX"', "plan_group_unknown", "groups 1, parent"),
        ('group = "east"', 'group = "west"', "plan_group_unknown", "regions 1, group"),
        ('group = "coast"', 'group = "west"', "plan_group_unknown", "lines 1, group"),
        ('name = "全国"', 'name = "全国"\nparent = "east"', "plan_group_circle", "groups 2, parent"),
        ('group = "east"', 'group = "coast"', "plan_group_inside", "regions 1, group"),
        ('group = "coast"', 'group = "china"', "plan_group_elsewhere", "lines 1, group"),
        ('group = "coast"\n', "", "plan_group_empty", "groups 1"),
        ('code = "coast"', 'code = "hd"', "plan_twice", "groups, code"),
        ("high = 250", "high = 250\nlocked = 9", "plan_locked_limits", "groups 1"),
        ("high = 250", "high = 140", "limits_without_step", "groups 1"),
        ("locked = 300", "locked = 300.5", "limits_without_step", "groups 3"),
        ("locked = 300", "locked = 330", "limits_of_node", "groups 3"),
        ("locked = 300", "high = 290", "limits_of_total", "hq_target"),
        ("low = 150", 'low = "150"', "plan_number", "groups 1, low"),
        ("low = 150", "low = -1", "plan_too_small", "groups 1, low"),
    ],
)
def test_groups_and_limits_that_cannot_be_are_named_where_they_stand(
    tmp_path: Path, before: str, after: str, code: str, where: str
) -> None:
    assert before in TREE
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, TREE.replace(before, after, 2 if after == "" else 1))
    problems = caught.value.problems
    assert (code, f"plan.toml, {where}") in [(problem.code, problem.where) for problem in problems]
    assert {problem.code for problem in problems} <= {code, "plan_group_circle", "plan_group_elsewhere"}
    assert all(problem.sentence(language) for problem in problems for language in ("zh-CN", "en"))


def test_an_unknown_way_to_split_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, 'split = "evenly"\n' + PLAN)
    assert [(one.code, one.where) for one in caught.value.problems] == [("plan_choice", "plan.toml, split")]


def test_a_region_without_lines_is_named(tmp_path: Path) -> None:
    people = "\n".join(f'{role} = {{ name = "{role}" }}' for role in ("head", "superior", "hrbp"))
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, f'{PLAN}\n[[regions]]\ncode = "HN"\nname = "华南大区"\n{people}\n')
    assert [problem.code for problem in caught.value.problems] == ["plan_region_empty"]


def test_all_faults_of_a_plan_file_are_told_at_once(tmp_path: Path) -> None:
    said = (
        PLAN.replace("hq_target = 300", "hq_target = -1")
        .replace('unit = "家"', "")
        .replace("share = 0.6", 'share = "x"')
    )
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, said)
    assert sorted(problem.code for problem in caught.value.problems) == [
        "plan_missing",
        "plan_number",
        "plan_too_small",
    ]


def test_a_missing_plan_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read_plan_file(tmp_path / "plan.toml")
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("csv_missing_file", "plan.toml")
    ]


@pytest.mark.parametrize(
    ("before", "after", "code", "where"),
    [
        ("hq_target = 300", "hq_target = 1e300", "plan_too_big", "plan.toml, hq_target"),
        ("hq_target = 300", "hq_target = 1e-9", "plan_too_small", "plan.toml, hq_target"),
        ('unit = "家"', 'unit = "家"\nstep = 1e-9', "plan_too_small", "plan.toml, metric, step"),
        ("hq_target = 300", "hq_target = 1e12", "plan_many_steps", "plan.toml, hq_target"),
        ('unit = "家"', 'unit = "家"\nstep = 1e300', "plan_too_big", "plan.toml, metric, step"),
        ('unit = "家"', 'unit = "家"\nstep = 1000', "plan_steps", "plan.toml, hq_target"),
        ("weight = 0.3", "weight = 400", "plan_too_big", "plan.toml, drivers 1, weight"),
        ('period = "2025Q1"\nhq', 'period = "3025Q1"\nhq', "plan_year", "plan.toml, period"),
        ('period = "2025Q1"\nhq', 'period = "0205Q1"\nhq', "plan_year", "plan.toml, period"),
        (
            'code = "2025Q1"',
            'missing_days = "maybe"\ncode = "2025Q1"',
            "plan_choice",
            "plan.toml, missing_days",
        ),
        ('name = "上海"', 'name = "上海"\nhigh = 1e300', "plan_too_big", "plan.toml, lines 1, high"),
    ],
)
def test_a_number_or_a_period_that_nobody_can_mean_is_refused_in_words(
    tmp_path: Path, before: str, after: str, code: str, where: str
) -> None:
    assert before in PLAN
    more = [("milestones = [2025-03-31, 2025-02-28]\n", "")] if code == "plan_year" else []
    said = PLAN
    for one, other in ((before, after), *more):
        said = said.replace(one, other, 1)
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, said)
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [(code, where)]


def test_a_plan_says_what_a_missing_day_means(tmp_path: Path) -> None:
    assert read(tmp_path).missing_days == "zero"
    assert read(tmp_path, f'missing_days = "unknown"\n{PLAN}').missing_days == "unknown"


def test_a_plan_names_its_country_and_the_days_of_its_own(tmp_path: Path) -> None:
    assert read(tmp_path).calendar is None
    said = '[calendar]\ncountry = "DE-BY"\nwork = ["2025-03-01", 2025-02-01]\nclosed = ["2025-01-31"]\n'
    assert read(tmp_path, f"{PLAN}\n{said}").calendar == Calendar(
        "DE-BY", (dt.date(2025, 2, 1), dt.date(2025, 3, 1)), (dt.date(2025, 1, 31),)
    )
    assert read(tmp_path, f"{PLAN}\n[calendar]\n").calendar == Calendar("CN")


def test_all_that_is_wrong_with_a_plan_s_calendar_is_told_at_once(tmp_path: Path) -> None:
    said = '[calendar]\ncountry = "China"\nwork = ["2025-02-08", 2072-02-05]\nclosed = [2025-02-08]\n'
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, f"{PLAN}\n{said}")
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("calendar_country_near", "plan.toml, calendar"),
        ("calendar_twice", "plan.toml, calendar"),
        ("calendar_far", "plan.toml, calendar"),
    ]


@pytest.mark.parametrize("day", ['"2025-02-30"', '"20250208"', '"8 Feb"', "20250208", "2025-02-08T10:00:00"])
def test_what_is_no_day_is_named_by_its_place_in_the_calendar(tmp_path: Path, day: str) -> None:
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, f'{PLAN}\n[calendar]\nwork = ["2025-02-08", {day}]\n')
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("plan_date", "plan.toml, calendar, work 2")
    ]


@pytest.mark.parametrize("deep", [17, 1500])
def test_groups_in_groups_without_end_are_refused_in_words(tmp_path: Path, deep: int) -> None:
    groups = "".join(
        f'[[groups]]\ncode = "G{k}"\nname = "G{k}"\nparent = "{f"G{k - 1}" if k else ""}"\n'
        for k in range(deep)
    )
    said = (
        PLAN.replace('[[regions]]\ncode = "HD"', f'[[regions]]\ngroup = "G{deep - 1}"\ncode = "HD"') + groups
    )
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, said)
    assert {problem.code for problem in caught.value.problems} == {"plan_group_deep"}


def test_lists_in_lists_without_end_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, "a = " + "[" * 100_000)
    assert [problem.code for problem in caught.value.problems] in (["plan_deep"], ["plan_syntax"])


_MEANS = PLAN.replace('unit = "家"', 'unit = "天"\nkind = "mean"\nstep = 0.5').replace("= 300", "= 21", 1)


def test_a_line_may_say_what_it_weighs(tmp_path: Path) -> None:
    plan = read(tmp_path, _MEANS.replace('name = "江苏"', 'name = "江苏"\nvolume = 1200'))
    assert plan.volumes == (1.0, 1200.0, 1.0) and plan.is_weighed
    summed = read(tmp_path, PLAN.replace('name = "江苏"', 'name = "江苏"\nvolume = 1200'))
    assert summed.volumes == (1.0, 1.0, 1.0) and not summed.is_weighed


@pytest.mark.parametrize("volume", ["0", "-3", '"many"', "1e300", "nan"])
def test_a_volume_is_a_positive_number(tmp_path: Path, volume: str) -> None:
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, _MEANS.replace('name = "江苏"', f'name = "江苏"\nvolume = {volume}'))
    assert [problem.where for problem in caught.value.problems] == ["plan.toml, lines 2, volume"]


@pytest.mark.parametrize("volume", ["1", "1200"])
def test_limits_of_a_mean_that_leave_no_way_are_told_as_means(tmp_path: Path, volume: str) -> None:
    said = _MEANS.replace('name = "江苏"', f'name = "江苏"\nvolume = {volume}')
    said = said.replace('region = "HD"\n', 'region = "HD"\nhigh = 18\n')
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, said)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("limits_of_total", "plan.toml, hq_target")
    assert (problem.fields["value"], problem.fields["most"]) == (21.0, 18.0)


@pytest.mark.parametrize(("said", "way"), [('"raises"', 1), ('"lowers"', -1), ("1", 1), ("-1", -1)])
def test_a_driver_is_named_by_what_more_of_it_does_or_by_its_sign(
    tmp_path: Path, said: str, way: int
) -> None:
    plan = read(tmp_path, PLAN.replace("weight = ", f"direction = {said}\nweight = ", 1))
    assert plan.drivers[0].direction == way


def test_a_driver_that_is_named_by_which_way_is_better_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, PLAN.replace("weight = ", 'direction = "higher"\nweight = ', 1))
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("plan_choice", "plan.toml, drivers 1, direction")
    assert "raises" in problem.sentence("en") and "lowers" in problem.sentence("en")


@pytest.mark.parametrize(
    ("said", "distance"),
    [
        ('kind = "ratio"\n', "shortfall"),
        ('kind = "ratio"\ndirection = -1\n', "value"),
        ('kind = "ratio"\ndistance = "value"\n', "value"),
        ('kind = "mean"\ndirection = -1\n', "value"),
        ("", "value"),
    ],
)
def test_departures_from_a_share_are_measured_by_what_it_lacks_unless_the_plan_says_so(
    tmp_path: Path, said: str, distance: str
) -> None:
    plan = read(tmp_path, PLAN.replace('unit = "家"\n', f'unit = "家"\n{said}'))
    assert plan.metric.distance == distance
