"""All instruments of the whole playground in one small file of weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from .camera import CameraNamer
from .ear import Ear
from .eye import Eye
from .likeness import Looks, VoiceFeatures
from .touch import TouchReader
from .viewer import Viewer

FORMAT = 1
BUNDLED = Path(__file__).parents[3] / "weights" / "hibari-instruments.safetensors"
PARTS: dict[str, type[nn.Module]] = {
    "eye": Eye,
    "touch": TouchReader,
    "viewer": Viewer,
    "namer": CameraNamer,
    "ear": Ear,
    "looks": Looks,
    "voices": VoiceFeatures,
}
RETRAIN = "make one with: python -m hibari.training.evaluation.whole.train"


@dataclass(frozen=True, eq=False)
class Instruments:
    """The trained parts, ready to read clips."""

    eye: Eye
    touch: TouchReader
    viewer: Viewer
    namer: CameraNamer
    ear: Ear
    looks: Looks
    voices: VoiceFeatures


def save_instruments(path: Path, parts: Mapping[str, nn.Module], world: str) -> None:
    """Writes the parts in half precision, in one step.

    Raises:
        OSError: the folder cannot be written.
    """
    tensors: dict[str, Tensor] = {}
    for name, part in parts.items():
        for key, value in part.state_dict().items():
            half = value.half() if value.is_floating_point() else value
            tensors[f"{name}.{key}"] = half.contiguous()
    facts = {"hibari_instruments": json.dumps({"format": FORMAT, "world": world})}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        save_file(tensors, unfinished, facts)
        unfinished.chmod(0o644)  # safetensors keeps what it writes to itself
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@lru_cache(maxsize=2)
def load_instruments(path: Path = BUNDLED) -> Instruments:
    """The instruments of a file, the bundled ones by default.

    Raises:
        ValueError: the file is absent, damaged or of another make.
    """
    if not path.is_file():
        raise ValueError(f"there is no file {path} with instruments; {RETRAIN}")
    try:
        with safe_open(path, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path} cannot be read ({error}); {RETRAIN}") from error
    parts = {name: make() for name, make in PARTS.items()}
    for name, part in parts.items():
        own = {
            key.removeprefix(f"{name}."): value.float() if value.is_floating_point() else value
            for key, value in tensors.items()
            if key.startswith(f"{name}.")
        }
        try:
            part.load_state_dict(own)
        except RuntimeError as error:
            raise ValueError(f"{path} holds no {name} of this make; {RETRAIN}") from error
        part.eval()
    return Instruments(**parts)  # type: ignore[arg-type]


def half_precision(part: nn.Module) -> nn.Module:
    """The part as its file will give it back."""
    with torch.no_grad():
        for value in (*part.parameters(), *part.buffers()):
            if value.is_floating_point():
                value.copy_(value.half().float())
    return part
