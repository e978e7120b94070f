"""Python's cyclic garbage collector, told what a server is: much that stays, little that comes and goes."""

import gc

_YOUNG = 10_000
"""Net new containers before the youngest are looked at (Python's own: 700). Packets and pictures are none, so
what waits in a ring or in a cluster does not make the collector run."""


def keep_what_is_loaded() -> None:
    """Never look again at what there is now: modules, routes, mappers, SDKs (docs/decisions/0005-garbage.md).

    What comes later is collected as ever, in larger portions. Call it once, when everything is loaded and
    nobody is served yet.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
