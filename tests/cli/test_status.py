"""`obu status` for people: every line in the asked language, unknown values as a dash, reasons in words."""

import pytest

from obu.cli import status
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


def test_clocks_of_the_other_time_scale_are_said(unit):
    body = unit.status()
    told = {**body, "air": {**body["air"], "clocks_off": {"senders": 3, "off_s": -5.0}}}
    assert "3 个发送方的时钟恒差 -5.0 秒" in status.lines(told, "zh")[1]
    assert "3 senders' clocks are -5.0 s off: another time scale" in status.lines(told, "en")[1]


def test_editions_and_habits_are_shown(unit):
    body = unit.status()
    editions = body["air"]["editions"] | {"mode": "csae53", "bound": {"ydt3709": 2, "csae53": 31}, "doubted": 1}
    body["air"] |= {"editions": editions, "habits": {"vendor_event_type": 4, "absolute_map_points": 7}}
    chinese, english = ("\n".join(status.lines(body, lang)) for lang in ("zh", "en"))
    assert "版本  固定为 T/CSAE 53  YD/T 3709 2 个，T/CSAE 53 31 个，存疑 1 个" in chinese
    assert "editions  fixed to T/CSAE 53  senders: YD/T 3709 2, T/CSAE 53 31, doubted 1;" in english
    assert "宽容  absolute_map_points 7, vendor_event_type 4" in chinese
    assert "tolerated absolute_map_points 7, vendor_event_type 4" in english


def test_every_state_that_a_unit_can_say_has_its_words():
    from obu.hmi.display import Condition
    from obu.security.pseudonym import Lack

    said = {
        "sending",
        "stopped",
        "fix",
        "none",
        "ok",
        *(lack.value for lack in Lack),
        *(each.value for each in Condition),
        *("auto", "ydt3709", "csae53"),
    }
    assert said <= status.STATES.keys()
