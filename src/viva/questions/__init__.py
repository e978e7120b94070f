"""Questions: the bank, positions and their versions, the rubric, the linter, and the plan of an interview."""

from viva.questions.bank import Bank, built_in_bank
from viva.questions.drafter import PROMPT_VERSION as QUESTION_PROMPT_VERSION
from viva.questions.drafter import Drafted, Drafter, NotDrafted, Wish, draft_questions
from viva.questions.errors import (
    BankQuestionNotFound,
    MayNotBeAsked,
    NeedsReason,
    NoSuchCompetency,
    PositionChanged,
    PositionClosed,
    PositionNotFound,
    UnreadableBankFile,
    UnreadablePosition,
)
from viva.questions.exchange import FAULTS_SHOWN, BankEntry, Fault, FileKind
from viva.questions.exchange import read as read_bank_file
from viva.questions.exchange import written as bank_file
from viva.questions.following import FOLLOW_UP, Answered, FollowUps
from viva.questions.linting import Finding, Severity, lint, lint_criterion, lint_question
from viva.questions.model import (
    FROM_RESUME,
    BankQuestion,
    Criterion,
    FromResume,
    InterviewPlan,
    Key,
    Language,
    Lists,
    PlannedQuestion,
    Points,
    Position,
    PositionDraft,
    PositionQuestion,
    QuestionText,
    Words,
    joined_key_terms,
)
from viva.questions.own_bank import BankItem, BankSearch, OwnBank
from viva.questions.planner import Planner
from viva.questions.resume import ResumeRefused, resume_text
from viva.questions.service import Positions
from viva.questions.starting import PositionTemplate, draft_from_template, position_templates

__all__ = [
    "FAULTS_SHOWN",
    "FOLLOW_UP",
    "FROM_RESUME",
    "QUESTION_PROMPT_VERSION",
    "Answered",
    "Bank",
    "BankEntry",
    "BankItem",
    "BankQuestion",
    "BankQuestionNotFound",
    "BankSearch",
    "Criterion",
    "Drafted",
    "Drafter",
    "Fault",
    "FileKind",
    "Finding",
    "FollowUps",
    "FromResume",
    "InterviewPlan",
    "Key",
    "Language",
    "Lists",
    "MayNotBeAsked",
    "NeedsReason",
    "NoSuchCompetency",
    "NotDrafted",
    "OwnBank",
    "PlannedQuestion",
    "Planner",
    "Points",
    "Position",
    "PositionChanged",
    "PositionClosed",
    "PositionDraft",
    "PositionNotFound",
    "PositionQuestion",
    "PositionTemplate",
    "Positions",
    "QuestionText",
    "ResumeRefused",
    "Severity",
    "UnreadableBankFile",
    "UnreadablePosition",
    "Wish",
    "Words",
    "bank_file",
    "built_in_bank",
    "draft_from_template",
    "draft_questions",
    "joined_key_terms",
    "lint",
    "lint_criterion",
    "lint_question",
    "position_templates",
    "read_bank_file",
    "resume_text",
]
