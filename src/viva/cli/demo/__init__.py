"""`viva demo`: a spoken interview through a running server, as any client of its API would do it."""

import asyncio
from pathlib import Path
from typing import Literal

import click

from viva.cli.demo.api import Api, is_local
from viva.cli.demo.credential import signed_in
from viva.cli.demo.interview import Interview, hold
from viva.cli.demo.report import show_recording, show_results, show_transcript, wait_for_results
from viva.cli.demo.speech import Spoken, bundled, own
from viva.cli.saying import CannotDo, plainly, say
from viva.platform.settings import load

POSITIONS = {"en": "Backend engineer", "ko": "백엔드 개발자"}


@click.command()
@click.option("--url", help="The server's address; by default the one that the settings name.")
@click.option("--email", help="Who to sign in as; not needed beside a server of one's own.")
@click.option("--password", help="The password of --email.")
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", show_default=True)
@click.option(
    "--audio",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A recording to answer with instead of the bundled ones, in any usual format.",
)
@plainly
def demo(
    url: str | None,
    email: str | None,
    password: str | None,
    language: Literal["en", "ko"],
    audio: Path | None,
) -> None:
    """Play a spoken interview into a running server, show the captions, print the scorecard."""
    if language != "en" and audio is None:
        raise CannotDo("the bundled answers are English: give a recording in Korean with --audio FILE.")
    answers = (own(audio),) if audio else bundled()
    asyncio.run(_demo(url, email, password, language, answers))


async def _demo(
    url: str | None, email: str | None, password: str | None, language: str, answers: tuple[Spoken, ...]
) -> None:
    settings = load()
    address = (url or settings.base_url).rstrip("/")
    api = Api(address, language)
    await api.check_running()
    email, password = email or settings.admin_email, password or settings.admin_password
    async with signed_in(api, settings if is_local(address) else None, email, password) as staff:
        made = await api.make_session(staff, POSITIONS[language])
        say(f"Interview {made['id']} on {address}")
        interview = await hold(api, made, answers)
        await _report(api, staff, made["id"], interview)
    say(f"\nSee it in the dashboard: {address}/admin/sessions/{made['id']}")


async def _report(api: Api, staff: str, session_id: str, interview: Interview) -> None:
    say("\nWaiting for the scorecard…")
    results = await wait_for_results(api, staff, session_id)
    show_transcript(await api.read(staff, f"/api/sessions/{session_id}/transcript"), interview)
    show_recording(await api.download(staff, f"/api/sessions/{session_id}/recording"), interview.spoken_s)
    show_results(results)
