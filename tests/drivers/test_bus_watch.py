"""What frames and errors say of a bus: a wrong rate only where no frame was ever read, nothing on one bad moment."""

from hypothesis import given
from hypothesis import strategies as st

from obu.drivers.bus_watch import BUS_OFF, ERRORS_NEEDED, ERRORS_ONLY, ERRORS_SPAN_NS, BusWatch, wrong_bitrate


def test_one_burst_of_errors_says_nothing():
    watch = BusWatch(250_000)
    for _ in range(1000):
        watch.erred(5)
    assert watch.trouble(5) is None


@given(st.lists(st.tuples(st.sampled_from(["frame", "error", "off"]), st.integers(0, 400_000_000)), max_size=30))
def test_trouble_is_what_the_last_run_of_errors_says(story):
    watch, at_ns, run, heard, off = BusWatch(250_000), 0, [], False, False
    for what, pause_ns in story:
        at_ns += pause_ns
        if what == "frame":
            watch.heard()
            run, heard = [], True
        elif what == "error":
            watch.erred(at_ns)
            run.append(at_ns)
        else:
            watch.went_off()
            off = True
        lasting = len(run) >= ERRORS_NEEDED and at_ns - run[0] >= ERRORS_SPAN_NS
        expected = BUS_OFF if off else None if not lasting else ERRORS_ONLY if heard else wrong_bitrate(250_000)
        assert watch.trouble(at_ns) == expected
    watch.opened()
    assert watch.trouble(at_ns) is None
