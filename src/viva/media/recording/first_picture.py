"""What a recording has to know of its pictures before the first of them."""

from viva.audio import VideoFrame
from viva.media.rtp import h264, vp8
from viva.media.webm import VideoSettings


def video_settings(keyframe: VideoFrame) -> VideoSettings | None:
    """What a player needs to know, from a key frame; `None` when it does not say."""
    if keyframe.codec == "vp8":
        size = vp8.dimensions(keyframe.data)
        return VideoSettings("vp8", *size) if size is not None else None
    sets = h264.parameter_sets(keyframe.data)
    size = h264.dimensions(sets[0]) if sets is not None else None
    if sets is None or size is None:
        return None
    return VideoSettings("h264", *size, configuration=h264.configuration(*sets))
