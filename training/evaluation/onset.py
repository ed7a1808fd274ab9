"""When sounds start: the times at which many bands of the spectrum grow at once (spectral flux).

Bello et al. 2005, "A tutorial on onset detection in music signals", section III.A.
"""

from __future__ import annotations

import numpy as np

HOP_S = 0.01
WINDOW_S = 0.02
BANDS = 20
LOWEST_HZ, HIGHEST_HZ = 100.0, 7500.0
"""The audio VAE hears up to 8 kHz; what lies above is a vocoder's guess."""
QUIET = 1e-4
"""Power below the loudest band power of the clip by this factor counts as silence (-40 dB)."""
PROMINENCE = 0.3
"""A rise starts a sound when it is at least this share of the clip's largest."""
LEAST_FLUX = 1.2
"""Mean growth of the log power that starts a sound; steady noise stays below."""
APART_S = 0.06


def onsets_s(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Times in seconds at which sounds start, rising; [2, N] or [N] in -1..1."""
    flux = spectral_flux(waveform, rate_hz)
    least = max(LEAST_FLUX, PROMINENCE * float(flux.max()))
    reach = round(APART_S / HOP_S)
    peaks = [
        frame
        for frame in np.flatnonzero(flux >= least)
        if flux[frame] == flux[max(0, frame - reach) : frame + reach + 1].max()
    ]
    return np.array(peaks) * HOP_S


def band_power(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Power [A, BANDS] in log-spaced bands, one row per 10 ms, centred on its time."""
    mono = np.atleast_2d(waveform).mean(0)
    hop, window = round(HOP_S * rate_hz), round(WINDOW_S * rate_hz)
    # Mirrored, so that a clip that begins in the middle of a sound starts none.
    padded = np.pad(mono, window // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(window), 2 * window)) ** 2
    return power @ _bands(2 * window, rate_hz)


def spectral_flux(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Mean growth of the bands' log power over 10 ms, [A]; the sound at row 0 has grown by 0."""
    power = band_power(waveform, rate_hz)
    level = np.log(power + QUIET * power.max() + 1e-12)
    growth = np.diff(level, axis=0, prepend=level[:1])
    # The last window is half a mirror image, whose kink would be a click.
    growth[-1] = 0
    # Averaged with its sign: the ups and downs of steady noise cancel over the bands.
    return np.maximum(growth.mean(1), 0)


def _bands(size: int, rate_hz: int) -> np.ndarray:
    """Rectangular bands with log-spaced edges [size // 2 + 1, BANDS]."""
    frequency = np.fft.rfftfreq(size, 1 / rate_hz)
    edges = np.geomspace(LOWEST_HZ, min(HIGHEST_HZ, rate_hz / 2), BANDS + 1)
    return ((frequency[:, None] >= edges[:-1]) & (frequency[:, None] < edges[1:])).astype(float)
