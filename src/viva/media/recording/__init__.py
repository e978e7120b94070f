"""What is kept: one file per connection, a manifest that places it in the interview, and playback."""

from viva.media.recording.attending import Attendance
from viva.media.recording.manifest import Gap, Part
from viva.media.recording.mending import Mended
from viva.media.recording.playback import Playback
from viva.media.recording.recorder import Recorder, Trouble
from viva.media.recording.recordings import Recordings

__all__ = ["Attendance", "Gap", "Mended", "Part", "Playback", "Recorder", "Recordings", "Trouble"]
