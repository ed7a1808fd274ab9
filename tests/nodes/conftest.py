"""Fixtures: checkpoints that are quick to run, in homes of their own."""

import pytest

from .cameo_graphs import tiny_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """A checkpoint of random weights, made once."""
    return tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def without_gradients():
    """As in a running graph."""
    import torch

    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home and folders for the tests of one module."""
    from hibari.host.embedded.folders import set_folders

    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HIBARI_HOME", str(folder))
        folders = {kind: folder / kind for kind in ("input", "output", "temp")}
        set_folders(**folders)
        yield folder
        set_folders(**dict.fromkeys(folders))


@pytest.fixture(scope="module")
def wires(home):
    """The tiny checkpoint by the names of its sockets; made for 9 frames."""
    from .tiny_models import tiny_wires

    return tiny_wires()


@pytest.fixture(scope="module")
def tiny(home):
    """MODEL, CLIP, VAE and audio VAE of the tiny checkpoint; made for a second."""
    from .tiny_models import tiny_wires

    return tuple(tiny_wires(seconds=1.0, guidance=1.0).values())
