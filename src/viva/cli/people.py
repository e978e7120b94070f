"""`viva admin create`: people who administer or review."""

import asyncio
from typing import Literal

import click

from viva.auth import AuthService, Role
from viva.bootstrap import auth_services
from viva.cli.alone import create_user
from viva.cli.neighbour import database_at
from viva.cli.saying import plainly, say
from viva.platform.clock import SystemClock
from viva.platform.postgres import running_beside
from viva.platform.settings import Settings, load, secret_key


@click.group()
def admin() -> None:
    """People who administer."""


@admin.command("create")
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--role", type=click.Choice(["admin", "reviewer"]), default="admin", show_default=True)
@plainly
def create(email: str, password: str, role: Literal["admin", "reviewer"]) -> None:
    """Add a user, whether the server is running or not."""
    asyncio.run(_create(load(), email, password, role))
    say("Done.")


async def _create(settings: Settings, email: str, password: str, role: Role) -> None:
    beside = None if settings.database_url else await running_beside(settings.data_dir)
    if beside is None:
        await create_user(settings, email, password, role, say)
        return
    async with database_at(beside) as database, database.uow() as work:
        auth: AuthService = auth_services(settings, database, SystemClock(), secret_key(settings))["auth"]
        await auth.create_user(work, email, password, role)
