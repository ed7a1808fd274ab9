"""What people do with cameos in tests: give them, use them, be refused."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
import torch
from hibari.trust.cameo.container import CameoError
from hibari.trust.cameo.granting import grant_cameo, import_file
from hibari.trust.cameo.prompt import PROMPT, PromptRecord, context_digest
from hibari.trust.cameo.use import begin_use

DAY = 86_400


def give(anna, ben, cameo, grantee=None, rules=None, days=30.0):
    """Anna grants, Ben imports cameo and grant; returns the grant."""
    with anna.here():
        grant = grant_cameo(cameo, grantee or ben.card, rules, days)
        path = grant.write(anna.home / "for-ben.grant")
    with ben.here():
        import_file(cameo.path)
        import_file(path)
    return grant


def entry(text):
    """A conditioning entry whose words are known."""
    context = torch.full((1, 2, 4), float(len(text)))
    return context, {PROMPT: PromptRecord(text, context_digest(context))}


def use(cameo, text="a walk on the beach"):
    """One use of a cameo by whoever is here."""
    return begin_use([cameo], [entry(text)])


def outcomes_of_uses_at_once(cameo, count):
    """How many of ``count`` uses that begin together were "used", and how many "refused"."""
    outcomes = []

    def attempt():
        try:
            use(cameo)
            outcomes.append("used")
        except CameoError:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def refused(reason):
    """A context in which something is refused for this reason."""
    return pytest.raises(ValueError, match=reason)


def month():
    """(end, begin) of a grant that begins now."""
    now = int(time.time())
    return now + 30 * DAY, now
