"""The safetensors container: exact bytes out, and every damaged or foreign file refused."""

import json
import os
import struct

import pytest
import torch
from hibari.model.checkpoint.container import CheckpointError, read_header, write_file
from safetensors.torch import load_file

TENSORS = {
    "b": torch.arange(6.0).reshape(2, 3),
    "a": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "empty": torch.zeros(0, 4),
    "scalar": torch.tensor(7, dtype=torch.int64),
}
METADATA = {"config": "{}", "model_version": "2.3.0", "hibari": "é", "z": "1"}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.safetensors"
    write_file(path, TENSORS, METADATA)
    return path


def test_the_safetensors_library_reads_what_was_written(path):
    read = load_file(path)
    assert read.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert read[name].dtype == tensor.dtype
        torch.testing.assert_close(read[name], tensor, rtol=0, atol=0)


def test_the_header_tells_types_shapes_and_metadata(path):
    metadata, tensors = read_header(path)
    assert metadata == METADATA
    assert {k: (v.dtype, v.shape) for k, v in tensors.items()} == {
        k: (v.dtype, tuple(v.shape)) for k, v in TENSORS.items()
    }


def test_the_same_content_gives_the_same_bytes_in_any_order(path, tmp_path):
    other = tmp_path / "other.safetensors"
    write_file(other, dict(reversed(TENSORS.items())), dict(reversed(METADATA.items())))
    assert other.read_bytes() == path.read_bytes()


def test_strided_tensors_are_written_as_they_look(tmp_path):
    strided = torch.arange(12.0).reshape(3, 4).t()
    write_file(tmp_path / "s.safetensors", {"x": strided}, {})
    torch.testing.assert_close(load_file(tmp_path / "s.safetensors")["x"], strided)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path, monkeypatch):
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(path, TENSORS, {})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged: it has only 0 bytes"),
        (b"PK\x03\x04" + bytes(60), "is a pickled PyTorch file, which can run code"),
        (b"\x80\x02}q\x00" + bytes(60), "is a pickled PyTorch file, which can run code"),
        (b"GGUF\x03\x00\x00\x00" + bytes(60), "is a GGUF file"),
        (b"<!DOCTYPE html><html></html>", "is a web page instead of the weights"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "is not a .safetensors file"),
        (bytes(100), "is not a .safetensors file"),
        (struct.pack("<Q", 500) + b"{" + bytes(20), "is cut short: it ends inside its header"),
        (struct.pack("<Q", 9) + b'{"a":[1]}', "holds an entry that is not a tensor"),
        (struct.pack("<Q", 22) + b'{"__metadata__":{"a":1}}'[:22], "header is not readable"),
        (struct.pack("<Q", 24) + b'{"__metadata__":{"a":1}}', "metadata holds more than text"),
        (struct.pack("<Q", 18) + b'{"__metadata__":5}', "is damaged"),
        (struct.pack("<Q", 9999) + b'{"a":' + b"[" * 9994, "header is not readable"),
    ],
)
def test_foreign_and_broken_files_are_refused_in_one_sentence(tmp_path, content, message):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=message) as error:
        read_header(path)
    assert str(path) in str(error.value)


def test_a_truncated_file_is_refused_at_every_length(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=r"damaged.*(cut short|only)"):
            read_header(path)


def test_trailing_bytes_are_refused(path):
    path.write_bytes(path.read_bytes() + b"123")
    with pytest.raises(CheckpointError, match="3 bytes follow the last tensor"):
        read_header(path)


def test_a_header_length_that_looks_like_a_pickle_is_no_pickle(tmp_path):
    # 0x80 = 128 is both the pickle opcode and a perfectly good header length.
    header = json.dumps({"__metadata__": {"a": ""}})
    header = header.replace('""', '"' + "x" * (128 - len(header)) + '"')
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", 128) + header.encode())
    assert len(read_header(path)[0]["a"]) > 50


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"none\.safetensors does not exist; give the path"):
        read_header(tmp_path / "none.safetensors")
    with pytest.raises(CheckpointError, match="is a folder"):
        read_header(tmp_path)
