"""The same graph in ComfyUI and in the embedded host: equal latents, calls, outputs and errors."""

import json
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import av
import numpy as np
import pytest
import torch
from hibari.headless.cli import main
from hibari.headless.engine import Engine
from hibari.headless.registry import load_blocks
from hibari.headless.ui_format import to_prompt
from hibari.host.embedded.folders import set_folders
from hibari.model.speech.espeak import espeak_program
from hibari.trust.guard import speech
from hibari.workflows.source.graph import OLDEST_COMFYUI
from PIL import Image
from safetensors.torch import load_file

from .comfyui_graphs import CHECKPOINT, node, sampled_by_us, saved_by_us, with_saved_latents
from .comfyui_process import PACK_NAME

pytestmark = pytest.mark.comfyui

WORKFLOWS = Path(__file__).parents[2] / "workflows"
SUBGRAPHS = Path(__file__).parents[2] / "subgraphs"
GRAPHS = Path(__file__).parents[1] / "headless" / "graphs"
AMPLIFIED = {"Dialogue": 4, "Sound for a silent video": 4, "Picture for a sound": 24}
"""Levels of 255 where what one network made is encoded again for the next: both are of random
weights here, and make much of the last digits of a decoder, most where the logarithm of a mel
spectrogram hears near silence. Other clips differ by about 70."""
SMALL = {
    "HibariLoadModel": {"checkpoint": CHECKPOINT},
    "HibariEmptyLatent": {"width": 64, "height": 96, "seconds": 0.7},
    "HibariSample": {"steps": 2},
    "EmptyLTXVLatentVideo": {"width": 64, "height": 96, "length": 17},
    "LTXVEmptyLatentAudio": {"frames_number": 17},
    "KSampler": {"steps": 2},
    "HibariTextToVideo": {"checkpoint": CHECKPOINT, "duration": 0.4},
    "HibariCameoEnroll": {"i_agree": True},
    "HibariDialogue": {"dialogue": "Narrator: Hi."},
    "HibariShot": {"seconds": 0.7},
    "HibariStoryboard": {"width": 64, "height": 96, "steps": 2, "dissolve": 0.2},
    "HibariSoundForVideo": {"steps": 2},
    "HibariPictureForSound": {"width": 64, "height": 96, "steps": 2},
}
SAMPLING = {
    "no guidance": {"guidance": 1.0},
    "guidance for each modality": {"guidance": 3.0, "audio_guidance": 7.0},
    "all guidance terms": {"stg": 1.0, "modality_guidance": 3.0, "rescale": 0.7},
    "heun": {"sampler": "heun"},
    "res_2s": {"sampler": "res_2s", "schedule": "ltx2"},
    "res_2m on part of the way": {"sampler": "res_2m", "denoise": 0.6},
    "the last seed": {"seed": 2**64 - 1},
}
BROKEN = {
    "below the minimum": ("sample", "steps", -1),
    "above the maximum": ("empty", "fps", 1000.0),
    "not in the list": ("sample", "sampler", "nope"),
    "not a number": ("sample", "steps", "many"),
    "a link of the wrong type": ("sample", "model", ["empty", 0]),
    "a link that is none": ("sample", "latent", ["empty"]),
}


class Silent:
    """A recogniser that hears nothing."""

    def transcribe(self, _speech):
        return ""


@pytest.fixture
def embedded(comfyui, tmp_path, monkeypatch):
    """An engine of the embedded host over the files of the running ComfyUI.

    Nobody listens to speech: a recogniser may find words in what random weights make.
    """
    monkeypatch.setenv("HIBARI_HOME", str(comfyui.base))
    monkeypatch.setitem(speech._MAKERS, "pocketsphinx", Silent)
    speech._recogniser.cache_clear()
    set_folders(input=comfyui.base / "input", output=tmp_path)
    yield Engine(load_blocks())
    set_folders(input=None, output=None)
    speech._recogniser.cache_clear()


def without(graph, *path):
    """The graph with a node, or an input of a node, left out."""
    copy = json.loads(json.dumps(graph))
    inner = copy[path[0]]["inputs"] if len(path) > 1 else copy
    del inner[path[-1]]
    return copy


def refusal(error, node_errors):
    """What a refusal says, without its wording of details."""
    return error["type"], {
        name: sorted(
            (one["type"], one["message"], one["extra_info"].get("input_name"))
            for one in entry["errors"]
        )
        for name, entry in node_errors.items()
    }


def check_refused_alike(comfyui, embedded, graph):
    status, reply = comfyui.post("/prompt", {"prompt": graph})
    ours = embedded.run(graph).validation
    assert status == 400
    assert not ours.valid
    assert refusal(ours.error, ours.node_errors) == refusal(reply["error"], reply["node_errors"])


def frames(path):
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


@pytest.mark.parametrize("settings", SAMPLING.values(), ids=SAMPLING)
def test_both_hosts_sample_the_same_latents(comfyui, embedded, settings):
    graph = sampled_by_us(**settings)
    theirs = comfyui.run(with_saved_latents(graph))
    assert theirs.error is None, theirs.error["exception_message"]
    ours = embedded.run(saved_by_us(graph))
    assert ours.success, ours.error
    streams = ours.results["sample"][0][0]["samples"].unbind()
    for name, stream in zip(("video", "audio"), streams, strict=True):
        (entry,) = theirs.outputs[name]["latents"]
        file = comfyui.base / "output" / entry["subfolder"] / entry["filename"]
        torch.testing.assert_close(stream, load_file(file)["latent_tensor"], rtol=0, atol=1e-3)


def with_lossless_files(graph, infos):
    """The graph, with every picture and sound that its blocks make saved without loss.

    Marks are left out: where and what they are depends on the key of each installation.
    """
    savers = {"IMAGE": ("SaveImage", "images"), "AUDIO": ("SaveAudio", "audio")}
    saves = {}
    for key, item in graph.items():
        for slot, kind in enumerate(infos[item["class_type"]]["output"]):
            if kind in savers and infos[item["class_type"]]["category"] != "Hibari/trust":
                saver, socket = savers[kind]
                prefix = f"lossless/{key}-{slot}"
                saves[f"save {key} {slot}"] = node(
                    saver, **{socket: [key, slot]}, filename_prefix=prefix
                )
    return graph | saves


def files_shown(outputs, name, folder):
    """Files that a node shows in one of the hosts."""
    entries = [entry for key in ("images", "audio") for entry in outputs[name].get(key, ())]
    return [folder / entry["subfolder"] / entry["filename"] for entry in entries]


def samples_of(path):
    """Numbers in a file: grey levels 0..255, or samples scaled to 0..255."""
    if path.suffix == ".png":
        return np.asarray(Image.open(path)).astype(float)
    if path.suffix == ".flac":
        with av.open(str(path)) as file:
            sound = np.concatenate([part.to_ndarray() for part in file.decode(audio=0)], axis=1)
        return sound * 127.0 / np.iinfo(sound.dtype).max
    return np.zeros(len(frames(path)))  # compressed: only the number of frames is comparable


def skip_below(oldest, comfyui):
    """Skip on a ComfyUI that is older than the notes in our templates ask for."""
    running = comfyui.get("/system_stats")["system"]["comfyui_version"]
    numbers = [[int(part) for part in text.split(".")[:2]] for text in (running, oldest)]
    if numbers[0] < numbers[1]:
        pytest.skip(f"templates say that they need ComfyUI {oldest} or newer; this is {running}")


def skip_without_speech():
    """Skip where no program speaks: it is installed by people, not with this pack."""
    if espeak_program() is None:
        pytest.skip("espeak-ng is not installed")


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.json")), ids=lambda path: path.stem)
def test_a_shipped_template_runs_alike_in_both_hosts(comfyui, embedded, tmp_path, path):
    skip_below(OLDEST_COMFYUI, comfyui)
    infos = comfyui.get("/object_info")
    graph = to_prompt(json.loads(path.read_text("utf-8")), infos)
    if any(item["class_type"] == "HibariDialogue" for item in graph.values()):
        skip_without_speech()
    for item in graph.values():
        small = SMALL.get(item["class_type"], {})
        seconds = item["inputs"].get("seconds", 2.0)
        item["inputs"] |= small | ({"seconds": seconds} if seconds < 0.7 else {})
    graph = with_lossless_files(graph, infos)
    theirs, ours = comfyui.run(graph), embedded.run(graph)
    assert theirs.error is None, theirs.error["exception_message"]
    assert ours.success, ours.error
    assert set(theirs.called) == set(ours.executed) == set(graph)
    kept = set(theirs.called) - set(theirs.executed)  # what they show was told in an earlier run
    assert theirs.outputs.keys() <= ours.outputs.keys() <= theirs.outputs.keys() | kept
    for name in theirs.outputs:
        pairs = zip(
            files_shown(theirs.outputs, name, comfyui.base / "output"),
            files_shown(ours.outputs, name, tmp_path),
            strict=True,
        )
        for one, other in pairs:
            np.testing.assert_allclose(
                samples_of(one), samples_of(other), atol=AMPLIFIED.get(path.stem, 1.01)
            )


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.json")), ids=lambda path: path.stem)
def test_comfyui_lists_the_template_with_its_picture(comfyui, path):
    assert path.stem in comfyui.get("/workflow_templates")[PACK_NAME]
    for suffix in ("json", "jpg"):
        name = quote(path.with_suffix(f".{suffix}").name)
        url = f"http://127.0.0.1:{comfyui.port}/api/workflow_templates/{PACK_NAME}/{name}"
        with urlopen(url) as reply:
            assert reply.read() == path.with_suffix(f".{suffix}").read_bytes()


def test_comfyui_lists_the_blueprints(comfyui):
    listed = comfyui.get("/global_subgraphs")
    ours = {item["name"]: key for key, item in listed.items() if PACK_NAME in str(item["info"])}
    assert ours.keys() == {path.stem for path in SUBGRAPHS.glob("*.json")}
    for name, key in ours.items():
        served = json.loads(comfyui.get(f"/global_subgraphs/{key}")["data"])
        assert served == json.loads((SUBGRAPHS / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_wrong_input_is_refused_alike(comfyui, embedded, change):
    name, key, value = change
    graph = saved_by_us(sampled_by_us())
    graph[name]["inputs"][key] = value
    check_refused_alike(comfyui, embedded, graph)


def test_a_missing_input_is_refused_alike(comfyui, embedded):
    check_refused_alike(
        comfyui, embedded, without(saved_by_us(sampled_by_us()), "sample", "latent")
    )


def test_a_graph_without_output_is_refused_alike(comfyui, embedded):
    check_refused_alike(comfyui, embedded, sampled_by_us())


@pytest.mark.parametrize(
    ("name", "replacement"),
    [
        ("sample", node("HibariNonesuch")),
        ("empty", node("HibariEmptyLatent", width=["empty", 1])),
    ],
    ids=["an unknown block", "a cycle"],
)
def test_a_graph_that_cannot_run_is_refused_by_both(comfyui, embedded, name, replacement):
    graph = saved_by_us(sampled_by_us()) | {name: replacement}
    status, reply = comfyui.post("/prompt", {"prompt": graph})
    ours = embedded.run(graph).validation
    # Which nodes are named differs on purpose: ours names every unknown block, not the first.
    assert status == 400
    assert ours.error["type"] == reply["error"]["type"]


def test_only_what_an_output_needs_is_called_in_both(comfyui, embedded):
    graph = saved_by_us(sampled_by_us(seed=11)) | {
        "unused": node("CLIPTextEncode", clip=["load", 1], text="x")
    }
    theirs, ours = comfyui.run(graph), embedded.run(graph)
    assert set(theirs.called) == set(ours.executed) == set(graph) - {"unused"}


@pytest.mark.parametrize("path", sorted(GRAPHS.glob("*.json")), ids=lambda path: path.stem)
def test_a_conformance_graph_runs_alike_in_both_hosts(comfyui, embedded, path):
    graph = json.loads(path.read_text("utf-8"))
    ours = embedded.run(graph)
    status, reply = comfyui.post("/prompt", {"prompt": graph, "client_id": "probe"})
    if not ours.validation.valid:
        assert status == 400
        wanted = refusal(reply["error"], reply["node_errors"])
        assert refusal(ours.validation.error, ours.validation.node_errors) == wanted
        return
    theirs = comfyui.run(graph)
    assert set(theirs.called) == set(ours.executed)
    assert theirs.outputs == ours.outputs


def test_the_command_line_drives_a_running_comfyui(comfyui, tmp_path, capsys):
    path = WORKFLOWS / "Text to video.json"
    graph = to_prompt(json.loads(path.read_text("utf-8")), comfyui.get("/object_info"))
    settings = [
        f"--set={key}.{name}={value}"
        for key, item in graph.items()
        for name, value in SMALL.get(item["class_type"], {}).items()
    ]
    server = f"--server=http://127.0.0.1:{comfyui.port}"
    code = main(["run", str(path), server, f"--output={tmp_path}", "--json", *settings])
    (output,) = json.loads(capsys.readouterr().out.splitlines()[-1])["outputs"]
    assert code == 0
    assert frames(output["path"]).shape == (17, 96, 64, 3)
