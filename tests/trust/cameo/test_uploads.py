"""An owner who forbids uploads of their face: here, elsewhere, and until they allow it again."""

from dataclasses import replace

import numpy as np
import pytest
from hibari.trust.cameo.bundle import Header, write_bundle
from hibari.trust.cameo.container import CameoError
from hibari.trust.cameo.document import UploadBan
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import library_folder
from hibari.trust.cameo.uploads import bans_in, forbid_uploads, forbidden_faces
from hibari.trust.guard import faces as faces_module
from hibari.trust.guard.attestation import Attestation
from hibari.trust.guard.extra import MissingExtraError
from hibari.trust.guard.faces import RULE_FORBIDDEN, DlibEmbedder, check_upload
from hibari.trust.guard.policy import load_policy
from hibari.trust.identity import current_identity

from .faces import face
from .people import make_cameo, parts_of

ATTESTED = Attestation("Anna, my sister", True)


@pytest.fixture(autouse=True)
def opencv():
    pytest.importorskip("cv2", reason="the extra hibari[cameo] is not installed")


class Shade:
    """Knows people by how light their pictures are."""

    name, threshold = "shade", 0.05

    def embed(self, frame, box):
        left, top, width, height = box
        return np.full(4, frame[top : top + height, left : left + width].mean() / 255, np.float32)


@pytest.fixture
def shade(monkeypatch):
    monkeypatch.setattr(faces_module, "_embedders", {"shade": Shade})


@pytest.fixture
def annas(anna):
    """Anna's cameo, with views of a face."""
    with anna.here():
        header = make_cameo("Somebody").header
        header = Header(**{**vars(header), "name": "Anna", "id": "a" * 32, "parts": {}})
        views = np.stack([face(256, 60, seed) for seed in range(2)])
        parts = parts_of() | {"views": views}
        return write_bundle(library_folder(), header, parts, current_identity())


def upload(picture=None):
    """The verdict on somebody's attested upload."""
    shown = face(seed=9) if picture is None else picture
    return check_upload(shown[None], load_policy(), ATTESTED)


def test_an_upload_of_the_face_is_refused_until_the_owner_allows_it(anna, clock, annas, shade):
    with anna.here():
        assert upload().allowed
        forbid_uploads(annas)
        assert upload().rule == RULE_FORBIDDEN
        assert upload((face(seed=9) * 0.6).astype(np.uint8)).allowed  # somebody darker
        clock.now += 5
        forbid_uploads(annas, forbidden=False)
        assert upload().allowed


def test_a_ban_that_was_sent_holds_on_another_computer(anna, ben, annas, shade):
    with anna.here():
        path = forbid_uploads(annas).write(anna.home / "no.uploads")
    with ben.here():
        assert list(forbidden_faces()) == []
        assert not (ben.home / "hibari.sqlite3").exists()  # looking makes no ledger
        import_file(path)
        assert upload().rule == RULE_FORBIDDEN


def test_only_the_owner_forbids_and_lifts(anna, eve, annas, shade):
    with anna.here():
        ban = forbid_uploads(annas)
    with eve.here():
        with pytest.raises(CameoError, match="belongs to somebody else"):
            forbid_uploads(annas)
        import_file(ban.write(eve.home / "no.uploads"))
        lifted = replace(ban, forbidden=False, issued=ban.issued + 9)
        with pytest.raises(CameoError, match="is not taken"):
            import_file(lifted.write(eve.home / "lifted.uploads"))
        Ledger().note("upload ban", document=lifted.to_json())
        own = replace(lifted, owner=current_identity().public.signing)
        import_file(own.signed_by(current_identity()).write(eve.home / "own.uploads"))
        assert len(bans_in(Ledger().entries())) == 1
        assert upload().rule == RULE_FORBIDDEN


def test_an_older_ban_does_not_come_back(anna, clock, annas, shade):
    with anna.here():
        older = forbid_uploads(annas).write(anna.home / "older.uploads")
        clock.now += 5
        newer = forbid_uploads(annas, forbidden=False).write(anna.home / "newer.uploads")
        for path in (newer, older):
            import_file(path)
        assert upload().allowed


def test_things_and_faceless_views_are_told_so(anna, cameo, shade):
    with anna.here():
        with pytest.raises(CameoError, match="no face is found in the views of Anna"):
            forbid_uploads(cameo)
        with pytest.raises(CameoError, match="only faces of people"):
            forbid_uploads(make_cameo("Mug", kind="object"))


def test_without_the_extra_forbidding_says_what_to_install(anna, annas, monkeypatch):
    monkeypatch.setattr(faces_module, "_embedders", {})
    with anna.here(), pytest.raises(MissingExtraError, match=r"hibari\[faces\]"):
        forbid_uploads(annas)


@pytest.mark.parametrize(
    "faces",
    [None, {}, [1], [{"embedder": "x", "values": []}], [{"embedder": "x", "values": ["1"]}],
     [{"embedder": 1, "values": [1.0]}], [{"embedder": "x", "values": [1.0] * 1025}],
     [{"embedder": "x", "values": [1.0]}] * 21],
)  # fmt: skip
def test_a_ban_holds_faces_and_nothing_else(anna, annas, shade, faces):
    with anna.here():
        told = forbid_uploads(annas).to_json()
    with pytest.raises(CameoError, match="its field"):
        UploadBan.from_json(told | {"faces": faces})


def test_the_installed_embedding_knows_the_enrolled_face_again(anna, annas):
    pytest.importorskip("dlib", reason="the extra hibari[faces] is not installed")
    try:
        DlibEmbedder()
    except MissingExtraError as error:
        pytest.skip(str(error))
    with anna.here():
        forbid_uploads(annas)
        assert upload().rule == RULE_FORBIDDEN
