"""How often, and for whom: limits by key, addresses by trusted proxies."""

import pytest

from viva.platform.errors import TooManyRequests
from viva.platform.web import Clients, RateLimiter


class Watch:
    """A clock that stands until it is turned."""

    now_ms = 0.0

    def now(self):
        raise NotImplementedError

    def monotonic_ms(self) -> float:
        return self.now_ms


def test_S14_the_sixth_try_is_refused_and_told_when_to_come_back():
    watch = Watch()
    limiter = RateLimiter(5, 60, watch)
    for _ in range(5):
        limiter.hit("kim", "192.0.2.1")
        watch.now_ms += 1000
    with pytest.raises(TooManyRequests) as refused:
        limiter.hit("kim", "192.0.2.1")
    assert refused.value.retry_after_s == 55
    watch.now_ms = 60_001
    limiter.hit("kim", "192.0.2.1")


def test_S14_a_guesser_does_not_lock_out_the_victim():
    limiter = RateLimiter(1, 60, Watch())
    limiter.hit("kim", "192.0.2.1")
    limiter.hit("kim", "192.0.2.2")
    with pytest.raises(TooManyRequests):
        limiter.hit("kim", "192.0.2.1")


def test_a_success_starts_afresh():
    limiter = RateLimiter(1, 60, Watch())
    limiter.hit("kim")
    limiter.forget("kim")
    limiter.hit("kim")


def test_keys_cannot_be_confused_and_are_bounded():
    limiter = RateLimiter(1, 60, Watch(), keys_max=2)
    limiter.hit("a", "b")
    limiter.hit("ab")
    limiter.hit("c")
    limiter.hit("a", "b")


def _address(peer: str, forwarded: str | None, trusted: tuple[str, ...]) -> str:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Clients(trusted).address({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("192.0.2.1", "10.9.9.9", (), "192.0.2.1"),
        ("192.0.2.1", "10.9.9.9", ("10.0.0.0/8",), "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, nonsense", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", None, ("10.0.0.0/8",), "10.0.0.1"),
        ("::1", "2001:db8::1", ("::1",), "2001:db8::1"),
    ],
)
def test_S14_a_forwarded_address_is_believed_from_a_trusted_proxy_alone(peer, forwarded, trusted, expected):
    assert _address(peer, forwarded, trusted) == expected
