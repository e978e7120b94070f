"""What the media path refuses, each with its reason for a person."""

from viva.platform.errors import Malformed, Unavailable, VivaError
from viva.platform.i18n import N_


class OfferRefused(Malformed):
    """The offer is malformed or asks for what is not given here; `reason` says which, for developers."""

    code = "bad_offer"
    message = N_("The media offer cannot be accepted: {reason}")


class OfferTooLarge(OfferRefused):
    """More text than any honest offer has."""

    code = "offer_too_large"


class MediaFull(Unavailable):
    """As many connections as this machine is allowed to carry are open."""

    code = "media_full"
    message = N_("All interview rooms are taken at the moment. Please try again in a few minutes.")


class RecordingUnreadable(VivaError):
    """What is written down of a recording's files makes no sense, as after damage to the disk."""

    code = "recording_unreadable"
    message = N_("The recording cannot be read at the moment. Its files are left as they are.")
