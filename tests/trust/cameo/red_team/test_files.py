"""Files: foreign, exchanged, renamed, enormous, executable."""

import os
import pickle
import struct
import time
import zipfile
from dataclasses import replace

import pytest
from hibari.trust.cameo.bundle import read_bundle
from hibari.trust.cameo.container import CameoError, parse_container, write_container
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.library import library_folder, load_cameo
from hibari.trust.cameo.sealing import encrypt
from hibari.trust.identity import current_identity

from ..acts import refused
from ..people import make_cameo, parts_of

pytestmark = pytest.mark.slow


def test_media_of_another_cameo_in_annas_file(anna, cameo):
    with anna.here():
        other = make_cameo("Berta")
    tensors, metadata = parse_container(cameo.path.read_bytes())
    foreign, _ = parse_container(other.path.read_bytes())
    cameo.path.write_bytes(write_container(tensors | {"views": foreign["views"]}, metadata))
    with refused("not the one that its owner signed"):
        read_bundle(cameo.path)


def test_views_and_voice_exchanged_with_matching_hashes_of_her_own(anna, eve, cameo):
    key = os.urandom(32)
    tensors, metadata = parse_container(cameo.path.read_bytes())
    fake = encrypt(key, parts_of(1)["views"].tobytes(), f"part views of cameo {cameo.header.id}")
    cameo.path.write_bytes(write_container(tensors | {"views": fake}, metadata))
    with refused("not the one that its owner signed"):
        read_bundle(cameo.path)


def test_a_part_that_was_moved_to_another_place_does_not_open(anna, cameo):
    with anna.here():
        key = cameo.open_as_owner(current_identity())
    swapped = {"views": cameo.sealed["voice"], "voice": cameo.sealed["views"]}
    with refused("does not open with this key"):
        replace(cameo, sealed=swapped).read_parts(key)


def test_a_file_renamed_to_a_friends_name(anna, cameo):
    with anna.here():
        cameo.path.rename(cameo.path.with_name("Bernadette.cameo"))
        with refused("holds the cameo Anna; give the file its own name"):
            load_cameo("Bernadette")


@pytest.mark.parametrize(
    "name", ["../Anna", "../../etc/passwd", "/etc/passwd", "Anna\0", "..", "a\\b", "Anna.cameo"]
)
def test_a_name_that_leads_out_of_the_library(anna, cameo, name):
    with anna.here(), pytest.raises(CameoError):
        load_cameo(name)


def test_a_link_in_the_library_to_a_file_elsewhere(anna, eve, cameo):
    with eve.here():
        target = make_cameo("Berta").path
    with anna.here():
        (library_folder() / "Berta.cameo").symlink_to(target)
        with refused("there is no cameo named Berta"):
            load_cameo("Berta")


@pytest.mark.parametrize("name", ["../evil", "a/b", "con\0", "", "Аnna", "x" * 99])
def test_a_signed_header_with_a_hostile_name(eve, name):
    with eve.here(), pytest.raises(CameoError):
        make_cameo(name)


@pytest.mark.parametrize(
    ("seen", "forged"), [("Carla", "CarIa"), ("Mia", "M1a"), ("Oscar", "Оѕсаг"), ("Zoe", "Zoé")]
)
def test_a_look_alike_name(anna, ben, eve, seen, forged):
    with anna.here():
        genuine = make_cameo(seen)
    with eve.here():
        try:
            fake = make_cameo(forged)
        except CameoError:
            return  # mixed scripts are refused even earlier
    with ben.here():
        import_file(genuine.path)
        with refused("is taken, or looks like"):
            import_file(fake.path)


def test_a_ten_gigabyte_header(anna):
    with anna.here():
        path = library_folder() / "Big.cameo"
        with path.open("wb") as file:
            file.write(struct.pack("<Q", 10 * 2**30))
            file.truncate(10 * 2**30)  # a sparse file: nothing is on the disk
        start = time.process_time()
        with refused("10240 MB, a cameo at most 64"):
            load_cameo("Big")
        assert time.process_time() - start < 1


def test_a_header_that_claims_ten_gigabytes_in_a_small_file(anna):
    with anna.here():
        path = library_folder() / "Big.cameo"
        path.write_bytes(struct.pack("<Q", 10 * 2**30) + b"{}")
        with refused("claims 10737418240 bytes"):
            load_cameo("Big")


def test_a_zip_bomb(anna):
    with anna.here():
        path = library_folder() / "Bomb.cameo"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr("a", b"\0" * 50_000_000)
        with refused("no usable cameo"):
            load_cameo("Bomb")


def test_a_pickle_that_runs_code(anna, tmp_path):
    marker = tmp_path / "ran"

    class Payload:
        def __reduce__(self):
            return (os.system, (f"touch {marker}",))

    with anna.here():
        path = library_folder() / "Pickle.cameo"
        path.write_bytes(pickle.dumps(Payload()))
        with refused("no usable cameo"):
            load_cameo("Pickle")
    assert not marker.exists()
