"""What operators watch about captions."""

from prometheus_client import Histogram

_BUCKETS_S = (
    *(0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.0125, 0.015, 0.02),
    *(0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
)

caption_relay = Histogram(
    "viva_caption_relay_seconds",
    "From the recogniser's word read to the screen's frame written; a final is stored in between.",
    ["kind"],
    buckets=_BUCKETS_S,
)
relayed_finals = caption_relay.labels("final")
relayed_interims = caption_relay.labels("interim")
COLLECTORS = (caption_relay,)
"""For `bootstrap` to put into the application's registry: `/metrics` shows that one only."""
