"""The only seam to ComfyUI: the same names from ComfyUI where it runs us, else from our own host.

``from ..host import io, ui, ProgressBar, ...`` works alike in both. ``HOST`` says which one it is;
blocks should not need to know.
"""

import sys

__all__ = [
    "HOST",
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


def _inside_comfyui() -> bool:
    """Whether this process is a ComfyUI: its node registry and its folders are live.

    Being importable is not enough (its checkout may just be on the path), and so is a module that
    happens to be called ``nodes``.
    """
    registry = sys.modules.get("nodes")
    return (
        hasattr(registry, "NODE_CLASS_MAPPINGS")
        and hasattr(registry, "load_custom_node")
        and "folder_paths" in sys.modules
        and "comfy.model_management" in sys.modules
    )


HOST = "comfyui" if _inside_comfyui() else "embedded"

if HOST == "comfyui":
    from .comfyui import (
        ComfyExtension,
        Input,
        InputImpl,
        InterruptProcessingException,
        NestedTensor,
        ProgressBar,
        Types,
        annotated_path,
        check_interrupted,
        checkpoint_names,
        checkpoint_path,
        folder_of,
        input_directory,
        input_names,
        io,
        make_audio_vae,
        make_clip,
        make_model,
        make_video_vae,
        metadata_disabled,
        output_directory,
        register_replacements,
        sample,
        save_path,
        show_text,
        temp_directory,
        ui,
        user_directory,
        with_references,
    )
else:
    from .embedded import (
        ComfyExtension,
        Input,
        InputImpl,
        InterruptProcessingException,
        NestedTensor,
        ProgressBar,
        Types,
        annotated_path,
        check_interrupted,
        checkpoint_names,
        checkpoint_path,
        folder_of,
        input_directory,
        input_names,
        io,
        make_audio_vae,
        make_clip,
        make_model,
        make_video_vae,
        metadata_disabled,
        output_directory,
        register_replacements,
        sample,
        save_path,
        show_text,
        temp_directory,
        ui,
        user_directory,
        with_references,
    )
