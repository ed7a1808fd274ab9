"""Progress and interruption without ComfyUI, and the nested latent."""

from __future__ import annotations

import pytest
import torch
from hibari.host import InterruptProcessingException, NestedTensor, ProgressBar, check_interrupted
from hibari.host.embedded import progress
from hibari.host.embedded.nested_tensor import cat_nested


@pytest.fixture(autouse=True)
def fresh():
    progress.clear_interrupt()
    yield
    progress.clear_interrupt()


def test_a_bar_tells_its_block_and_its_steps():
    steps = []
    with progress.listening(steps.append), progress.running_node("7"):
        bar = ProgressBar(4)
    bar.update(1)
    bar.update_absolute(9, 5)
    assert [(step.node_id, step.value, step.total) for step in steps] == [("7", 1, 4), ("7", 5, 5)]


def test_nobody_has_to_listen():
    ProgressBar(1).update(1)


def test_an_interruption_is_raised_once_at_the_next_step():
    bar = ProgressBar(3)
    progress.interrupt()
    with pytest.raises(InterruptProcessingException):
        bar.update(1)
    check_interrupted()
    bar.update(1)


def test_an_interruption_is_no_exception_that_blocks_may_swallow():
    assert not issubclass(InterruptProcessingException, Exception)


def test_ctrl_c_raises_at_once_and_leaves_the_flag_for_swallowed_ones():
    with pytest.raises(InterruptProcessingException):
        progress.interrupt_now()
    with pytest.raises(InterruptProcessingException):
        check_interrupted()


@pytest.fixture
def nested():
    return NestedTensor((torch.ones(2, 3, 4, 5, 6), torch.full((2, 7, 8), 2.0)))


def test_arithmetic_acts_on_every_stream(nested):
    result = (nested + nested) * 3 - 1
    assert [stream.unique().item() for stream in result.unbind()] == [5, 11]
    assert [stream.unique().item() for stream in (nested / 2).unbind()] == [0.5, 1]


def test_shape_and_type_are_those_of_the_first_stream(nested):
    assert nested.is_nested
    assert nested.shape == nested.size() == (2, 3, 4, 5, 6)
    assert nested.ndim == 5
    assert nested.to(torch.float16).unbind()[1].dtype == torch.float16
    assert nested.new_ones(1).dtype == nested.dtype == torch.float32


def test_indexing_and_joining_act_on_every_stream(nested):
    first = nested[0:1]
    assert [len(stream) for stream in first.unbind()] == [1, 1]
    joined = cat_nested([first, nested], dim=0)
    assert [len(stream) for stream in joined.unbind()] == [3, 3]
