"""Counts and the ledger: more uses than a grant pays for."""

import json
import shutil

import pytest
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.ledger import ANCHOR_NAME, Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.rules import Rules
from hibari.trust.home import DATABASE_NAME

from ..acts import give, outcomes_of_uses_at_once, refused, use

pytestmark = pytest.mark.slow


@pytest.fixture
def spent(anna, ben, cameo):
    """Ben's ledger with the only use of his grant spent; returns the grant."""
    grant = give(anna, ben, cameo, rules=Rules(max_uses=1))
    with ben.here():
        use(load_cameo("Anna"))
    return grant


def assert_still_spent(ben, reason="all 1 uses"):
    with ben.here(), refused(reason):
        use(load_cameo("Anna"))


def test_a_spent_grant_imported_again(ben, spent):
    with ben.here():
        import_file(spent.write(ben.home / "again.grant"))
    assert_still_spent(ben)


def test_the_ledger_deleted(ben, spent):
    forget_engines(ben)
    for path in ben.home.glob(f"{DATABASE_NAME}*"):
        path.unlink()
    assert_still_spent(ben, "rolled back, replaced or deleted")


def test_the_ledger_rolled_back_to_a_copy(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(max_uses=1))
    forget_engines(ben)
    copy = shutil.copytree(ben.home, ben.home.with_name("copy"))
    with ben.here():
        use(load_cameo("Anna"))
    forget_engines(ben)
    for path in ben.home.glob(f"{DATABASE_NAME}*"):
        path.unlink()
    shutil.copy(copy / DATABASE_NAME, ben.home / DATABASE_NAME)
    assert_still_spent(ben, "rolled back")


def test_ledger_and_anchor_deleted_together(ben, spent):
    forget_engines(ben)
    for path in [*ben.home.glob(f"{DATABASE_NAME}*"), ben.home / ANCHOR_NAME]:
        path.unlink()
    assert_still_spent(ben, "is gone")


def test_another_empty_database_by_configuration(ben, spent, monkeypatch):
    monkeypatch.setenv("HIBARI_DATABASE", f"sqlite:///{ben.home / 'fresh.sqlite3'}")
    assert_still_spent(ben, "rolled back, replaced")


def forget_engines(person):
    """Close the connections of a person's home, as the end of a process does."""
    from hibari.trust import home

    for address in [key for key in home._engines if str(person.home) in str(key)]:
        home._engines.pop(address).dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cameo_log WHERE kind = 'use'",
        "UPDATE cameo_log SET kind = 'note' WHERE kind = 'use'",
        "UPDATE cameo_log SET body = replace(body, 'grant', 'grand') WHERE kind = 'use'",
        "UPDATE cameo_log SET author = '00' WHERE kind = 'use'",
        "UPDATE cameo_log SET sequence = sequence + 5 WHERE kind = 'use'",
    ],
)
def test_the_use_taken_out_of_the_ledger(ben, spent, statement):
    with ben.here():
        with Ledger().engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert Ledger().audit() != []
    assert_still_spent(ben, "tampered|rolled back")


def test_an_entry_added_without_a_signature(ben, spent):
    with ben.here():
        book = Ledger()
        last = book.entries()[-1]
        book.note("note")
        with book.engine.begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE cameo_log SET signature = '{last.signature}' WHERE kind = 'note'"
            )
        (ben.home / ANCHOR_NAME).read_bytes()
        assert any("not signed by its author" in problem for problem in Ledger().audit())


def test_the_anchor_edited_to_an_earlier_entry(ben, spent):
    path = ben.home / ANCHOR_NAME
    anchor = json.loads(path.read_text())
    path.write_text(json.dumps(anchor | {"sequence": 1}))
    assert_still_spent(ben, "damaged or of another identity")


def test_many_processes_share_out_the_last_use(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(max_uses=1))
    with ben.here():
        outcomes = outcomes_of_uses_at_once(load_cameo("Anna"), 6)
    assert outcomes == {"refused": 5, "used": 1}


def test_a_replayed_use_entry_does_not_give_a_use_back(ben, spent):
    with ben.here():
        before = len([one for one in Ledger().entries() if one.kind == "use"])
        Ledger().note("use", cameo="0", grant="1", run="2")
        assert len([one for one in Ledger().entries() if one.kind == "use"]) == before + 1
    assert_still_spent(ben)


@pytest.mark.parametrize("clips", [-5, 0, None, "many", 1.5])
def test_a_use_of_fewer_than_one_clip_written_down_to_gain_some(ben, spent, clips):
    with ben.here():
        Ledger().note("use", cameo=spent.cameo, grant=spent.id, run="0", clips=clips)
    assert_still_spent(ben)
