"""The ICE-lite side of STUN (RFC 8445, 8489): binding requests answered, nothing ever asked."""

import struct

import msgspec
from aioice import stun

Address = tuple[str, int] | tuple[str, int, int, int]
"""Where a datagram came from; the longer form is IPv6's."""


class BindingRequest(msgspec.Struct, frozen=True):
    """A readable, not yet authenticated request; `ufrag` is ours, `peer_ufrag` the asker's."""

    ufrag: str
    peer_ufrag: str
    nominates: bool
    message: stun.Message

    def authentic(self, password: str) -> bool:
        """Whether it was signed with our password."""
        return self.message.check_message_integrity(password.encode())


def read_request(datagram: bytes) -> BindingRequest | None:
    """`None` for what is not a binding request with a user name, or is malformed."""
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    if message.message_method != stun.Method.BINDING or message.message_class != stun.Class.REQUEST:
        return None
    ours, separator, theirs = message.attributes.get("USERNAME", "").partition(":")
    if not separator:
        return None
    return BindingRequest(ours, theirs, "USE-CANDIDATE" in message.attributes, message)


def response(request: BindingRequest, password: str, address: Address) -> bytes:
    """The signed success response: `address` is where the request came from."""
    message = stun.Message(
        stun.Method.BINDING,
        stun.Class.RESPONSE,
        transaction_id=request.message.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": address[:2]},
    )
    message.add_message_integrity(password.encode())
    return bytes(message)


def request(username: str, password: str, tie_breaker: int) -> bytes:
    """A nominating request, for our own publishing client (the controlling side)."""
    attributes = {
        "USERNAME": username,
        "PRIORITY": 1_845_501_695,
        "ICE-CONTROLLING": tie_breaker,
        "USE-CANDIDATE": None,
    }
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    message.add_message_integrity(password.encode())
    return bytes(message)


def is_success(datagram: bytes, password: str) -> bool:
    """Whether this is the answerer's authentic success response."""
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return False
    return message.message_class == stun.Class.RESPONSE and message.check_message_integrity(password.encode())
