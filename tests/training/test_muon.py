from dataclasses import replace

import torch
from hibari.training.config import RunConfig
from hibari.training.loop import make_optimiser
from hibari.training.muon import Muon, orthogonalise


def test_orthogonalised_matrices_have_singular_values_near_one():
    for shape in ((8, 8), (6, 40), (40, 6)):
        matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        values = torch.linalg.svdvals(orthogonalise(matrix, torch.float32))
        assert values.min() > 0.6
        assert values.max() < 1.3


def test_badly_scaled_inputs_do_not_slow_it_down():
    """Least squares with one input direction a hundred times the others."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(256, 8, generator=generator)
    x[:, 0] *= 100
    target = x @ torch.randn(8, 4, generator=generator)
    layer = torch.nn.Linear(8, 4)
    optimiser = Muon(layer.named_parameters(), lr=0.1)
    losses = []
    for step in range(200):
        for group in optimiser.param_groups:
            group["lr"] = 0.1 * (1 - step / 200)
        loss = (layer(x) - target).square().mean()
        losses.append(float(loss.detach()))
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    assert losses[-1] < losses[0] * 1e-3


def test_vectors_and_tables_are_left_to_adam():
    module = torch.nn.Module()
    module.scale_shift_table = torch.nn.Parameter(torch.zeros(2, 4))
    module.weight = torch.nn.Parameter(torch.zeros(2, 4))
    module.bias = torch.nn.Parameter(torch.zeros(4))
    groups = Muon(module.named_parameters(), lr=0.1).param_groups
    assert [len(group["params"]) for group in groups] == [1, 2]
    assert [group["muon"] for group in groups] == [True, False]


def test_parts_learn_at_their_own_share_of_the_rate():
    module = torch.nn.ModuleDict({"start": torch.nn.Linear(4, 4), "rest": torch.nn.Linear(4, 4)})
    run = RunConfig(folder="x", steps=1, optimiser="muon", rates={"start": 0.1})
    for optimiser in (make_optimiser(module, replace(run, optimiser=o)) for o in ("muon", "adamw")):
        shares = {
            id(parameter): group["rate"]
            for group in optimiser.param_groups
            for parameter in group["params"]
        }
        assert [shares[id(p)] for p in module["start"].parameters()] == [0.1, 0.1]
        assert [shares[id(p)] for p in module["rest"].parameters()] == [1.0, 1.0]
