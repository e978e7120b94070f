"""Clusters that wait for the disk: bounded, pictures dropped before sound, the newest before the oldest."""

from viva.media.webm import Cluster, without_pictures

SLOW_S = 4.0
"""A disk that has not taken a write for this long gets no more pictures."""
LIMIT_BYTES = 8 * 1024 * 1024
"""Four seconds of pictures at the ceiling, or half an hour of sound."""


class Backlog:
    """A queue with a limit. Over it, waiting pictures are dropped; sound beyond it is not taken."""

    def __init__(self) -> None:
        self._waiting: list[Cluster] = []
        self._bytes = 0
        self._since_s: float | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def slow(self, now_s: float) -> bool:
        """Whether the disk has kept us waiting for too long."""
        return self._since_s is not None and now_s - self._since_s > SLOW_S

    def put(self, cluster: Cluster | None, now_s: float) -> None:
        """Take a cluster, within the limit."""
        if cluster is None:
            return
        if self._since_s is None:
            self._since_s = now_s
        if self._bytes + len(cluster.data) > LIMIT_BYTES:
            self._drop_pictures()
            kept = without_pictures(cluster)
            if kept is None or self._bytes + len(kept.data) > LIMIT_BYTES:
                return
            cluster = kept
        self._waiting.append(cluster)
        self._bytes += len(cluster.data)

    def take(self) -> list[Cluster]:
        """Everything that waits, for one write."""
        taken, self._waiting, self._bytes = self._waiting, [], 0
        return taken

    def put_back(self, clusters: list[Cluster]) -> None:
        """What could not be written waits again, without its pictures."""
        self._waiting = clusters + self._waiting
        self._drop_pictures()

    def written(self, now_s: float) -> None:
        """The write that `take` was for has ended."""
        self._since_s = now_s if self._waiting else None

    def _drop_pictures(self) -> None:
        kept = (without_pictures(cluster) for cluster in self._waiting)
        self._waiting = [cluster for cluster in kept if cluster is not None]
        self._bytes = sum(len(cluster.data) for cluster in self._waiting)
