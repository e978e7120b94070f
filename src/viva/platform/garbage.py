"""Python's cyclic garbage collector, told what a server is: much that stays, little that comes and goes."""

import gc

_YOUNG = 10_000
"""Net new containers before the youngest are looked at (Python's own: 700). Packets and pictures are none, so
what waits in a ring or in a cluster does not make the collector run."""
_MIDDLE, _OLD = 5, 2
"""Collections of the younger before the older are looked at (Python's own: 10 and 10). Ten interviews make
so few containers that the oldest were looked at every other hour; rings of ended interviews waited."""


def keep_what_is_loaded() -> None:
    """Never look again at what there is now: modules, routes, mappers, SDKs (docs/decisions/0005-garbage.md).

    What comes later is collected as ever, in larger portions. Call it once, when everything is loaded and
    nobody is served yet.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
