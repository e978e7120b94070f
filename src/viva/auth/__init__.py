"""Who may act: users, logins, tokens, API keys, candidates' credentials, and every route's guards."""

from viva.auth.access_tokens import AccessTokens
from viva.auth.candidates import CandidateAccess, seconds_until
from viva.auth.cookies import CANDIDATE_COOKIE, USER_COOKIE, candidate_cookie, no_cookie, user_cookie
from viva.auth.errors import BadLink, BadToken, EmailTaken, WrongPassword
from viva.auth.guards import (
    candidate_of,
    deny_by_default,
    may_access_session,
    requires_admin,
    requires_candidate,
    requires_candidate_or_user,
    requires_person,
    requires_reviewer,
    requires_user,
    signed_in,
)
from viva.auth.middleware import CANDIDATE_STATE, Authentication
from viva.auth.model import (
    ApiKey,
    ApiKeyPrincipal,
    CandidatePrincipal,
    GeneratedPassword,
    LinkFound,
    Means,
    Principal,
    Role,
    Swapped,
    TokenPair,
    User,
    UserPrincipal,
)
from viva.auth.passwords import Passwords
from viva.auth.service import AuthService
from viva.auth.sign_in import ATTEMPTS, WINDOW_S, SignIn

__all__ = [
    "ATTEMPTS",
    "CANDIDATE_COOKIE",
    "CANDIDATE_STATE",
    "USER_COOKIE",
    "WINDOW_S",
    "AccessTokens",
    "ApiKey",
    "ApiKeyPrincipal",
    "AuthService",
    "Authentication",
    "BadLink",
    "BadToken",
    "CandidateAccess",
    "CandidatePrincipal",
    "EmailTaken",
    "GeneratedPassword",
    "LinkFound",
    "Means",
    "Passwords",
    "Principal",
    "Role",
    "SignIn",
    "Swapped",
    "TokenPair",
    "User",
    "UserPrincipal",
    "WrongPassword",
    "candidate_cookie",
    "candidate_of",
    "deny_by_default",
    "may_access_session",
    "no_cookie",
    "requires_admin",
    "requires_candidate",
    "requires_candidate_or_user",
    "requires_person",
    "requires_reviewer",
    "requires_user",
    "seconds_until",
    "signed_in",
    "user_cookie",
]
