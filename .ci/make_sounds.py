"""Makes obu/drivers/clips/*.wav anew: tones by arithmetic, phrases by espeak-ng (Debian). Its one rule: short and loud.

The phrases are said by a program of the GPL, whose output is its user's own; the program is not part of the product.
"""

import array
import io
import math
import shutil
import subprocess
import sys
import wave
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "obu" / "drivers" / "clips"
RATE_HZ = 22_050
PEAK = 0.9 * 32767
QUIET = 200  # of 32767: what is below it before and after a phrase is cut off
# FMVSS 127 S5.1.1 for a warning of an imminent collision: 800 Hz or more, 6 to 12 pulses a second, duty 0.25 to 0.95.
IMMINENT = [(1600.0, 0.0625), (0.0, 0.0625)] * 8
CAUTION = [(880.0, 0.16), (0.0, 0.03), (1175.0, 0.22)]
# Three words at most, no distances (NHTSA 1996).
PHRASES = {
    "fcw": ("小心追尾", "collision ahead"), "icw": ("路口来车", "cross traffic"), "lta": ("对向来车", "oncoming car"),
    "lcw": ("侧后来车", "car beside"), "dnpw": ("禁止超车", "don't overtake"), "ebw": ("前车急刹", "braking ahead"),
    "avw": ("前方故障车", "stopped vehicle"), "clw": ("前车失控", "vehicle skidding"),
    "hlw": ("前方危险", "hazard ahead"),
    "slw": ("您已超速", "slow down"), "rlvw": ("注意红灯", "red light"), "vrucw": ("注意行人", "watch pedestrians"),
    "tjw": ("前方拥堵", "traffic jam"), "evw": ("避让急救车", "emergency vehicle"),
}  # fmt: skip
VOICES = {"zh": ("cmn", "280"), "en": ("en-us", "175")}


def main():
    """0; 1 where espeak-ng is missing, which is told."""
    tones = {"tone_imminent": IMMINENT, "tone_caution": CAUTION}
    for name, pulses in tones.items():
        (FOLDER / f"{name}.wav").write_bytes(wav(tone(pulses)))
    if not shutil.which("espeak-ng"):
        print("phrases were left as they are: apt-get install espeak-ng", file=sys.stderr)
        return 1
    for app, words in PHRASES.items():
        for language, text in zip(VOICES, words, strict=True):
            (FOLDER / f"{language}_{app}.wav").write_bytes(wav(spoken(language, text)))
    return 0


def tone(pulses):
    """Samples of pulses (Hz, seconds) with the harmonic that makes them carry; 2 ms of ramp so that nothing clicks."""
    samples = []
    for pitch_hz, lasts_s in pulses:
        count = round(lasts_s * RATE_HZ)
        ramp = round(0.002 * RATE_HZ)
        for index in range(count):
            envelope = min(1.0, index / ramp, (count - 1 - index) / ramp)
            turn = 2 * math.pi * pitch_hz * index / RATE_HZ
            samples.append(envelope * (0.75 * math.sin(turn) + 0.25 * math.sin(2 * turn)) if pitch_hz else 0.0)
    return samples


def spoken(language, text):
    """Samples of a phrase, without the silence around it."""
    voice, words_per_min = VOICES[language]
    command = ["espeak-ng", "-v", voice, "-s", words_per_min, "-a", "180", "--stdout", text]
    done = subprocess.run(command, check=True, capture_output=True)
    start = done.stdout.index(b"data") + 8  # its header tells no length on a pipe
    found = array.array("h", done.stdout[start : start + (len(done.stdout) - start) // 2 * 2])
    loud = [index for index, value in enumerate(found) if abs(value) > QUIET]
    return [value / 32768 for value in found[loud[0] : loud[-1] + 1]]


def wav(samples):
    """One channel, 16 bits, as loud as it goes."""
    top = max(map(abs, samples))
    data = array.array("h", [round(value / top * PEAK) for value in samples])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(data.tobytes())
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
