"""What is loaded when the server opens is not looked at again; what comes later is still collected."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from viva.platform.garbage import keep_what_is_loaded

class Ring:
    def __init__(self):
        self.itself = self

keep_what_is_loaded()
assert gc.get_freeze_count() > 1_000
later = weakref.ref(Ring())
assert later() is not None
gc.collect()
assert later() is None

interview = Ring()
over = weakref.ref(interview)
gc.collect()  # now it is one of the old
del interview
for _ in range(30):
    young = [[] for _ in range(10_500)]
    young.clear()
assert over() is None
"""


def test_what_is_loaded_stays_and_a_ring_made_later_is_collected_within_the_hour() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
