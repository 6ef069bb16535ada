"""What people think of their targets: asked without names, taken in as figures, never as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from ..calibration import Opinion, Plan, Survey, summarise
from ..calibration.agreement import CONFIDENCE, HIGHEST_SCORE, LOWEST_SCORE
from ..calibration.vocabulary import COMMITMENT_ITEMS, SURVEY_ROLES
from ..connect import SURVEY_COLUMNS, Responses, read_responses, role_words, survey_words
from ..desk import SURVEY, Desk, Stock, find_file, find_language, keep, plan_of, recorded_survey, take_stock
from ..figures import percent, plain, spell
from ..language import is_placeholder, text
from ..ledger import Event, dump, reference
from ..ooxml import write_file
from ..pages import AskedQuestion, survey_page
from ..problems import Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, table
from ..workbook import AskedColumn, questionnaire

_COLUMNS = ("region", "answers", "mean", "agreement")
_SCORES = range(LOWEST_SCORE, HIGHEST_SCORE + 1)
_FORMS = (".xlsx", ".html", ".csv")
_AGREES = ("disagree_strongly", "disagree", "neither", "agree", "agree_strongly")
_EXTENTS = ("not_at_all", "slightly", "moderately", "quite", "extremely")


@dataclass(frozen=True)
class SurveyReport(Report):
    """Opinions by region name and of all together; None where they may not be shown."""

    groups: tuple[tuple[str, Opinion | None], ...]
    overall: Opinion | None
    roles: tuple[tuple[str, Opinion | None], ...] = ()
    """By role, where that was asked."""
    table: tuple[tuple[str, str, Opinion | None], ...] = ()
    """By region name and role."""
    reliability: float | None = None
    """Cronbach's alpha of the four-item scale, where it was asked."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        is_scaled = self.overall is not None and self.overall.commitment is not None
        columns = (*_COLUMNS, "commitment") if is_scaled else _COLUMNS
        rows = [(name, opinion) for name, opinion in (*self.groups, (self._all(language), self.overall))]
        rows += [(role_words(role, language), opinion) for role, opinion in self.roles]
        rows += [(f"{name} / {role_words(role, language)}", opinion) for name, role, opinion in self.table]
        told = (_row(name, opinion, language)[: len(columns)] for name, opinion in rows)
        yield table(columns, told, language)
        level = {"confidence": percent(CONFIDENCE, language)}
        yield Sentence(text("telling.survey.intervals", language, **level), QUIET)
        if self.reliability is not None:
            alpha = spell(self.reliability, language, 2)
            yield Sentence(text("telling.survey.reliability", language, alpha=alpha), QUIET)

    @staticmethod
    def _all(language: str) -> str:
        return text("telling.survey.overall", language)


def _row(name: str, opinion: Opinion | None, language: str) -> tuple[str, ...]:
    if opinion is None:
        return name, text("telling.survey.hidden", language), "", "", ""
    low, high = (percent(share, language) for share in opinion.agreement_interval)
    agreement = f"{percent(opinion.agreement_pct / 100, language)} ({low}–{high})"
    means = (
        _mean(opinion.mean, opinion.mean_interval, language),
        _mean(opinion.commitment, opinion.commitment_interval, language),
    )
    return name, plain(opinion.answers, language), means[0], agreement, means[1]


def _mean(mean: float | None, interval: tuple[float, float] | None, language: str) -> str:
    """A mean with its interval, where there is one."""
    if mean is None:
        return ""
    reach = f" ({spell(interval[0], language, 1)}–{spell(interval[1], language, 1)})" if interval else ""
    return f"{spell(mean, language, 1)}{reach}"


@dataclass(frozen=True)
class QuestionnaireReport(Report):
    """The questionnaire that was written, and what is to be known of its kind."""

    file: str
    is_scaled: bool

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.survey.form", language, file=self.file), DONE)
        kind = Path(self.file).suffix.lower().lstrip(".")
        yield Sentence(text(f"telling.survey.form_{kind}", language), QUIET, indented=True)
        if self.is_scaled:
            yield Sentence(text("telling.survey.scale", language), QUIET, indented=True)


def survey_file(desk: Desk, path: Traversable, reason: str = "") -> SurveyReport:
    """Take in a file of answers, or a folder of such files.

    Raise Refused when there is none, DataProblems with every fault of it.
    """
    source = path if path.is_dir() else find_file(path)
    return survey(desk, read_responses(source, plan_of(desk)), reason)


def survey(desk: Desk, responses: Responses, reason: str = "") -> SurveyReport:
    """Record the survey's figures, never an answer.

    Raise Refused for one that differs from the recorded one by a few answers, without a reason: both
    together could tell what these few said.
    """
    stock = take_stock(desk)
    minimum = stock.plan.thresholds.survey_minimum
    told = responses.groups, responses.scores, minimum, responses.roles, responses.items
    figures = summarise(*told)
    _refuse_near(recorded_survey(desk.ledger), figures, minimum, reason)
    _keep(stock, figures, reason)
    names = {region.code: region.name for region in stock.plan.regions}
    return SurveyReport(
        groups=tuple((names[code], opinion) for code, opinion in figures.groups.items()),
        overall=figures.overall,
        roles=tuple(figures.roles.items()),
        table=tuple(
            (names[code], role, opinion)
            for code, row in figures.table.items()
            for role, opinion in row.items()
        ),
        reliability=figures.reliability,
    )


def _keep(stock: Stock, figures: Survey, reason: str) -> None:
    if not reason:
        keep(stock, "survey", SURVEY, dump(figures))
        return
    content, old = dump(figures), stock.standing.values.get(SURVEY)
    if old != reference(content):
        stock.settle([Event("survey", *SURVEY, old, reference(content), reason)], [content])


def _refuse_near(before: Survey | None, now: Survey, minimum: int, reason: str) -> None:
    """Raise Refused where figures differ by fewer answers than may be shown, unless somebody says why."""
    if before is None or before == now or not is_placeholder(reason):
        return
    pairs = [(before.overall, now.overall)]
    pairs += [(opinion, now.groups.get(code)) for code, opinion in before.groups.items()]
    pairs += [(opinion, now.roles.get(code)) for code, opinion in before.roles.items()]
    if any(old and new and old != new and abs(old.answers - new.answers) < minimum for old, new in pairs):
        raise Refused([Problem("survey_near", fields={"minimum": minimum})])


def survey_as_said(
    desk: Desk,
    responses: Traversable | None,
    form: Path | None,
    lang: str,
    reason: str,
    *,
    scaled: bool,
) -> SurveyReport | QuestionnaireReport:
    """Take answers in, or write the questionnaire; raise Refused for neither, and for both."""
    if form is not None and responses is None:
        return write_questionnaire(desk, form, lang, scaled=scaled)
    if form is not None or responses is None:
        raise Refused([Problem("survey_what")])
    return survey_file(desk, responses, reason)


def write_questionnaire(
    desk: Desk, out: Path, lang: str = "", *, scaled: bool = False
) -> QuestionnaireReport:
    """Write the questionnaire as a sheet, a page, or a table for a form tool, by what its name ends in.

    `scaled` adds the K.U.T. commitment measure. Raise Refused for another name, and where something lies.
    """
    kind = out.suffix.lower()
    if kind not in _FORMS:
        raise Refused([Problem("survey_form", str(out))])
    if out.exists():
        raise Refused([Problem("survey_form_taken", str(out))])
    stock = take_stock(desk)
    asked = _Asked(stock.plan, find_language(lang) if lang else stock.standing.language, scaled)
    made = {".xlsx": asked.sheet, ".html": asked.page, ".csv": asked.table}[kind]()
    write_file(out, made)
    return QuestionnaireReport(str(out), scaled)


@dataclass(frozen=True)
class _Asked:
    """What the questionnaire asks about a plan, in a language."""

    plan: Plan
    language: str
    scaled: bool

    @property
    def _columns(self) -> Sequence[str]:
        return SURVEY_COLUMNS if self.scaled else SURVEY_COLUMNS[: -len(COMMITMENT_ITEMS)]

    @property
    def _title(self) -> str:
        return text(
            "connect.survey.title", self.language, company=self.plan.company, period=str(self.plan.period)
        )

    @property
    def _lines(self) -> list[str]:
        minimum = self.plan.thresholds.survey_minimum
        said = {"metric": self.plan.metric.name, "minimum": minimum}
        codes = ("about", "anonymous", "scores", *(("extents",) if self.scaled else ()))
        return [text(f"connect.survey.{code}", self.language, **said) for code in codes]

    def sheet(self) -> bytes:
        """The questionnaire as a workbook."""
        names = [name for _, name in self._regions]
        choices: dict[str, Sequence[str | int]] = {"region": names}
        choices["role"] = [role_words(role, self.language) for role in SURVEY_ROLES]
        columns = [
            AskedColumn(survey_words(column, self.language), choices.get(column, _SCORES))
            for column in self._columns
        ]
        return questionnaire(self._title, text("connect.survey.tab", self.language), self._lines, columns)

    def page(self) -> bytes:
        """The questionnaire as a page."""
        choices = {"region": self._regions}
        choices["role"] = [(role, role_words(role, self.language)) for role in SURVEY_ROLES]
        questions = [
            AskedQuestion(
                column,
                survey_words(column, self.language),
                choices[column] if column in choices else self._answers(column),
                column not in choices,
            )
            for column in self._columns
        ]
        return survey_page(self._title, self._lines[:2], questions, self.language).encode()

    def table(self) -> bytes:
        """The head of the table that a form tool's answers go into."""
        return f"\ufeff{','.join(self._columns)}\r\n".encode()

    @property
    def _regions(self) -> list[tuple[str, str]]:
        """Codes and names; a code in place of a name that two have."""
        names = [region.name for region in self.plan.regions]
        return [
            (region.code, region.name if names.count(region.name) == 1 else region.code)
            for region in self.plan.regions
        ]

    def _answers(self, column: str) -> list[tuple[str, str]]:
        """The scores with what they mean."""
        codes = _EXTENTS if column in COMMITMENT_ITEMS else _AGREES
        told = zip(_SCORES, codes, strict=True)
        return [(str(k), f"{k} · {text(f'connect.answer.{code}', self.language)}") for k, code in told]
