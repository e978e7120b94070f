"""What can go wrong with signing in, one class per decision of a caller."""

from viva.platform.errors import Conflict, Invalid, Unauthenticated


class WrongPassword(Unauthenticated):
    """The address and the password do not belong together; which of the two is wrong is not said (S14)."""

    code = "wrong_password"
    message = "The email address or the password is not right."


class BadToken(Unauthenticated):
    """A token was sent that is unknown, expired, used up or revoked."""

    code = "bad_token"
    message = "This sign-in is no longer valid. Please sign in again."


class BadLink(Unauthenticated):
    """A candidate's link that was opened before, has expired or was withdrawn."""

    code = "bad_link"
    message = "This link has been used already or is no longer valid. Please ask for a new one."


class BadEmail(Invalid):
    """Not an address that mail could be sent to."""

    code = "bad_email"
    message = "Please enter an email address such as name@example.com."


class EmailTaken(Conflict):
    """Another user has this address."""

    code = "email_taken"
    message = "There is already a user with this email address."


class PasswordTooShort(Invalid):
    """Fewer characters than S16 asks for."""

    code = "password_too_short"
    message = "Please choose a password of at least {minimum} characters."


class PasswordTooLong(Invalid):
    """More characters than are hashed."""

    code = "password_too_long"
    message = "Please choose a password of at most {maximum} characters."


class PasswordTooCommon(Invalid):
    """One of the first that somebody would guess."""

    code = "password_too_common"
    message = "This password is easy to guess. A few unrelated words make a better one."
