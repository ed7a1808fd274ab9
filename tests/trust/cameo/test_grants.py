"""Who may use a cameo: the owner, and those with a grant that holds."""

import json

import pytest
from hibari.trust.cameo.authority import check_now
from hibari.trust.cameo.container import CameoError
from hibari.trust.cameo.document import Grant, parse_document, read_document
from hibari.trust.cameo.granting import (
    grant_cameo,
    import_file,
    revocation_list,
    revoke,
)
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.rules import Rules
from hibari.trust.identity import SignatureError

from .acts import DAY, give
from .people import make_cameo


def test_the_owner_needs_no_grant(anna, cameo):
    with anna.here():
        assert check_now(cameo, Ledger()).grant is None


def test_a_file_without_a_grant_is_useless(ben, cameo):
    with ben.here():
        bundle = import_file(cameo.path)
        with pytest.raises(CameoError, match=r"granted it to nobody here.*Ask its owner"):
            check_now(bundle, Ledger())


@pytest.mark.parametrize("grantee", [None, "anyone"])
def test_a_grant_opens_the_cameo_for_its_grantee(anna, ben, cameo, grantee):
    grant = give(anna, ben, cameo, grantee)
    with ben.here():
        permission = check_now(load_cameo("Anna"), Ledger())
        key = permission.grant.content_key(Ledger().identity)
    assert permission.grant_id == grant.id
    assert cameo.read_parts(key)["views"].shape == (2, 64, 64, 3)


def test_a_grant_ends_by_itself(anna, ben, clock, cameo):
    give(anna, ben, cameo, days=2)
    with ben.here():
        check_now(load_cameo("Anna"), Ledger())
        clock.now += 2 * DAY
        with pytest.raises(CameoError, match="the grant ended on"):
            check_now(load_cameo("Anna"), Ledger())


def test_revoking_works_at_once_on_the_same_ledger(anna, cameo):
    with anna.here():
        grant_cameo(cameo, "anyone")
        first = grant_cameo(cameo, "anyone")
        revoke(cameo, [first.id[:8]])
        entries = Ledger().entries()
        from hibari.trust.cameo.authority import is_revoked

        assert is_revoked(first, entries)
        revoke(cameo, [])
        assert all(
            is_revoked(parse_document(json.dumps(e.body["document"])), Ledger().entries())
            for e in entries
            if e.kind == "grant"
        )


def test_a_revocation_list_carries_it_to_other_computers(anna, ben, cameo):
    give(anna, ben, cameo)
    with anna.here():
        revoke(cameo, [])
        path = revocation_list(Ledger()).write(anna.home / "my.revocations")
    with ben.here():
        check_now(load_cameo("Anna"), Ledger())
        import_file(path)
        import_file(path)
        with pytest.raises(CameoError, match="took the grant back"):
            check_now(load_cameo("Anna"), Ledger())


def test_a_new_grant_holds_after_everything_was_revoked(anna, ben, clock, cameo):
    give(anna, ben, cameo)
    with anna.here():
        revoke(cameo, [])
        path = revocation_list(Ledger()).write(anna.home / "my.revocations")
    clock.now += 10
    give(anna, ben, cameo)
    with ben.here():
        import_file(path)
        assert check_now(load_cameo("Anna"), Ledger()).grant is not None


def test_a_later_list_about_another_cameo_leaves_a_new_grant_alone(anna, ben, clock, cameo):
    old = give(anna, ben, cameo)
    with anna.here():
        other = make_cameo("Rex", kind="animal")
        revoke(cameo, [])
    clock.now += 10
    give(anna, ben, cameo)
    clock.now += 10
    with anna.here():
        revoke(other, [])
        listed = revocation_list(Ledger())
        path = listed.write(anna.home / "my.revocations")
    assert (listed.cameos, listed.grants) == ((other.header.id,), (old.id,))
    with ben.here():
        import_file(path)
        assert check_now(load_cameo("Anna"), Ledger()).grant_id != old.id


@pytest.mark.parametrize("days", [0, -1, 400, float("nan")])
def test_days_out_of_range_are_refused(anna, cameo, days):
    with anna.here(), pytest.raises(CameoError, match=r"days are not in 0\.\.366"):
        grant_cameo(cameo, "anyone", days=days)


@pytest.mark.parametrize("grantee", ["", "ben", "hibari-key-", "hibari-key-AAAA"])
def test_only_whole_key_cards_are_grantees(anna, cameo, grantee):
    with anna.here(), pytest.raises(ValueError, match="no key card"):
        grant_cameo(cameo, grantee)


def test_a_card_with_somebody_elses_exchange_key_is_refused(anna, ben, eve, cameo):
    import base64

    from hibari.trust.identity import CARD_PREFIX, parse_card

    bens, eves = (
        base64.urlsafe_b64decode(card.removeprefix(CARD_PREFIX) + "==")
        for card in (ben.card, eve.card)
    )
    forged = CARD_PREFIX + base64.urlsafe_b64encode(bens[:32] + eves[32:]).decode().rstrip("=")
    with pytest.raises(SignatureError):
        parse_card(forged)


def test_minors_are_never_granted_to_anyone_and_get_the_strict_profile(anna, ben):
    with anna.here():
        child = make_cameo("Kim", minor=True)
        with pytest.raises(CameoError, match="cameo of a minor"):
            grant_cameo(child, "anyone")
        grant = grant_cameo(child, ben.card)
    assert grant.rules.approval
    assert not grant.rules.remix
    assert {"sexual", "violence", "political"} <= grant.rules.deny


def test_rules_of_file_and_grant_add_up_and_the_stricter_wins(anna, ben):
    with anna.here():
        cameo = make_cameo(rules=Rules(deny=frozenset({"political"}), max_uses=5))
        wider = Rules(max_uses=9, restrictions=("never as a villain",))
        grant = grant_cameo(cameo, ben.card, wider)
    assert grant.rules.max_uses == 5
    assert {"political", "sexual"} <= grant.rules.deny
    assert grant.rules.restrictions == ("never as a villain",)


def test_documents_that_were_edited_are_refused(anna, ben, cameo, tmp_path):
    grant = give(anna, ben, cameo, rules=Rules(max_uses=1))
    told = grant.to_json()
    edits = [
        {"expires": told["expires"] + DAY},
        {"grantee": "anyone"},
        {"rules": told["rules"] | {"max_uses": None}},
        {"rules": told["rules"] | {"deny": []}},
        {"name": "Ben"},
        {"signature": told["signature"][::-1]},
    ]
    for edit in edits:
        path = tmp_path / "edited.grant"
        path.write_text(json.dumps(told | edit))
        with ben.here(), pytest.raises(CameoError, match=r"edited\.grant is not taken"):
            import_file(path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind":"grant"}', '{"format":1,"kind":"grant"}', "[" * 9999]
)
def test_files_that_are_no_documents_are_refused(tmp_path, text):
    path = tmp_path / "x.grant"
    path.write_text(text)
    with pytest.raises(CameoError):
        read_document(path)


def test_a_document_says_nothing_beyond_its_signature(anna, cameo, tmp_path):
    with anna.here():
        grant = grant_cameo(cameo, "anyone")
    (tmp_path / "x").write_text(json.dumps(grant.to_json() | {"note": "remix: yes"}))
    with pytest.raises(CameoError, match="more than its signature covers"):
        read_document(tmp_path / "x")
    (tmp_path / "x").write_text(json.dumps(grant.to_json()))
    assert isinstance(read_document(tmp_path / "x"), Grant)
