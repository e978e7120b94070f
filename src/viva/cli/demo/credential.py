"""Who the demo signs in as.

Beside a server of one's own nothing has to be typed: whoever may open its database may do everything anyway,
so the demo makes itself an API key there and revokes it when it is done. No credential is kept anywhere.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from viva.auth import AuthService
from viva.bootstrap import auth_services
from viva.cli.demo.api import Api
from viva.cli.neighbour import address_beside, database_at
from viva.cli.saying import CannotDo
from viva.platform.clock import SystemClock
from viva.platform.settings import Settings, secret_key

_LABEL = "viva demo"


@asynccontextmanager
async def signed_in(api: Api, beside: Settings | None, email: str, password: str) -> AsyncIterator[str]:
    """A bearer for the time of the block. `beside`: the settings of the server, if it is on this machine.

    Raises `CannotDo` when there is neither a password nor a database to ask.
    """
    if email and password:
        pair = await api.token(email, password)
        try:
            yield pair["access_token"]
        finally:
            await api.revoke(pair["refresh_token"])
    elif beside is not None:
        async with _borrowed_key(beside) as key:
            yield key
    else:
        raise CannotDo("a server elsewhere wants to know who you are: give --email and --password.")


@asynccontextmanager
async def _borrowed_key(settings: Settings) -> AsyncIterator[str]:
    address = await address_beside(settings)
    if address is None:
        raise CannotDo(
            f"no database runs in {settings.data_dir}: start the demo where the server was started, "
            "or give --email and --password."
        )
    async with database_at(address) as database:
        parts = auth_services(settings, database, SystemClock(), secret_key(settings))
        auth: AuthService = parts["auth"]
        async with database.uow() as work:
            key, secret = await auth.create_key(work, _LABEL, "admin")
        try:
            yield secret
        finally:
            async with database.uow() as work:
                await auth.revoke_key(work, key.id)
