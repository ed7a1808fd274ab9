"""A granted cameo in a running ComfyUI: recorded, held back, and stopped from elsewhere at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hibari.trust.cameo.document import read_document
from hibari.trust.cameo.granting import grant_cameo, import_file, revoke
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.result import drafts_folder
from hibari.trust.cameo.rules import Rules
from hibari.trust.credentials.manifest import file_hash
from hibari.trust.identity import current_identity

from ..trust.cameo.people import make_cameo
from .comfyui_graphs import node, sampled_by_us, saved_by_us
from .test_comfyui import run, saved

pytestmark = pytest.mark.comfyui
WAIT_S = 300
GRANT = {
    "grantee": "anyone",
    "days": 3,
    "max_uses": 0,
    "deny": "violence",
    "restrictions": "",
    "remix": True,
    "approval": False,
}


def granted(anna, name, rules=None):
    """A cameo of Anna's and its grant to whoever runs ComfyUI, who shares this process's home."""
    card = current_identity().card()
    with anna.here():
        cameo = make_cameo(name)
        grant = grant_cameo(cameo, card, rules)
        path = grant.write(anna.home / f"{name}.grant")
    import_file(cameo.path)
    import_file(path)
    return cameo, grant


def scene(name, **sampling):
    """The clip of the other tests, with a cameo in it."""
    graph = saved_by_us(sampled_by_us(**sampling))
    graph["sample"]["inputs"]["positive"] = ["apply", 0]
    return graph | {
        "words": node("HibariTextEncode", clip=["load", 1], prompt=f"@{name.lower()} on the beach"),
        "cameo": node("HibariLoadCameo", cameo=name),
        "apply": node(
            "HibariApplyCameo",
            conditioning=["words", 0],
            cameo=["cameo", 0],
            vae=["load", 2],
            audio_vae=["load", 3],
            role="",
            likeness=1.0,
            voice=1.0,
        ),
    }


def entries_of(grant, kind):
    """What the ledger says of a grant."""
    return [e for e in Ledger().entries() if e.kind == kind and e.body.get("grant") == grant.id]


def test_use_and_result_are_recorded_with_graph_and_digest(comfyui, anna):
    _, grant = granted(anna, "Dora")
    result = run(comfyui, scene("Dora"))
    assert len(entries_of(grant, "use")) == 1
    (entry,) = entries_of(grant, "result")
    assert entry.body["sha256"] == file_hash(saved(comfyui, result, "file"))
    assert len(entry.body["graph_sha256"]) == 64


def test_a_batch_of_clips_costs_as_many_uses(comfyui, anna):
    _, grant = granted(anna, "Clara", Rules(max_uses=3))
    graph = scene("Clara")
    graph["empty"]["inputs"]["batch_size"] = 2
    run(comfyui, graph)
    (use,) = entries_of(grant, "use")
    assert use.body["clips"] == 2
    graph["sample"]["inputs"]["seed"] = 8
    refusal = comfyui.run(graph).error["exception_message"]
    assert "only 1 of 3 uses of the grant are left" in refusal


def test_a_grant_taken_back_by_another_process_while_the_graph_runs_saves_nothing(comfyui, anna):
    cameo, grant = granted(anna, "Berta")
    with anna.here():
        stop = revoke(cameo, []).write(anna.home / "list.revocations")
    before = sorted((comfyui.base / "output").rglob("*.mp4"))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(comfyui.run, scene("Berta", steps=40))
        deadline = time.monotonic() + WAIT_S
        while not entries_of(grant, "use"):
            assert time.monotonic() < deadline, "sampling never started"
            time.sleep(0.1)
        import_file(stop)
        result = running.result()
    assert result.error["node_id"] == "file"
    assert "the owner took the grant back" in result.error["exception_message"]
    assert sorted((comfyui.base / "output").rglob("*.mp4")) == before
    assert not entries_of(grant, "result")


def test_a_result_that_waits_for_its_owner_is_kept_apart(comfyui, anna):
    granted(anna, "Gudrun", Rules(approval=True))
    before = sorted((comfyui.base / "output").rglob("*.mp4"))
    drafts = set(drafts_folder().glob("*.mp4"))
    run(comfyui, scene("Gudrun"))
    assert sorted((comfyui.base / "output").rglob("*.mp4")) == before
    assert len(set(drafts_folder().glob("*.mp4")) - drafts) == 1


def test_the_grant_block_signs_the_contexts_that_its_owner_allows(comfyui):
    make_cameo("Ida")  # of whoever runs ComfyUI
    graph = {
        "cameo": node("HibariLoadCameo", cameo="Ida"),
        "grant": node("HibariCameoGrant", **GRANT, cameo=["cameo", 0], allow="alcohol, romance"),
    }
    run(comfyui, graph)
    (path,) = (comfyui.base / "output").rglob("Ida*.grant")
    rules = read_document(path).rules
    assert rules.allow == {"alcohol", "romance"}
    assert rules.deny >= {"violence", "sexual"}
    graph["grant"]["inputs"]["allow"] = "everything"
    error = comfyui.run(graph).error
    assert "context 'everything' is unknown" in error["exception_message"]
