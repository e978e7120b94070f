"""The benchmark runs and loses nothing. How fast anything is, no test says."""

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.benchmarks.callbacks import Callback, read_callbacks
from tests.benchmarks.counted import buckets, percentile_ms
from tests.benchmarks.follow_ups import after, time_model
from tests.benchmarks.model import Figures, Wanted, percentile, stamp, stamped_sound
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.soak import slope_per_hour

from viva.media.rtp import opus

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it counts with Linux's schedstat")


def viva(*arguments: str, root: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_")}
    if root is not None:
        environment["VIVA_ROOT"] = str(root)
    return subprocess.run(
        [sys.executable, "-m", "viva", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=environment,
    )


def test_two_interviews_are_measured_and_nothing_is_lost() -> None:
    done = viva("bench", "--interviews", "2", "--seconds", "3", "--json")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)) == list(Figures.__struct_fields__)
    found = msgspec.json.decode(done.stdout, type=Figures)
    assert found.interviews == 2
    assert found.packets_lost == 0
    assert found.utterances_expected >= 2
    assert found.utterances_received == found.utterances_expected
    assert found.cpu_per_interview_pct > 0
    assert None not in {
        found.uplink_ms.p99,
        found.caption_relay_ms.p99,
        found.caption_outside_ms.p99,
        found.loop_lag_ms.p99,
    }


async def test_follow_ups_are_timed_and_what_was_said_is_under_its_question(database_url: str) -> None:
    wanted = Wanted(seconds=4, database=database_url, follow_up_wait_s=10)
    found = await time_model(wanted, "at once", 0.0, after(0.0), os.sched_getaffinity(0))
    assert found.answers >= 2
    assert found.asked == found.followed, "a model was asked, and what it said was asked"
    assert found.followed >= 2, "the second answer was not heard as the first one's"
    assert found.ours_ms == found.followed_ms
    assert found.went_on_ms.p99 is None or found.followed < found.answers


def test_without_a_checkout_it_says_in_one_sentence_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    done = viva("bench", root=tmp_path)
    assert done.returncode == 1
    assert "needs a checkout" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("frames", [1, 3])
def test_a_stamped_packet_is_an_opus_packet_that_lasts_as_long_as_its_frames(frames: int) -> None:
    packet = stamped_sound([b"\xfc" + b"frame"] * frames)
    assert opus.packet_samples(packet) == frames * opus.packet_samples(b"\xfc" + b"frame") == frames * 960
    assert len(stamp()) == 8
    assert packet.endswith(b"frame" * frames + bytes(8))


def test_percentiles_are_values_that_were_seen() -> None:
    assert percentile([], 0.99) is None
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.99) == 4.0


def test_lag_is_read_from_what_was_counted_in_between() -> None:
    before = [(0.001, 5.0), (0.01, 5.0), (float("inf"), 5.0)]
    after = [(0.001, 5.0), (0.01, 105.0), (float("inf"), 105.0)]
    assert percentile_ms(before, after, 0.99) == pytest.approx(9.91)
    assert percentile_ms(before, before, 0.99) is None


def test_a_histogram_is_read_out_of_the_metrics_whatever_its_label() -> None:
    a = 'a_bucket{kind="final",le="0.01"} 3.0\na_bucket{kind="interim",le="0.01"} 9.0\n'
    text = f'{a}b_bucket{{le="+Inf"}} 4.0\n'
    assert buckets(text, "a", 'kind="final"') == [(0.01, 3.0)]
    assert buckets(text, "b") == [(float("inf"), 4.0)]


def test_a_slope_is_told_per_hour_and_only_of_two_values_or_more() -> None:
    assert slope_per_hour([(0.0, 160.0), (1800.0, 161.0), (3600.0, 162.0)]) == pytest.approx(2.0)
    assert slope_per_hour([(0.0, 160.0)]) is None


def test_the_callbacks_of_a_span_are_told_longest_first(tmp_path: Path) -> None:
    file = tmp_path / "callbacks"
    written = [Callback(1.0, 9.0, "before"), Callback(2.0, 1.5, "short"), Callback(3.0, 4.0, "long")]
    file.write_bytes(b"\n".join(msgspec.json.encode(each) for each in written))
    assert [each.who for each in read_callbacks(file, 1.5, 3.5)] == ["long", "short"]


def test_a_removed_stream_sends_nothing_more() -> None:
    sent, more = list[int](), threading.Event()

    def stream() -> Iterator[float]:
        for number in itertools.count():
            sent.append(number)
            more.set()
            yield number / 1000

    with Pacer() as pacer:
        pacer.add(going := stream())
        assert more.wait(60)
        pacer.remove([going])
        until = len(sent)
        pacer.add(another := stream())
        pacer.remove([another])
    assert len(sent) <= until + 1
