"""Matroska and WebM written and mended in plain Python: packets are stored as they came, never re-encoded."""

from viva.media.webm.layout import HEADER_BYTES, Tracks, VideoSettings, doc_type, header, track_entries
from viva.media.webm.mend import Scan, clusters, finished, header_of, scan
from viva.media.webm.writer import CLUSTER_MS, Cluster, Clusters, blocks_of, cluster_of, without_pictures

__all__ = [
    "CLUSTER_MS",
    "HEADER_BYTES",
    "Cluster",
    "Clusters",
    "Scan",
    "Tracks",
    "VideoSettings",
    "blocks_of",
    "cluster_of",
    "clusters",
    "doc_type",
    "finished",
    "header",
    "header_of",
    "scan",
    "track_entries",
    "without_pictures",
]
