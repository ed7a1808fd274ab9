"""Time: grants that ended or have not begun, and clocks that are set."""

from dataclasses import replace

import pytest
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.identity import current_identity

from ..acts import DAY, give, refused, use

pytestmark = pytest.mark.slow


def test_an_expired_grant(anna, ben, clock, cameo):
    give(anna, ben, cameo, days=1)
    clock.now += DAY
    with ben.here(), refused("the grant ended on"):
        use(load_cameo("Anna"))


def test_an_expired_grant_with_its_date_edited_in_the_ledger(anna, ben, clock, cameo):
    grant = give(anna, ben, cameo, days=1)
    clock.now += DAY
    with ben.here():
        later = replace(grant, expires=grant.expires + 99 * DAY)
        Ledger().note("grant", document=later.to_json())
        with refused("may not be used"):
            use(load_cameo("Anna"))


def test_the_clock_set_back_after_the_end(anna, ben, clock, cameo):
    give(anna, ben, cameo, days=1)
    clock.now += 2 * DAY
    with ben.here():
        with refused("the grant ended on"):
            use(load_cameo("Anna"))
        clock.now -= 2 * DAY
        with refused("clock is before the last entry"):
            use(load_cameo("Anna"))


def test_the_clock_set_back_before_the_grant(anna, ben, clock, cameo):
    give(anna, ben, cameo)
    clock.now -= 30 * DAY
    with ben.here(), refused("clock is before"):
        use(load_cameo("Anna"))


def test_a_grant_for_later_used_now(anna, ben, clock, cameo):
    clock.now += 10 * DAY
    grant = give(anna, anna, cameo)
    clock.now -= 10 * DAY
    with ben.here():
        import_file(cameo.path)
        later = replace(grant, grantee=current_identity().public.signing)
        with anna.here():
            signed = later.signed_by(current_identity())
        import_file(signed.write(ben.home / "later.grant"))
        with refused("the grant begins on"):
            use(load_cameo("Anna"))
