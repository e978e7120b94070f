"""The platform's own tables: durable jobs, what the language model used or may be using, and its switch."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from viva.platform.database import Table
from viva.platform.ids import uuid7


class JobRow(Table):
    """One job until it is done. It waits, or is claimed under a lease, or is held for a person.

    `claim` is drawn anew for each attempt and stands in every later change, so that a worker that lost its
    lease can no longer touch the job. `started_at` is when the first attempt began.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_due", "due_at", postgresql_where=text("held_at is null")),
        # A job that has begun may have read old data, so only one that has not begun stands for a new one.
        Index(
            "uq_jobs_dedupe",
            "name",
            "dedupe_key",
            unique=True,
            postgresql_where=text("started_at is null and held_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    payload: Mapped[bytes]
    dedupe_key: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claim: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class SpendingRow(Table):
    """What one call of the model used: budgets are sums over these. Nothing in it is personal.

    It outlives its session, so that erasing somebody gives no budget back; the database refuses to change or
    delete it (the triggers are in the migrations). `session_id` is null where there is no session yet,
    `position_key` is the position's id or, where there is none, its title's hash. `barred` names the budget
    that a call did not fit into: it was not made and used nothing.
    """

    __tablename__ = "model_spending"
    __table_args__ = (CheckConstraint("barred is null or tokens = 0", name="barred"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(index=True)
    session_id: Mapped[UUID | None] = mapped_column(index=True)
    position_key: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    model: Mapped[str]
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_microusd: Mapped[int | None] = mapped_column(BigInteger)
    barred: Mapped[str | None]


class ReservationRow(Table):
    """The most that calls under way can use, until they are settled; counts until `until` and no longer.

    There are as many rows as calls under way, so sums need no index.
    """

    __tablename__ = "model_reservations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    until: Mapped[datetime]
    session_id: Mapped[UUID | None]
    position_key: Mapped[str]
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_microusd: Mapped[int] = mapped_column(BigInteger)


class AiSwitchingRow(Table):
    """Somebody stopped every call of the language model, or started them again; the newest row holds.

    Rows are only ever added (the triggers are in the migrations). The database counts them: the clocks of two
    processes may differ.
    """

    __tablename__ = "ai_switchings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    stopped: Mapped[bool]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    at: Mapped[datetime]
