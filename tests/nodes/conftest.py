"""Fixtures: a checkpoint that is quick to run."""

import pytest

from .cameo_graphs import tiny_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """A checkpoint of random weights, made once."""
    return tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"))
