"""The queries of auth: users, logins, refresh tokens and API keys. No rule is decided here."""

from collections.abc import Collection
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from viva.auth.model import ApiKey, ApiKeyPrincipal, Role, User, UserPrincipal
from viva.auth.tables import ApiKeyRow, LoginRow, RefreshTokenRow, UserRow

_FIRST_ADMIN_LOCK = 7212


def user_of(row: UserRow) -> User:
    """The row as the model's user."""
    return User(
        id=row.id,
        email=row.email,
        role=cast("Role", row.role),
        active=row.active,
        token_epoch=row.token_epoch,
        created_at=row.created_at,
    )


async def user_row(db: AsyncSession, email: str) -> UserRow | None:
    """The user with this normal email, if there is one."""
    return (await db.execute(select(UserRow).where(UserRow.email == email))).scalar_one_or_none()


async def user_row_by_id(db: AsyncSession, user_id: UUID) -> UserRow | None:
    """The user, with the row locked until the unit of work ends."""
    query = select(UserRow).where(UserRow.id == user_id).with_for_update()
    return (await db.execute(query)).scalar_one_or_none()


async def emails(db: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """The addresses of these users."""
    rows = await db.execute(select(UserRow.id, UserRow.email).where(UserRow.id.in_(user_ids)))
    return {row.id: row.email for row in rows}


async def lock_first_admin(db: AsyncSession) -> None:
    """Let one process at a time ask whether there is an admin."""
    await db.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _FIRST_ADMIN_LOCK})


async def has_admin(db: AsyncSession) -> bool:
    """Whether any admin exists, active or not."""
    query = select(func.count()).select_from(UserRow).where(UserRow.role == "admin")
    return (await db.execute(query)).scalar_one() > 0


async def principal_of_login(db: AsyncSession, login_id: UUID, now: datetime) -> UserPrincipal | None:
    """Who a login speaks for; None when it or its user is no longer good."""
    return await _principal(db, now, LoginRow.id == login_id)


async def principal_of_cookie(db: AsyncSession, cookie_hash: bytes, now: datetime) -> UserPrincipal | None:
    """Who a page's cookie speaks for; None when it or its user is no longer good."""
    return await _principal(db, now, LoginRow.cookie_hash == cookie_hash)


async def _principal(db: AsyncSession, now: datetime, which: ColumnElement[bool]) -> UserPrincipal | None:
    query = (
        select(UserRow.id, UserRow.email, UserRow.role, LoginRow.id)
        .join(LoginRow, LoginRow.user_id == UserRow.id)
        .where(
            which,
            LoginRow.revoked_at.is_(None),
            LoginRow.expires_at > now,
            LoginRow.epoch == UserRow.token_epoch,
            UserRow.active,
        )
    )
    found = (await db.execute(query)).one_or_none()
    return None if found is None else UserPrincipal(found[0], found[1], cast("Role", found[2]), found[3])


async def revoke_login(db: AsyncSession, login_id: UUID, now: datetime) -> None:
    """End a login; one that has ended stays as it is."""
    await db.execute(
        update(LoginRow)
        .where(LoginRow.id == login_id, LoginRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


async def use_refresh_token(db: AsyncSession, token_hash: bytes, now: datetime) -> UUID | None:
    """Mark the token used and name its login; None when it is unknown or somebody was first."""
    used = await db.execute(
        update(RefreshTokenRow)
        .where(RefreshTokenRow.hash == token_hash, RefreshTokenRow.used_at.is_(None))
        .values(used_at=now)
        .returning(RefreshTokenRow.login_id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none()


async def login_of_refresh_token(db: AsyncSession, token_hash: bytes) -> UUID | None:
    """Which login a refresh token belongs to, used or not."""
    query = select(RefreshTokenRow.login_id).where(RefreshTokenRow.hash == token_hash)
    return (await db.execute(query)).scalar_one_or_none()


async def principal_of_key(db: AsyncSession, key_hash: bytes, today: date) -> ApiKeyPrincipal | None:
    """Who a key speaks for; the day of its use is written once a day."""
    query = select(ApiKeyRow.id, ApiKeyRow.role, ApiKeyRow.last_used_on).where(
        ApiKeyRow.hash == key_hash, ApiKeyRow.revoked_at.is_(None)
    )
    found = (await db.execute(query)).one_or_none()
    if found is None:
        return None
    if found.last_used_on != today:
        await db.execute(
            update(ApiKeyRow)
            .where(ApiKeyRow.id == found.id)
            .values(last_used_on=today)
            .execution_options(synchronize_session=False)
        )
    return ApiKeyPrincipal(found.id, cast("Role", found.role))


async def key_is_good(db: AsyncSession, key_id: UUID) -> bool:
    """Whether the key exists and is not revoked."""
    query = select(ApiKeyRow.id).where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
    return (await db.execute(query)).scalar_one_or_none() is not None


async def all_keys(db: AsyncSession) -> list[ApiKey]:
    """Every key, the newest first, revoked ones too."""
    rows = (await db.execute(select(ApiKeyRow).order_by(ApiKeyRow.id.desc()))).scalars()
    return [key_of(row) for row in rows]


async def revoke_key(db: AsyncSession, key_id: UUID, now: datetime) -> bool:
    """Revoke; whether there is such a key at all. The first revocation's time stays."""
    row = await db.get(ApiKeyRow, key_id, with_for_update=True)
    if row is not None and row.revoked_at is None:
        row.revoked_at = now
    return row is not None


def key_of(row: ApiKeyRow) -> ApiKey:
    """The row as it may be shown."""
    return ApiKey(
        id=row.id,
        label=row.label,
        role=cast("Role", row.role),
        created_at=row.created_at,
        last_used_on=row.last_used_on.isoformat() if row.last_used_on else None,
        revoked_at=row.revoked_at,
    )
