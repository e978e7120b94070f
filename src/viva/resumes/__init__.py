"""Résumés: what a candidate's shapes of their own interview, and who has read it before it is asked."""

from viva.resumes.drafting import Drafting
from viva.resumes.errors import EnoughQuestions, NoResume, NotADraft, ResumeNotAskedFor
from viva.resumes.forgetting import forget_in_time
from viva.resumes.model import Edited, Resume, ResumeQuestion, Wanted
from viva.resumes.service import DRAFT_FROM_RESUME, Resumes

__all__ = [
    "DRAFT_FROM_RESUME",
    "Drafting",
    "Edited",
    "EnoughQuestions",
    "NoResume",
    "NotADraft",
    "Resume",
    "ResumeNotAskedFor",
    "ResumeQuestion",
    "Resumes",
    "Wanted",
    "forget_in_time",
]
