"""How much added noise a sound hides: the simultaneous masking threshold of Johnston (1988).

J. D. Johnston, Transform coding of audio signals using perceptual noise criteria, IEEE JSAC 6(2).
Energies of critical bands are spread over their neighbours, then lowered by an offset that is
large for tonal and small for noise-like sounds. Legend: A frames, S spectrum bins, M bands.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

BAND_EDGES_HZ = (
    *(0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720),
    *(2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500),
)
"""Critical bands (Zwicker 1961); the last one reaches up to half the sample rate."""
NOISE_OFFSET_DB = 5.5
TONE_OFFSET_DB = 14.5
TONAL_FLATNESS_DB = -60.0


def masking_threshold(power_AS: Tensor, rate_hz: int) -> Tensor:
    """Return the power that each spectrum bin hides, ``[..., A, S]``.

    Args:
        power_AS: squared magnitudes of windowed spectra, bins from 0 Hz to ``rate_hz / 2``.
        rate_hz: sample rate of the sound.
    """
    member, spread = _bands(power_AS.shape[-1], rate_hz)
    energy = power_AS @ member
    # Normalised so that a flat spectrum spreads to itself (Johnston's renormalisation).
    spread_energy = energy @ spread / spread.sum(0)
    tonal = tonality(power_AS)
    rank = torch.arange(1, energy.shape[-1] + 1)
    offset_db = tonal * (TONE_OFFSET_DB + rank) + (1 - tonal) * NOISE_OFFSET_DB
    threshold = spread_energy * 10 ** (-offset_db / 10)
    return (threshold / member.sum(0).clamp(min=1.0)) @ member.T


def tonality(power_AS: Tensor) -> Tensor:
    """Return how tonal each spectrum is, ``[..., A, 1]``: 0 for noise, 1 for pure tones."""
    floor = 1e-20
    log_power = (power_AS + floor).log10()
    flatness_db = 10 * (log_power.mean(-1) - (power_AS.mean(-1) + floor).log10())
    return (flatness_db / TONAL_FLATNESS_DB).clamp(0.0, 1.0)[..., None]


@lru_cache(maxsize=8)
def _bands(bins: int, rate_hz: int) -> tuple[Tensor, Tensor]:
    """Bins in bands ``[S, M]``, and Schroeder's spreading ``[M, M]`` from row to column."""
    hertz = torch.linspace(0, rate_hz / 2, bins)
    edges = torch.tensor(BAND_EDGES_HZ[1:], dtype=torch.float32)
    band = torch.bucketize(hertz, edges, right=True)
    bands = int(band.max()) + 1
    member = torch.nn.functional.one_hot(band, bands).float()
    distance = torch.arange(bands)[None, :] - torch.arange(bands)[:, None] + 0.474
    spread_db = 15.81 + 7.5 * distance - 17.5 * (1 + distance**2).sqrt()
    return member, 10 ** (spread_db / 10)
