"""``hibari train``: one command for every stage, resumable by running it again."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .config import TrainConfig, flat_settings, read_config


def _trainer_class(kind: str) -> Callable[[TrainConfig], object]:
    if kind == "video_vae":
        from .trainers.video_vae import VideoVaeTrainer

        return VideoVaeTrainer
    if kind == "audio_vae":
        from .trainers.audio_vae import AudioVaeTrainer

        return AudioVaeTrainer
    if kind == "vocoder":
        from .trainers.vocoder import VocoderTrainer

        return VocoderTrainer
    if kind == "partials":
        from .trainers.partials import PartialsTrainer

        return PartialsTrainer
    if kind == "distillation":
        from .trainers.distillation import DistillationTrainer

        return DistillationTrainer
    if kind == "transformer":
        from .trainers.transformer import TransformerTrainer

        return TransformerTrainer
    kinds = "video_vae, audio_vae, vocoder, partials, transformer or distillation"
    raise ValueError(f"kind is {kind!r}; use {kinds}")


def main(argv: Sequence[str]) -> int:
    """Run one stage or a recipe; 0 done, 1 failed, 2 bad input, 3 time is up, go on later."""
    parser = argparse.ArgumentParser(prog="hibari train", description=__doc__)
    parser.add_argument("--config", type=Path, help="TOML file of the stage")
    parser.add_argument(
        "--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="override one entry"
    )
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves torch's own")
    parser.add_argument("--render-only", action="store_true", help="only draw the clips")
    parser.add_argument(
        "--encode-only",
        metavar="I/N",
        help="only encode the clips for the transformer stage; N processes share it as 0/N, 1/N...",
    )
    parser.add_argument(
        "--bundle",
        nargs=2,
        type=Path,
        metavar=("RUNS", "OUT"),
        help="assemble the results below RUNS into one checkpoint",
    )
    parser.add_argument(
        "--transformer",
        default="transformer",
        metavar="FOLDER",
        help="the folder of RUNS with the transformer for --bundle, of a distillation say",
    )
    parser.add_argument(
        "--codecs-only", action="store_true", help="leave the transformer out of --bundle"
    )
    parser.add_argument(
        "--recipe", type=Path, metavar="FILE", help="run all steps of a recipe, or go on with them"
    )
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="stop a recipe after this time, all states saved"
    )
    parser.add_argument(
        "--split", nargs=2, type=Path, metavar=("FILE", "FOLDER"), help="a file in pieces to carry"
    )
    parser.add_argument(
        "--join", nargs=2, type=Path, metavar=("LIST", "FILE"), help="the pieces as a file again"
    )
    parser.add_argument(
        "--unbundle",
        nargs=2,
        type=Path,
        metavar=("CHECKPOINT", "RUNS"),
        help="write a checkpoint's stages below RUNS, to train on with run.init_from",
    )
    parser.add_argument(
        "--carry-over",
        nargs=2,
        type=Path,
        metavar=("RUNS", "OUT"),
        help="fit the transformer below RUNS, of other codecs, to those of --config",
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # `hibari` shows warnings only, but how training goes is what this command is watched for.
    logging.getLogger("hibari").setLevel(logging.INFO)
    try:
        return _run(arguments)
    except (ValueError, FileNotFoundError) as error:
        sys.stderr.write(f"hibari train: {error}\n")
        return 2
    except (FloatingPointError, OSError, RuntimeError) as error:
        sys.stderr.write(f"hibari train: {error}\n")
        return 1


def _run(arguments: argparse.Namespace) -> int:
    if _handled_files(arguments):
        return 0
    if arguments.recipe:
        from .recipe import cook, read_recipe, summary

        recipe = read_recipe(arguments.recipe)
        done = cook(recipe, arguments.minutes)
        sys.stdout.write(summary(recipe))
        return 0 if done else 3
    if arguments.config is None:
        raise ValueError("no --config given; see hibari/training/configs")
    if arguments.threads:
        import torch

        torch.set_num_threads(arguments.threads)
    config = read_config(arguments.config, arguments.set)
    if arguments.encode_only:
        _encode(config, arguments.encode_only)
        return 0
    if arguments.carry_over:
        from .carry_over import carry_over

        runs, out = arguments.carry_over
        carry_over(runs, config, out)
        return 0
    if arguments.render_only:
        from .clip_store import fill_store

        for split in ("validation", "train"):
            fill_store(config.data, split)
        return 0
    from .loop import Run, check_resumable, pick_device
    from .processes import PROCESSES

    check_resumable(config)
    PROCESSES.begin(pick_device(config.run.device))
    if not PROCESSES.is_first:
        logging.getLogger("hibari").setLevel(logging.WARNING)
    try:
        trainer = _trainer_class(config.kind)(config)
        Run(trainer, config.run, flat_settings(config)).fit()  # type: ignore[arg-type]
    finally:
        PROCESSES.end()
    return 0


def _handled_files(arguments: argparse.Namespace) -> bool:
    """Whether the command was about checkpoint files, and is done."""
    if arguments.bundle:
        from .bundle import CODECS, PLAYGROUND, bundle

        only = arguments.codecs_only
        info, transformer = (CODECS, None) if only else (PLAYGROUND, arguments.transformer)
        bundle(*arguments.bundle, info, transformer)
    elif arguments.unbundle:
        from .bundle import unbundle

        unbundle(*arguments.unbundle)
    elif arguments.split:
        from .shards import split_file

        split_file(*arguments.split)
    elif arguments.join:
        from .shards import join_file

        join_file(*arguments.join)
    else:
        return False
    return True


def _encode(config: TrainConfig, part: str) -> None:
    from .latent_store import Codecs, encode_part
    from .loop import pick_device
    from .reference_store import encode_references

    try:
        index, count = (int(number) for number in part.split("/"))
    except ValueError as error:
        raise ValueError(f"--encode-only {part!r} is not I/N; use 0/1 for all") from error
    paths = [Path(config.objective[key]) for key in ("video_vae", "audio_vae")]
    device = pick_device(config.run.device)
    codecs = Codecs.load(paths[0], paths[1], device)
    precision = config.run.precision
    encode_part(config.data, codecs, precision, device, (index, count))
    if config.data.reference_px:
        encode_references(config.data, codecs, precision, device, (index, count))
