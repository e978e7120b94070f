"""Asking an engine whether it hears us: a handshake alone promises nothing."""

from viva.audio import AudioPacket
from viva.stt.errors import StreamLost
from viva.stt.port import StreamOptions, Transcriber

_SILENCE = b"\xfc\xff\xfe"
"""20 ms of silence in stereo, as Opus encoders write it (RFC 6716, section 3: one CELT frame)."""
_PACKET = 960
_PAGE = 5
_PAGES = 20


async def hears(engine: Transcriber, options: StreamOptions) -> None:
    """Return once the engine has said anything to two seconds of silence; whoever calls sets the time limit.

    Raises `Refused`, and `StreamLost` if it lets go of us before that.
    """
    async with engine.session(options) as stream:
        for page in range(_PAGES):
            first = page * _PAGE
            await stream.send([_silence(index, options) for index in range(first, first + _PAGE)])
        await stream.finalize()
        async for _result in stream.results():
            return
        raise StreamLost(reason="no answer")


def _silence(index: int, options: StreamOptions) -> AudioPacket:
    return AudioPacket(options.format, index * _PACKET, _PACKET, _SILENCE, index * 20.0)
