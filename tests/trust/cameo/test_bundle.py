"""The .cameo file: open to read, encrypted where it matters, and refused when it was touched."""

import json
import struct

import numpy as np
import pytest
from hibari.trust.cameo.bundle import read_bundle
from hibari.trust.cameo.container import CameoError, parse_container, write_container
from hibari.trust.identity import current_identity
from safetensors import safe_open

from .people import make_cameo, parts_of


def test_a_cameo_reads_back_for_its_owner(anna, cameo):
    with anna.here():
        key = cameo.open_as_owner(current_identity())
    parts = cameo.read_parts(key)
    assert set(parts) == {"views", "voice"}
    assert all(np.array_equal(parts[name], array) for name, array in parts_of().items())


def test_it_is_a_safetensors_file_of_plain_bytes_and_nothing_in_it_is_readable(cameo):
    with safe_open(cameo.path, framework="numpy") as file:
        assert set(file.keys()) == {"views", "voice"}
        assert "signature" in file.metadata()
        stored = bytes(file.get_tensor("views"))
    views = parts_of()["views"].tobytes()
    assert views[:64] not in cameo.path.read_bytes()
    # Encrypted bytes are as good as random: no byte value is much more frequent than another.
    counts = np.bincount(np.frombuffer(stored, np.uint8), minlength=256)
    assert counts.max() < 2 * counts.mean()


def test_nobody_but_the_owner_opens_the_sealed_key(ben, cameo):
    with ben.here(), pytest.raises(CameoError, match="belongs to somebody else"):
        cameo.open_as_owner(current_identity())


def test_every_changed_byte_is_noticed(anna, cameo):
    content = bytearray(cameo.path.read_bytes())
    draw = np.random.default_rng(0)
    for place in draw.integers(0, len(content), 60):
        changed = bytearray(content)
        changed[place] ^= 1 << int(draw.integers(8))
        cameo.path.write_bytes(changed)
        with pytest.raises(CameoError, match=r"Anna\.cameo"):
            read_bundle(cameo.path)


@pytest.mark.parametrize("kept", [0, 5, 8, 100, 1000, -1])
def test_a_file_that_was_cut_off_is_refused(cameo, kept):
    cameo.path.write_bytes(cameo.path.read_bytes()[:kept])
    with pytest.raises(CameoError, match="is no usable cameo"):
        read_bundle(cameo.path)


def container(header, data=b"abcd"):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


PART = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (struct.pack("<Q", 10 * 2**30) + b"{}", "claims 10737418240 bytes"),
        (struct.pack("<Q", 2**63) + b"{}", "made by something else"),
        (container(b"[" * 100_000, b""), "damaged"),
        (container(b'{"a": 1, "a": 2}', b""), "damaged"),
        (container(b'{"a": NaN}', b""), "damaged"),
        (container([1, 2]), "something else"),
        (container({"a": PART}, b"abcde"), "5 bytes of data"),
        (container({"a": PART | {"dtype": "F32"}}), "plain bytes"),
        (container({"a": PART | {"shape": [8]}}), "another size"),
        (container({"a": PART | {"data_offsets": [0, -4], "shape": [-4]}}), "overlaps|leaves"),
        (container({"a": PART, "b": PART}), "overlaps"),
        (container({"../a": PART}), "a part that no cameo has"),
        (container({"a": PART | {"data_offsets": [0, True], "shape": [1]}}), "plain bytes"),
        (container({"__metadata__": {"a": 1}}, b""), "something else"),
        (b"PK\x03\x04" + b"\0" * 1000, "made by something else"),
    ],
)
def test_foreign_and_absurd_containers_are_refused(content, reason):
    with pytest.raises(CameoError, match=reason):
        parse_container(content)


def test_a_container_reads_back_exactly():
    tensors = {"b": b"xyz", "a": b"", "c": bytes(range(256))}
    assert parse_container(write_container(tensors, {"k": "v"})) == (tensors, {"k": "v"})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"views": np.zeros((6, 64, 64, 3), np.uint8)}, "1 to 5 views"),
        ({"views": np.zeros((1, 64, 64, 3), np.float32)}, "1 to 5 views"),
        ({"voice": np.zeros((2, 240_001), np.int16)}, "lasts 10.0 s"),
        ({"voice": np.zeros((2, 2400), np.int16)}, "lasts 0.1 s"),
        ({"weights": np.zeros(1, np.float32)}, "no cameo has"),
        ({"view_latents": np.full(1, np.nan, np.float32)}, "no cameo has"),
    ],
)
def test_only_views_voice_and_their_latents_go_in(anna, monkeypatch, changed, reason):
    from . import people

    monkeypatch.setattr(people, "parts_of", lambda: parts_of() | changed)
    with anna.here(), pytest.raises(CameoError, match=reason):
        make_cameo()


def test_a_person_has_a_voice(anna, monkeypatch):
    from . import people

    monkeypatch.setattr(people, "parts_of", lambda: parts_of(voice=False))
    with anna.here():
        with pytest.raises(CameoError, match="needs 1 to 10 s of voice"):
            make_cameo()
        assert make_cameo("Rex", kind="animal").header.kind == "animal"
