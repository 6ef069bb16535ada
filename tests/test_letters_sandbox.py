"""A template may name fields and loop over lists, and nothing else of what Jinja can do."""

from __future__ import annotations

import pytest

from targetcal_xl.letters import LetterTemplate, fields
from targetcal_xl.letters.sandbox import LetterEnvironment
from targetcal_xl.problems import DataProblems, Problem
from tests.support.letters import changed, sample_letter, with_paragraph, word_text

ATTACKS = (
    "{{ cycler.__init__.__globals__.os.popen('echo PWNED').read() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__()|length }}",
    "{{ region.__class__ }}",
    "{{ region.secret() }}",
    "{{ region|attr('secr'~'et') }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(region) }}",
    "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}ok",
    "{% for a in lines %}{% for b in lines %}{% for c in lines %}x{% endfor %}{% endfor %}{% endfor %}",
    "{{ ('a'*100000000)|length }}",
    "{{ 9**99999|length }}",
    "{{ self._TemplateReference__context }}",
    "{{ all_letters[0].final }}",
    "{{ lines[0] }}",
    "{{ lines }}",
    "{% set x = 1 %}",
    "{% include 'other' %}",
    "{% import 'os' as os %}",
    "{% macro f() %}{% endmacro %}",
    "{% for line in lines recursive %}{{ loop(lines) }}{% endfor %}",
    "{% for line in lines %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for a, b in lines %}{% endfor %}",
    "{{ region|pprint }}",
    "{{ region|safe }}",
    "{{ region is mapping }}",
    "{{ namespace() }}",
    "{% filter upper %}x{% endfilter %}",
)


def _problems(words: str) -> list[Problem]:
    return LetterTemplate(with_paragraph(words)).problems()


def _said(words: str) -> str:
    letter = sample_letter(2)
    template = LetterTemplate(with_paragraph(words))
    return word_text(template.render(fields(letter, "en"), {}, letter.issued).docx)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_that_does_more_than_a_letter_needs_is_refused(attack: str) -> None:
    escaped = attack.replace("&", "&amp;").replace("<", "&lt;")
    codes = {problem.code for problem in _problems(escaped)}
    assert codes
    assert codes <= {"letter_forbidden", "letter_field_unknown", "letter_syntax"}
    with pytest.raises(DataProblems):
        _said(escaped)


@pytest.mark.parametrize(
    ("written", "what"),
    [("{{ region|pprint }}", "pprint"), ("{{ region is mapping }}", "mapping"), ("{{ region() }}", "Call")],
)
def test_what_is_not_allowed_is_named_with_what_is(written: str, what: str) -> None:
    (problem,) = _problems(written)
    assert (problem.code, problem.fields["what"]) == ("letter_forbidden", what)
    assert "upper" in str(problem.fields["filters"])


def test_nothing_of_jinjas_own_is_in_reach() -> None:
    assert not LetterEnvironment({}).globals


@pytest.mark.parametrize("part", ["word/header1.xml", "word/footer1.xml"])
def test_headers_and_footers_are_examined_too(part: str) -> None:
    attack = "<w:p><w:r><w:t>{{ cycler.__init__ }}</w:t></w:r></w:p>"
    end = "</w:hdr>" if "header" in part else "</w:ftr>"
    assert LetterTemplate(changed(end, attack + end, part)).problems()


def test_an_unknown_field_is_named_with_its_neighbours() -> None:
    (problem,) = _problems("{{ agread }}")
    assert problem.code == "letter_field_unknown"
    assert problem.fields["field"] == "agread"
    assert "did you mean agreed, " in problem.sentence("en")


def test_an_unknown_field_of_a_row_is_named_with_its_row() -> None:
    (problem,) = _problems("{% for line in lines %}{{ line.agread }}{% endfor %}")
    assert problem.fields["field"] == "line.agread"
    assert "line.agreed" in str(problem.fields["near"])


def test_all_unknown_fields_are_named_at_once() -> None:
    assert {problem.fields["field"] for problem in _problems("{{ one }} {{ two }}")} == {"one", "two"}


@pytest.mark.parametrize(
    "broken", ["{{ region", "{{ region }", "{% if %}", "{% endif %}", "{{ }}", "{{ a b }}"]
)
def test_a_broken_field_is_told(broken: str) -> None:
    assert {problem.code for problem in _problems(broken)} & {"letter_syntax", "letter_field_unknown"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ region|upper }}", "华东大区"),
        ("{{ number|lower }}!", "2025q1-r1-v1!"),
        ("{{ replaces|default('none', true) }}!", "none!"),
        ("{% for line in lines %}{{ loop.index }}{{ line.name }}{{ '' if loop.last else ';' }}{% endfor %}",
         "1华东1组;2华东2组"),
        ("{{ lines|length }} lines", "2 lines"),
        ("{% if version == '1' and replaces is defined %}first{% else %}later{% endif %}", "first"),
        ("{{ region ~ head }}", "华东大区head1"),
    ],
)  # fmt: skip
def test_what_a_letter_needs_works(written: str, said: str) -> None:
    assert _said(written).startswith(said)


def test_a_field_split_over_runs_is_still_one_field() -> None:
    runs = "<w:r><w:t>{{ re</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>gion }}</w:t></w:r>"
    assert _said(runs).startswith("华东大区")
