// Every word of the page in both languages; what comes from the unit brings its own two.

import { keep, kept } from "./kept.js";

export const TEXTS = {
  zh: {
    other_language: "EN",
    metres: "米",
    seconds: "秒",
    theme: { auto: "日夜自动", day: "日间", night: "夜间" },
    advised: "建议车速",
    vehicles: (count) => `周边 ${count} 车`,
    door: "车门未关",
    bench: "测试密钥",
    bench_words: {
      rates: "每秒",
      verdicts: "未采用的报文",
      received: "收到",
      verified: "验签通过",
      sent: "本车 BSM",
      frames: "CAN 帧",
      pending: "待验签",
      period: "BSM 周期 p50 / p99（毫秒）",
    },
    reader: "只读",
    lost_connection: "显示连接已中断",
    lost_unit: "与车载单元断开",
    waiting: "正在连接…",
    advice: "预警不可用，请谨慎驾驶",
    why: {
      server: "显示程序无响应",
      no_unit: "车载单元未运行",
      no_permission: "显示程序无权连接车载单元",
      closed: "车载单元已断开",
      silent: "车载单元无响应",
      garbled: "车载单元与显示程序版本不符",
    },
    label: { bsm: "本车发送", air: "V2X 通信", security: "安全", gnss: "定位", can: "车辆总线", display: "显示" },
    value: {
      unknown: "--",
      sending: "发送中",
      stopped: "已停止",
      radio_up: "正常",
      radio_down: "断开",
      ok: "正常",
      no_certificate: "无证书",
      no_time: "无时间",
      lists_old: "列表过期",
      used_up: "证书用尽",
      key_failed: "密钥故障",
      no_random: "等待随机数",
      bad_random: "随机数故障",
      fault: "故障",
      fix: "已定位",
      none: "无定位",
      can_old: "无数据",
      absent: "未连接",
    },
    not_sending: (why) => `本车消息未发送：${why}`,
    receive_only: "本车只接收",
    lists_overdue: (kinds) => `信任列表已过期（${kinds}），请联系技术人员`,
    display_fault: (why) => `显示故障：${why}`,
    interface_down: (names) => `接口断开：${names}`,
    interface: { gnss: "定位", radio: "电台", pool: "密码模块" },
    and: "、",
    all_warnings: "所有预警",
    also: "，",
    unavailable: (names) => `${names}不可用`,
    silent: (names) => `${names}无声音`,
    because: (which, why) => `${which}：${why}`,
  },
  en: {
    other_language: "中文",
    metres: "m",
    seconds: "s",
    theme: { auto: "Day and night by the sun", day: "Day", night: "Night" },
    advised: "Advised",
    vehicles: (count) => `${count} nearby`,
    door: "Door open",
    bench: "BENCH KEYS",
    bench_words: {
      rates: "Per second",
      verdicts: "Packets not used",
      received: "received",
      verified: "verified",
      sent: "own BSMs",
      frames: "CAN frames",
      pending: "to be verified",
      period: "BSM period p50 / p99, ms",
    },
    reader: "View only",
    lost_connection: "Display connection lost",
    lost_unit: "V2X unit lost",
    waiting: "Connecting…",
    advice: "No warnings available. Drive with care.",
    why: {
      server: "the display program does not answer",
      no_unit: "the unit is not running",
      no_permission: "the display may not connect to the unit",
      closed: "the unit closed the connection",
      silent: "the unit does not answer",
      garbled: "unit and display are of different versions",
    },
    label: { bsm: "Own BSM", air: "V2X radio", security: "Security", gnss: "Position", can: "Vehicle bus", display: "Display" },
    value: {
      unknown: "--",
      sending: "Sending",
      stopped: "Stopped",
      radio_up: "OK",
      radio_down: "Down",
      ok: "OK",
      no_certificate: "No cert.",
      no_time: "No time",
      lists_old: "Lists old",
      used_up: "Used up",
      key_failed: "Key fault",
      no_random: "Waiting",
      bad_random: "RNG fault",
      fault: "Fault",
      fix: "Fix",
      none: "No fix",
      can_old: "No data",
      absent: "None",
    },
    not_sending: (why) => `Own messages not sent: ${why}`,
    receive_only: "receive only",
    lists_overdue: (kinds) => `Trust lists overdue (${kinds}): tell a technician`,
    display_fault: (why) => `Display fault: ${why}`,
    interface_down: (names) => `Interface down: ${names}`,
    interface: { gnss: "position", radio: "radio", pool: "crypto" },
    and: ", ",
    all_warnings: "All warnings",
    also: ", ",
    unavailable: (names) => `${names} off`,
    silent: (names) => `${names} silent`,
    because: (which, why) => `${which}: ${why}`,
  },
};

// In em: a Chinese character fills its square, a Latin letter a little over half of it.
export function width(text) {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.56), 0);
}

const KEY = "obu.lang";

export function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  return [asked, kept(KEY)].find((one) => one in TEXTS) ?? "zh";
}

export function keepLanguage(lang) {
  keep(KEY, lang);
}
