"""What operators watch about recognition."""

from prometheus_client import Counter

malformed_messages = Counter(
    "viva_stt_malformed_messages",
    "Messages of an engine that could not be read and were ignored.",
    ["engine"],
)
connections_lost = Counter("viva_stt_connections_lost", "Streams that ended before we did.", ["engine"])
packets_overflowed = Counter(
    "viva_stt_packets_overflowed", "Audio packets that no engine heard because the ring was full.", ["engine"]
)
captions_skipped = Counter(
    "viva_stt_interims_skipped", "Interim results of the local engine left out because the machine was busy."
)
COLLECTORS = (malformed_messages, connections_lost, packets_overflowed, captions_skipped)
"""For `bootstrap` to put into the application's registry: `/metrics` shows that one only."""
