"""The ComfyUI side of the seam: its own node contract, folders, progress and native wires.

Importing it adds nothing to what a running ComfyUI has loaded; our networks and the classes built
on ComfyUI's are imported by the calls that need them.
"""

from comfy.nested_tensor import NestedTensor
from comfy_api.latest import ComfyExtension, Input, InputImpl, Types, ui

from .declarations import io
from .folders import (
    annotated_path,
    checkpoint_names,
    checkpoint_path,
    folder_of,
    input_directory,
    input_names,
    output_directory,
    save_path,
    temp_directory,
    user_directory,
)
from .progress import (
    InterruptProcessingException,
    ProgressBar,
    check_interrupted,
    metadata_disabled,
    show_text,
)
from .replacements import register_replacements
from .runtime import make_audio_vae, make_clip, make_model, make_video_vae, sample, with_references

__all__ = [
    "ComfyExtension",
    "Input",
    "InputImpl",
    "InterruptProcessingException",
    "NestedTensor",
    "ProgressBar",
    "Types",
    "annotated_path",
    "check_interrupted",
    "checkpoint_names",
    "checkpoint_path",
    "folder_of",
    "input_directory",
    "input_names",
    "io",
    "make_audio_vae",
    "make_clip",
    "make_model",
    "make_video_vae",
    "metadata_disabled",
    "output_directory",
    "register_replacements",
    "sample",
    "save_path",
    "show_text",
    "temp_directory",
    "ui",
    "user_directory",
    "with_references",
]
