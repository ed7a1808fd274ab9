from pathlib import Path

import pytest
from hibari.training.config import RunConfig, from_table, read_config

CONFIGS = Path(__file__).parents[2] / "training" / "configs"
MINIMAL = 'kind = "vocoder"\n[run]\nfolder = "r"\nsteps = 3\n[data]\nfolder = "d"\ncount = 2\n'


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_configuration_reads(path):
    config = read_config(path)
    kinds = {"video_vae", "audio_vae", "vocoder", "partials", "transformer", "distillation"}
    assert config.kind in kinds
    assert config.run.folder == f"runs/{path.stem}"


def test_overrides_take_toml_values_and_plain_words(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(MINIMAL)
    config = read_config(
        path, ["run.steps=7", "data.folder=elsewhere", "objective.frames=[25, 49]"]
    )
    assert (config.run.steps, config.data.folder) == (7, "elsewhere")
    assert config.objective["frames"] == [25, 49]


def test_whole_numbers_do_for_floats():
    assert from_table(RunConfig, {"folder": "x", "steps": 1, "ema": 1}, "run").ema == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MINIMAL.replace("steps = 3", "steps = 3\nstep = 4"), "unknown keys: step; allowed"),
        (MINIMAL.replace("steps = 3", ""), "lacks the keys: steps"),
        (MINIMAL.replace("steps = 3", "steps = true"), "run.steps is True; expected int"),
        (MINIMAL.replace('folder = "r"', "folder = 3"), "run.folder is 3; expected str"),
        (MINIMAL + "[extra]\n", "unknown entries extra"),
        ("[run\n", "not valid TOML"),
        ("", "no kind"),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_config(path)


def test_an_override_without_a_table_is_refused(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(MINIMAL)
    with pytest.raises(ValueError, match=r"not of the form table\.key=value"):
        read_config(path, ["steps=3"])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no training configuration at .*nowhere"):
        read_config(tmp_path / "nowhere.toml")
