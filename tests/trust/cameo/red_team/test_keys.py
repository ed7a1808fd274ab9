"""Somebody else's keys: Eve wants Anna's likeness without a grant."""

import json
from dataclasses import replace

import pytest
from hibari.trust.cameo.authority import check_now
from hibari.trust.cameo.bundle import build_bundle
from hibari.trust.cameo.container import parse_container, write_container
from hibari.trust.cameo.document import issue_grant
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import library_folder, load_cameo
from hibari.trust.cameo.rules import Rules
from hibari.trust.identity import canonical_json, current_identity

from ..acts import give, month, refused
from ..people import parts_of

pytestmark = pytest.mark.slow


def test_eve_opens_the_owners_sealed_key_with_hers(anna, eve, cameo):
    with eve.here(), refused("belongs to somebody else"):
        cameo.open_as_owner(current_identity())


def test_eve_claims_to_be_the_owner_with_her_own_exchange_key(eve, cameo):
    with eve.here():
        me = current_identity()
        stolen = replace(cameo, header=replace(cameo.header, owner=me.public))
        with refused("does not open with this key"):
            stolen.open_as_owner(me)


def test_eve_uses_the_grant_that_ben_was_given(anna, ben, eve, cameo):
    grant = give(anna, ben, cameo)
    with eve.here():
        import_file(cameo.path)
        import_file(grant.write(eve.home / "ben.grant"))
        with refused("given to another key"):
            check_now(load_cameo("Anna"), Ledger())
        with refused("does not open"):
            grant.content_key(current_identity())


def test_eve_signs_a_grant_in_annas_name(anna, eve, cameo):
    with eve.here():
        me = current_identity()
        forged = issue_grant(
            replace(cameo.header, owner=me.public), b"k" * 32, me.public, Rules(), *month(), me
        )
        forged = replace(forged, owner=cameo.header.owner.signing)
        with refused("is not taken"):
            import_file(forged.write(eve.home / "forged.grant"))


def test_eve_grants_annas_cameo_as_if_it_were_hers(anna, eve, cameo):
    with eve.here():
        me = current_identity()
        hers = replace(cameo.header, owner=me.public)
        forged = issue_grant(hers, b"k" * 32, me.public, Rules(), *month(), me)
        import_file(cameo.path)
        import_file(forged.write(eve.home / "forged.grant"))
        with refused("belongs to another owner"):
            check_now(load_cameo("Anna"), Ledger())


def test_eve_writes_a_forged_grant_straight_into_her_ledger(anna, ben, eve, cameo):
    grant = give(anna, ben, cameo)
    with eve.here():
        import_file(cameo.path)
        mine = replace(grant, grantee=current_identity().public.signing)
        Ledger().note("grant", document=mine.to_json())
        with refused("not signed by the owner"):
            check_now(load_cameo("Anna"), Ledger())


def test_eve_signs_the_file_again_as_her_own(anna, eve, cameo):
    with eve.here():
        tensors, metadata = parse_container(cameo.path.read_bytes())
        me = current_identity()
        told = json.loads(metadata["hibari_cameo"])
        told |= {"owner": me.public.signing, "owner_exchange": me.public.exchange}
        metadata = {
            "hibari_cameo": canonical_json(told).decode(),
            "signature": me.sign("cameo", told),
        }
        path = library_folder() / "Anna.cameo"
        path.write_bytes(write_container(tensors, metadata))
        with refused("does not open"):
            load_cameo("Anna").open_as_owner(me)


def test_eve_overwrites_a_friends_cameo_by_one_of_the_same_id(anna, ben, eve, cameo):
    with ben.here():
        import_file(cameo.path)
    with eve.here():
        me = current_identity()
        content = build_bundle(replace(cameo.header, owner=me.public), parts_of(), me)
        forged = eve.home / "Anna.cameo"
        forged.write_bytes(content)
    with ben.here(), refused("is taken, or looks like Anna"):
        import_file(forged)


def test_a_secret_key_that_others_may_read_is_not_used(anna, cameo):
    (anna.home / "identity.json").chmod(0o644)
    with anna.here(), refused("can be read by other users"):
        current_identity()
