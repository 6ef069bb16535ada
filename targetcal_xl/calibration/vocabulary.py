"""Every closed set of codes, once: what may stand in a cell, in an entry of the ledger or in a report.

Codes that people and rules exchange are enumerations, and are texts in files. Those that a plan or a
record is typed with are literals, so that a type checker knows every comparison with one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, get_args


class State(StrEnum):
    """What the ledger records of where a region is; `Stage` says it in full."""

    OPEN = "open"
    LOCKED = "locked"
    DECIDED = "decided"
    CONFIRMED = "confirmed"


class Stage(StrEnum):
    """Where a region is in its negotiation, as everybody reads it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    OBJECTED = "objected"
    DECIDED = "decided"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    CHANGED = "changed"


class PlanState(StrEnum):
    """How far a whole plan has come."""

    NEGOTIATED = "negotiated"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FOLLOWED = "followed"
    EVALUATED = "evaluated"


class Status(StrEnum):
    """What a region says of its own tab."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class DecisionKind(StrEnum):
    """What a superior makes of a declaration."""

    ACCEPT = "accept"
    COUNTER = "counter"
    RETURN = "return"


class ObjectionState(StrEnum):
    """Where an objection is: not locked yet; waiting, answered, or lifted before anybody answered."""

    SUBMITTED = "submitted"
    OPEN = "open"
    HANDLED = "handled"
    LIFTED = "lifted"


class WarningState(StrEnum):
    """Whether a line is warned of, or was."""

    OPEN = "open"
    CLOSED = "closed"


class ChangeState(StrEnum):
    """Where a change of a confirmed target is."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"


class Reason(StrEnum):
    """The fields that whoever departs from the suggestion fills."""

    BASIS = "basis"
    SUPPORT = "support"
    RISK = "risk"


class SupportKind(StrEnum):
    """What a region asks for beside a target."""

    BUDGET = "budget"
    HEADCOUNT = "headcount"
    LEADS = "leads"
    TRAINING = "training"
    PRODUCT = "product"
    OTHER = "other"


class Role(StrEnum):
    """The people of a region."""

    HEAD = "head"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    HRBP = "hrbp"


class Light(StrEnum):
    """What a line's progress is told by: red, amber and green."""

    BEHIND = "behind"
    CLOSE = "close"
    ON_PATH = "on_path"


class Leaning(StrEnum):
    """Whether those who have more of something have it easier, harder, or neither."""

    UNSURE = "unsure"
    EVEN = "even"
    EASIER = "easier"
    HARDER = "harder"


class KeyStatus(StrEnum):
    """How a key result stands: not to be told yet, in time, in danger, or behind its path."""

    UNTOLD = "untold"
    NORMAL = "normal"
    AT_RISK = "at_risk"
    DELAYED = "delayed"


class Measure(StrEnum):
    """The four measures of how well a calibration went, and the mean answer."""

    ATTAINMENT = "attainment_pct"
    CONSENSUS_DAYS = "consensus_days"
    COORDINATION_HOURS = "coordination_hours"
    AGREEMENT = "agreement_pct"
    AGREEMENT_MEAN = "agreement_mean"


class Functions(StrEnum):
    """Whether the baseline shows recorded values, or worksheet functions that compute them anew."""

    FROZEN = "frozen"
    LIVE = "live"


class MessageKind(StrEnum):
    """What a message is for."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"
    OBJECTION = "objection_raised"
    UNSIGNED = "letter_unsigned"
    ASKED = "letter_asked"
    WARNED = "warned"
    DIGEST = "digest"
    LETTER = "letter"
    LETTER_COPY = "letter_copy"
    LETTER_PERSONAL = "letter_personal"
    UNSIGNED_PERSONAL = "letters_unsigned"
    KEY_RESULTS = "key_results"


class MessageState(StrEnum):
    """Where a message is: waiting, on its way, arrived, given up, perhaps arrived, a draft for a
    person to send, or not needed any more."""

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    DRAFTED = "drafted"
    WITHDRAWN = "withdrawn"


class LetterState(StrEnum):
    """What became of a letter last; each but the first and the last is recorded as `letter.<state>`."""

    ISSUED = "issued"
    DRAFTED = "drafted"
    MAILED = "mailed"
    BOUNCED = "bounced"
    QUESTION = "question"
    REPLY = "reply"
    SIGNED_HEAD = "signed_head"
    SIGNED_SUPERIOR = "signed_superior"
    ARCHIVED = "archived"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Channel(StrEnum):
    """The ways that messages go: by mail, through the group robot of a chat, or to an OKR system."""

    MAIL = "mail"
    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    OKR = "okr"
    FEISHU_OKR = "feishu_okr"


JUSTIFICATION: Final[tuple[str, ...]] = tuple(Reason)
"""The fields that whoever departs from the suggestion fills, in their order."""
STANDING_OBJECTIONS: Final = (ObjectionState.OPEN, ObjectionState.HANDLED)
"""Objections that a later declaration has not lifted."""
OBJECTIONS: Final = (*STANDING_OBJECTIONS, ObjectionState.LIFTED)
"""States of an objection once it is locked."""

SIGNATURE_MARKS: Final[dict[Role, str]] = {Role.HEAD: "[[SIG_HEAD]]", Role.SUPERIOR: "[[SIG_SUPERIOR]]"}
"""Who signs a letter, and the mark that stands in it where: tiny and white, in every language the same."""

GRANT: Final = ("granted", "granted_reason", "owner")
"""What a superior says of a support item: yes or no, why not, and who sees to it."""
SUPPORT_ITEM: Final = ("line", "kind", "what", "quantity", "unit", "due", *GRANT)
"""The fields of a support item. No line has one of these: a key's field says of what kind its row is."""

MetricKind = Literal["sum", "mean", "ratio"]
KINDS: Final[tuple[MetricKind, ...]] = get_args(MetricKind)
"""How lines come together in a metric."""

Distance = Literal["value", "shortfall"]
"""What a departure is a share of: the suggested value, or what that lacks to the whole."""

DIRECTIONS: Final = {1: "higher", -1: "lower"}
"""Which way a metric is better, or an indicator its driver stronger."""
EFFECTS: Final = {1: "raises", -1: "lowers"}
"""What more of a driver does to the metric."""

Move = Literal[
    "lock", "withdraw", "answer", "decide", "grant", "unlock", "confirm", "letters", "change", "approve"
]
"""What may happen to a region."""

WeightsCode = Literal["learned", "fixed"]
WEIGHTS: Final[tuple[WeightsCode, ...]] = get_args(WeightsCode)
"""Where the drivers' weights come from."""

Split = Literal["equal_odds", "pro_rata"]
"""How the head office target is shared out: the same odds for every line, or each by its size."""

RobotKind = Literal["feishu", "dingtalk", "wecom"]
"""Whose group robot it is: each signs and limits in its own way."""

CopiedTo = Literal["superior", "hrbp"]
"""Who of a region may get a copy of its letter."""

MissingDays = Literal["zero", "unknown"]
"""What it means that a day has no result: nothing was sold, or nobody reported."""

Trigger = Literal["territory", "staff", "product", "customer", "market", "other"]
TRIGGERS: Final[tuple[Trigger, ...]] = get_args(Trigger)
"""What may happen in a period that makes a confirmed target another one."""

SourceKind = Literal["actuals", "history", "drivers", "days"]
SOURCE_KINDS: Final[tuple[SourceKind, ...]] = get_args(SourceKind)
"""What a source of data brings: daily results, past values, readings of indicators, or past days."""

SourceTurn = Literal["daily", "weekly", "monthly", "always"]
"""How often a source is asked by itself: once in a day, a week or a month, or whenever somebody imports."""

SupportState = Literal["in_time", "late", "never", "past_due", "awaited"]
"""What became of a granted support; the last two until somebody says whether it came."""

TalkOutcome = Literal["upheld", "partly", "target_kept"]
TALK_OUTCOMES: Final[tuple[TalkOutcome, ...]] = get_args(TalkOutcome)
"""What a talk about an objection comes to: it is upheld, in part, or the suggested target is kept."""

AnswerCode = Literal["one_off", "new_level", "as_is"]
ANSWERS: Final[tuple[AnswerCode, ...]] = get_args(AnswerCode)
"""What a question about a line can be answered with, in the order in which the answers are offered."""
COMMON_ANSWERS: Final[tuple[AnswerCode, ...]] = ("one_off", "new_level")
"""What the question about all lines can be."""

QuestionKind = Literal["line", "common", "beside"]
"""What is asked about: a line's last value, what all lines have in common, or a line beside that."""

IntervalSide = Literal["below", "within", "above"]
SIDES: Final[tuple[IntervalSide, ...]] = get_args(IntervalSide)
"""Where a value is beside its limits."""

SurveyRole = Literal["manager", "representative", "staff"]
SURVEY_ROLES: Final[tuple[SurveyRole, ...]] = get_args(SurveyRole)
"""What people who answer the survey do: no finer, or it would tell who they are."""
COMMITMENT_ITEMS: Final = ("kut1", "kut2", "kut3", "kut4")
"""The four items of the K.U.T. commitment measure (Klein, Cooper, Molloy and Swanson 2014)."""

QuadrantCode = Literal["thriving", "pressed", "content", "failing"]
QUADRANTS: Final[tuple[QuadrantCode, ...]] = get_args(QuadrantCode)
"""Attainment by agreement: high in both, reached unwillingly, agreed but not reached, low in both."""

CauseCode = Literal["leads", "conversion", "capacity", "one_day", "lately", "throughout", "member", "members"]
"""What is behind a warning: a shortage; one day that brought much of it all; the last days, or the whole way;
one line or region of several, or most of them."""

Hope = Literal["few", "over", "lost", "open"]
"""What can be done for a line: its target is too small to tell, the period is over, it cannot be reached any
more, or it still can."""

Verdict = Literal["better", "even", "worse", "too_little"]
"""How the method would have done beside the ways that need none."""

Origin = Literal["last_year", "partly", "history", "panel"]
"""What the way begins with: last year's figure; the same, with what the history leads to for lines that
have none; what the own history leads to; what the other lines do."""

EventsCode = Literal["past", "trend", "both"]
"""Where the one-off events were: in last year's figure, where only trend and season feel them, or both."""
