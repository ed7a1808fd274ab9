"""``hibari verify``: one verdict for any file."""

import json

import pytest
from hibari.headless.cli import main
from hibari.host.media import VideoSettings, write_video
from hibari.nodes.signed_copy import sign_copy


@pytest.fixture
def signed(own_home, tmp_path):
    import numpy as np

    pictures = np.random.default_rng(0).integers(0, 255, (5, 48, 64, 3), dtype=np.uint8)
    plain = write_video(tmp_path / "plain.mp4", pictures, VideoSettings(24))
    sign_copy(plain, tmp_path / "signed.mp4")
    return tmp_path / "signed.mp4"


def test_json_has_the_promised_keys(signed, capsys):
    assert main(["verify", str(signed), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "valid"
    assert told["credentials"]["state"] == "trusted"
    assert isinstance(told["watermark"], dict)


def test_words_and_page_say_the_same(signed, tmp_path, capsys):
    assert main(["verify", str(signed), "--html", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().out.startswith("signed.mp4: VALID.")
    assert ">valid</span>" in (tmp_path / "report.html").read_text()


def test_check_turns_a_verdict_into_an_exit_code(signed, tmp_path, capsys):
    assert main(["verify", "--check", str(signed)]) == 0
    content = bytearray(signed.read_bytes())
    content[-300] ^= 1
    (tmp_path / "changed.mp4").write_bytes(content)
    assert main(["verify", "--check", str(tmp_path / "changed.mp4")]) == 1
    assert "TAMPERED" in capsys.readouterr().out


def test_a_missing_file_is_bad_input(own_home, tmp_path, capsys):
    assert main(["verify", str(tmp_path / "absent.mp4")]) == 2
    assert "absent.mp4 is not there" in capsys.readouterr().err
