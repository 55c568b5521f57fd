"""Names of events and signs: what the standards' tables say of single numbers, and what is said of unknown ones."""

import pytest

from obu.codec.messages import text
from obu.codec.messages.event_codes import CLASSES, EVENTS, event_name
from obu.codec.messages.rsi import RoadEvent, RoadSign
from obu.codec.messages.sign_codes import SIGNS, sign_name


@pytest.mark.parametrize(
    ("number", "zh"),
    [(1, "交叉路口"), (10, "注意行人"), (38, "正在施工"), (48, "停车让行"), (52, "禁止驶入"), (75, "禁止掉头"),
     (85, "限制车速"), (86, "解除限制速度"), (111, "最低限速"), (114, "人行横道"), (123, "公交线路专用车道")],
)  # fmt: skip
def test_a_sign_has_its_name_of_the_table(number, zh):
    # GB 5768.2-2009, index of names.
    assert RoadSign(number=1, sign_type=number).name.zh == zh


@pytest.mark.parametrize(
    ("code", "zh"),
    [(101, "车辆故障"), (305, "雾"), (408, "湿滑"), (501, "占道施工"), (707, "拥堵"), (904, "逆行")],
)
def test_an_event_has_its_name_of_the_table(code, zh):
    # GB/T 29100-2012; 707 and 904 by YD/T 3709-2020 annex A.
    assert RoadEvent(number=1, event_type=code).name.zh == zh


def test_the_tables_are_whole_and_can_be_sent():
    assert sorted(SIGNS) == list(range(1, 250))
    assert {code // 100 for code in EVENTS} <= set(CLASSES)
    for name in (*SIGNS.values(), *EVENTS.values(), *CLASSES.values()):
        assert name.en.isascii() and name.en.strip() == name.en != ""
        assert text.words(("textGB2312", text.to_gb2312(name.zh))) == name.zh != ""


def test_unknown_numbers_are_told_by_class_or_as_numbers():
    assert event_name(450) == CLASSES[4]
    assert event_name(9902).zh == "事件 9902"
    assert sign_name(60_010).en == "sign 60010"
    assert sign_name(0).zh == "文字标志"
