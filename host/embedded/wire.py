"""Types without a widget: what flows along the wires between blocks.

IMAGE is [B,H,W,C] float in 0..1, MASK [B,H,W]; AUDIO is ``{"waveform": [B,C,N], "sample_rate"}``;
VIDEO a ``VideoInput``; LATENT ``{"samples", "noise_mask"?}``; CONDITIONING ``[[tensor, dict]]``.
"""

from __future__ import annotations

from .socket import Custom

Image = Custom("IMAGE")
Mask = Custom("MASK")
Latent = Custom("LATENT")
Conditioning = Custom("CONDITIONING")
Audio = Custom("AUDIO")
Video = Custom("VIDEO")

Model = Custom("MODEL")
Clip = Custom("CLIP")
Vae = Custom("VAE")
ClipVision = Custom("CLIP_VISION")
ClipVisionOutput = Custom("CLIP_VISION_OUTPUT")
ControlNet = Custom("CONTROL_NET")
LoraModel = Custom("LORA_MODEL")
ModelPatch = Custom("MODEL_PATCH")
LatentUpscaleModel = Custom("LATENT_UPSCALE_MODEL")
UpscaleModel = Custom("UPSCALE_MODEL")
AudioEncoder = Custom("AUDIO_ENCODER")
AudioEncoderOutput = Custom("AUDIO_ENCODER_OUTPUT")

Sampler = Custom("SAMPLER")
Sigmas = Custom("SIGMAS")
Guider = Custom("GUIDER")
Noise = Custom("NOISE")
Hooks = Custom("HOOKS")

Dict = Custom("DICT")
Array = Custom("ARRAY")
