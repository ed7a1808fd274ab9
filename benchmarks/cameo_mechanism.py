"""Can references carry looks and voice at all, through file, grant and blocks?

    python benchmarks/cameo_mechanism.py            # about ten minutes on one core
    python benchmarks/cameo_mechanism.py --steps 800 --speakers 200

No checkpoint needs to know people for this: on the codecs of the bundled one, a small transformer
learns portraits of playground speakers from references that show other poses and hold another
sentence. Then twenty speakers that it never saw are enrolled, and the table of
``benchmarks/cameo.py`` is measured with its checkpoint.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from cameo import Row, rows_as_lines, rows_told, speaker_rows
from cameo_portraits import FPS, FRAMES, SAYS, SIDE_PX, bucket_of, encoded, portraits
from cameo_studio import Latents, Scene, Studio
from hibari.host import checkpoint_names, checkpoint_path
from hibari.host.embedded.folders import checkpoints_directory
from hibari.model.checkpoint import CheckpointInfo, Recommended, load_checkpoint, save_checkpoint
from hibari.training.config import read_config
from hibari.training.evaluation.likeness import Identity, retrieval
from hibari.training.loop import Run
from hibari.training.trainers.transformer import TransformerTrainer

NAME = "portraits.safetensors"
SCENE = Scene(f'@subject says: "{SAYS}"', "somebody")
CAPTION = SCENE.prompt.replace("@subject", SCENE.stranger)
LEARNED, UNSEEN = 7_100, 7_200
ADVICE = Recommended(12, 1.0, None, SIDE_PX, SIDE_PX, FRAMES / FPS, FPS)
STAGE = Path(__file__).parents[1] / "training/configs/transformer.toml"
SETTINGS = (
    *("model.transformer.num_layers=3", "model.transformer.attention_head_dim=32"),
    *("model.transformer.cross_attention_dim=128", "model.transformer.caption_channels=128"),
    *("model.transformer.audio_attention_head_dim=16", "model.text_encoder.video_width=128"),
    *("model.transformer.audio_cross_attention_dim=64", "model.text_encoder.audio_width=64"),
    *("model.text_encoder.width=32", "model.text_encoder.layers=1"),
    *("run.batch=8", "run.learning_rate=1e-2", "run.warmup_steps=20", "run.ema=0.98"),
    *("run.log_every=20", "run.evaluate_every=0", "run.device='cpu'", "run.precision='fp32'"),
    *(f"data.frames={FRAMES}", f"data.fps={FPS:.0f}", f"data.reference_px={SIDE_PX}"),
    *(f"objective.frames=[{FRAMES}]", "objective.reference_share=0.9", "objective.kept_share=0.0"),
    *("objective.caption_dropout=0.0", "objective.motion_weight=0.0"),
    *("objective.place_weight=0.0", "objective.crowded_share=0.0"),
    *("objective.independent_share=0.0", "objective.sigma_mean=1.6"),
    *("objective.audio_weight=1.0", "objective.text_tokens=8"),
)
"""How this differs from the stage that the bundled transformer went through."""
log = logging.getLogger("hibari.benchmark")


def main() -> None:
    """Learn, enrol, measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400, help="of training")
    parser.add_argument("--speakers", type=int, default=96, help="to learn from")
    parser.add_argument("--identities", type=int, default=20, help="to enrol")
    parser.add_argument("--out", type=Path, help="also write the numbers as JSON")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    with tempfile.TemporaryDirectory(prefix="hibari-benchmark-") as home:
        os.environ["HIBARI_HOME"] = home  # nobody's own cameos
        size = learn(Path(home), list(portraits(LEARNED, given.speakers, False)), given.steps)
        with torch.inference_mode():
            told = measure(list(portraits(UNSEEN, given.identities, True)))
    log.info("transformer of %.2f million weights", size / 1e6)
    print("\n".join(rows_as_lines(told["rows"], given.identities)))
    print(f"largest difference of latents, blocks and library: {told['latent_difference']:g}")
    if given.out is not None:
        given.out.write_text(json.dumps(told, indent=1) + "\n")


def learn(home: Path, people: list[Identity], steps: int) -> int:
    """Train on portraits, write a checkpoint among the others; return the number of weights."""
    parts, file = load_checkpoint(Path(checkpoint_path(checkpoint_names()[0])))
    changed = (f"run.steps={steps}", f"run.decay_steps={steps // 2}", f"run.folder='{home}/run'")
    config = read_config(STAGE, [*SETTINGS, *changed])
    with torch.inference_mode():
        clips = bucket_of(parts, people, CAPTION, config.data)
    log.info("%d speakers to learn from", len(people))
    trainer = TransformerTrainer(config, {"train": [clips], "validation": [clips]})
    run = Run(trainer, config.run)
    run.fit()
    path = checkpoints_directory() / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with run.averaged():
        made = {name: trainer.module[name] for name in ("transformer", "text_encoder")}
        info = CheckpointInfo("portraits", file.info.av_order, ADVICE, None, True)
        save_checkpoint(path, replace(parts, **made), info)
    return sum(weight.numel() for weight in made["transformer"].parameters())


def measure(people: list[Identity]) -> dict[str, Any]:
    """The numbers of the checkpoint that `learn` wrote."""
    studio = Studio(NAME, None, 0)
    rows, gap = speaker_rows(studio, people, SCENE)
    rows["true clips, through the codecs"] = coded = Row(studio.sound_rate_hz)
    true = [encoded(studio.parts, person) for person in people]
    for latents in true:
        coded.add(*studio.decoded(latents))
    told = rows_told(rows, people)
    for name, row in rows.items():
        if row.latents:
            told[name]["latents"] = nearest_true(row.latents, true)
    return {"rows": told, "latent_difference": gap}


def nearest_true(made: Sequence[Latents], true: Sequence[Latents]) -> dict[str, float]:
    """Share of clips to which their own true clip is the nearest, by picture and by sound.

    All true clips hold the same words, so that voices differ in nothing else.
    """
    found = {}
    for stream, name in enumerate(("looks", "voice")):
        one, other = (torch.stack([clip[stream] for clip in clips]) for clips in (made, true))
        gaps = torch.cdist(one.flatten(1), other.flatten(1))
        found[name] = retrieval(gaps.numpy())
    return found


if __name__ == "__main__":
    main()
