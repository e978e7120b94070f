"""What Prometheus reads."""

from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families

from viva.platform.metrics import Metrics


def test_requests_are_counted_by_route_and_status():
    metrics = Metrics()
    metrics.observe_request(method="GET", route="/api/things/{thing}", status=200, seconds=0.02)
    families = {family.name: family for family in text_string_to_metric_families(metrics.render().decode())}
    counts = [
        sample
        for sample in families["viva_http_request_seconds"].samples
        if sample.name == "viva_http_request_seconds_count"
    ]
    assert [(sample.labels["route"], sample.labels["status"], sample.value) for sample in counts] == [
        ("/api/things/{thing}", "200", 1.0)
    ]


def test_two_applications_in_one_process_do_not_share_numbers():
    first, second = Metrics(), Metrics()
    first.counter("things", "Things.").inc()
    assert b"viva_things_total 1.0" in first.render()
    assert b"viva_things" not in second.render()


def test_what_a_module_counts_for_the_whole_process_is_shown_by_every_application():
    counted = Counter("viva_test_things", "Things.", registry=None)
    counted.inc(3)
    for metrics in (Metrics(), Metrics()):
        metrics.show(counted)
        assert b"viva_test_things_total 3.0" in metrics.render()
