"""``hibari generate``: a sentence becomes a video, over the bundled text-to-video graph."""

from __future__ import annotations

import argparse
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Any

from ..host.embedded.folders import result_path, set_folders
from .engine import Engine, GraphError
from .engine.graph import Prompt, read_graph_file
from .report import complain, report, written
from .run_command import debug, run_here
from .ui_format import to_prompt

GRAPH = Path(__file__).parents[1] / "workflows" / "Text to video.json"
FORMATS = (".mp4", ".webm")
FILE_PREFIX = "hibari"
SEED_BITS = 32


def generate(arguments: argparse.Namespace) -> int:
    """Make the video of ``arguments.prompt``; return the exit code."""
    from .registry import load_blocks

    check_prompt(arguments.prompt)
    target = target_of(arguments.out)
    folder = usable_folder(target.parent if target else arguments.output)
    workflow = read_graph_file(GRAPH)
    blocks = load_blocks()
    infos = {name: block.GET_NODE_INFO_V1() for name, block in blocks.items()}
    prompt = to_prompt(workflow, infos)
    fill(prompt, values_of(arguments, target))
    add_cameos(prompt, arguments.cameo)
    engine = Engine(blocks, keep_results=False)
    if target is None:
        set_folders(output=folder)
        result = run_here(engine, prompt, workflow)
        files = written(result, result_path)
    else:
        # The save block numbers its files; the asked name is given only to a finished one.
        with tempfile.TemporaryDirectory(prefix=".hibari-", dir=folder) as unfinished:
            set_folders(output=Path(unfinished))
            result = run_here(engine, prompt, workflow)
            files = [moved(item, target) for item in written(result, result_path)]
    debug(result)
    return report(result, files, arguments.json)


def check_prompt(text: str) -> None:
    """Refuse an unusable prompt before anything is loaded.

    Raises:
        GraphError: it is empty or too long.
    """
    from ..nodes.prompt_text import join_prompt

    try:
        join_prompt(text)
    except ValueError as error:
        raise GraphError(str(error)) from error


def target_of(out: Path | None) -> Path | None:
    """File that was asked for by name, None for a numbered one in the output folder.

    Raises:
        GraphError: its ending is not one we write, it is a folder, or no name for a file.
    """
    if out is None:
        return None
    try:
        is_folder = stat.S_ISDIR(out.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        is_folder = False
    except OSError as error:
        raise GraphError(
            f"-o {out} cannot be used: {reason_of(error)}; choose another name"
        ) from error
    if is_folder:
        raise GraphError(f"-o {out} is a folder; add a file name, or use --output {out}")
    if out.suffix.lower() not in FORMATS:
        raise GraphError(f"-o {out} ends in {out.suffix!r}; use .mp4 or .webm")
    return out.absolute()


def usable_folder(folder: Path | None) -> Path | None:
    """The folder that was asked for, made where it is missing, before a video is worked on.

    Raises:
        GraphError: it cannot be made or written to.
    """
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        is_file = isinstance(error, (FileExistsError, NotADirectoryError))
        reason = "a file is in its place" if is_file else reason_of(error)
        raise GraphError(
            f"folder {folder} cannot be written to: {reason}; choose another one"
        ) from error


def reason_of(error: OSError) -> str:
    """The system's words without its number."""
    return (error.strerror or str(error)).lower()


def values_of(arguments: argparse.Namespace, target: Path | None) -> dict[str, dict[str, Any]]:
    """Values for the inputs of the graph's blocks, by class; what is None stays as in the graph."""
    seed = arguments.seed
    if seed is None:
        seed = secrets.randbits(SEED_BITS)
        complain(f"seed {seed} (repeat this video with --seed {seed})")
    width, height = arguments.size or (None, None)
    return {
        "HibariLoadModel": {"checkpoint": arguments.checkpoint},
        "HibariTextEncode": {"prompt": arguments.prompt},
        "HibariEmptyLatent": {
            "aspect": "custom" if arguments.size else None,
            "width": width,
            "height": height,
            "seconds": arguments.seconds,
            "fps": arguments.fps,
        },
        "HibariSample": {
            "seed": seed,
            "steps": arguments.steps,
            "guidance": arguments.guidance,
        },
        "HibariSaveVideo": {
            "filename_prefix": FILE_PREFIX,
            "format": target.suffix[1:].lower() if target else None,
        },
    }


def fill(prompt: Prompt, values: dict[str, dict[str, Any]]) -> None:
    """Put values into the inputs of the graph's blocks."""
    for node in prompt.values():
        given = values.get(node["class_type"], {})
        node["inputs"] |= {name: value for name, value in given.items() if value is not None}


def add_cameos(prompt: Prompt, names: list[str]) -> None:
    """Put cameos between the prompt and the sampler; the prompt mentions each as ``@name``."""
    ids = {node["class_type"]: node_id for node_id, node in prompt.items()}
    load, sample = ids["HibariLoadModel"], ids["HibariSample"]
    last = prompt[sample]["inputs"]["positive"]
    for number, name in enumerate(names, start=1):
        loaded, applied = f"cameo {number}", f"apply cameo {number}"
        inputs = {"conditioning": last, "cameo": [loaded, 0], "vae": [load, 2]}
        inputs |= {"audio_vae": [load, 3], "role": "", "likeness": 1.0, "voice": 1.0}
        prompt[loaded] = added("HibariLoadCameo", {"cameo": name}, f"Cameo {name}")
        prompt[applied] = added("HibariApplyCameo", inputs, f"Apply {name}")
        last = [applied, 0]
    prompt[sample]["inputs"]["positive"] = last


def added(class_type: str, inputs: dict[str, Any], title: str) -> dict[str, Any]:
    """A node of a graph in API format."""
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}


def moved(item: dict[str, Any], target: Path) -> dict[str, Any]:
    """A written file under the name that was asked for."""
    if item["type"] != "video":
        return item
    Path(item["path"]).replace(target)
    return item | {"path": str(target)}
