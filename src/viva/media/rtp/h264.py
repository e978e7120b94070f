"""H.264 out of RTP (RFC 6184): pictures as length-prefixed NAL units, as Matroska stores them."""

import struct

from viva.media.rtp.picture import Joiner, Picture

_IDR, _SPS, _PPS, _STAP_A, _FU_A = 5, 7, 8, 24, 28
_WIDEST = 16_384
_UNITS_MAX = 1_000
"""A picture's slices: an encoder that makes one for each packet needs a hundred for a large key frame."""
SET_MAX_BYTES = 256
"""A browser's parameter sets have a few dozen bytes; two of these fit the header of a recording."""
_CYCLE_MAX = 255
"""`num_ref_frames_in_pic_order_cnt_cycle` (H.264, 7.4.2.1.1)."""
_CHROMA_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128}


class H264Joiner(Joiner):
    """Joins NAL units of one timestamp; fragments (FU-A) are put together, aggregates (STAP-A) taken apart.

    A picture's first packet is not marked in H.264, so a picture begins with whatever follows a marker.
    """

    def _part(self, payload: bytes) -> tuple[bool, bytes] | None:
        if not payload:
            return None
        if payload[0] & 0x1F == _FU_A:
            return (bool(payload[1] & 0x80), payload) if len(payload) > 2 else None
        return True, payload

    def _whole(self, parts: list[bytes]) -> Picture | None:
        units = _units(parts)
        if not units:
            return None
        data = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
        return Picture(data, any(unit[0] & 0x1F == _IDR for unit in units))


def _units(parts: list[bytes]) -> list[bytes]:
    units: list[bytes] = []
    fragment: bytearray | None = None
    for part in parts:
        kind = part[0] & 0x1F
        if kind == _FU_A:
            if part[1] & 0x80:
                fragment = bytearray((part[0] & 0xE0 | part[1] & 0x1F,))
            if fragment is None:
                return []
            fragment += part[2:]
            if part[1] & 0x40:
                units.append(bytes(fragment))
                fragment = None
        elif kind == _STAP_A:
            units += _aggregated(part)
        elif 0 < kind < _STAP_A:
            units.append(part)
        if len(units) > _UNITS_MAX:
            return []
    return [] if fragment is not None else units


def _aggregated(part: bytes) -> list[bytes]:
    units, position = [], 1
    while position + 2 < len(part):
        (size,) = struct.unpack_from("!H", part, position)
        unit = part[position + 2 : position + 2 + size]
        if not size or len(unit) != size:
            return []
        units.append(unit)
        position += 2 + size
    return units


def parameter_sets(keyframe: bytes) -> tuple[bytes, bytes] | None:
    """`(SPS, PPS)` that a key frame carries, `None` if it lacks one or one is longer than any honest one."""
    found: dict[int, bytes] = {}
    position = 0
    while position + 4 < len(keyframe):
        size = int.from_bytes(keyframe[position : position + 4], "big")
        unit = keyframe[position + 4 : position + 4 + size]
        if unit:
            found.setdefault(unit[0] & 0x1F, unit)
        position += 4 + size
    sps, pps = found.get(_SPS, b""), found.get(_PPS, b"")
    if not 4 <= len(sps) <= SET_MAX_BYTES or not 1 <= len(pps) <= SET_MAX_BYTES:
        return None
    return sps, pps


def configuration(sps: bytes, pps: bytes) -> bytes:
    """The AVCDecoderConfigurationRecord (ISO 14496-15, 5.2.4.1): Matroska's CodecPrivate."""
    record = bytes((1, sps[1], sps[2], sps[3], 0xFF, 0xE1)) + struct.pack("!H", len(sps)) + sps
    return record + b"\1" + struct.pack("!H", len(pps)) + pps


class _Bits:
    def __init__(self, data: bytes) -> None:
        plain = data.replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(plain, "big")
        self._left = len(plain) * 8

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("the parameter set ends early")
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        value = self.golomb()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def dimensions(sps: bytes) -> tuple[int, int] | None:
    """Width and height after cropping (H.264, 7.3.2.1.1), `None` when the set cannot be read."""
    if not 5 <= len(sps) <= SET_MAX_BYTES:
        return None
    try:
        width, height = _dimensions(_Bits(sps[4:]), sps[1])
    except ValueError:
        return None
    return (width, height) if 0 < width <= _WIDEST and 0 < height <= _WIDEST else None


def _dimensions(bits: _Bits, profile: int) -> tuple[int, int]:
    bits.golomb()
    if profile in _CHROMA_PROFILES:
        _skip_chroma(bits)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        _skip_cycle(bits)
    bits.golomb()
    bits.take(1)
    width, height = 16 * (bits.golomb() + 1), 16 * (bits.golomb() + 1)
    frames_only = bits.take(1)
    if not frames_only:
        height *= 2
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= 2 * (left + right)
        height -= 2 * (top + bottom) * (2 - frames_only)
    return width, height


def _skip_cycle(bits: _Bits) -> None:
    count = bits.golomb()
    if count > _CYCLE_MAX:
        raise ValueError("no picture order has so long a cycle")
    for _ in range(count):
        bits.signed()


def _skip_chroma(bits: _Bits) -> None:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for index in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
