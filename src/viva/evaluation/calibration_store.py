"""The queries of calibration series."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.evaluation.model import Findings
from viva.evaluation.prompt import Wording
from viva.evaluation.repeatability import Run
from viva.evaluation.tables import CalibrationRow, CalibrationRunRow, CalibrationSessionRow
from viva.platform.ids import uuid7


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """What is read how often; `stopped_reason` says why it ended early."""

    id: UUID
    variants: tuple[Wording, ...]
    runs: int
    drafts: int
    created_at: datetime
    finished_at: datetime | None
    stopped_reason: str | None
    session_ids: tuple[UUID, ...]

    @property
    def total(self) -> int:
        """Readings, all told."""
        return len(self.session_ids) * len(self.variants) * self.runs


async def add(
    db: AsyncSession,
    variants: Sequence[Wording],
    session_ids: Sequence[UUID],
    *,
    runs: int,
    drafts: int,
    created_by: UUID | None,
) -> UUID:
    """Write down what is to be read."""
    row = CalibrationRow(
        variants=msgspec.to_builtins(list(variants)), runs=runs, drafts=drafts, created_by=created_by
    )
    db.add(row)
    await db.flush()
    db.add_all(CalibrationSessionRow(calibration_id=row.id, session_id=one) for one in session_ids)
    await db.flush()
    return row.id


async def find(db: AsyncSession, series_id: UUID) -> Series | None:
    """The series, without the interviews that were erased since."""
    row = await db.get(CalibrationRow, series_id, populate_existing=True)
    return await _series(db, row) if row else None


async def recent(db: AsyncSession, limit: int) -> list[Series]:
    """The newest first."""
    rows = await db.scalars(select(CalibrationRow).order_by(CalibrationRow.id.desc()).limit(limit))
    return [await _series(db, row) for row in rows.all()]


async def runs_of(db: AsyncSession, series_id: UUID) -> list[Run]:
    """Every reading so far."""
    rows = await db.scalars(select(CalibrationRunRow).where(CalibrationRunRow.calibration_id == series_id))
    return [
        Run(
            session_id=row.session_id,
            variant=row.variant,
            run=row.run,
            findings=msgspec.convert(row.result, Findings),
            tokens=row.tokens,
            cost_microusd=row.cost_microusd,
        )
        for row in rows
    ]


async def add_run(
    db: AsyncSession, series_id: UUID, run: Run, *, started_at: datetime, finished_at: datetime
) -> None:
    """Append a reading; a second one of the same place is let go."""
    values = {
        "id": uuid7(),
        "calibration_id": series_id,
        "session_id": run.session_id,
        "variant": run.variant,
        "run": run.run,
        "result": msgspec.to_builtins(run.findings),
        "tokens": run.tokens,
        "cost_microusd": run.cost_microusd,
        "started_at": started_at,
        "finished_at": finished_at,
    }
    await db.execute(insert(CalibrationRunRow).values(**values).on_conflict_do_nothing())


async def finish(db: AsyncSession, series_id: UUID, at: datetime, reason: str | None) -> None:
    """Nothing more will be read."""
    await db.execute(
        update(CalibrationRow)
        .where(CalibrationRow.id == series_id)
        .values(finished_at=at, stopped_reason=reason)
    )


async def _series(db: AsyncSession, row: CalibrationRow) -> Series:
    sessions = await db.scalars(
        select(CalibrationSessionRow.session_id)
        .where(CalibrationSessionRow.calibration_id == row.id)
        .order_by(CalibrationSessionRow.session_id)
    )
    return Series(
        id=row.id,
        variants=msgspec.convert(row.variants, tuple[Wording, ...]),
        runs=row.runs,
        drafts=row.drafts,
        created_at=row.created_at,
        finished_at=row.finished_at,
        stopped_reason=row.stopped_reason,
        session_ids=tuple(sessions.all()),
    )
