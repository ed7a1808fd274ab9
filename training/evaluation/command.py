"""``hibari evaluate``: measures a checkpoint on held-out clips of the playground."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from tqdm import tqdm

from .parser import BASELINE_CLIPS, CLIPS, QUICK_CLIPS, build_parser

if TYPE_CHECKING:
    from ..world import ClipSpec
    from .card import Rows
    from .kit import Kit
    from .networks import Networks
    from .session import Codec, Session

log = logging.getLogger("hibari.evaluate")

BUNDLED = Path(__file__).parents[2] / "weights" / "hibari-playground.safetensors"
SHEET_CLIPS = 12
MOST_CLIPS = 100_000
VARIED_EVERY = 8
"""Of every eighth caption several clips are compared."""


def main(argv: Sequence[str]) -> int:
    """Runs the command; 0 done, 1 failed while running, 2 bad input."""
    arguments = build_parser().parse_args(argv)
    try:
        return _run(arguments)
    except ValueError as error:
        sys.stderr.write(f"hibari evaluate: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"hibari evaluate: {error}\n")
        return 1


def _run(arguments: argparse.Namespace) -> int:
    from ..world import make_clip
    from ..world.drops.other_words import in_other_words
    from ..world.siblings import sibling_frames
    from .card import score_rows, table
    from .session import SEEDS

    count = _clip_count(arguments)
    if arguments.seed < 0:
        raise ValueError(f"--seed is {arguments.seed}; use 0 or more")
    if arguments.other_words and arguments.playground != "drops":
        raise ValueError("--other-words knows those of the playground drops only; leave one out")
    session = _open(arguments)
    indices = session.kit.indices(arguments.seed, count, session.spec)
    for place, index in enumerate(tqdm(indices, desc="evaluating", unit="clip", total=count)):
        others = SEEDS - 1 if place % VARIED_EVERY == 0 else 0
        siblings = sibling_frames(arguments.seed, index, session.spec, "validation", others)
        clip = make_clip(arguments.seed, index, session.spec, "validation")
        if arguments.other_words:
            clip = replace(clip, caption=in_other_words(clip.caption, Random(index), share=1.0))
        session.measure(index, clip, siblings)
    rows = score_rows(session.evidence, session.kit)
    sys.stdout.write(table(rows, session.kit) + "\n" + _decoding_line(session))
    sys.stdout.write(_sampling_line(session))
    _write_files(arguments, session, rows)
    return 0


def _clip_count(arguments: argparse.Namespace) -> int:
    count = arguments.clips
    if count is None:
        return QUICK_CLIPS if arguments.quick else CLIPS
    if not 1 <= count <= MOST_CLIPS:
        raise ValueError(f"--clips is {count}; use 1 to {MOST_CLIPS}, for example {CLIPS}")
    return int(count)


def _open(arguments: argparse.Namespace) -> Session:
    from ..world import ClipSpec
    from .card import BASELINE, CODEC
    from .session import Session

    kit = _kit(arguments.playground)
    networks = _networks(arguments)
    settings, spec = None, ClipSpec(playground=arguments.playground)
    codecs: dict[str, Codec] = {}
    if networks is not None:
        spec = networks.spec
    if arguments.baseline:
        codecs[BASELINE] = _baseline(spec)
    if networks is not None:
        if networks.has_codecs:
            codecs[CODEC] = networks.round_trip
        if networks.can_sample:
            settings = networks.settings(arguments.steps, arguments.guidance, arguments.interval)
        elif arguments.codecs is None:
            log.warning("the checkpoint has no transformer with text encoder: no samples are made")
    sheet_clips = SHEET_CLIPS if arguments.sheet is not None else 0
    return Session(spec, kit, codecs, networks, settings, sheet_clips)


def _baseline(spec: ClipSpec) -> Codec:
    """Pictures through the linear codec, the sound as it is."""
    from .codec_baseline import linear_codec

    linear = linear_codec(spec, BASELINE_CLIPS)
    return lambda frames, waveform: (linear.round_trip(frames), waveform)


def _kit(playground: str) -> Kit:
    if playground == "whole":
        from .whole.kit import whole_kit

        return whole_kit()
    from .kit import drops_kit
    from .material import world_ear

    return drops_kit(world_ear())


def _networks(arguments: argparse.Namespace) -> Networks | None:
    from .networks import Networks

    if arguments.instruments:
        return None
    if arguments.codecs is not None:
        if len(arguments.codecs) not in (3, 4):
            raise ValueError(
                f"--codecs names {len(arguments.codecs)} files; give three or four:"
                " VIDEO_VAE AUDIO_VAE VOCODER [PARTIALS]"
            )
        return Networks.of_codecs(*arguments.codecs, playground=arguments.playground)
    return Networks(_checkpoint_path(arguments.checkpoint), playground=arguments.playground)


def _checkpoint_path(asked: Path | None) -> Path:
    if asked is None and not BUNDLED.is_file():
        raise ValueError(
            f"there is no bundled checkpoint {BUNDLED.name}; give one with --checkpoint FILE, or"
            " measure real clips only with --instruments"
        )
    return asked or BUNDLED


def _decoding_line(session: Session) -> str:
    from torch import get_num_threads

    if session.networks is None or not session.networks.decoding_s:
        return ""
    picture_s, sound_s = _decoding_seconds(session.networks)
    spec = session.spec
    return (
        f"decoding {spec.frames / spec.fps:.1f} s at {spec.width}x{spec.height}: picture"
        f" {picture_s:.2f} s, sound {sound_s:.2f} s (medians, {get_num_threads()} threads)\n"
    )


def _decoding_seconds(networks: Networks) -> tuple[float, float]:
    """Medians for picture and sound."""
    pictures_s, sounds_s = zip(*networks.decoding_s, strict=True)
    return median(pictures_s), median(sounds_s)


def _sampling_line(session: Session) -> str:
    if session.settings is None:
        return ""
    weights, taken_s = session.settings.guidance, session.sampling_s
    return (
        f"samples: {len(session.settings.sigmas) - 1} steps, guidance {weights.video_cfg:g} for"
        f" video and {weights.audio_cfg:g} for audio, {sum(taken_s) / len(taken_s):.1f} s a clip"
        " with decoding\n"
    )


def _write_files(arguments: argparse.Namespace, session: Session, rows: Rows) -> None:
    from .card import write_json
    from .sheet import write_sheet

    for source, strips in session.strips.items():
        if strips:
            write_sheet(arguments.sheet / f"{source}.png", strips)
    if arguments.json is not None:
        write_json(arguments.json, rows, session.evidence, _about(arguments, session))


def _about(arguments: argparse.Namespace, session: Session) -> dict[str, object]:
    """What was measured and how, for the JSON."""
    from torch import get_num_threads

    about: dict[str, object] = {
        "world_version": session.spec.version,
        "seed": arguments.seed,
        "spec": asdict(session.spec),
    }
    if session.networks is not None:
        about["checkpoint"] = session.networks.name
        if session.networks.decoding_s:
            picture_s, sound_s = _decoding_seconds(session.networks)
            about["decoding"] = {
                "picture_seconds": picture_s,
                "sound_seconds": sound_s,
                "threads": get_num_threads(),
            }
    if session.settings is not None:
        weights = session.settings.guidance
        about["sampling"] = {
            "sigmas": session.settings.sigmas,
            "video_guidance": weights.video_cfg,
            "audio_guidance": weights.audio_cfg,
            "guidance_interval": weights.interval,
            "seconds_per_clip": sum(session.sampling_s) / len(session.sampling_s),
        }
    return about
