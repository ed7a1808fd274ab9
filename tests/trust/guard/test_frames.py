"""Frames and faces: detectors by name, honest words where one is missing, attested uploads."""

import builtins
from dataclasses import replace

import numpy as np
import pytest
import torch
from hibari.trust.guard import faces as faces_module
from hibari.trust.guard import frames as frames_module
from hibari.trust.guard.attestation import Attestation
from hibari.trust.guard.category import Category, Level
from hibari.trust.guard.extra import MissingExtraError
from hibari.trust.guard.faces import DlibEmbedder, ForbiddenFace, check_upload, find_faces
from hibari.trust.guard.frames import NudeNetDetector, Sighting, check_frames, sampled
from hibari.trust.guard.policy import Action, load_policy

POLICY = replace(load_policy(), frame_detectors=("fake",))
CLIP = torch.zeros(24, 8, 8, 3)
ATTESTED = Attestation("Ada, who agreed", agreed=True)


class FakeDetector:
    """Sees white frames as explicit, grey ones as mild."""

    def __init__(self):
        self.frames = []

    def find(self, frame):
        self.frames.append(frame)
        if frame.mean() > 250:
            yield Sighting("white", Category.SEXUAL, Level.STRONG, 0.9)
        if frame.mean() > 100:
            yield Sighting("grey", Category.SEXUAL, Level.MILD, 0.9)


@pytest.fixture
def detector(monkeypatch):
    fake = FakeDetector()
    monkeypatch.setitem(frames_module._MAKERS, "fake", lambda: fake)
    frames_module._detector.cache_clear()
    yield fake
    frames_module._detector.cache_clear()


def test_frames_are_sampled_in_time_and_handed_over_as_bytes(detector):
    verdict = check_frames(CLIP, POLICY, fps=8.0)
    assert verdict.allowed
    assert len(detector.frames) == len(sampled(24, 8.0, 0.5)) == 7
    assert detector.frames[0].dtype == np.uint8
    assert detector.frames[0].shape == (8, 8, 3)


def test_one_explicit_frame_refuses_the_clip(detector):
    clip = CLIP.clone()
    clip[-1] = 1.0
    verdict = check_frames(clip, POLICY)
    assert verdict.rule == "sexual/fake/white"
    assert verdict.message.startswith("what is shown is refused by rule sexual/fake/white")


def test_unsure_and_mild_findings_count_as_the_policy_says(detector):
    grey, white = torch.full_like(CLIP, 0.5), torch.ones_like(CLIP)
    assert check_frames(grey, POLICY).allowed
    mild = replace(POLICY, categories={Category.SEXUAL: Action.REFUSE_MILD})
    assert check_frames(grey, mild).rule == "sexual/fake/grey"
    assert check_frames(white, replace(POLICY, frame_score=0.95)).allowed


def test_a_missing_detector_is_noted_or_stops_where_it_is_required(monkeypatch):
    def missing():
        raise MissingExtraError("looking at frames", "nudenet")

    monkeypatch.setitem(frames_module._MAKERS, "absent", missing)
    policy = replace(POLICY, frame_detectors=("absent",))
    (note,) = check_frames(CLIP, policy).notes
    assert 'nudenet, which is not installed; install it with: pip install "hibari[guard]"' in note
    with pytest.raises(MissingExtraError, match="needs the package nudenet"):
        check_frames(CLIP, replace(policy, frames_required=True))


def test_an_unknown_detector_is_an_error_that_names_the_known():
    with pytest.raises(ValueError, match="lists the frame detector 'x', which is not known; known"):
        check_frames(CLIP, replace(POLICY, frame_detectors=("x",)))


def test_nudenet_says_how_to_get_it_where_it_is_absent(monkeypatch):
    monkeypatch.setattr(builtins, "__import__", refusing("nudenet", builtins.__import__))
    with pytest.raises(MissingExtraError, match="looking at frames needs the package nudenet"):
        NudeNetDetector()


def refusing(name, real):
    def imported(module, *rest, **options):
        if module.split(".")[0] == name:
            raise ImportError(name)
        return real(module, *rest, **options)

    return imported


def test_nudenet_runs_and_finds_nothing_in_a_landscape():
    pytest.importorskip("nudenet", reason="extra hibari[guard] is not installed")
    sky = torch.linspace(0.3, 0.9, 128)[None, :, None, None].expand(2, 128, 128, 3)
    verdict = check_frames(sky, load_policy())
    assert verdict.allowed
    assert not verdict.notes


def drawn_face(size=160):
    """A schematic frontal face: bright skin, dark brows, eyes and mouth, shaded nose."""
    cv2 = pytest.importorskip("cv2", reason="extra hibari[cameo] is not installed")
    if not hasattr(cv2, "CascadeClassifier"):
        pytest.skip("this OpenCV has no cascades (5.x); hibari[cameo] brings 4.x")
    picture = np.full((size * 2, size * 2, 3), 90, np.uint8)
    middle, unit = size, size / 100
    at = lambda x, y: (round(middle + x * unit), round(middle + y * unit))  # noqa: E731
    axes = lambda a, b: (round(a * unit), round(b * unit))  # noqa: E731
    cv2.ellipse(picture, at(0, 0), axes(52, 70), 0, 0, 360, (205, 175, 150), -1)
    cv2.ellipse(picture, at(0, -58), axes(54, 28), 0, 180, 360, (50, 35, 25), -1)
    for side in (-1, 1):
        cv2.ellipse(picture, at(side * 22, -16), axes(16, 9), 0, 0, 360, (130, 100, 85), -1)
        cv2.ellipse(picture, at(side * 22, -28), axes(15, 4), 0, 0, 360, (60, 40, 30), -1)
        cv2.ellipse(picture, at(side * 22, -14), axes(10, 5), 0, 0, 360, (240, 240, 240), -1)
        cv2.circle(picture, at(side * 22, -14), round(5 * unit), (30, 20, 20), -1)
    cv2.ellipse(picture, at(0, 14), axes(9, 5), 0, 0, 360, (150, 115, 95), -1)
    cv2.ellipse(picture, at(0, 38), axes(20, 6), 0, 0, 360, (120, 50, 55), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.5 * unit)


def test_a_drawn_face_is_found_and_a_ball_is_not():
    face = drawn_face()
    assert len(find_faces(face)) == 1
    ball = np.full((200, 200, 3), 90, np.uint8)
    y, x = np.mgrid[:200, :200]
    ball[(x - 100) ** 2 + (y - 100) ** 2 < 3600] = (220, 40, 40)
    assert find_faces(ball) == []


def test_a_face_in_an_upload_needs_an_attestation():
    clip = drawn_face()[None]
    verdict = check_upload(clip, POLICY)
    assert verdict.rule == "real-person/face-in-upload"
    assert verdict.message.startswith("the file that was brought is refused by rule real-person")
    assert check_upload(clip, POLICY, ATTESTED).allowed
    assert not check_upload(clip, replace(POLICY, faces_in_uploads=Action.REFUSE), ATTESTED).allowed
    assert check_upload(clip, replace(POLICY, faces_in_uploads=Action.ALLOW)).allowed
    assert check_upload(np.zeros((3, 64, 64, 3), np.uint8), POLICY).allowed


class FakeEmbedder:
    name, threshold = "fake", 0.5

    def embed(self, frame, box):
        return np.ones(4, np.float32)


def forbids(monkeypatch, vector, embedder="fake"):
    face = ForbiddenFace("anna", embedder, np.asarray(vector, np.float32))
    monkeypatch.setattr(faces_module, "_forbidden", [lambda: [face]])


def test_owners_forbid_uploads_of_their_face_even_attested_ones(monkeypatch):
    monkeypatch.setattr(faces_module, "_embedders", {"fake": FakeEmbedder})
    forbids(monkeypatch, np.ones(4))
    verdict = check_upload(drawn_face()[None], POLICY, ATTESTED)
    assert verdict.rule == "real-person/owner-forbids-uploads"
    assert "anna" not in verdict.message
    forbids(monkeypatch, -np.ones(4))
    assert check_upload(drawn_face()[None], POLICY, ATTESTED).allowed


def test_where_no_embedding_is_installed_it_is_said(monkeypatch):
    def missing():
        raise MissingExtraError("comparing faces", "dlib-bin", "faces")

    monkeypatch.setattr(faces_module, "_embedders", {"dlib": missing})
    forbids(monkeypatch, np.ones(4))
    (note,) = check_upload(drawn_face()[None], POLICY, ATTESTED).notes
    assert "faces were not compared with those of owners who forbid uploads" in note


def test_where_faces_cannot_be_found_it_is_said_or_stops(monkeypatch):
    def missing():
        raise MissingExtraError("finding faces", "opencv-python-headless 4.x", "cameo")

    monkeypatch.setattr(faces_module, "_cascade", missing)
    (note,) = check_upload(CLIP, POLICY).notes
    assert "uploads were not searched for faces" in note
    with pytest.raises(MissingExtraError, match="finding faces needs the package opencv"):
        check_upload(CLIP, replace(POLICY, frames_required=True))


def test_the_installed_embedding_knows_a_face_again():
    pytest.importorskip("dlib", reason="extra hibari[faces] is not installed")
    try:
        embedder = DlibEmbedder()
    except MissingExtraError as error:
        pytest.skip(str(error))
    face = drawn_face()
    (box,) = find_faces(face)
    known = embedder.embed(face, box)
    darker = (face * 0.8).astype(np.uint8)
    assert known.shape == (128,)
    assert np.linalg.norm(known - embedder.embed(darker, box)) < embedder.threshold
