"""Recipes: steps in order, resumed behind the last that is done, stopped in time, failures told."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hibari.model.checkpoint import Checkpoint
from hibari.training import recipe as recipe_module
from hibari.training.command import main
from hibari.training.config import from_table, read_config
from hibari.training.recipe import RECIPES, Recipe, Step, cook, read_recipe, summary
from hibari.training.shards import join_file, split_file
from hibari.training.trainers import video_vae
from hibari.training.trainers.distillation import DistillationObjective
from hibari.training.trainers.flow_batch import FlowObjective


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Jobs become shell lines; what they print is their log."""
    import subprocess

    def start(job, log_path):
        with log_path.open("ab") as log_file:
            return subprocess.Popen(["sh", "-c", job[1]], stdout=log_file, stderr=log_file)

    monkeypatch.setattr(recipe_module, "_start", start)
    return tmp_path


def steps(*lines):
    return tuple(Step(f"step{i}", (("train", line),)) for i, line in enumerate(lines))


def test_steps_run_in_order_and_only_once(started):
    log = started / "order"
    recipe = Recipe(started / "runs", steps(f"echo a >> {log}", f"echo b >> {log}"))
    assert cook(recipe)
    assert cook(recipe)
    assert log.read_text().split() == ["a", "b"]


def test_jobs_of_a_step_run_side_by_side(started):
    meet = started / "meet"
    first = f"while [ ! -e {meet} ]; do sleep 0.05; done"
    step = Step("both", (("train", first), ("train", f"touch {meet}")))
    assert cook(Recipe(started / "runs", (step,)), minutes=1)


def test_a_failure_stops_the_recipe_and_shows_the_end_of_its_log(started):
    recipe = Recipe(started / "runs", steps("echo the disk is full; exit 1", "touch never"))
    with pytest.raises(RuntimeError, match=r"step step0 failed(.|\n)*the disk is full"):
        cook(recipe)
    assert not (started / "runs" / "step0.done").exists()


def test_when_the_time_is_up_jobs_are_told_to_save_and_the_step_stays_open(started):
    saved = started / "saved"
    slow = f"trap 'touch {saved}; exit 0' TERM; while :; do sleep 0.05; done"
    recipe = Recipe(started / "runs", steps("true", slow))
    assert not cook(recipe, minutes=0.02)
    assert saved.exists()
    assert summary(recipe).splitlines()[:2] == ["done  step0", "open  step1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runs = ", "is no TOML"),
        ('runs = "r"\nstep = []', "a recipe has runs and steps"),
        ('runs = "r"\n[[steps]]\nname = "a"\njob = []', "unknown keys: job"),
        ('runs = "r"\n[[steps]]\nname = "a"\njobs = [["rm", "-r"]]', "begins with train"),
        (
            'runs = "r"\n[[steps]]\nname = "a"\njobs = []\n[[steps]]\nname = "a"\njobs = []',
            "names a step twice",
        ),
    ],
)
def test_bad_recipes_are_refused_by_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_recipe(path)
    assert main(["--recipe", str(path)]) == 2


def test_places_are_filled_in(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(
        f'runs = "{tmp_path}"\n[[steps]]\nname = "a"\n'
        'jobs = [["train", "--config", "{configs}/vocoder.toml", "--set", "run.folder={runs}/v"]]'
    )
    (job,) = read_recipe(path).steps[0].jobs
    assert job[2].endswith("configs/vocoder.toml")
    assert job[4] == f"run.folder={tmp_path}/v"


def test_pieces_make_the_file_again_and_damage_is_noticed(tmp_path):
    path, folder = tmp_path / "weights.bin", tmp_path / "pieces"
    path.write_bytes(bytes(range(256)) * 10)
    written = split_file(path, folder, shard_bytes=1000)
    assert [p.name for p in written[:-1]] == [f"weights.bin.{i:03d}" for i in range(3)]
    join_file(written[-1], tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == path.read_bytes()
    written[1].write_bytes(b"x" * 1000)
    with pytest.raises(ValueError, match="damaged; fetch them again"):
        join_file(written[-1], tmp_path / "broken.bin")
    assert not list(tmp_path.glob("broken*"))
    written[-1].write_text(json.dumps({}))
    with pytest.raises(ValueError, match="lists no pieces"):
        join_file(written[-1], tmp_path / "broken.bin")


def test_words_stand_for_arguments(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(
        f'runs = "{tmp_path}"\n[words]\nbase = ["train", "@data"]\n'
        'data = ["=data.buckets=[{frames = 9}]", "=run.folder={runs}/v"]\n'
        '[[steps]]\nname = "a"\njobs = [["@base", "--quick"]]'
    )
    (job,) = read_recipe(path).steps[0].jobs
    sets = ("--set", "data.buckets=[{frames = 9}]", "--set", f"run.folder={tmp_path}/v")
    assert job == ("train", *sets, "--quick")
    path.write_text(path.read_text().replace("@data", "@date"))
    with pytest.raises(ValueError, match="uses @date, which \\[words\\] does not hold"):
        read_recipe(path)


OBJECTIVES = {"transformer": FlowObjective, "distillation": DistillationObjective}


def configured(job):
    """The configuration of a job, None for one without."""
    if "--config" not in job:
        return None
    settings = [value for flag, value in pairwise(job) if flag == "--set"]
    return read_config(Path(job[job.index("--config") + 1]), settings)


SHIPPED = ("codecs.toml", "transformer.toml")


def test_every_stage_of_the_shipped_recipes_is_a_valid_configuration():
    configs, minutes = {}, {}
    for name in SHIPPED:
        for job in (job for step in read_recipe(RECIPES / name).steps for job in step.jobs):
            config = configured(job)
            if config is None:
                continue
            objective = OBJECTIVES.get(config.kind)
            if objective is not None:
                from_table(objective, config.objective, "objective")
                assert [store.height for store in config.data.stores()] == [256, 352, 192, 192]
            assert config.data.playground == "whole"
            configs.setdefault(config.kind, []).append(config)
            minutes[name] = minutes.get(name, 0) + config.run.minutes
    # A decoder is sharpened for the codec that it belongs to.
    assert all(config.model == configs["video_vae"][0].model for config in configs["video_vae"])
    kinds = ("video_vae", "audio_vae", "vocoder", "partials", "transformer", "distillation")
    assert [len(configs[kind]) for kind in kinds] == [4, 1, 1, 1, 13, 3]
    assert minutes["transformer.toml"] < 20


TINY = {
    "video_vae": (
        "run.batch=1 objective.crop_px=64 objective.start_clips=4 objective.statistics_clips=4 "
        "model.encoder_base_channels=16 model.decoder_base_channels=8"
    ),
    "video_decoder": (
        "run.batch=1 objective.crop_px=64 model.encoder_base_channels=16 "
        "model.decoder_base_channels=8"
    ),
    "audio_vae": "run.batch=1 objective.crop_latents=9 model.model.params.ddconfig.ch=24",
    "partials": "run.batch=1 model.width=16",
    "vocoder": "run.batch=1 objective.crop_mels=21 model.upsample_initial_channel=32",
    "transformer": "model.transformer.num_layers=2 run.compile=false run.batch=2",
    "distillation": "run.compile=false run.batch=2 objective.schedule_steps=32",
}
SIZE = "data.count=4 data.validation_count=2 data.frames=17 data.height=64 data.width=64"
BUCKETS = (
    "data.buckets=[{frames=17,height=64,width=64,count=4},{frames=17,height=96,width=64,count=2}]"
)


class Done:
    """A job that ran in this process, as a finished process looks."""

    def __init__(self, returncode):
        self.returncode = returncode

    def poll(self):
        return self.returncode


@pytest.mark.slow
def test_the_shipped_recipes_run_from_nothing_to_three_cards(tmp_path, monkeypatch):
    """Every job as it is shipped, but tiny, and one after the other in this process."""

    def start(job, log_path):
        if job[0] == "evaluate":
            assert Path(job[job.index("--checkpoint") + 1]).is_file()
            return Done(0)
        overrides = []
        if "--config" in job:
            stage = Path(job[job.index("--config") + 1]).stem
            short = "run.steps=1 run.minutes=0 run.precision=fp32 run.device=cpu data.workers=1"
            overrides = f"{short} {SIZE} {TINY[stage]}".split()
            if stage in OBJECTIVES:
                overrides += [BUCKETS, "objective.frames=[9, 17]", "data.reference_px=64"]
                overrides += ["data.workers=0"]  # drawn in this process
        sets = [part for override in overrides for part in ("--set", override)]
        return Done(main([*job[1:], *sets]))

    monkeypatch.setattr(recipe_module, "_start", start)
    # Has tests of its own, and takes longer than all the rest.
    monkeypatch.setattr(video_vae, "start_in_closed_form", lambda *_: None)
    for name in SHIPPED:
        shipped = (RECIPES / name).read_text("utf-8")
        path = tmp_path / name
        path.write_text(shipped.replace('runs = "runs', f'runs = "{tmp_path}'))
        recipe = read_recipe(path)
        assert cook(recipe)
        assert "open" not in summary(recipe)
        monkeypatch.setattr(recipe_module, "WEIGHTS", recipe.runs)  # where the codecs are
    few = Checkpoint(recipe.runs / "hibari-playground-4.safetensors").info
    assert few.trained_with_references
    assert few.recommended.guidance == 1
    assert len(few.recommended.sigmas) == 5
    usual = Checkpoint(recipe.runs / "hibari-playground.safetensors").info
    assert (usual.recommended.guidance, usual.recommended.sigmas) == (2.0, None)
    sharded = list((recipe.runs / "data").rglob("references-*.safetensors"))
    assert len(sharded) == 4
