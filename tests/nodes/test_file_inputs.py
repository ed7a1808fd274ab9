"""Names of files that lead elsewhere: refused in one sentence, and nothing is read or written."""

import pytest
import torch
from hibari.headless.registry import load_blocks
from hibari.host.containment import is_within
from hibari.host.embedded import folders

from .file_inputs import (
    READING,
    TO_READ,
    TO_WRITE,
    WRITING,
    files_outside,
    named_like_a_file,
    set_traps,
)

BLOCKS = load_blocks()
INFOS = {name: block.GET_NODE_INFO_V1() for name, block in BLOCKS.items()}
STOCK_READING = (("LoadImage", "image"), ("LoadAudio", "audio"), ("LoadVideo", "file"))
each_name = pytest.mark.parametrize("name", TO_READ, ids=ascii)
each_prefix = pytest.mark.parametrize("prefix", TO_WRITE, ids=ascii)


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "home"))
    for kind in ("input", "output", "temp", "home/models/checkpoints", "home/cameos"):
        (tmp_path / kind).mkdir(parents=True)
    folders.set_folders(**{kind: tmp_path / kind for kind in ("input", "output", "temp")})
    yield tmp_path
    folders.set_folders(input=None, output=None, temp=None)


def others(block, given):
    """Values for the other inputs of a block: defaults, and frames where frames are needed."""
    values = {"images": torch.rand(2, 32, 32, 3)}
    info = INFOS[block]["input"]
    for name, (_, *rest) in info.get("required", {}).items():
        values.setdefault(name, (rest[0] if rest else {}).get("default", ""))
    kept = {name: value for name, value in values.items() if name in info["required"]}
    return {name: value for name, value in kept.items() if name != given}


def test_every_widget_that_names_a_file_is_tested_here():
    assert named_like_a_file(INFOS) == {*READING, *WRITING}


@each_name
@pytest.mark.parametrize(("block", "given"), READING)
def test_a_name_that_leads_elsewhere_is_not_read(base, block, given, name):
    set_traps(base)
    with pytest.raises(ValueError, match=f"^{INFOS[block]['display_name']}: ") as refused:
        BLOCKS[block].execute(**others(block, given), **{given: name})
    said = str(refused.value)
    assert "not for graphs" not in said
    assert "root:" not in said


@each_name
@pytest.mark.parametrize(("block", "given"), STOCK_READING)
def test_stock_blocks_without_comfyui_do_not_read_it_either(base, block, given, name):
    set_traps(base)
    with pytest.raises(ValueError, match=r"lies outside of|is not in"):
        BLOCKS[block].execute(**{given: name})


@each_prefix
@pytest.mark.parametrize(("block", "given"), WRITING)
def test_a_prefix_that_leads_elsewhere_writes_nothing(base, block, given, prefix):
    from hibari.host.media import VideoSettings, write_video

    clip = write_video(base / "input" / "clip.mp4", torch.rand(4, 64, 64, 3), VideoSettings(24))
    before = set_traps(base)
    values = others(block, given) | {given: prefix}
    values |= {"file": clip.name} if "file" in values or block != "HibariSaveVideo" else {}
    with pytest.raises(ValueError, match=f"^{INFOS[block]['display_name']}: .*(leads out|control)"):
        BLOCKS[block].execute(**values)
    assert {path for path in files_outside(base) if path.suffix in {".mp4", ".html"}} == {
        path for path in before if path.suffix == ".mp4"
    }
    assert not [path for path in (base / "output").rglob("*") if path.is_file()]


def test_a_path_on_another_machine_is_not_even_looked_at(tmp_path, monkeypatch):
    def look(self, *_, **__):
        if "share" in str(self):
            raise AssertionError(f"looked at {self}")
        return self

    monkeypatch.setattr(type(tmp_path), "resolve", look)
    assert not is_within(tmp_path, type(tmp_path)("//machine/share/clip.mp4"))
    assert is_within(tmp_path, tmp_path / "clip.mp4")
