"""VP8 out of RTP (RFC 7741): packets joined to whole pictures."""

from viva.media.rtp.picture import Joiner, Picture


def dimensions(keyframe: bytes) -> tuple[int, int] | None:
    """Width and height from a key frame's header (RFC 6386, section 9.1)."""
    if len(keyframe) < 10 or keyframe[3:6] != b"\x9d\x01\x2a":
        return None
    width = int.from_bytes(keyframe[6:8], "little") & 0x3FFF
    height = int.from_bytes(keyframe[8:10], "little") & 0x3FFF
    return (width, height) if width and height else None


class Vp8Joiner(Joiner):
    """Joins the packets of VP8 pictures."""

    def _part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """What follows the payload descriptor (RFC 7741, section 4.2)."""
        first, position = payload[0], 1
        if first & 0x80:
            if len(payload) < 2:
                return None
            extended, position = payload[1], 2
            if extended & 0x80:
                if len(payload) < 3:
                    return None
                position += 2 if payload[2] & 0x80 else 1
            position += bool(extended & 0x40) + bool(extended & 0x30)
        if position >= len(payload):
            return None
        return bool(first & 0x10) and not first & 0x0F, payload[position:]

    def _whole(self, parts: list[bytes]) -> Picture | None:
        data = b"".join(parts)
        keyframe = not data[0] & 1
        if keyframe and dimensions(data) is None:
            return None
        return Picture(data, keyframe)
