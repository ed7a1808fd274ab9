"""The way in: challenges of others, grants without an end."""

import pytest
from hibari.trust.cameo.challenge import issue_challenge, open_challenge
from hibari.trust.cameo.granting import grant_cameo

from ..acts import refused

pytestmark = pytest.mark.slow


def test_the_challenge_of_somebody_else_or_of_yesterday(anna, clock):
    with anna.here():
        challenge = issue_challenge("Anna", now=1000)
        with refused("no challenge is open for Ben"):
            open_challenge("Ben", now=1001)
        with refused("older than the challenge"):
            open_challenge("Anna", recorded=500, now=1100)
        with refused("older than ten minutes"):
            open_challenge("Anna", now=1000 + 601)
        with refused("no challenge is open"):
            open_challenge("Anna", now=1001)
    assert len(challenge.sentence.split()) == 6


def test_a_grant_with_an_open_end(anna, cameo):
    with anna.here():
        for days in (0, 367, 10**9, float("inf")):
            with refused("days are not in"):
                grant_cameo(cameo, "anyone", days=days)
