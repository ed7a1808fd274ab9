"""The blocks of a graph, one file for each stage; thin: they read inputs, call the library, return.

ComfyUI and the headless engine get them from :class:`HibariExtension`.
"""

from __future__ import annotations

from ..host import ComfyExtension, io, register_replacements


class HibariExtension(ComfyExtension):
    """Lists Hibari's blocks; their modules are imported only when a host asks."""

    async def on_load(self) -> None:
        """Keep our state where the host keeps its own; tell which old blocks ours replace."""
        from ..host import HOST, user_directory
        from ..trust.home import use_home
        from .replacements import REPLACEMENTS

        if HOST == "comfyui":
            use_home(user_directory() / "hibari")
        await register_replacements(REPLACEMENTS)

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """Return the block classes in the order of a graph."""
        from .cameo_apply import HibariApplyCameo
        from .cameo_enroll import HibariCameoEnroll
        from .cameo_grant import HibariCameoGrant
        from .cameo_info import HibariCameoInfo
        from .cameo_load import HibariLoadCameo
        from .check_dialogue import HibariCheckDialogue
        from .decode import HibariDecodeAudio, HibariDecodeVideo
        from .dialogue import HibariDialogue
        from .empty_latent import HibariEmptyLatent
        from .extend import HibariExtend
        from .guard import HibariGuardOutput, HibariGuardPrompt
        from .image_to_video import HibariImageToVideo
        from .load_model import HibariLoadModel
        from .mix_audio import HibariMixAudio
        from .picture_for_sound import HibariPictureForSound
        from .put_back import HibariPutBack
        from .remix import HibariRemix
        from .sample import HibariSample
        from .save_video import HibariSaveVideo
        from .shot import HibariShot
        from .sign_file import HibariSignFile
        from .sound_for_video import HibariSoundForVideo
        from .storyboard import HibariStoryboard
        from .text_encode import HibariTextEncode
        from .text_to_video import HibariTextToVideo
        from .verify import HibariVerify
        from .watermark import (
            HibariDetectWatermark,
            HibariVisibleMark,
            HibariWatermarkAudio,
            HibariWatermarkVideo,
        )

        return [
            HibariLoadModel,
            HibariTextEncode,
            HibariEmptyLatent,
            HibariImageToVideo,
            HibariExtend,
            HibariRemix,
            HibariSample,
            HibariDecodeVideo,
            HibariDecodeAudio,
            HibariPutBack,
            HibariMixAudio,
            HibariSaveVideo,
            HibariTextToVideo,
            HibariShot,
            HibariStoryboard,
            HibariSoundForVideo,
            HibariPictureForSound,
            HibariDialogue,
            HibariCheckDialogue,
            HibariLoadCameo,
            HibariApplyCameo,
            HibariCameoEnroll,
            HibariCameoGrant,
            HibariCameoInfo,
            HibariGuardPrompt,
            HibariGuardOutput,
            HibariWatermarkVideo,
            HibariWatermarkAudio,
            HibariDetectWatermark,
            HibariVisibleMark,
            HibariSignFile,
            HibariVerify,
        ]
