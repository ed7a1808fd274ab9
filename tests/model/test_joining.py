"""Pieces of a clip that overlap."""

import pytest
import torch
from hibari.model.joining import overlap_add


def test_pieces_of_one_whole_give_it_back():
    whole = torch.randn(2, 3, 40)
    made = overlap_add(whole[..., :25], whole[..., 15:], 15, -1)
    torch.testing.assert_close(made, whole)
    frames = torch.rand(30, 4, 4, 3)
    torch.testing.assert_close(overlap_add(frames[:17], frames[9:], 9, 0), frames)


def test_a_piece_may_begin_at_the_end_and_one_gives_way_to_the_other_between():
    zeros, ones = torch.zeros(1, 6), torch.ones(1, 6)
    assert overlap_add(zeros[:, :0], ones, 0, -1).tolist() == ones.tolist()
    made = overlap_add(zeros, ones, 3, -1)[0]
    assert made.tolist() == [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1]


@pytest.mark.parametrize(("start", "length"), [(7, 6), (-1, 9), (0, 3)])
def test_a_gap_or_a_piece_that_ends_before_is_refused(start, length):
    with pytest.raises(ValueError, match="begin it inside and end it behind"):
        overlap_add(torch.zeros(6), torch.zeros(length), start, 0)
