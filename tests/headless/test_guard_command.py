"""``hibari guard``: verdicts, policies and the rights registry on the command line."""

import json

import pytest
from hibari.headless.cli import main

RIGHTS = '[[right]]\nname = "Zorbo"\nowner = "Zorbo Ltd"\naliases = ["Zo"]\nshare_percent = 5.0\n'


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "home"))
    for name in ("HIBARI_POLICY", "HIBARI_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_text_is_checked_and_the_exit_code_tells(capsys, home):
    assert main(["guard", "check", "a red ball bounces"]) == 0
    assert capsys.readouterr().out == "allowed by policy 'default'\n"
    assert main(["guard", "check", "a beheading", "--policy", "teen"]) == 1
    assert "rule violence/gore under policy 'teen'" in capsys.readouterr().out
    assert not (home / "home").exists()


def test_a_verdict_is_one_json_object(capsys):
    assert main(["guard", "check", "--json", "a beheading"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["allowed"], told["rule"], told["policy"]) == (False, "violence/gore", "default")


def test_mistakes_are_one_sentence(capsys, home):
    assert main(["guard", "check", "a ball", "--policy", "lax"]) == 2
    assert "hibari: policy 'lax' is not known; use one of default" in capsys.readouterr().err
    assert main(["guard", "rights", "add", str(home / "none.toml")]) == 2
    assert "rights file" in capsys.readouterr().err


def test_policies_are_listed_with_what_they_are_for(capsys):
    assert main(["guard", "policies"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("default  For clips that are shared")
    assert len(lines) == 4


def test_rights_are_entered_listed_exported_and_removed(capsys, home):
    file, out = home / "rights.toml", home / "uses.csv"
    file.write_text(RIGHTS)
    assert main(["guard", "rights", "list"]) == 0
    assert main(["guard", "rights", "add", str(file)]) == 0
    assert main(["guard", "rights", "list"]) == 0
    assert "Zorbo  licensed, 5 %  Zorbo Ltd\n    also Zo" in capsys.readouterr().out
    assert main(["guard", "rights", "export", "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1].startswith("Zorbo,Zorbo Ltd,licensed,,5.0,0,0.0")
    assert main(["guard", "rights", "remove", "Zorbo"]) == 0
    assert main(["guard", "rights", "remove", "Zorbo"]) == 2
