"""Recipes: steps in order, resumed behind the last that is done, stopped in time, failures told."""

import json
from pathlib import Path

import pytest
from hibari.training import recipe as recipe_module
from hibari.training.command import main
from hibari.training.config import from_table, read_config
from hibari.training.recipe import RECIPES, Recipe, Step, cook, read_recipe, summary
from hibari.training.shards import join_file, split_file
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


def test_every_stage_of_the_shipped_recipe_is_a_valid_configuration():
    checked = 0
    for step in read_recipe(RECIPES / "whole.toml").steps:
        for job in step.jobs:
            if "--config" not in job:
                continue
            settings = [job[i + 1] for i, word in enumerate(job) if word == "--set"]
            config = read_config(Path(job[job.index("--config") + 1]), settings)
            if config.kind == "transformer":
                from_table(FlowObjective, config.objective, "objective")
            assert config.data.playground == "whole"
            checked += 1
    assert checked == 8
