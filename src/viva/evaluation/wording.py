# ruff: noqa: E501 (a sentence is read in one line)
"""Codes in words, for people: why a status is what it is, why a criterion has no level, what a level means."""

from viva.evaluation.model import Level, Method, Note, Reason
from viva.platform.budget import Barred, Scope
from viva.platform.i18n import N_

LEVELS: dict[Level, str] = {
    "strong_no": N_("Clearly below what the position needs"),
    "no": N_("Below what the position needs"),
    "mixed": N_("Partly what the position needs"),
    "yes": N_("What the position needs"),
    "strong_yes": N_("Clearly more than the position needs"),
}
NOT_SCORED = N_("Not scored")

REASONS: dict[Reason, str] = {
    "waiting_for_model": N_("The language model cannot be reached at the moment; it will be tried again."),
    "stopped": N_("The evaluation stopped: it failed too often. It can be started again; you can also score without it."),
    "ai_declined": N_("The candidate declined evaluation by AI. A person scores alone."),
    "ai_stopped": N_("Calls of the language model were stopped. A person scores alone; once they are started again, this can be evaluated again."),
    "nothing_said": N_("Nothing was said, so there is nothing to evaluate."),
    "too_little_said": N_("Too little was said for an evaluation. A person should look."),
    "unclear_recognition": N_("Speech was recognised too uncertainly to be evaluated. Please listen to the recording."),
    "nothing_founded": N_("No level could be backed by the candidate's own words. A person should look."),
    "addresses_the_judge": N_("Something was said that reads like an instruction to the evaluator, so no level is shown. A person should look."),
    "unusable_answer": N_("The language model gave no usable answer, twice. A person scores alone."),
    "model_refused": N_("The language model declined to answer. A person scores alone."),
    "model_account": N_("The language model's account or key does not allow the call. An admin needs to look."),
    "model_unavailable": N_("The language model could not be reached for a day. A person scores alone."),
    "no_structured_output": N_("The language model cannot answer in the form that is needed, neither by a schema nor by a tool. A person scores alone."),
    "drafts_disagree": N_("The independent drafts contradict each other, so no level is shown. A person should look."),
    "spend_limit": N_("The spending limit of the language model's account is reached. An admin can raise it and have this evaluated again."),
    "budget_session": N_("The budget for evaluating one interview is used up. An admin can raise it and have this evaluated again."),
    "budget_position": N_("The budget for evaluating this position is used up. An admin can raise it and have this evaluated again."),
    "budget_day": N_("Today's budget for evaluation is used up. It goes on by itself tomorrow."),
}  # fmt: skip

NOTES: dict[Note, str] = {
    "no_evidence": N_("Not scored: the quotes given for it were not said like this."),
    "not_shown": N_("Not scored: the answers show nothing about it."),
    "unclear_recognition": N_("Not scored: the words that would show it were recognised too uncertainly."),
    "corrected_beyond_recognition": N_(
        "Not scored: the candidate's correction of the words that would show it shares too little with what was heard. Please listen to the recording."
    ),
    "unfounded_reason": N_("Not scored: the reason given for it quotes what was not said."),
    "not_judged": N_("Not judged: these are the candidate's words that seem to belong here."),
    "nothing_found": N_("Nothing was found in the answers that seems to belong here."),
    "drafts_disagree": N_("Not scored: the independent drafts contradict each other."),
    "withheld": N_("Not scored: something said reads like an instruction to the evaluator."),
}

METHODS: dict[Method, str] = {
    "model": N_("A draft by a language model. Every level stands on the candidate's own words; a person decides."),
    "evidence": N_("No judgement was made: the evidence finder quotes what seems to belong to each criterion. Levels are for people to give."),
    "none": N_("Nothing was evaluated automatically."),
}  # fmt: skip

NOT_FOLLOWED: dict[Barred, str] = {
    "budget_session": N_("No follow-up question was asked from some point on: the budget of the interview is used up."),
    "budget_position": N_("No follow-up question was asked from some point on: the budget of the position is used up."),
    "budget_day": N_("No follow-up question was asked from some point on: the day's budget is used up."),
}  # fmt: skip

BUDGETS: dict[Scope, str] = {
    "session": N_("This interview"),
    "position": N_("This position"),
    "day": N_("Today"),
}
