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
    with pytest.raises(OSError, match=r"^Hibari Block: .*No space") as caught:
        raising(OSError(errno.ENOSPC, "No space left on device", "clip.mp4"))()
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "clip.mp4")


@pytest.mark.parametrize("error", [MemoryError("full"), KeyboardInterrupt(), RuntimeError("bug")])
def test_what_hosts_tell_by_type_passes_untouched(error):
    with pytest.raises(type(error)) as caught:
        raising(error)()
    assert caught.value is error
