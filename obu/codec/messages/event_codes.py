"""Road events by their code (EventType): four decimal digits CCSS of GB/T 29100-2012, with YD/T 3709-2020 annex A.

Where the two texts have a code alike, both names are told.
"""

from obu.core.alert import Text

CLASSES: dict[int, Text] = {
    1: Text("交通事故", "traffic accident"),
    2: Text("交通灾害", "disaster"),
    3: Text("交通气象", "weather"),
    4: Text("路面状况", "road surface"),
    5: Text("道路施工", "road works"),
    6: Text("活动", "public event"),
    7: Text("重大事件", "major incident"),
    9: Text("其他", "other"),
}
EVENTS: dict[int, Text] = {
    101: Text("车辆故障", "breakdown"),
    102: Text("人车事故", "accident of a person and a vehicle"),
    103: Text("车车事故", "accident of vehicles"),
    104: Text("车与设施事故", "accident with a road facility"),
    199: Text("其他交通事故", "other accident"),
    201: Text("车辆火灾", "vehicle fire"),
    202: Text("道路火灾", "road fire"),
    203: Text("路侧火灾", "roadside fire"),
    204: Text("隧道火灾", "tunnel fire"),
    205: Text("设施损坏", "road facility damaged"),
    206: Text("地质灾害", "geological disaster"),
    207: Text("水灾", "flood"),
    301: Text("雨", "rain"),
    302: Text("冰雹", "hail"),
    303: Text("雷电", "lightning"),
    304: Text("大风", "wind"),
    305: Text("雾", "fog"),
    306: Text("高温", "heat"),
    307: Text("干旱", "drought"),
    308: Text("雪", "snow"),
    309: Text("寒潮", "cold"),
    310: Text("霜冻", "frost"),
    311: Text("霾", "haze"),
    399: Text("沙尘暴或其他气象", "sandstorm or other weather"),
    401: Text("抛洒物", "debris"),
    402: Text("液体泄漏", "spilt liquid"),
    403: Text("油污", "oil"),
    404: Text("障碍物", "obstacle"),
    405: Text("路面有人", "person on the road"),
    406: Text("路面有动物", "animal on the road"),
    407: Text("积水", "standing water"),
    408: Text("湿滑", "slippery"),
    409: Text("结冰", "ice"),
    501: Text("占道施工", "works that occupy the road"),
    502: Text("断路施工", "works that close the road"),
    707: Text("拥堵", "congestion"),
    901: Text("超速行驶", "overspeed"),
    902: Text("慢速行驶", "slow vehicle"),
    903: Text("异常停车", "stopped vehicle"),
    904: Text("逆行", "wrong-way driver"),
    905: Text("紧急车辆优先", "emergency vehicle has priority"),
    906: Text("大货车", "heavy truck"),
}


def event_name(event_type: int) -> Text:
    """What an event is called: by its code, else by its class, else as a number."""
    number = Text(f"事件 {event_type}", f"event {event_type}")
    return EVENTS.get(event_type) or CLASSES.get(event_type // 100) or number
