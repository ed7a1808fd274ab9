"""From a seed to a finished clip of falling things."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..clip import PARAPHRASES, Clip, ClipSpec, Contact, Truth, TruthObject
from .caption import PARAPHRASES_DROP_DETAIL, Caption, write_caption
from .physics import Motion, simulate
from .render import render
from .scene import BACKDROPS_PER_PLACE, COLOURS, FLOOR_Y, Body, Scene, draw_scene, stream
from .sound import synthesize


def make_drops_clip(seed: int, index: int, spec: ClipSpec, split: str) -> Clip:
    """Makes clip `index` of the data set `seed`.

    Raises:
        ValueError: for a negative seed or index, or an unknown split.
    """
    scene = draw_scene(stream(seed, index, split, "layout"), spec.width / spec.scale, split)
    backdrop = int(stream(seed, index, split, "look").integers(BACKDROPS_PER_PLACE))
    motion = simulate(scene, spec.frames, spec.fps)
    landed = any(hit.other == "floor" for hit in motion.hits)
    tell = partial(write_caption, scene, motion.bounces, landed)
    caption = tell(stream(seed, index, split, "caption"), split)
    rng = stream(seed, index, split, "paraphrases")
    others = (tell(rng, split, PARAPHRASES_DROP_DETAIL).text for _ in range(PARAPHRASES))
    return Clip(
        frames=render(scene, backdrop, motion, spec),
        waveform=synthesize(scene, motion, spec, stream(seed, index, split, "audio")),
        caption=caption.text,
        truth=_truth(scene, backdrop, motion, caption, spec),
        paraphrases=tuple(others),
    )


def _truth(scene: Scene, backdrop: int, motion: Motion, caption: Caption, spec: ClipSpec) -> Truth:
    return Truth(
        place=scene.place,
        backdrop=backdrop,
        objects=tuple(
            _truth_object(body, bounces, spec)
            for body, bounces in zip(scene.bodies, motion.bounces, strict=True)
        ),
        height=scene.height,
        fps=spec.fps,
        floor_y_px=FLOOR_Y * spec.scale,
        trajectories=(motion.paths * [spec.scale, spec.scale, 1]).astype(np.float32),
        contacts=tuple(
            Contact(hit.time_s, hit.body, hit.other, hit.dv, hit.x * spec.scale)
            for hit in motion.hits
        ),
        words=caption.words,
        language=caption.language,
        held_out_combination=scene.held_out,
        held_out_sentence=caption.held_out,
    )


def _truth_object(body: Body, bounces: int, spec: ClipSpec) -> TruthObject:
    return TruthObject(
        shape=body.shape,
        colour=body.colour,
        rgb=COLOURS[body.colour],
        material=body.material,
        size=body.size,
        radius_px=body.radius * spec.scale,
        position=body.position,
        bounces=bounces,
    )
