"""`viva admin create`: people who administer or review."""

import asyncio
from typing import Literal

import click

from viva.bootstrap import create_user
from viva.cli.saying import plainly, say
from viva.platform.settings import load


@click.group()
def admin() -> None:
    """People who administer."""


@admin.command("create")
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--role", type=click.Choice(["admin", "reviewer"]), default="admin", show_default=True)
@plainly
def create(email: str, password: str, role: Literal["admin", "reviewer"]) -> None:
    """Add a user. With the embedded database: while the server is stopped."""
    asyncio.run(create_user(load(), email, password, role, say))
    say("Done.")
