"""Several people on one ledger: what one of them decides holds for the others at once."""

import pytest
from hibari.trust.cameo.authority import check_now
from hibari.trust.cameo.container import CameoError
from hibari.trust.cameo.granting import grant_cameo, import_file, revoke
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.result import approve, settle
from hibari.trust.cameo.rules import Rules
from hibari.trust.credentials.manifest import file_hash

from .acts import outcomes_of_uses_at_once, use


@pytest.fixture(autouse=True)
def shared(database, monkeypatch, tmp_path):
    """One database for everybody."""
    if database is None:
        monkeypatch.setenv("HIBARI_DATABASE", f"sqlite:///{tmp_path / 'shared.sqlite3'}")


def granted(anna, ben, cameo, grantee=None, rules=None):
    """A grant that Ben finds in the ledger; only the cameo's file is sent."""
    with anna.here():
        grant = grant_cameo(cameo, grantee or ben.card, rules)
    with ben.here():
        import_file(cameo.path)
    return grant


def test_the_ledger_is_where_the_address_says(database, anna):
    with anna.here():
        assert Ledger().engine.dialect.name == ("sqlite" if database is None else "postgresql")


def test_a_grant_that_is_taken_back_ends_at_once(anna, ben, cameo):
    grant = granted(anna, ben, cameo)
    with ben.here():
        assert check_now(load_cameo("Anna"), Ledger()).grant_id == grant.id
    with anna.here():
        revoke(cameo, [grant.id])
    with ben.here(), pytest.raises(CameoError, match="took the grant back"):
        use(load_cameo("Anna"))


def test_the_last_use_is_spent_once_by_many_at_once(anna, ben, cameo):
    granted(anna, ben, cameo, rules=Rules(max_uses=2))
    with ben.here():
        outcomes = outcomes_of_uses_at_once(load_cameo("Anna"), 5)
        assert outcomes == {"refused": 3, "used": 2}
        assert Ledger().audit() == []


def test_uses_of_a_grant_to_anyone_are_counted_over_everyone(anna, ben, eve, cameo):
    granted(anna, ben, cameo, "anyone", Rules(max_uses=1))
    with ben.here():
        use(load_cameo("Anna"))
    with eve.here():
        import_file(cameo.path)
        with pytest.raises(CameoError, match="all 1 uses of the grant are spent"):
            use(load_cameo("Anna"))


def test_a_use_that_eve_writes_down_does_not_spend_bens(anna, ben, eve, cameo):
    grant = granted(anna, ben, cameo, rules=Rules(max_uses=1))
    with eve.here():
        Ledger().note("use", cameo=cameo.header.id, grant=grant.id, run="0")
    with ben.here():
        use(load_cameo("Anna"))


def test_an_approval_needs_no_post(anna, ben, cameo):
    granted(anna, ben, cameo, rules=Rules(approval=True))
    with ben.here():
        draft = ben.home / "draft.mp4"
        draft.write_bytes(b"a video")
        digest = file_hash(draft)
        told = {"cameo": cameo.header.id, "sha256": digest, "draft": True}
        Ledger().note("result", path=str(draft), wanted=str(ben.home / "out.mp4"), **told)
    with anna.here():
        approve(cameo, digest, True, Ledger())
    with ben.here():
        owners = {cameo.header.id: cameo.header.owner.signing}
        assert settle(digest, owners, Ledger()) == ben.home / "out.mp4"
