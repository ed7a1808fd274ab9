"""Errors say which block they come from and keep what hosts rely on."""

import errno

import pytest
from hibari.nodes.named_errors import named_errors


def raising(error):
    @named_errors("Hibari Block")
    def execute():
        raise error

    return execute


def test_bad_input_is_one_sentence_with_the_name_in_front():
    with pytest.raises(ValueError, match=r"^Hibari Block: fps is 0\. Use 24$"):
        raising(ValueError("fps is 0. Use 24"))()


def test_file_errors_keep_number_and_file():
    with pytest.raises(OSError, match=r"^Hibari Block: clip\.mp4 cannot be .* no space") as caught:
        raising(OSError(errno.ENOSPC, "No space left on device", "clip.mp4"))()
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "clip.mp4")


def test_file_errors_are_sentences_without_numbers():
    said = "clip cannot be used: not a directory. Choose another file or folder"
    with pytest.raises(OSError, match=f"^Hibari Block: {said}$"):
        raising(NotADirectoryError(errno.ENOTDIR, "Not a directory", "clip"))()
    with pytest.raises(OSError, match=r"^Hibari Block: a file cannot be used: file name too long"):
        raising(OSError(errno.ENAMETOOLONG, "File name too long"))()


@pytest.mark.parametrize("error", [MemoryError("full"), KeyboardInterrupt(), RuntimeError("bug")])
def test_what_hosts_tell_by_type_passes_untouched(error):
    with pytest.raises(type(error)) as caught:
        raising(error)()
    assert caught.value is error
