"""The wires: likenesses taken off a graph."""

import os
import pickle

import pytest
import torch
from hibari.model.sampling.references import REFERENCES, begin
from hibari.trust.cameo.granting import import_file, revocation_list, revoke
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.reference import CameoReference, CameoReferences, SealedArray

from ..acts import entry, give, refused
from ..people import parts_of

pytestmark = pytest.mark.slow


def sealed(bundle):
    looks = SealedArray.of(parts_of()["views"][:, :1, :1, :1].repeat(128, axis=1))
    return CameoReferences((CameoReference(bundle, "anna", looks, None),))


def test_references_opened_for_a_run_that_may_not_be(anna, ben, cameo):
    grant = give(anna, ben, cameo)
    with ben.here():
        held = sealed(load_cameo("Anna"))
        context, options = entry("a walk on the beach")
        prompt = [(context, {**options, REFERENCES: held})]
        assert begin([prompt], [prompt], 1)
        with anna.here():
            revoke(cameo, [grant.id])
            path = revocation_list(Ledger()).write(anna.home / "list")
        import_file(path)
        with refused("took the grant back"):
            begin([prompt], [prompt], 1)


def test_sealed_latents_saved_and_loaded_again(cameo):
    held = sealed(cameo)
    with pytest.raises(TypeError, match="cannot be saved"):
        pickle.dumps(held)
    with pytest.raises(TypeError, match="cannot be saved"):
        torch.save([[torch.zeros(1), {REFERENCES: held}]], os.devnull)
    assert not any(isinstance(value, torch.Tensor) for value in vars(held.references[0]).values())


def test_sealed_bytes_opened_in_another_process(cameo, monkeypatch):
    from hibari.trust.cameo import reference

    one = sealed(cameo).references[0].views
    monkeypatch.setattr(reference, "_PROCESS_KEY", os.urandom(32))
    with refused("does not open"):
        one.open()


def test_foreign_references_beside_a_cameo(anna, cameo):
    class Fake:
        def begin(self, held, entries, clips):
            return [() for _ in held]

    held = sealed(cameo)
    with anna.here(), refused("references that are no cameos"):
        held.begin([held, Fake()], [entry("a walk")], 1)
