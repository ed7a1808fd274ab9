"""The sounds of speech as formants, noise bands and times.

Formant centres follow the averages of Peterson & Barney 1952 and Klatt 1980 for an adult man;
other speakers scale them by the length of their vocal tract.
"""

from __future__ import annotations

from typing import NamedTuple


class Phone(NamedTuple):
    """One steady target.

    Attributes:
        formants: F1, F2, F3 in Hz.
        voice: level of the voiced source, 0..1.
        breath: level of noise through the vocal tract, 0..1.
        hiss: level of noise made at the teeth or lips, 0..1, around `hiss_hz`.
        seconds: usual length.
        stop: a closed vocal tract before it, in seconds.
    """

    formants: tuple[float, float, float]
    voice: float
    breath: float = 0.0
    hiss: float = 0.0
    hiss_hz: float = 4000.0
    seconds: float = 0.07
    stop: float = 0.0
    vowel: bool = False


def _vowel(first: float, second: float, third: float, seconds: float = 0.095) -> Phone:
    return Phone((first, second, third), 1.0, seconds=seconds, vowel=True)


PHONES: dict[str, tuple[Phone, ...]] = {
    # Vowels; two targets are a diphthong.
    "IY": (_vowel(285, 2300, 3000),),
    "IH": (_vowel(400, 1990, 2550, 0.075),),
    "EH": (_vowel(540, 1840, 2480),),
    "AE": (_vowel(670, 1720, 2410, 0.11),),
    "AA": (_vowel(740, 1120, 2440, 0.11),),
    "AH": (_vowel(610, 1220, 2400, 0.07),),
    "AO": (_vowel(570, 860, 2410, 0.105),),
    "OH": (_vowel(430, 850, 2400, 0.095),),
    "UH": (_vowel(440, 1040, 2240, 0.07),),
    "UW": (_vowel(310, 890, 2240),),
    "ER": (_vowel(490, 1350, 1700, 0.095),),
    "UE": (_vowel(280, 1750, 2200),),
    "OE": (_vowel(430, 1450, 2300, 0.08),),
    "EY": (_vowel(520, 1900, 2500, 0.07), _vowel(340, 2200, 2800, 0.055)),
    "AY": (_vowel(720, 1250, 2450, 0.085), _vowel(370, 2050, 2650, 0.055)),
    "OY": (_vowel(550, 880, 2400, 0.08), _vowel(370, 2050, 2600, 0.06)),
    "AW": (_vowel(720, 1300, 2450, 0.08), _vowel(400, 920, 2300, 0.06)),
    "OW": (_vowel(540, 980, 2350, 0.07), _vowel(370, 830, 2250, 0.055)),
    "AN": (_vowel(650, 1000, 2500, 0.1),),
    "IN": (_vowel(600, 1550, 2500, 0.1),),
    "ON": (_vowel(420, 780, 2400, 0.1),),
    # Nasals and glides.
    "M": (Phone((250, 1000, 2200), 0.5, seconds=0.065),),
    "N": (Phone((260, 1550, 2550), 0.5, seconds=0.06),),
    "NG": (Phone((260, 2100, 2700), 0.5, seconds=0.07),),
    "L": (Phone((350, 1100, 2700), 0.65, seconds=0.06),),
    "R": (Phone((380, 1150, 1550), 0.65, seconds=0.06),),
    "RR": (Phone((480, 1150, 2350), 0.45, 0.18, seconds=0.06),),
    "W": (Phone((300, 700, 2200), 0.6, seconds=0.055),),
    "Y": (Phone((270, 2250, 3000), 0.6, seconds=0.05),),
    # Hisses, without and with voice.
    "HH": (Phone((550, 1500, 2500), 0.0, 0.45, seconds=0.055),),
    "F": (Phone((400, 1200, 2300), 0.0, 0.0, 0.16, 6500, 0.085),),
    "TH": (Phone((400, 1400, 2500), 0.0, 0.0, 0.13, 6000, 0.08),),
    "S": (Phone((350, 1700, 2600), 0.0, 0.0, 0.55, 6800, 0.095),),
    "SH": (Phone((350, 1800, 2400), 0.0, 0.0, 0.5, 3200, 0.095),),
    "V": (Phone((330, 1150, 2300), 0.4, 0.0, 0.08, 6000, 0.06),),
    "DH": (Phone((330, 1350, 2500), 0.4, 0.0, 0.07, 5600, 0.05),),
    "Z": (Phone((330, 1700, 2600), 0.3, 0.0, 0.3, 6600, 0.075),),
    "ZH": (Phone((330, 1800, 2400), 0.3, 0.0, 0.28, 3100, 0.075),),
    # Stops: silence, then a burst.
    "P": (Phone((400, 1000, 2200), 0.0, 0.25, 0.2, 900, 0.03, 0.055),),
    "T": (Phone((380, 1750, 2600), 0.0, 0.2, 0.5, 4600, 0.035, 0.05),),
    "K": (Phone((350, 1900, 2400), 0.0, 0.25, 0.4, 2100, 0.04, 0.055),),
    "B": (Phone((320, 950, 2200), 0.35, 0.0, 0.16, 800, 0.02, 0.045),),
    "D": (Phone((320, 1700, 2600), 0.35, 0.0, 0.3, 4200, 0.022, 0.04),),
    "G": (Phone((320, 1900, 2400), 0.35, 0.0, 0.26, 1900, 0.025, 0.045),),
    "CH": (Phone((350, 1800, 2500), 0.0, 0.0, 0.5, 3300, 0.08, 0.045),),
    "JH": (Phone((330, 1800, 2500), 0.3, 0.0, 0.32, 3200, 0.06, 0.035),),
}
