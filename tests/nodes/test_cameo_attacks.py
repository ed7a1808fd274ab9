"""Ways around consent through whole graphs: nothing is saved that an owner does not allow."""

import pytest
from hibari.nodes.cameo_origin import check_files
from hibari.trust.cameo.granting import grant_cameo, import_file, revoke
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import cameo_names, load_cameo
from hibari.trust.cameo.result import drafts_folder, open_drafts, results_in
from hibari.trust.cameo.rules import Rules

from ..trust.cameo.acts import give
from ..trust.cameo.people import make_cameo
from .cameo_graphs import Studio, cameo_graph, node


def granted(anna, ben, cameo, checkpoint, rules=None):
    """Ben's studio, with a grant of Anna's."""
    return Studio(ben, checkpoint), give(anna, ben, cameo, rules=rules)


def revocation(anna, cameo):
    """A list that takes everything back."""
    with anna.here():
        return revoke(cameo, []).write(anna.home / "list.revocations")


def test_a_granted_cameo_is_saved_and_recorded(anna, ben, cameo, checkpoint):
    studio, grant = granted(anna, ben, cameo, checkpoint)
    result = studio.run(cameo_graph())
    assert result.failure is None
    assert len(studio.files) == 1
    with ben.here():
        kinds = [entry.kind for entry in Ledger().entries()]
        (items,) = results_in(Ledger().entries()).values()
    assert kinds == ["grant", "use", "result"]
    assert (items[0]["grant"], items[0]["draft"]) == (grant.id, False)


def test_revoked_before_the_result_is_saved(anna, ben, cameo, checkpoint, monkeypatch):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    stop = revocation(anna, cameo)
    from hibari.nodes import decode

    original = decode.HibariDecodeVideo.execute

    def revoking(cls, **inputs):
        import_file(stop)
        return original(**inputs)

    monkeypatch.setattr(decode.HibariDecodeVideo, "execute", classmethod(revoking))
    refused = studio.refusal(cameo_graph())
    assert "the owner took the grant back" in refused
    assert studio.files == []


def test_revoked_while_the_file_is_written(anna, ben, cameo, checkpoint, monkeypatch):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    stop = revocation(anna, cameo)
    from hibari.nodes import label

    original = label.Label.finish

    def revoking(self, partial, title):
        original(self, partial, title)
        import_file(stop)

    monkeypatch.setattr(label.Label, "finish", revoking)
    assert "the owner took the grant back" in studio.refusal(cameo_graph())
    assert not [path for path in studio.output.rglob("*") if path.is_file()]


def test_revoked_before_sampling_of_a_cached_graph(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    studio.latents(cameo_graph(save=False))
    with ben.here():
        import_file(revocation(anna, cameo))
    assert "took the grant back" in studio.refusal(cameo_graph(save=False, seed=4))


def test_a_cached_clip_saved_again_after_the_end(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    assert studio.run(cameo_graph()).failure is None
    with ben.here():
        import_file(revocation(anna, cameo))
    again = cameo_graph()
    again["save"]["inputs"]["filename_prefix"] = "again"
    assert "took the grant back" in studio.refusal(again)
    assert len(studio.files) == 1


def test_the_last_use_spent_by_two_graphs(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint, Rules(max_uses=1))
    studio.latents(cameo_graph(save=False))
    assert "all 1 uses of the grant are spent" in studio.refusal(cameo_graph(save=False, seed=4))


def test_many_clips_at_once_for_the_price_of_one(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint, Rules(max_uses=3))
    graph, again = cameo_graph(save=False), cameo_graph(save=False, seed=4)
    for one in (graph, again):
        one["empty"]["inputs"]["batch_size"] = 2
    assert len(studio.latents(graph)[0]) == 2
    assert "only 1 of 3 uses of the grant are left, and this makes 2 clips" in studio.refusal(again)
    studio.latents(cameo_graph(save=False, seed=5))


def test_a_cameo_named_over_a_wire(anna, checkpoint, cameo):
    studio = Studio(anna, checkpoint)
    graph = cameo_graph()
    graph["name"] = node("PrimitiveString", value="Anna")
    graph["cameo Anna"]["inputs"]["cameo"] = ["name", 0]
    assert studio.refusal(graph)
    assert studio.files == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"prompt": "@anna is nude and has sex, hardcore porn"}, "refus|about sexual|sexual"),
        ({"prompt": "somebody walks"}, "does not mention @anna"),
    ],
)
def test_words_that_are_not_allowed(anna, cameo, checkpoint, changed, reason):
    import re

    studio = Studio(anna, checkpoint)
    assert re.search(reason, studio.refusal(cameo_graph(**changed)))
    assert studio.files == []


def test_a_stock_prompt_whose_words_nobody_knows(anna, cameo, checkpoint):
    studio = Studio(anna, checkpoint)
    graph = cameo_graph(save=False)
    graph["text"] = node("CLIPTextEncode", clip=["load", 1], text="@anna on the beach")
    assert "encode prompts with Hibari Text Encode" in studio.refusal(graph)


def test_a_forbidden_scene_on_the_negative_with_guidance_towards_it(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint, Rules(restrictions=("never as a villain",)))
    graph = cameo_graph(save=False, guidance=0.5)
    graph["bad"] = node("HibariTextEncode", clip=["load", 1], prompt="an evil villain laughs")
    graph["sample"]["inputs"]["negative"] = ["bad", 0]
    assert "never as a villain" in studio.refusal(graph)
    graph["sample"]["inputs"]["guidance"] = 2.0
    assert studio.latents(graph)


def test_a_result_that_needs_approval_is_a_draft_and_stays_one(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint, Rules(approval=True))
    graph = cameo_graph()
    graph["copy"] = node("SaveVideo", video=["save", 0], filename_prefix="copy")
    assert "is a draft until the owner of its cameo approves it" in studio.refusal(graph)
    assert studio.files == []
    with ben.here():
        (draft,) = drafts_folder().glob("*.mp4")
        ((_, items),) = open_drafts(Ledger().entries()).items()
    assert items[0]["path"] == str(draft)


def test_a_second_cameo_in_the_same_role(anna, cameo, checkpoint):
    with anna.here():
        make_cameo("Berta")
    studio = Studio(anna, checkpoint)
    graph = cameo_graph(("Anna", "Berta"), save=False)
    graph["apply Berta"]["inputs"]["role"] = "anna"
    assert "the role @anna is taken" in studio.refusal(graph)


def test_four_cameos(anna, checkpoint, cameo):
    names = ("Anna", "Berta", "Carla", "Dora")
    with anna.here():
        for name in names[1:]:
            make_cameo(name)
    studio = Studio(anna, checkpoint)
    prompt = " and ".join(f"@{name.lower()}" for name in names)
    assert "at most 3 cameos" in studio.refusal(cameo_graph(names, prompt, save=False))


def test_a_grant_for_an_older_file_of_the_cameo(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    with anna.here():
        from hibari.trust.cameo.bundle import write_bundle
        from hibari.trust.cameo.library import library_folder
        from hibari.trust.identity import current_identity

        from ..trust.cameo.people import parts_of

        newer = write_bundle(
            library_folder(), cameo.header, parts_of(5), current_identity(), replace=True
        )
        assert grant_cameo(newer, ben.card).header_sha256 == newer.header.sha256
    with ben.here():
        import_file(newer.path)
        assert load_cameo("Anna").header.sha256 == newer.header.sha256
    assert "for another version of the file" in studio.refusal(cameo_graph(save=False))


def test_an_approved_draft_is_released_and_signed_again(anna, ben, cameo, checkpoint):
    from hibari.nodes.release import release_draft
    from hibari.trust.cameo.result import approve, settle
    from hibari.trust.credentials.verify import read_credentials

    def is_told_a_draft(path):
        (told,) = read_credentials(path).generation["cameos"]
        return told["draft"]

    studio, _ = granted(anna, ben, cameo, checkpoint, Rules(approval=True))
    assert studio.run(cameo_graph()).failure is None
    owners = {cameo.header.id: cameo.header.owner.signing}
    with ben.here():
        (draft,) = drafts_folder().glob("*.mp4")
        ((digest, _),) = open_drafts(Ledger().entries()).items()
        assert is_told_a_draft(draft)
        assert settle(digest, owners, Ledger(), release_draft) is None
    with anna.here():
        word = approve(cameo, digest, True, Ledger()).write(anna.home / "yes.approval")
    with ben.here():
        import_file(word)
        released = settle(digest, owners, Ledger(), release_draft)
        assert not is_told_a_draft(released)
        assert open_drafts(Ledger().entries()) == {}
    assert released.name in studio.files
    assert not draft.exists()
    with anna.here():
        no = approve(cameo, digest, False, Ledger()).write(anna.home / "no.approval")
    with ben.here():
        import_file(no)
        settle(digest, owners, Ledger(), release_draft)
    assert not released.exists()


def enrolled_from(frames, kind="object"):
    """A block that makes a cameo of pictures on a wire."""
    words = {"name": "Mine", "description": "somebody", "kind": kind}
    return node("HibariCameoEnroll", **words, i_agree=True, minor=False, images=frames)


def test_a_clip_of_anna_enrolled_as_bens_own_in_one_graph(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    graph = cameo_graph() | {"mine": enrolled_from(["frames", 0])}
    assert "the cameo Anna of somebody else is in it" in studio.refusal(graph)
    with ben.here():
        assert cameo_names() == ["Anna"]


def test_a_saved_clip_of_anna_enrolled_as_bens_own(anna, ben, cameo, checkpoint):
    studio, _ = granted(anna, ben, cameo, checkpoint)
    assert studio.run(cameo_graph()).failure is None
    (path,) = studio.output.rglob("*.mp4")
    with ben.here(), pytest.raises(ValueError, match=r"cameo Anna .* is in clip_00001_"):
        check_files([path], "animal")
    with anna.here():  # hers already, but no camera saw her there
        check_files([path], "object")
        with pytest.raises(ValueError, match="was generated, as its credentials tell"):
            check_files([path], "person")
