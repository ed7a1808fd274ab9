"""The seam of extensions as its benchmark measures it, on ten clips and with a model that knows
nothing: what is made may be noise, but nothing may jump where it begins."""

from argparse import Namespace
from pathlib import Path

import pytest

from .tiny_models import TINY

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CLIPS = 10

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_gradients", "wires")]


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_no_seam_steps_further_than_the_clip_itself(monkeypatch, direction):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    pytest.importorskip("pymunk", reason="the playground needs the extra train")
    from extend import extender, seam_of

    options = Namespace(checkpoint=TINY, added=0.5, overlap=0.35, size=64, steps=1)
    options.direction = direction
    extended = extender(options)
    seams = [seam_of(index, extended, options) for index in range(CLIPS)]
    assert [seam for seam in seams if not seam.holds] == []
