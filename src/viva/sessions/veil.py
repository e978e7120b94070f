"""What a reviewer does not learn before they have a view of their own, where the position wants that. Pure.

A position may be reviewed blind: names, contacts, schools, ages, regions and family are masked for whoever
reviews as they are for the model, until that person has scored or has decided, on record, to know.
"""

from collections.abc import Iterable

import msgspec

from viva.platform.i18n import N_, gettext
from viva.sessions.cleaning import cleaned
from viva.sessions.masking import Identity, Masked, identity_of, mask
from viva.sessions.model import Question, Record, Session, Utterance

_CANDIDATE = N_("Candidate {reference}")
_KINDS = {
    "name": N_("name"),
    "email": N_("email"),
    "link": N_("link"),
    "phone": N_("phone number"),
    "age": N_("age"),
    "address": N_("address"),
    "region": N_("region"),
    "school": N_("school"),
    "family": N_("family"),
}
"""What stands in a mask, in the request's language."""


class Veil(msgspec.Struct, frozen=True):
    """Lies over a record for one reader. `identity` is None where nothing is hidden from them."""

    identity: Identity | None = None

    @property
    def hides(self) -> bool:
        """Whether this reader may not know yet who it is; sound and pictures would tell."""
        return self.identity is not None

    def text(self, text: str) -> str:
        """A text with its masks; what a person typed or said anywhere in the record."""
        return text if self.identity is None else self.masked(cleaned(text)).text

    def masked(self, text: str) -> Masked:
        """A cleaned text with its masks in it and where they stand, in the request's language."""
        words = {kind: gettext(word) for kind, word in _KINDS.items()}
        return mask(text, self.identity or Identity(), words)

    def session(self, session: Session) -> Session:
        """The session under its reference number instead of a name, in the request's language."""
        if self.identity is None:
            return session
        name = gettext(_CANDIDATE).format(reference=session.reference)
        return msgspec.structs.replace(session, user_name=name, email=None)

    def questions(self, questions: Iterable[Question]) -> tuple[Question, ...]:
        """Questions; one that was drafted from a résumé or follows on an answer may name something."""
        return tuple(msgspec.structs.replace(each, text=self.text(each.text)) for each in questions)

    def utterances(self, utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
        """What was said; an utterance with a mask in it has no single words any more."""
        said = tuple(utterances)
        heard = self._joined([one.text for one in said])
        corrected = self._joined([one.corrected_text or one.text for one in said])
        return tuple(
            msgspec.structs.replace(
                one,
                text=text,
                corrected_text=correction if one.corrected_text else one.corrected_text,
                words=one.words if text == one.text else (),
            )
            for one, text, correction in zip(said, heard, corrected, strict=True)
        )

    def _joined(self, texts: list[str]) -> list[str]:
        """Masked as one text, since what gives a word away may stand in the utterance before."""
        if self.identity is None:
            return texts
        texts = [cleaned(text) for text in texts]
        masked, start, parts = self.masked(" ".join(texts)), 0, list[str]()
        for text in texts:
            parts.append(masked.part(start, start + len(text)))
            start += len(text) + 1
        return parts

    def record(self, record: Record) -> Record:
        """Everything at once."""
        if self.identity is None:
            return record
        return msgspec.structs.replace(
            record,
            session=self.session(record.session),
            questions=self.questions(record.questions),
            utterances=self.utterances(record.utterances),
        )


def veil_over(session: Session) -> Veil:
    """The veil for somebody from whom `session` is hidden."""
    return Veil(identity_of(session))
