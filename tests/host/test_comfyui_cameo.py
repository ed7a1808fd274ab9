"""Cameos under a real ComfyUI: its samplers, its networks, our hooks."""

import json
import subprocess
from pathlib import Path

import pytest
from hibari.trust.cameo.granting import revoke

from ..trust.cameo.acts import give
from ..trust.cameo.people import Person, make_cameo
from .comfyui_process import PACK, make_base_folder, process_environment

pytestmark = pytest.mark.comfyui

PROBE = Path(__file__).parent / "cameo_probe.py"
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def report(comfyui_installation, tmp_path_factory):
    """What the probe found."""
    folder, python = comfyui_installation
    base = tmp_path_factory.mktemp("probe")
    make_base_folder(base)
    owner, person = Person("anna", base), Person("ben", base)
    with owner.here():
        cameo = make_cameo("Anna")
    give(owner, person, cameo)
    with owner.here():
        revoke(cameo, []).write(base / "taken-back.revocations")
    run = subprocess.run(
        [str(part) for part in (python, PROBE, folder, PACK, base)],
        env=process_environment() | {"HIBARI_HOME": str(person.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


def test_both_hosts_sample_the_same_with_references(report):
    assert report["references"]["both hosts"] < TOLERANCE


def test_comfyuis_own_network_takes_references_like_ours(report):
    found = report["references"]
    assert found["our network and ComfyUI's"] < TOLERANCE
    assert found["KSampler on both networks"] < TOLERANCE


def test_references_reach_the_model_and_leave_no_trace(report):
    found = report["references"]
    assert found["with and without"] > 0.01
    assert found["KSampler with and without"] > 0.01
    assert found["afterwards"] == 0


def test_a_run_asks_once_and_a_refused_one_never_reaches_the_model(report):
    found = report["references"]
    assert found["opened once a run"]
    assert found["refusal"] == "revoked"
    assert found["model calls after a refusal"] == 0


def test_a_granted_cameo_reaches_a_checkpoint_of_comfyuis_own_loaders(report):
    found = report["cameo"]
    assert found["with and without"] > 1e-4
    assert found["kinds"].count("use") == 1


def test_it_is_that_familys_reference_conditioning(report):
    found = report["cameo"]
    assert found["guides without"] == 0
    assert found["guides"] == [found["view tokens"]] != [0]
    assert found["reference audio"] == [found["voice tokens"]] != [0]


def test_a_run_that_may_not_be_never_reaches_comfyuis_network(report):
    found = report["cameo"]
    reason, calls = found["changed words"]
    assert "mixed or changed after it was encoded" in reason
    assert calls == 0
    reason, calls = found["revoked"]
    assert "took the grant back" in reason
    assert calls == 0
    assert found["kinds"].count("refused") == 2


def test_a_saved_latent_is_the_clip_and_nothing_of_the_cameo(report):
    found = report["cameo"]
    saved = found["saved latent"]
    assert found["the clip's own shapes"]
    assert saved["is the clip"]
    assert not saved["holds a view"]
    assert saved["names"] == ["latent_format_version_0", "latent_tensor"]
