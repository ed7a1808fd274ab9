"""The auxiliary loss that asks early blocks where and when their tokens are."""

import pytest
import torch
from hibari.model.transformer import TransformerConfig
from hibari.training.trainers.place_probe import MOMENTS, PLACES, PlaceProbe

CONFIG = TransformerConfig.tiny()


def observed(probe: PlaceProbe, grid: tuple[int, int, int], audio_tokens: int, block: int) -> None:
    tokens = grid[0] * grid[1] * grid[2]
    probe.observe(
        block,
        torch.randn(2, tokens, CONFIG.video.width, requires_grad=True),
        torch.randn(2, audio_tokens, CONFIG.audio.width),
    )


def test_it_learns_to_name_row_column_frame_and_moment_of_tokens_that_carry_them():
    torch.manual_seed(0)
    grid, moments = (2, 3, 3), 5
    probe = PlaceProbe(CONFIG)
    video = torch.randn(18, CONFIG.video.width)
    audio = torch.randn(moments, CONFIG.audio.width)
    optimiser = torch.optim.Adam(probe.parameters(), lr=0.1)
    losses = []
    for _ in range(60):
        probe.observe(1, video.expand(2, -1, -1), audio.expand(2, -1, -1))
        loss = probe.loss(grid, moments)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.05 < 1 < losses[0]


def test_tokens_without_a_place_cannot_be_named_better_than_by_chance():
    probe = PlaceProbe(CONFIG)
    same = torch.ones(1, 64, CONFIG.video.width)
    probe.observe(1, same, None)
    assert probe.loss((1, 8, 8), 1) > (0 + 2 * torch.log(torch.tensor(8.0))) / 3


def test_blocks_that_are_not_probed_are_left_alone():
    probe = PlaceProbe(CONFIG)
    observed(probe, (1, 2, 2), 3, block=0)
    observed(probe, (1, 2, 2), 3, block=1)
    first = probe.loss((1, 2, 2), 3)
    assert torch.isfinite(first)
    with pytest.raises(RuntimeError):
        probe.loss((1, 2, 2), 3)


@pytest.mark.parametrize(
    ("grid", "tokens"), [((1, PLACES + 1, 2), 3), ((PLACES + 1, 2, 2), 3), ((1, 2, 2), MOMENTS + 1)]
)
def test_latents_too_large_for_the_readers_are_refused_with_the_setting_to_change(grid, tokens):
    probe = PlaceProbe(CONFIG)
    with pytest.raises(ValueError, match=r"objective\.place_weight to 0"):
        probe.loss(grid, tokens)
