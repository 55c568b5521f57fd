"""Traffic signs by their number in the name table of GB 5768.2-2009 (SignType), in the words of the table.

The numbers were copied from a second-hand list (docs/open-questions.md). 0 is a sign of text only.
"""

from obu.core.alert import Text

_TABLE = """
1 交叉路口 | intersection
2 注意急转弯 | sharp bend
3 反向弯路 | reverse bend
4 连续弯路 | winding road
5 注意陡坡 | steep slope
6 连续下坡 | long descent
7 窄路 | road narrows
8 注意窄桥 | narrow bridge
9 双向交通 | two-way traffic
10 注意行人 | pedestrians
11 注意儿童 | children
12 注意驼峰桥 | humpback bridge ahead
13 注意野生动物 | wild animals
14 注意信号灯 | traffic lights
15 注意落石 | falling rocks
16 注意横风 | crosswind
17 小心路滑 | slippery road
18 傍山险路 | dangerous mountain road
19 堤坝路 | embankment
20 村庄 | village
21 前方隧道 | tunnel
22 渡口 | ferry
23 驼峰桥 | humpback bridge
24 路面不平 | uneven road
25 路面高突 | bump
26 路面低洼 | dip
27 过水路面 | ford
28 有人看守铁路道口 | guarded level crossing
29 无人看守铁路道口 | unguarded level crossing
30 叉形符号 | level crossing cross
31 斜杠符号 | level crossing distance bars
32 注意非机动车 | cyclists
33 注意残疾人 | disabled people
34 事故易发路段 | accident black spot
35 慢行 | slow down
36 注意障碍物 | obstacle
37 注意危险 | danger
38 正在施工 | road works
39 建议速度 | advisory speed
40 隧道开车灯 | lights on in tunnel
41 注意潮汐车道 | tidal lane
42 注意保持车距 | keep distance
43 注意分离式道路 | divided road
44 注意会车合流 | merging traffic
45 避险车道 | escape lane
46 注意不利气象条件 | ice, rain, snow, fog or bad weather
47 注意前方车辆排队 | queue ahead
48 停车让行 | stop
49 减速让行 | give way
50 会车让行 | give way to oncoming traffic
51 禁止通行 | closed to all traffic
52 禁止驶入 | no entry
53 禁止机动车驶入 | no motor vehicles
54 禁止载货汽车驶入 | no trucks
55 禁止电动三轮车驶入 | no electric tricycles
56 禁止大型客车驶入 | no buses
57 禁止小型客车驶入 | no cars
58 禁止挂车、半挂车驶入 | no trailers
59 禁止拖拉机驶入 | no tractors
60 禁止三轮汽车、低速货车驶入 | no three-wheeled or low-speed trucks
61 禁止摩托车驶入 | no motorcycles
62 禁止某两种车驶入 | no vehicles of two kinds
63 禁止非机动车进入 | no non-motor vehicles
64 禁止畜力车进入 | no animal-drawn carts
65 禁止人力客运三轮车进入 | no pedicabs
66 禁止人力货运三轮车进入 | no cargo tricycles
67 禁止人力车进入 | no handcarts
68 禁止行人进入 | no pedestrians
69 禁止向左转弯 | no left turn
70 禁止向右转弯 | no right turn
71 禁止直行 | no driving straight on
72 禁止向左向右转弯 | no turns
73 禁止直行和向左转弯 | no straight on or left turn
74 禁止直行和向右转弯 | no straight on or right turn
75 禁止掉头 | no U-turn
76 禁止超车 | no overtaking
77 解除禁止超车 | end of no overtaking
78 全路段禁止停车 | no stopping
79 禁止长时停车 | no parking
80 禁止鸣笛 | no horn
81 限制宽度 | width limit
82 限制高度 | height limit
83 限制质量 | weight limit
84 限制轴重 | axle load limit
85 限制车速 | speed limit
86 解除限制速度 | end of speed limit
87 停车检查 | stop for inspection
88 禁止运输危险物品车辆驶入 | no dangerous goods
89 海关 | customs
90 区域限制速度 | speed limit zone
91 区域限制速度解除 | end of speed limit zone
92 区域禁止长时停车 | no parking zone
93 区域禁止长时停车解除 | end of no parking zone
94 区域禁止停车 | no stopping zone
95 区域禁止停车解除 | end of no stopping zone
96 直行 | straight on
97 向左转弯 | turn left
98 向右转弯 | turn right
99 直行和向左转弯 | straight on or left
100 直行和向右转弯 | straight on or right
101 向左和向右转弯 | left or right
102 靠右侧道路行驶 | keep right
103 靠左侧道路行驶 | keep left
104 立体交叉直行和左转弯行驶 | interchange: straight on and left
105 立体交叉直行和右转弯行驶 | interchange: straight on and right
106 环岛行驶 | roundabout
107 单行路（向左或向右） | one-way road to the left or right
108 单行路（直行） | one-way road straight on
109 步行 | pedestrians only
110 鸣喇叭 | sound horn
111 最低限速 | minimum speed
112 路口优先通行 | priority at intersection
113 会车先行 | priority over oncoming traffic
114 人行横道 | pedestrian crossing
115 右转车道 | right turn lane
116 左转车道 | left turn lane
117 直行车道 | straight lane
118 直行和右转合用车道 | straight and right turn lane
119 直行和左转合用车道 | straight and left turn lane
120 掉头车道 | U-turn lane
121 掉头和左转合用车道 | U-turn and left turn lane
122 分向行驶车道 | lanes by direction
123 公交线路专用车道 | bus lane
124 机动车行驶 | motor vehicles only
125 机动车车道 | motor vehicle lane
126 非机动车行驶 | non-motor vehicles only
127 非机动车车道 | non-motor vehicle lane
128 快速公交系统专用车道 | bus rapid transit lane
129 多乘员车辆专用车道 | high-occupancy lane
130 停车位 | parking space
131 允许掉头 | U-turn allowed
132 四车道及以上公路交叉路口预告 | intersection ahead on a road of four lanes or more
133 大交通量的四车道以上公路交叉路口预告 | busy intersection ahead on a road of four lanes or more
134 箭头杆上标识公路编号、道路名称的公路交叉路口预告 | intersection ahead with road numbers and names
135 十字交叉路口 | crossroads
136 丁字交叉路口 | T-junction
137 Y型交叉路口 | Y-junction
138 环形交叉路口 | roundabout junction
139 互通式立体交叉 | interchange
140 分岔处 | fork
141 国道编号 | national road number
142 省道编号 | provincial road number
143 县道编号 | county road number
144 乡道编码 | rural road number
145 街道名称 | street name
146 路名牌 | road name plate
147 地点距离 | distance to places
148 地名 | place name
149 著名地点 | place of interest
150 行政区划分界 | administrative border
151 道路管理分界 | road authority border
152 地点识别 | place mark
153 停车场 | car park
154 错车道 | passing place
155 注意人行天桥 | footbridge
156 人行地下通道 | pedestrian underpass
157 残疾人专用设施 | facility for disabled people
158 观景台 | viewpoint
159 应急避难设施（场所） | emergency shelter
160 休息区 | rest area
161 绕行 | detour
162 此路不通 | no through road
163 车道数变少 | fewer lanes
164 车道数增加 | more lanes
165 交通监控设备 | traffic cameras
166 隧道出口距离预告 | distance to tunnel exit
167 基本单元 | alignment mark
168 组合使用 | alignment marks
169 两侧通行 | pass on both sides
170 右侧通行 | pass on the right
171 左侧通行 | pass on the left
172 入口预告 | entrance ahead
173 地点、方向 | places and directions
174 编号 | number
175 命名编号 | name and number
176 路名 | road name
177 地点距离 | distances on the motorway
178 城市区域多个出口时的地点距离 | distances to several exits of a city
179 下一出口预告 | next exit
180 出口编号 | exit number
181 右侧出口预告 | exit ahead on the right
182 左侧出口预告 | exit ahead on the left
183 出口标志及出口地点方向 | exit with places and directions
184 高速公路起点 | motorway begins
185 终点预告 | motorway end ahead
186 终点提示 | motorway end
187 国家高速公路、省级高速公路终点 | end of a national or provincial motorway
188 道路交通信息 | traffic information
189 里程牌 | kilometre plate
190 百米牌 | hundred-metre plate
191 停车领卡 | stop for card
192 车距确认 | check your distance
193 特殊天气建议速度 | advisory speed in bad weather
194 紧急电话 | emergency telephone
195 电话位置指示 | direction of telephone
196 救援电话 | rescue number
197 不设电子不停车收费(ETC)车道的收费站预告及收费站 | toll station without ETC
198 设有电子不停车收费(ETC)车道的收费站预告及收费站 | toll station with ETC
199 ETC车道指示 | ETC lane
200 计重收费 | toll by weight
201 前方加油站 | filling station ahead
202 紧急停车带 | emergency bay
203 服务区预告 | service area ahead
204 停车区预告 | parking area ahead
205 停车场预告 | car park ahead
206 停车场 | car park of the motorway
207 爬坡车道 | climbing lane
208 超限超载检测站 | weighing station
209 设置在指路标志版面中的方向 | direction on a guide sign
210 设置在指路标志版面外的方向 | direction beside a guide sign
211 旅游区距离 | distance to a tourist area
212 旅游区方向 | direction of a tourist area
213 问讯处 | information
214 徒步 | hiking
215 索道 | cable car
216 野营地 | camp site
217 营火 | campfire
218 游戏场 | playground
219 骑马 | riding
220 钓鱼 | fishing
221 高尔夫球 | golf
222 潜水 | diving
223 游泳 | swimming
224 划船 | boating
225 冬季游览区 | winter resort
226 滑雪 | skiing
227 滑冰 | skating
228 时间范围 | hours
229 除公共汽车外 | except buses
230 机动车 | motor vehicles
231 货车 | trucks
232 货车、拖拉机 | trucks and tractors
233 私人专属 | private
234 行驶方向标志 | direction of travel
235 向前200m | 200 m ahead
236 向左100m | 100 m to the left
237 向左、向右各50m | 50 m to both sides
238 向右100m | 100 m to the right
239 某区域内 | within an area
240 距离某地200m | 200 m from a place
241 长度 | length
242 前方学校 | school ahead
243 海关 | customs, auxiliary
244 事故 | accident
245 塌方 | landslide
246 教练车行驶路线 | driving school route
247 驾驶考试路线 | driving test route
248 校车停靠站点 | school bus stop
249 组合辅助 | combined auxiliary sign
"""


def _row(line: str) -> tuple[int, Text]:
    number, names = line.split(" ", 1)
    zh, en = names.split(" | ")
    return int(number), Text(zh, en)


SIGNS: dict[int, Text] = dict(_row(line) for line in _TABLE.strip().splitlines())


def sign_name(sign_type: int) -> Text:
    """What a sign is called; a number that the table lacks is told as a number."""
    if sign_type == 0:
        return Text("文字标志", "text sign")
    return SIGNS.get(sign_type) or Text(f"标志 {sign_type}", f"sign {sign_type}")
