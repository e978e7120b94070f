"""One effect for one key: the first answer to a keyed request is kept, sealed, and given again (F22).

The answer of `POST /api/sessions` holds secrets that the database otherwise knows only as hashes, so what
is kept is encrypted with a key derived from the server's secret.
"""

import base64
import hashlib
from collections.abc import Awaitable, Callable

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from viva.platform.database import Work
from viva.sessions.errors import KeyReused
from viva.sessions.tables import IdempotencyRow

KEY_MAX = 200


class Idempotency:
    """Runs a request once per actor and key."""

    def __init__(self, secret: bytes) -> None:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"viva idempotency").derive(secret)
        self._seal = Fernet(base64.urlsafe_b64encode(derived))

    async def once(
        self, work: Work, actor: str, key: str, request: bytes, effect: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """The answer of `effect`, from the first time it ran for this actor and key.

        A parallel repeat waits for the first to commit. Raises `KeyReused` if `request` is another one.
        """
        key, digest = key[:KEY_MAX], hashlib.sha256(request).digest()
        first = await work.db.scalar(
            insert(IdempotencyRow)
            .values(actor=actor, key=key, request_hash=digest)
            .on_conflict_do_nothing()
            .returning(IdempotencyRow.key)
        )
        if first is None:
            return await self._kept(work, actor, key, digest)
        answer = await effect()
        await work.db.execute(
            update(IdempotencyRow)
            .where(IdempotencyRow.actor == actor, IdempotencyRow.key == key)
            .values(sealed_response=self._seal.encrypt(answer))
        )
        return answer

    async def _kept(self, work: Work, actor: str, key: str, digest: bytes) -> bytes:
        row = await work.db.scalar(
            select(IdempotencyRow).where(IdempotencyRow.actor == actor, IdempotencyRow.key == key)
        )
        if row is None or row.sealed_response is None or row.request_hash != digest:
            raise KeyReused
        return self._seal.decrypt(row.sealed_response)
