"""Storyboards as files: read, checked, and the same film as the graph that they stand for."""

import json

import pytest
import torch
from hibari.headless.cli import main
from hibari.headless.engine import Engine
from hibari.headless.engine.graph import GraphError
from hibari.headless.registry import load_blocks
from hibari.headless.run_command import prepared
from hibari.headless.storyboard_file import FILM_NODE, graph_of, read_storyboard
from hibari.host.embedded.folders import checkpoints_directory, set_folders
from hibari.host.media import read_video
from hibari.model.checkpoint import Recommended
from hibari.nodes import label

from .tiny_checkpoint import save_tiny_checkpoint

YAML = """
checkpoint: tiny.safetensors
style: watercolour
width: 64
height: 64
seed: 5
dissolve: 0.125
shots:
  - a red ball bounces   # a prompt alone
  - prompt: two boxes fall
    seconds: 0.4
    transition: dissolve
    sound_cut: J-cut
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "home"))
    advice = Recommended(steps=1, guidance=1.0, width=64, height=64, seconds=1.0)
    save_tiny_checkpoint(checkpoints_directory() / "tiny.safetensors", advice)
    yield tmp_path
    set_folders(output=None)


def written(folder, text, name="film.yaml"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_yaml_and_json_say_the_same_and_a_text_is_a_prompt(tmp_path):
    data = read_storyboard(written(tmp_path, YAML))
    assert read_storyboard(written(tmp_path, json.dumps(data), "film.json")) == data
    graph = graph_of(data)
    shots = [node["inputs"] for node in graph.values() if node["class_type"] == "HibariShot"]
    assert shots[0] == {"seconds": 2.0, "prompt": "a red ball bounces"}
    assert shots[1]["transition"] == "dissolve"
    film = graph[FILM_NODE]["inputs"]
    assert (film["style"], film["seed"], film["shots.shot_1"]) == (
        "watercolour",
        5,
        ["shot_1", 0],
    )


def test_cameos_are_loaded_and_connected():
    graph = graph_of({"shots": ["@me waves"], "cameos": ["me"]})
    assert graph["cameo_0"]["inputs"] == {"cameo": "me"}
    assert graph[FILM_NODE]["inputs"]["cameos.cameo_0"] == ["cameo_0", 0]


def test_everything_wrong_is_told_at_once():
    storyboard = {
        "lenght": 3,
        "fps": "fast",
        "cameos": "me",
        "checkpoint": 4,
        "shots": [{"seconds": True, "promt": "a ball"}, 7],
    }
    with pytest.raises(GraphError) as refused:
        graph_of(storyboard)
    told = "\n".join(refused.value.problems)
    for problem in (
        "the storyboard says 'lenght', which nobody reads",
        "fps of the storyboard is 'fast'; it must be a number",
        "cameos is no list of names",
        "checkpoint is no name of a file",
        "shot 1 says 'promt'",
        "shot 1 has no prompt",
        "seconds of shot 1 is True",
        "shot 2 is int",
    ):
        assert problem in told
    with pytest.raises(GraphError, match="shots is no list of shots"):
        graph_of({"shots": []})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("shots: [a", "cannot be understood"),
        ("- a ball", "begin with `shots:`"),
        ("!!python/object/apply:os.getcwd []", "cannot be understood"),
    ],
)
def test_files_that_are_no_storyboard_are_refused(tmp_path, text, message):
    with pytest.raises(GraphError, match=message):
        read_storyboard(written(tmp_path, text))


def test_a_missing_file_and_one_that_is_no_text_are_refused(tmp_path):
    with pytest.raises(GraphError, match=r"none\.yaml cannot be read: no such file"):
        read_storyboard(tmp_path / "none.yaml")
    (tmp_path / "film.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GraphError, match="no text in UTF-8"):
        read_storyboard(tmp_path / "film.yaml")


def film(path):
    clip = read_video(path)
    return torch.as_tensor(clip.frames), torch.as_tensor(clip.audio["waveform"])


def test_a_file_and_its_graph_make_the_same_film(home, capsys, monkeypatch):
    monkeypatch.setattr(label, "new_identifier", lambda: 7)  # of the marks, another each time
    file, graph = written(home, YAML), home / "graph.json"
    short = (
        file.read_text("utf-8")
        .replace("- a red", "- {prompt: a red")
        .replace("bounces   #", "bounces, seconds: 0.4}   #")
    )
    file.write_text(short, "utf-8")
    assert main(["storyboard", str(file), "--graph", str(graph)]) == 0
    assert capsys.readouterr().out.split() == [str(graph)]
    assert main(["storyboard", str(file), "--output", str(home / "one"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    (one,) = [item["path"] for item in told["outputs"] if item["type"] == "video"]
    set_folders(output=home / "two")
    blocks = load_blocks()
    infos = {name: block.GET_NODE_INFO_V1() for name, block in blocks.items()}
    run = Engine(blocks).run(prepared(json.loads(graph.read_text("utf-8")), [], infos))
    assert run.success, run.failure
    (two,) = (home / "two").rglob("*.mp4")
    for made, again in zip(film(one), film(two), strict=True):
        assert torch.equal(made, again)
    assert len(film(one)[0]) == 10 + 10 - 3


def test_bad_values_are_told_with_their_shot_and_exit_with_2(home, capsys):
    text = YAML.replace("seconds: 0.4", "seconds: 900").replace("dissolve\n", "wipe\n")
    assert main(["storyboard", str(written(home, text))]) == 2
    told = capsys.readouterr().err
    assert "Shot 2" in told
    assert "900" in told
