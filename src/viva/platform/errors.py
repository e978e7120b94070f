"""The one root of everything that goes wrong on purpose.

Each class names a decision that a caller makes; `code` is stable and travels on the wire, `message` is an
English msgid that is translated at the edge, `params` fill its placeholders. The HTTP status belongs to
`platform.web`, never to a model.
"""

from typing import ClassVar


class VivaError(Exception):
    """Root of the tree. `retryable` says whether the same call may succeed later without a change."""

    code: ClassVar[str] = "internal_error"
    message: ClassVar[str] = (
        "Something went wrong on our side. Nothing you entered was lost; please try again."
    )
    retryable: ClassVar[bool] = False

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params = params


class Malformed(VivaError):
    """The request cannot be read at all."""

    code = "malformed"
    message = "The request could not be read."


class Unauthenticated(VivaError):
    """Nobody is signed in, or the token is no longer good."""

    code = "unauthenticated"
    message = "Please sign in to continue."


class Forbidden(VivaError):
    """Somebody is signed in whose role may not do this."""

    code = "forbidden"
    message = "Your account is not allowed to do this."


class NotFound(VivaError):
    """It is not there, or it is not yours: the two look the same from outside."""

    code = "not_found"
    message = "It may be gone, or the address is wrong."


class Conflict(VivaError):
    """Not possible in the state that things are in."""

    code = "conflict"
    message = "This is not possible right now."


class TooLarge(VivaError):
    """More bytes than may be sent."""

    code = "too_large"
    message = "What was sent is too large."


class Invalid(VivaError):
    """Well-formed, but a value is not acceptable. `params` may carry `fields`: name to message."""

    code = "invalid"
    message = "Please check what you entered."


class TooManyRequests(VivaError):
    """A limit is reached; `retry_after_s` says when to come back."""

    code = "too_many_requests"
    message = "Too many attempts. Please wait a moment and try again."
    retryable = True

    def __init__(self, *, retry_after_s: int, **params: object) -> None:
        super().__init__(**params)
        self.retry_after_s = retry_after_s


class Unavailable(VivaError):
    """A part that is needed is not there at the moment; `retry_after_s` says when to come back."""

    code = "unavailable"
    message = "The service is briefly unavailable. Please try again in a moment."
    retryable = True

    def __init__(self, *, retry_after_s: int = 5, **params: object) -> None:
        super().__init__(**params)
        self.retry_after_s = retry_after_s
