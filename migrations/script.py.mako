"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}

LOCK_TIMEOUT = "set local lock_timeout = '5s'"
"""Better to fail and be started again than to queue in front of everybody who uses the table."""


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    ${upgrades if upgrades else ""}


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    ${downgrades if downgrades else ""}
