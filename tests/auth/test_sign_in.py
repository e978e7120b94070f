import asyncio
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from tests.auth.conftest import PASSWORD, bearer
from tests.support.clock import FakeClock

from viva.auth import AuthService, EmailTaken, User
from viva.auth.errors import BadEmail, PasswordTooCommon
from viva.auth.service import DEFAULT_ADMIN_EMAIL
from viva.platform.database import Database

Browse = Callable[..., httpx.AsyncClient]
TokenOf = Callable[[User], Awaitable[dict[str, Any]]]


def form(user: User | str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"email": user if isinstance(user, str) else user.email, "password": password, **more}


async def wrong_tries(client: httpx.AsyncClient, email: str, count: int, **headers: str) -> list[int]:
    return [
        (await client.post("/login", data=form(email, "wrong"), headers=headers)).status_code
        for _ in range(count)
    ]


async def test_S10_every_cookie_is_bound_to_this_host_unreadable_for_scripts_and_small(
    client: httpx.AsyncClient, admin: User
) -> None:
    given = [
        await client.post("/login", data=form(admin)),
        await client.post("/logout"),
    ]
    headers = [value for answer in given for value in answer.headers.get_list("set-cookie")]
    assert len(headers) == 2
    for header in headers:
        (name, morsel), *rest = SimpleCookie(header).items()
        assert rest == []
        assert name.startswith("__Host-")
        assert (morsel["secure"], morsel["httponly"]) == (True, True)
        assert (morsel["path"], morsel["domain"], morsel["samesite"].lower()) == ("/", "", "lax")
        assert len(header) < 4096


async def test_S10_the_candidates_cookie_is_made_the_same_way() -> None:
    from viva.auth import candidate_cookie

    header = candidate_cookie("vcand_x", max_age_s=60).to_header(header="")
    morsel = SimpleCookie(header)["__Host-viva-candidate"]
    assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (True, True, "/", "")
    assert (morsel["samesite"].lower(), morsel["max-age"]) == ("lax", "60")


async def test_S11_signing_in_again_gives_a_new_secret_and_ends_the_old(
    client: httpx.AsyncClient, browse: Browse, admin: User
) -> None:
    await client.post("/login", data=form(admin))
    old = client.cookies["__Host-viva"]
    await client.post("/login", data=form(admin))
    assert client.cookies["__Host-viva"] != old
    assert (await client.get("/api/users/me")).status_code == 200

    thief = browse()
    thief.cookies.set("__Host-viva", old, domain="viva.test")
    assert (await thief.get("/api/users/me")).status_code == 401


async def test_S11_a_cookie_that_was_planted_before_signing_in_is_worth_nothing_after(
    client: httpx.AsyncClient, browse: Browse, admin: User
) -> None:
    client.cookies.set("__Host-viva", "vpage_planted", domain="viva.test")
    await client.post("/login", data=form(admin))
    thief = browse()
    thief.cookies.set("__Host-viva", "vpage_planted", domain="viva.test")
    assert (await thief.get("/api/users/me")).status_code == 401


@pytest.mark.parametrize("change", ["role", "password", "inactive", "everywhere"])
async def test_S11_S03_a_change_to_the_user_ends_every_login_at_the_next_request(
    client: httpx.AsyncClient,
    database: Database,
    service: AuthService,
    reviewer: User,
    token_of: TokenOf,
    change: str,
) -> None:
    pair = await token_of(reviewer)
    await client.post("/login", data=form(reviewer))
    assert (await client.get("/api/users/me")).status_code == 200

    async with database.uow() as work:
        if change == "role":
            await service.set_role(work, reviewer.id, "admin")
        elif change == "password":
            await service.set_password(work, reviewer.id, "another long sentence")
        elif change == "inactive":
            await service.set_active(work, reviewer.id, active=False)
        else:
            await service.sign_out_everywhere(work, reviewer.id)

    assert (await client.get("/api/users/me")).status_code == 401
    assert (await client.get("/api/users/me", headers=bearer(pair["access_token"]))).status_code == 401
    refreshed = await client.post("/api/token/refresh", data={"refresh_token": pair["refresh_token"]})
    assert refreshed.status_code == 401
    again = await client.post("/login", data=form(reviewer))
    assert again.status_code == (303 if change in {"role", "everywhere"} else 401)


async def test_S03_a_revoked_token_is_refused_at_the_next_request_and_revoking_twice_is_fine(
    client: httpx.AsyncClient, admin: User, token_of: TokenOf
) -> None:
    by_refresh, by_bearer, other = [await token_of(admin) for _ in range(3)]
    for _ in range(2):
        answer = await client.post("/api/token/revoke", data={"token": by_refresh["refresh_token"]})
        assert answer.status_code == 204
    ended = await client.post("/api/token/revoke", data={}, headers=bearer(by_bearer["access_token"]))
    assert ended.status_code == 204
    assert (await client.post("/api/token/revoke", data={"token": "unknown"})).status_code == 204
    for pair in (by_refresh, by_bearer):
        assert (await client.get("/api/users/me", headers=bearer(pair["access_token"]))).status_code == 401
        refreshed = await client.post("/api/token/refresh", data={"refresh_token": pair["refresh_token"]})
        assert refreshed.status_code == 401
    assert (await client.get("/api/users/me", headers=bearer(other["access_token"]))).status_code == 200


async def test_S03_a_refresh_token_works_once_and_its_reuse_ends_the_whole_login(
    client: httpx.AsyncClient, admin: User, token_of: TokenOf
) -> None:
    first = await token_of(admin)
    answer = await client.post("/api/token/refresh", data={"refresh_token": first["refresh_token"]})
    second = answer.json()
    assert set(second) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (await client.get("/api/users/me", headers=bearer(second["access_token"]))).status_code == 200

    copied = await client.post("/api/token/refresh", data={"refresh_token": first["refresh_token"]})
    assert (copied.status_code, copied.json()["code"]) == (401, "bad_token")
    assert (await client.get("/api/users/me", headers=bearer(second["access_token"]))).status_code == 401
    after = await client.post("/api/token/refresh", data={"refresh_token": second["refresh_token"]})
    assert after.status_code == 401


async def test_S37_fifty_refreshes_with_one_token_at_once_give_one_pair_at_most(
    client: httpx.AsyncClient, admin: User, token_of: TokenOf
) -> None:
    token = (await token_of(admin))["refresh_token"]
    answers = await asyncio.gather(
        *(client.post("/api/token/refresh", data={"refresh_token": token}) for _ in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 49]


async def test_the_token_answer_has_the_shape_of_the_contract(client: httpx.AsyncClient, admin: User) -> None:
    answer = await client.post(
        "/api/token",
        data={"username": " Admin@Example.com ", "password": PASSWORD, "grant_type": "password"},
    )
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    assert answer.headers["cache-control"] == "no-store"
    me = (await client.get("/api/users/me", headers=bearer(body["access_token"]))).json()
    assert me == {"id": str(admin.id), "email": "admin@example.com", "role": "admin", "kind": "user"}


async def test_S14_the_sixth_wrong_try_is_refused_with_the_time_to_wait(
    client: httpx.AsyncClient, admin: User, clock: FakeClock
) -> None:
    assert await wrong_tries(client, admin.email, 7) == [401] * 5 + [429] * 2
    refused = await client.post("/login", data=form(admin))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert "Too many attempts" in refused.text
    by_api = await client.post("/api/token", data={"username": admin.email, "password": PASSWORD})
    assert (by_api.status_code, by_api.json()["code"]) == (429, "too_many_requests")
    clock.advance(61)
    assert (await client.post("/login", data=form(admin))).status_code == 303


async def test_S14_a_hundred_tries_at_once_are_no_way_around_the_limit(
    client: httpx.AsyncClient, admin: User
) -> None:
    tries = (client.post("/login", data=form(admin, "wrong")) for _ in range(100))
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert (statuses.count(401), statuses.count(429)) == (5, 95)


async def test_S14_a_guesser_locks_out_nobody_but_himself(browse: Browse, admin: User) -> None:
    assert (await wrong_tries(browse("198.51.100.9"), admin.email, 6))[-1] == 429
    assert (await browse("203.0.113.7").post("/login", data=form(admin))).status_code == 303


async def test_S14_a_made_up_forwarded_address_is_not_believed_and_a_named_proxys_is(
    browse: Browse, admin: User
) -> None:
    stranger = browse("198.51.100.9")
    statuses = [
        (await wrong_tries(stranger, admin.email, 1, **{"X-Forwarded-For": f"192.0.2.{n}"}))[0]
        for n in range(6)
    ]
    assert statuses == [401] * 5 + [429]
    proxied = browse("10.0.0.1")
    behind = [
        (await wrong_tries(proxied, admin.email, 1, **{"X-Forwarded-For": f"192.0.2.{n}"}))[0]
        for n in range(6)
    ]
    assert behind == [401] * 6


async def test_S14_the_addresses_of_one_ipv6_home_count_as_one(browse: Browse, admin: User) -> None:
    tries = [(await wrong_tries(browse(f"2001:db8::{n}"), admin.email, 1))[0] for n in range(1, 7)]
    assert tries == [401] * 5 + [429]


async def test_S14_a_success_starts_the_count_afresh(client: httpx.AsyncClient, admin: User) -> None:
    for _ in range(3):
        assert await wrong_tries(client, admin.email, 4) == [401] * 4
        assert (await client.post("/login", data=form(admin))).status_code == 303


async def test_S14_known_unknown_inactive_and_impossible_users_get_the_same_answer(
    browse: Browse, database: Database, service: AuthService, admin: User, reviewer: User
) -> None:
    async with database.uow() as work:
        await service.set_active(work, reviewer.id, active=False)
    answers = [
        await browse().post("/api/token", data={"username": name, "password": password})
        for name, password in [
            (admin.email, "wrong wrong wrong"),
            ("nobody@example.com", PASSWORD),
            (reviewer.email, PASSWORD),
            ("not an address", PASSWORD),
            (admin.email, "x" * 2000),
        ]
    ]
    assert {answer.status_code for answer in answers} == {401}
    bodies = [answer.json() for answer in answers]
    assert {(body["code"], body["message"]) for body in bodies} == {
        ("wrong_password", "The email address or the password is not right.")
    }


async def test_the_login_page_says_what_was_wrong_and_keeps_what_was_entered(
    client: httpx.AsyncClient, admin: User
) -> None:
    answer = await client.post(
        "/login",
        data=form('"><script>@example.com', "wrong", next="/admin/sessions"),
        headers={"Accept-Language": "ko"},
    )
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "이메일 주소 또는 비밀번호가 올바르지 않습니다." in answer.text
    assert "&gt;&lt;script&gt;@example.com" in answer.text
    assert "<script>@example.com" not in answer.text
    assert 'value="/admin/sessions"' in answer.text
    assert "wrong" not in answer.text


async def test_the_login_page_says_why_somebody_was_sent_there(client: httpx.AsyncClient) -> None:
    assert "no longer valid" in (await client.get("/login?reason=bad_token")).text
    assert "Please sign in to continue." in (await client.get("/login?reason=unauthenticated")).text
    assert "made up" not in (await client.get("/login?reason=made%20up")).text


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/admin/sessions?status=done", "/admin/sessions?status=done"),
        ("", "/admin"),
        ("https://evil.test/", "/admin"),
        ("//evil.test/", "/admin"),
        ("/\\evil.test", "/admin"),
        ("javascript:alert(1)", "/admin"),
        ("/\t/evil.test", "/admin"),
    ],
)
async def test_signing_in_leads_to_a_place_on_this_site_only(
    client: httpx.AsyncClient, admin: User, wanted: str, goes_to: str
) -> None:
    answer = await client.post("/login", data=form(admin, next=wanted))
    assert (answer.status_code, answer.headers["location"]) == (303, goes_to)
    already = await client.get("/login", params={"next": wanted})
    assert (already.status_code, already.headers["location"]) == (303, goes_to)


async def test_S50_signing_out_ends_the_login_and_clears_the_browser_and_twice_is_fine(
    client: httpx.AsyncClient, browse: Browse, admin: User
) -> None:
    await client.post("/login", data=form(admin))
    secret = client.cookies["__Host-viva"]
    answer = await client.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert '"storage"' in answer.headers["clear-site-data"]
    assert "__Host-viva" not in client.cookies

    copied = browse()
    copied.cookies.set("__Host-viva", secret, domain="viva.test")
    assert (await copied.get("/api/users/me")).status_code == 401
    assert (await client.post("/logout")).status_code == 303


async def test_a_page_login_ends_after_twelve_hours_and_an_api_login_after_two_weeks(
    client: httpx.AsyncClient, admin: User, token_of: TokenOf, clock: FakeClock
) -> None:
    refresh = (await token_of(admin))["refresh_token"]
    await client.post("/login", data=form(admin))
    clock.advance(hours=12)
    assert (await client.get("/api/users/me")).status_code == 401
    answer = await client.post("/api/token/refresh", data={"refresh_token": refresh})
    assert answer.status_code == 200
    clock.advance(days=14)
    late = await client.post("/api/token/refresh", data={"refresh_token": answer.json()["refresh_token"]})
    assert late.status_code == 401


async def test_the_first_admin_is_made_once_with_a_password_that_works(
    client: httpx.AsyncClient, database: Database, service: AuthService
) -> None:
    async with database.uow() as work:
        made = await service.ensure_first_admin(work, "", "")
    assert made is not None
    assert made.email == DEFAULT_ADMIN_EMAIL
    assert (await client.post("/login", data=form(made.email, made.password))).status_code == 303
    async with database.uow() as work:
        assert await service.ensure_first_admin(work, "other@example.com", PASSWORD) is None


async def test_the_first_admins_password_may_be_given_and_is_held_to_the_rules(
    client: httpx.AsyncClient, database: Database, service: AuthService
) -> None:
    with pytest.raises(PasswordTooCommon):
        async with database.uow() as work:
            await service.ensure_first_admin(work, "boss@example.com", "password1234")
    async with database.uow() as work:
        assert await service.ensure_first_admin(work, "Boss@Example.com", PASSWORD) is None
    assert (await client.post("/login", data=form("boss@example.com"))).status_code == 303


async def test_two_processes_that_start_together_make_one_first_admin(
    database: Database, service: AuthService
) -> None:
    async def start() -> bool:
        async with database.uow() as work:
            return await service.ensure_first_admin(work, "", "") is not None

    made = await asyncio.gather(*(start() for _ in range(5)))
    assert made.count(True) == 1


async def test_an_email_address_belongs_to_one_user_however_it_is_written(
    database: Database, service: AuthService, admin: User
) -> None:
    async with database.uow() as work:
        with pytest.raises(EmailTaken):
            await service.create_user(work, "ADMIN@example.com", PASSWORD, "reviewer")
        await service.create_user(work, "other@example.com", PASSWORD, "reviewer")
        for wrong in ("", "nobody", "a@b@c", "a b@example.com", "@example.com", "a@", f"{'a' * 250}@b.co"):
            with pytest.raises(BadEmail):
                await service.create_user(work, wrong, PASSWORD, "reviewer")
