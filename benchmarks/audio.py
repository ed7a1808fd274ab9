"""Time of the audio VAE and the vocoders against diffusers, same weights, same machine, one run.

    python benchmarks/audio.py [--seconds 2] [--threads 1]

Prints one line per part: parameters, our time, theirs, the ratio (bar: at most 1.0) and the
largest difference. Needs the ``test`` extra.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
from diffusers import AutoencoderKLLTX2Audio
from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder, LTX2VocoderWithBWE
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.vocoder import VocoderConfig, build_vocoder
from hibari.model.vocoder.config import GeneratorConfig
from torch import Tensor

REPEATS = 10
RENAMES = [
    ("conv_pre", "conv_in"),
    ("conv_post", "conv_out"),
    ("act_post", "act_out"),
    ("resblocks", "resnets"),
    ("ups.", "upsamplers."),
    ("downsample.lowpass", "downsample"),
]
Part = tuple[str, torch.nn.Module, Callable[[], Tensor], Callable[[], Tensor]]


def best_times(ours: Callable[[], Tensor], theirs: Callable[[], Tensor]) -> tuple[float, float]:
    """Shortest of several runs in seconds; the two alternate, so that load hits both alike."""
    best = [float("inf"), float("inf")]
    for _ in range(REPEATS + 1):
        for index, run in enumerate((ours, theirs)):
            start = time.perf_counter()
            run()
            best[index] = min(best[index], time.perf_counter() - start)
    return best[0], best[1]


def audio_vae(mel: Tensor) -> list[Part]:
    """Both halves at the width of the bundled checkpoint."""
    ours = AudioVae(AudioVaeConfig(channels=32, res_blocks=1))
    theirs = AutoencoderKLLTX2Audio(base_channels=32, num_res_blocks=1)
    theirs.load_state_dict(ours.state_dict(), strict=False)
    latent = torch.randn(1, 8, (mel.shape[2] + 3) // 4, 16)
    return [
        (
            "audio VAE encode",
            ours.encoder,
            lambda: ours.encode(mel),
            lambda: theirs.encode(mel).latent_dist.mean,
        ),
        (
            "audio VAE decode",
            ours.decoder,
            lambda: ours.decode(latent),
            lambda: theirs.decode(latent).sample,
        ),
    ]


def vocoders(mel: Tensor) -> list[Part]:
    """HiFi-GAN at the width of the bundled checkpoint, and a small BigVGAN pair."""
    plain = build_vocoder(VocoderConfig(GeneratorConfig(channels=128)))
    pair = build_vocoder(VocoderConfig.tiny(bandwidth=True))
    plain_theirs = LTX2Vocoder(hidden_channels=128)
    pair_theirs = LTX2VocoderWithBWE(
        hidden_channels=64, bwe_hidden_channels=32, final_act_fn="clamp"
    )
    for ours, theirs in ((plain, plain_theirs), (pair, pair_theirs)):
        theirs.load_state_dict(renamed(ours.state_dict()))
    return [
        ("vocoder 2.0, width 128", plain, lambda: plain(mel), lambda: plain_theirs(mel)),
        ("vocoder 2.3, width 64/32", pair, lambda: pair(mel), lambda: pair_theirs(mel)),
    ]


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Keys of our vocoders under the names of diffusers."""
    for ours, theirs in RENAMES:
        state = {key.replace(ours, theirs): value for key, value in state.items()}
    return state


@torch.inference_mode()
def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="length of the clip")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    mel = torch.randn(1, 2, round(arguments.seconds * 25) * 4 - 3, 64) * 2 - 5
    print(f"{'part':26}{'parameters':>12}{'ours s':>9}{'theirs s':>10}{'ratio':>7}{'max diff':>10}")
    for name, module, ours, theirs in audio_vae(mel) + vocoders(mel):
        parameters = sum(parameter.numel() for parameter in module.parameters())
        ours_s, theirs_s = best_times(ours, theirs)
        difference = (ours() - theirs()).abs().max().item()
        print(
            f"{name:26}{parameters:12,}{ours_s:9.3f}{theirs_s:10.3f}"
            f"{ours_s / theirs_s:7.2f}{difference:10.1e}"
        )


if __name__ == "__main__":
    main()
