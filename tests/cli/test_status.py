"""`obu status` for people: every line in the asked language, unknown values as a dash, reasons in words."""

import json
import socket
import threading

import pytest

from obu import feed
from obu.cli import status
from obu.cli.main import main
from obu.core.frames import FeedEvent
from obu.hmi.display import Condition
from obu.security.pseudonym import Lack
from obu.station.installation import Match
from obu.station.power import End, Power
from obu.station.runs import Woke
from tests.cli import test_vehicle
from tests.station.unit import Unit, make_pki


@pytest.fixture(scope="module")
def unit(tmp_path_factory):
    made = Unit(make_pki(tmp_path_factory.mktemp("pki") / "p"))
    made.run(1.5)
    return made


def test_a_running_unit_in_both_languages(unit):
    chinese, english = (status.lines(unit.status(), lang) for lang in ("zh", "en"))
    assert chinese[0].startswith("BSM   发送中  已发") and "100.0 ms" in chinese[0]
    assert english[0].startswith("BSM       sending  ")
    assert "测试密钥" in chinese[4] and "BENCH KEYS" in english[4]
    assert not [line for line in english if not line.isascii()]


def test_what_is_not_known_is_a_dash_and_what_is_missing_is_said(tmp_path):
    silent = Unit(make_pki(tmp_path / "p"))
    silent.feedings.gnss = silent.feedings.can = False
    silent.run(1.5)
    lines = status.lines(silent.status(), "zh")
    assert "没有有效定位；没有车速" in lines[0]
    assert not [line for line in lines if "None" in line]
    assert lines[3] == "定位  无定位  卫星 -，- ms 前，精度 - m"


def test_a_pool_that_runs_low_and_duty_are_said_with_their_days(unit):
    body = unit.status()
    security = {**body["security"], "pool_low_from_utc_s": 1_790_000_000, "on_duty": True}
    for ends, zh, en in (
        (None, "执行任务  测试密钥", "on duty  BENCH KEYS"),
        (1_790_600_000, "身份证书 2026-09-28 到期", "identity certificate ends 2026-09-28"),
        (0, "身份证书已过期", "no valid identity certificate"),
    ):
        told = {**body, "security": {**security, "duty_until_utc_s": ends}}
        chinese, english = status.lines(told, "zh")[4], status.lines(told, "en")[4]
        assert "（2026-09-21 起不足，请更新证书池）  执行任务" in chinese and zh in chinese
        assert "(too few from 2026-09-21: refill the pool)  on duty" in english and en in english


def test_why_bsms_go_rarer_is_said(unit):
    body = unit.status()
    for congestion, zh, en in (
        ({"by": "channel", "busy_percent": 70, "period_ms": 500}, "信道繁忙 70 %：每 500 ms", "70 % busy: each 500 ms"),
        ({"by": "channel", "busy_percent": None, "period_ms": 500}, "信道繁忙 - %", "channel - % busy"),
        ({"by": "density", "vehicles": 40.2, "period_ms": 161}, "附近 40.2 辆车：最长 161 ms", "40.2 vehicles near"),
    ):
        told = {**body, "bsm": {**body["bsm"], "congestion": congestion}}
        assert zh in status.lines(told, "zh")[0] and en in status.lines(told, "en")[0]
    assert "busy" not in status.lines(body, "en")[0]


def test_clocks_of_the_other_time_scale_are_said(unit):
    body = unit.status()
    told = {**body, "air": {**body["air"], "clocks_off": {"senders": 3, "off_s": -5.0}}}
    assert "3 个发送方的时钟恒差 -5.0 秒" in status.lines(told, "zh")[1]
    assert "3 senders' clocks are -5.0 s off: another time scale" in status.lines(told, "en")[1]


def test_the_radio_is_shown_and_what_it_did_not_send(unit):
    body = unit.status()
    for state, counts, zh, en in (
        (
            "down",
            {"not_sent": 3},
            "电台  未连接，不发送 BSM，未发出或未理解：not_sent 3",
            "radio     down, no BSM is sent",
        ),
        ("up", {}, "电台  已连接，未发出或未理解：-", "radio     up, not sent or not understood: -"),
    ):
        told = {**body, "radio": {"state": state, "counts": counts}}
        assert any(line.startswith(zh) for line in status.lines(told, "zh")), status.lines(told, "zh")[-3:]
        assert any(line.startswith(en) for line in status.lines(told, "en"))


def test_the_time_and_what_other_clocks_say_of_it_are_shown(unit):
    body = unit.status()
    assert "时间  正常  系统时钟，误差不超过 1.0 ms" in status.lines(body, "zh")
    for slow_ms, zh, en in (
        (270, "；本机时钟慢 270 ms 以上（与 5 个发送方相比）", "; own clock slow by 270 ms or more, against 5 senders"),
        (-40, "；本机时钟快 40 ms 以上", "; own clock fast by 40 ms or more"),
    ):
        told = {**body, "clock": {**body["clock"], "apart": {"senders": 5, "slow_ms": slow_ms}}}
        assert any(zh in line for line in status.lines(told, "zh"))
        assert any(en in line for line in status.lines(told, "en"))
    for source, state, zh in (
        ("sentences", "degraded", "时间  降级  仅有接收机语句"), ("chrony", "no_time", "时间  没有时间  chrony"),
        ("pulse", "unsure", "时间  误差过大，不发送  接收机秒脉冲"), ("gnss", "no_time", "时间  没有时间  等待接收机"),
    ):  # fmt: skip
        told = {**body, "clock": {**body["clock"], "source": source, "state": state}}
        assert any(line.startswith(zh) for line in status.lines(told, "zh"))


def test_a_wrong_datum_is_named(unit):
    body = unit.status()
    assert not any("GCJ-02" in line for line in status.lines(body, "zh"))
    body["maps"] |= {"own_gcj02": 2, "map_gcj02": 1}
    chinese, english = ("\n".join(status.lines(body, lang)) for lang in ("zh", "en"))
    assert "本机位置疑为 GCJ-02（与 2 份地图相比）  1 份路侧地图疑为 GCJ-02" in chinese
    assert "the own position seems to be in GCJ-02 (by 2 MAPs)  MAPs of roadside units that seem to" in english


def test_editions_and_habits_are_shown(unit):
    body = unit.status()
    editions = body["air"]["editions"] | {"mode": "csae53", "bound": {"ydt3709": 2, "csae53": 31}, "doubted": 1}
    body["air"] |= {"editions": editions, "habits": {"vendor_event_type": 4, "absolute_map_points": 7}}
    chinese, english = ("\n".join(status.lines(body, lang)) for lang in ("zh", "en"))
    assert "版本  固定为 T/CSAE 53  YD/T 3709 2 个，T/CSAE 53 31 个，存疑 1 个" in chinese
    assert "editions  fixed to T/CSAE 53  senders: YD/T 3709 2, T/CSAE 53 31, doubted 1;" in english
    assert "宽容  absolute_map_points 7, vendor_event_type 4" in chinese
    assert "tolerated absolute_map_points 7, vendor_event_type 4" in english


def test_power_vehicle_applications_and_health_are_on_the_same_screen(unit):
    body = unit.status()
    body["power"] |= {"state": "shutting_down", "supply_v": 24.1, "ends_in_s": 41, "woke": "timer", "run": 7,
                      "last_run": {"how": "cut", "ended_utc_s": None}}  # fmt: skip
    body["vehicle"] = {"match": "other", "vin": "LZYTATE63B1000001"}
    body["apps"] = {"EBW": {"warnings": 3, "last_utc_s": 1_790_000_000.5}, "HLW": {"warnings": 0, "last_utc_s": None}}
    body["host"] = {"cpu_percent": 12.5, "memory_mib": 48.1, "free_mib": 2100.0, "heat_deg": None,
                    "writes_mib_per_day": {"journal": 3100.0, "state": 0.012},
                    "not_done": ["bus", "checks"]}  # fmt: skip
    chinese, english = ("\n".join(status.lines(body, lang)) for lang in ("zh", "en"))
    assert "安装未完成：bus, checks（obu provision）" in chinese
    assert "installation not done: bus, checks (obu provision)" in english
    assert "电源  即将关机  24.1 V，41 秒后结束；第 7 次运行，timer，上次结束：中断" in chinese
    assert "shutting down  24.1 V, ends in 41 s; run 7, woken by timer, the last run's end: cut off" in english
    assert "车辆  不是登记的车辆，不发送 BSM；如已移装：obu vehicle adopt  VIN LZYTATE63B1000001" in chinese
    assert "应用  EBW 3（最近 14:13:20 UTC）; HLW 0" in chinese
    assert "heat - deg C; written a day: journal 3100 MiB, state 0.012 MiB" in english
    assert (
        "CPU 12.5 %，内存 48.1 MiB，磁盘可用 2100.0 MiB，温度 - °C；写入（每天）：记录 3100 MiB，状态 0.012 MiB"
        in chinese
    )
    assert len(chinese.splitlines()) <= 24  # a terminal's usual screen


class Teller:
    """A unit that is only a socket and tells these events to whoever comes, then goes."""

    def __init__(self, path, events):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.events = events
        self.thread = threading.Thread(target=self.tell)
        self.thread.start()

    def tell(self):
        link, _ = self.listener.accept()
        with link:
            assert link.recv(100) == feed.STATUS_ASK_LINE
            link.sendall(b"".join(feed.encode_event(event) for event in self.events))

    def end(self):
        self.thread.join()
        self.listener.close()


def told(body, **changes):
    return FeedEvent("status", body | {"uptime_s": 1.0} | changes)


@pytest.mark.parametrize("as_json", [True, False])
def test_watching_shows_each_status_until_the_unit_goes(unit, tmp_path, capsys, as_json):
    (tmp_path / "unit.toml").write_text(test_vehicle.CONFIG)
    body = unit.status()
    stopped = body["bsm"] | {"state": "stopped"}
    teller = Teller(tmp_path / "obu.sock", [told(body), FeedEvent("clear", {"number": 1}), told(body, bsm=stopped)])
    words = ["--json"] if as_json else []
    assert main(["--lang", "en", "status", "--config", str(tmp_path / "unit.toml"), "--watch", *words]) == 2
    teller.end()
    out, err = capsys.readouterr()
    assert "closed the connection" in err
    if as_json:
        assert [json.loads(line)["bsm"]["state"] for line in out.splitlines()] == ["sending", "stopped"]
    else:
        assert [line.split()[1] for line in out.splitlines() if line.startswith("BSM")] == ["sending", "stopped"]


def test_once_is_the_first_status_and_its_exit_status_says_whether_bsms_go(unit, tmp_path, capsys):
    (tmp_path / "unit.toml").write_text(test_vehicle.CONFIG)
    body = unit.status()
    for state, exit_status in (("sending", 0), ("stopped", 1)):
        teller = Teller(tmp_path / "obu.sock", [told(body, bsm=body["bsm"] | {"state": state})] * 2)
        assert main(["status", "--config", str(tmp_path / "unit.toml"), "--json"]) == exit_status
        teller.end()
        assert len(capsys.readouterr().out.splitlines()) == 1
        (tmp_path / "obu.sock").unlink()


def test_every_state_that_a_unit_can_say_has_its_words():
    said = {
        "sending",
        "stopped",
        "fix",
        "none",
        "ok",
        *(lack.value for lack in Lack),
        *(each.value for each in Condition),
        *("auto", "ydt3709", "csae53"),
        *(each.value for each in Power),
        *(each.value for each in Match),
    }
    assert said <= status.STATES.keys()
    assert {*(each.value for each in (*Woke, *End)), "cut"} <= status.RUNS.keys()


def test_a_driver_that_is_down_is_told_in_the_asked_language(unit):
    down = {"can.main": {"up": False, "why": "wrong bit rate", "why_zh": "比特率不对"}}
    told = {**unit.status(), "drivers": down}
    assert "can.main: 比特率不对" in "\n".join(status.lines(told, "zh"))
    assert "can.main: wrong bit rate" in "\n".join(status.lines(told, "en"))
