"""Revocation and approval: results that are not let out, grants that were taken back."""

from dataclasses import replace

import pytest
from hibari.trust.cameo.document import Approval, RevocationList
from hibari.trust.cameo.granting import import_file, revocation_list, revoke
from hibari.trust.cameo.ledger import ANCHOR_NAME, Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.result import approve, results_in, settle
from hibari.trust.cameo.rules import Rules
from hibari.trust.credentials.manifest import file_hash
from hibari.trust.identity import current_identity

from ..acts import give, refused, use

pytestmark = pytest.mark.slow


def test_a_revocation_by_somebody_else_changes_nothing(anna, ben, eve, cameo):
    grant = give(anna, ben, cameo)
    with eve.here():
        me = current_identity()
        unsigned = RevocationList(me.public.signing, 9 * 10**9, "", (grant.id,), (cameo.header.id,))
        path = unsigned.signed_by(me).write(eve.home / "hostile.revocations")
    with ben.here():
        import_file(path)
        use(load_cameo("Anna"))


def test_an_older_revocation_list_after_a_newer_one(anna, ben, clock, cameo):
    grant = give(anna, ben, cameo)
    with anna.here():
        older = revocation_list(Ledger()).write(anna.home / "older")
        revoke(cameo, [grant.id])
        newer = revocation_list(Ledger()).write(anna.home / "newer")
    with ben.here():
        import_file(newer)
        import_file(older)
        with refused("took the grant back"):
            use(load_cameo("Anna"))


def test_the_revocation_taken_out_of_the_ledger(anna, ben, cameo):
    grant = give(anna, ben, cameo)
    with anna.here():
        revoke(cameo, [grant.id])
        path = revocation_list(Ledger()).write(anna.home / "list")
    with ben.here():
        import_file(path)
        with Ledger().engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM cameo_log WHERE kind = 'revocation'")
        with refused("rolled back|tampered"):
            use(load_cameo("Anna"))


def test_a_grant_given_out_again_under_a_revoked_id(anna, ben, cameo):
    grant = give(anna, ben, cameo)
    with anna.here():
        revoke(cameo, [grant.id])
        path = revocation_list(Ledger()).write(anna.home / "list")
        renewed = replace(grant, issued=grant.issued + 60).signed_by(current_identity())
        again = renewed.write(anna.home / "again.grant")
    with ben.here():
        import_file(path)
        import_file(again)
        with refused("took the grant back"):
            use(load_cameo("Anna"))


def drafted(ben, cameo):
    """A result of Ben's that waits for Anna; returns its digest and file."""
    with ben.here():
        path = ben.home / "draft.mp4"
        path.write_bytes(b"a video")
        digest = file_hash(path)
        told = {"cameo": cameo.header.id, "sha256": digest, "draft": True}
        wanted = str(ben.home / "out.mp4")
        Ledger().note("result", path=str(path), wanted=wanted, **told)
    return digest, path


def test_ben_approves_his_own_draft(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(approval=True))
    digest, path = drafted(ben, cameo)
    owners = {cameo.header.id: cameo.header.owner.signing}
    with ben.here():
        with refused("only the owner of Anna can approve"):
            approve(load_cameo("Anna"), digest, True, Ledger())
        me = current_identity()
        unsigned = Approval(
            owner=me.public.signing,
            issued=1,
            signature="",
            cameo=cameo.header.id,
            result_sha256=digest,
            approved=True,
        )
        import_file(unsigned.signed_by(me).write(ben.home / "mine.approval"))
        assert settle(digest, owners, Ledger()) is None
    assert path.exists()


def test_another_video_in_place_of_the_approved_draft(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(approval=True))
    digest, path = drafted(ben, cameo)
    with anna.here():
        approval = approve(cameo, digest, True, Ledger()).write(anna.home / "yes.approval")
    owners = {cameo.header.id: cameo.header.owner.signing}
    with ben.here():
        import_file(approval)
        path.write_bytes(b"another video")
        with refused("is gone or was changed"):
            settle(digest, owners, Ledger())
        path.write_bytes(b"a video")
        assert settle(digest, owners, Ledger()) == ben.home / "out.mp4"


def test_an_approval_for_one_draft_used_for_another(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(approval=True))
    digest, _ = drafted(ben, cameo)
    with anna.here():
        yes = approve(cameo, "0" * 64, True, Ledger()).write(anna.home / "yes.approval")
    with ben.here():
        import_file(yes)
        assert settle(digest, {cameo.header.id: cameo.header.owner.signing}, Ledger()) is None


def test_a_result_in_a_shared_ledger_that_points_at_the_owners_files(anna, eve, cameo, monkeypatch):
    shared = anna.home.parent / "shared.sqlite3"
    monkeypatch.setenv("HIBARI_DATABASE", f"sqlite:///{shared}")
    (anna.home / ANCHOR_NAME).unlink(missing_ok=True)
    bait = anna.home / "precious.txt"
    bait.write_bytes(b"precious")
    with eve.here():
        told = {"cameo": cameo.header.id, "sha256": file_hash(bait), "draft": True}
        Ledger().note("result", path=str(bait), wanted="/tmp/taken", **told)
    with eve.here():
        entries = Ledger().entries()
    digest = next(iter(results_in(entries)))
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_check_anchor", lambda self, entries: 0)
        with anna.here():
            approve(cameo, digest, True, Ledger())
            assert settle(digest, {cameo.header.id: cameo.header.owner.signing}, Ledger()) is None
    assert bait.read_bytes() == b"precious"
