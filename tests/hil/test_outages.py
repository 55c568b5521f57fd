"""Sources that fail and come back around a real unit: it stops, says why, and goes on without a restart."""

from tests.hil.players import Bench, is_sending, reasons


def test_gnss_lost_stops_the_bsms_and_says_why_and_back_they_go_on(bench: Bench) -> None:
    bench.tell("gnss", "off")
    stopped = bench.until(lambda status: status["bsm"]["state"] == "stopped")
    assert reasons(stopped) & {"no valid position", "the position is too old"}, stopped["bsm"]
    sent = stopped["bsm"]["sent"]
    bench.tell("gnss", "on")
    assert bench.until(is_sending)["bsm"]["sent"] >= sent


def test_the_bus_lost_stops_the_bsms_and_says_why_and_back_they_go_on(bench: Bench) -> None:
    bench.tell("can", "off")
    stopped = bench.until(lambda status: status["bsm"]["state"] == "stopped")
    assert "no yaw rate" in reasons(stopped), stopped["bsm"]
    bench.tell("can", "on")
    bench.until(is_sending)


def test_the_air_lost_is_said_and_back_it_is_heard_again(bench: Bench) -> None:
    bench.tell("air", "off")
    down = bench.until(lambda status: not status["drivers"]["radio"]["up"])
    assert not is_sending(down)  # what nobody would hear is not signed
    bench.tell("air", "on")
    back = bench.until(lambda status: status["drivers"]["radio"]["up"])
    heard = back["air"]["verified"]
    bench.until(lambda status: status["air"]["verified"] > heard + 30)


def test_everything_killed_at_once_and_started_again(bench: Bench) -> None:
    bench.city.child.kill()
    bench.city.wait()
    bench.until(lambda status: status["bsm"]["state"] == "stopped")
    bench.start_city()
    # Three seconds of silence are an ignition switched off (FMS v04: values count 10 s after it is on again).
    back = bench.until(is_sending)
    heard = back["air"]["verified"]
    bench.until(lambda status: status["air"]["verified"] > heard + 30)


def test_commands_it_does_not_know_are_answered_with_those_it_does(bench: Bench) -> None:
    answer = bench.tell("gnss", "sideways")
    assert answer["ok"] is False and any("gnss" in command for command in answer["commands"])
    assert bench.tell("attack", "forged") == {"ok": True, "reason": "certificate_issuer_unknown"}
    bench.until(lambda status: status["air"]["dropped"].get("certificate_issuer_unknown") == 1)
