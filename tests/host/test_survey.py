"""Looking into hostile files stays within its bounds."""

import numpy as np
import pytest
import torch
from hibari.host.media import MediaError, VideoSettings, survey, survey_frames, write_video
from hibari.host.media.survey import survey_picture, survey_sound
from PIL import Image


def test_no_more_frames_than_the_bounds_allow(tmp_path, monkeypatch):
    frames = torch.rand(12, 32, 48, 3)
    path = write_video(tmp_path / "a.mp4", frames, VideoSettings(24))
    assert [round(time * 24) for time, _ in survey_frames(path)] == list(range(12))
    monkeypatch.setattr(survey, "MAX_FRAMES", 5)
    assert len(list(survey_frames(path))) == 5
    monkeypatch.setattr(survey, "MAX_PIXELS", 3 * 32 * 48)
    assert len(list(survey_frames(path))) == 3


def test_sound_is_heard_up_to_a_bound_and_silence_is_none(tmp_path, monkeypatch):
    sound = {"waveform": torch.rand(1, 2, 24000) - 0.5, "sample_rate": 24000}
    path = write_video(
        tmp_path / "a.mp4", torch.rand(24, 32, 48, 3), VideoSettings(24), audio=sound
    )
    assert survey_sound(path)["waveform"].shape[-1] >= 24000
    monkeypatch.setattr(survey, "MAX_SOUND_S", 0.2)
    assert survey_sound(path)["waveform"].shape[-1] < 8000
    mute = write_video(tmp_path / "b.mp4", torch.rand(2, 32, 48, 3), VideoSettings(24))
    assert survey_sound(mute) is None


def test_a_picture_that_unpacks_to_too_much_is_refused(tmp_path):
    Image.fromarray(np.zeros((9000, 9000), np.uint8)).save(tmp_path / "bomb.png")
    with pytest.raises(MediaError, match="too many pixels"):
        survey_picture(tmp_path / "bomb.png")
    (tmp_path / "no.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    with pytest.raises(MediaError, match="cannot be read as image"):
        survey_picture(tmp_path / "no.png")
