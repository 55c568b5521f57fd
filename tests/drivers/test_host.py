"""The machine's own state: from this machine, and from one that tells nothing."""

from pathlib import Path

from obu.core.now import NS_PER_S
from obu.drivers import host


def test_what_this_machine_says_is_plausible_and_comes_every_ten_seconds(tmp_path):
    counts = {"state": 5, "journal": 7}
    watch = host.Host(tmp_path, {name: lambda name=name: counts[name] for name in counts})
    (first,) = watch.poll(NS_PER_S)
    assert first.cpu_percent is None and first.written == (("journal", 7), ("state", 5))
    assert 5 < first.memory_mib < 4000 and first.free_mib > 0
    assert first.heat_deg is None or -40 < first.heat_deg < 150
    assert watch.poll(10 * NS_PER_S) == () and watch.wake_at_ns() == 11 * NS_PER_S
    counts["state"] = 6
    sum(number * number for number in range(200_000))
    (second,) = watch.poll(11 * NS_PER_S)
    assert 0 < second.cpu_percent < 400 and second.written == (("journal", 7), ("state", 6))


def test_what_is_not_told_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(host, "ZONES", tmp_path / "none")
    monkeypatch.setattr(host, "MEMORY", tmp_path / "none")
    (state,) = host.Host(Path("/no/such/folder"), {}).poll(NS_PER_S)
    assert (state.cpu_percent, state.memory_mib, state.free_mib, state.heat_deg) == (None, None, None, None)


def test_the_hottest_zone_counts_and_a_broken_one_does_not(tmp_path, monkeypatch):
    for number, text in enumerate(("41000\n", "63500\n", "", "warm")):
        (tmp_path / f"thermal_zone{number}").mkdir()
        (tmp_path / f"thermal_zone{number}/temp").write_text(text)
    monkeypatch.setattr(host, "ZONES", tmp_path)
    (state,) = host.Host(tmp_path, {}).poll(NS_PER_S)
    assert state.heat_deg == 63.5
