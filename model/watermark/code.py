"""64 bits made safe against errors: a CRC, then a tail-biting convolutional code read softly.

Rate 1/4, memory 11, generators of Proakis, Digital Communications, table 8-2-3 (free distance 32).
Tail-biting (Ma & Wolf 1986) spends no bits on a known end state, which matters for words this
short; the reader walks the circular trellis until start and end agree.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

IDENTIFIER_BITS = 64
CHECK_BITS = 16
MESSAGE_BITS = IDENTIFIER_BITS + CHECK_BITS
GENERATORS = (0o4767, 0o5723, 0o6265, 0o7455)
MEMORY = 11
STATES = 1 << MEMORY
CODED_BITS = MESSAGE_BITS * len(GENERATORS)
CRC_POLYNOMIAL = 0x1021
CRC_START = 0xFFFF

Floats = NDArray[np.float64]


def encode(identifier: int) -> Floats:
    """Return the code word of an identifier, ``[320]`` of +1 and -1.

    Raises:
        ValueError: the identifier does not fit 64 bits.
    """
    if not 0 <= identifier < 1 << IDENTIFIER_BITS:
        raise ValueError(
            f"identifier {identifier} does not fit 64 bits; use a number from 0 to 2**64 - 1"
        )
    message = (identifier << CHECK_BITS) | _crc(identifier)
    bits = [message >> shift & 1 for shift in range(MESSAGE_BITS - 1, -1, -1)]
    state = sum(bit << place for place, bit in enumerate(reversed(bits[-MEMORY:])))
    signs = _signs()
    word = np.empty((MESSAGE_BITS, len(GENERATORS)))
    for step, bit in enumerate(bits):
        word[step] = signs[state, bit]
        state = (state << 1 | bit) % STATES
    return word.ravel()


def decode(soft: Floats) -> int | None:
    """Return the identifier in soft bits ``[320]`` (sign = bit, size = trust), None if unreadable.

    Unreadable means that the most likely word fails its CRC: one in 65,536 words of pure noise
    passes, so a caller also looks at the detection statistic.
    """
    message = _most_likely_message(soft.reshape(MESSAGE_BITS, len(GENERATORS)))
    identifier, check = message >> CHECK_BITS, message & ((1 << CHECK_BITS) - 1)
    return identifier if _crc(identifier) == check else None


def _most_likely_message(soft: Floats) -> int:
    """Wrap-around Viterbi: two laps of the circular trellis, read from the middle of them.

    The first half lap forgets the unknown start, the last half lap is needed to decide well.
    """
    signs = _signs()
    laps = np.concatenate([soft, soft])
    # State s is reached from s >> 1 with either top bit; the bit read is s & 1.
    states = np.arange(STATES)
    sources = np.stack([states >> 1, (states >> 1) | STATES >> 1])
    outputs = signs[sources, states & 1]  # [2, states, 4]
    metric = np.zeros(STATES)
    choices = np.empty((len(laps), STATES), dtype=np.uint8)
    for step, received in enumerate(laps):
        candidates = metric[sources] + outputs @ received
        choices[step] = candidates[1] > candidates[0]
        metric = np.where(choices[step], candidates[1], candidates[0])
    state = int(metric.argmax())
    bits = np.empty(len(laps), dtype=np.int64)
    for step in range(len(laps) - 1, -1, -1):
        bits[step] = state & 1
        state = int(sources[choices[step, state], state])
    half = MESSAGE_BITS // 2
    circle = np.concatenate([bits[MESSAGE_BITS : MESSAGE_BITS + half], bits[half:MESSAGE_BITS]])
    return int("".join(map(str, circle)), 2)


@lru_cache(maxsize=1)
def _signs() -> Floats:
    """Code symbols ``[state, bit, generator]`` as +1 and -1; bit 0 of a register is the newest."""
    registers = np.arange(2 * STATES).reshape(STATES, 2)
    symbols = np.stack([np.bitwise_count(registers & g) & 1 for g in GENERATORS], axis=-1)
    return 1.0 - 2.0 * symbols.astype(np.float64)


def _crc(identifier: int) -> int:
    """CRC-16/CCITT of the eight bytes of an identifier."""
    register = CRC_START
    for byte in identifier.to_bytes(IDENTIFIER_BITS // 8, "big"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (CRC_POLYNOMIAL if register & 0x8000 else 0)
            register &= 0xFFFF
    return register
