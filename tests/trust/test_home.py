"""Where keys and records live, and who may read them."""

import stat

import pytest
from hibari.trust import home
from sqlalchemy import text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("HIBARI_DATABASE", raising=False)
    return tmp_path / "state"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_environment_names_the_folder_and_only_its_user_enters(folder):
    assert home.home_folder() == folder
    assert mode(folder) == 0o700
    assert mode(home.home_subfolder("keys")) == 0o700


def test_a_host_chooses_the_folder_unless_the_environment_does(tmp_path, monkeypatch):
    monkeypatch.delenv("HIBARI_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    try:
        home.use_home(tmp_path / "host")
        assert home.home_folder() == tmp_path / "host"
        monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "mine"))
        assert home.home_folder() == tmp_path / "mine"
    finally:
        home.use_home(None)


def test_a_home_that_is_a_file_is_refused_with_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "file"))
    with pytest.raises(ValueError, match=r"cannot be made.*Set HIBARI_HOME"):
        home.home_folder()


def test_private_files_are_readable_by_their_user_only(folder):
    path = home.write_private(home.home_folder() / "key", b"secret")
    assert path.read_bytes() == b"secret"
    assert mode(path) == 0o600
    assert [p.name for p in folder.iterdir()] == ["key"]


def test_the_ledger_is_one_private_file_written_ahead(folder):
    engine = home.open_database()
    assert engine is home.open_database()
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    assert mode(folder / "hibari.sqlite3") == 0o600


def test_a_configured_address_is_used_instead(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_DATABASE", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert home.open_database().url.database.endswith("other.sqlite3")
    assert not (folder / "hibari.sqlite3").exists()


def test_an_unknown_address_is_refused_without_its_password():
    with pytest.raises(ValueError, match="postgresql") as caught:
        home.open_database("nosuch://user:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_a_database_that_does_not_answer_is_named_without_its_password(folder):
    pytest.importorskip("psycopg", reason="the extra hibari[postgresql] is not installed")
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:1/name does not answer") as caught:
        home.open_database("postgresql+psycopg://user:hunter2@127.0.0.1:1/name")
    assert "hunter2" not in str(caught.value)


def test_a_file_in_a_folder_that_is_not_there_does_not_answer(tmp_path):
    with pytest.raises(ValueError, match="unable to open database file"):
        home.open_database(f"sqlite:///{tmp_path / 'gone' / 'x.sqlite3'}")
