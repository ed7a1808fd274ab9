"""The grant block: what its widgets say is what the owner signs."""

import pytest
from hibari.trust.cameo.document import read_document
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.rules import Rules

from ..trust.cameo.acts import give, refused, use
from .cameo_graphs import Studio, node


def grant_graph(**widgets):
    """An owner grants her cameo."""
    wire = {"cameo": ["cameo", 0], "grantee": "anyone"}
    return {
        "cameo": node("HibariLoadCameo", cameo="Anna"),
        "grant": node("HibariCameoGrant", **(wire | OLD_WIDGETS | widgets)),
    }


OLD_WIDGETS = {
    "days": 3,
    "max_uses": 0,
    "deny": "",
    "restrictions": "",
    "remix": True,
    "approval": False,
}
"""Graphs saved before there was an allow list set these."""


@pytest.fixture
def studio(anna, cameo, checkpoint):
    return Studio(anna, checkpoint)


def written(studio):
    """The grant that a graph wrote."""
    (path,) = studio.output.rglob("*.grant")
    return read_document(path)


def test_all_rules_of_the_block_are_signed(studio):
    rules = {
        "max_uses": 4,
        "deny": "violence, political",
        "restrictions": "always wears glasses\n\nnever as a villain",
        "remix": False,
        "approval": True,
        "allow": " alcohol,political, ",
    }
    assert studio.run(grant_graph(**rules)).failure is None
    grant = written(studio)
    assert grant.rules == Rules(
        allow=frozenset({"alcohol", "political"}),
        deny=frozenset({"violence", "political"}),
        restrictions=("always wears glasses", "never as a villain"),
        remix=False,
        approval=True,
        max_uses=4,
    ).for_subject("person", False)
    assert (grant.grantee, grant.expires - grant.issued) == ("anyone", 3 * 86_400)


def test_an_empty_allow_list_allows_all_that_is_not_denied(studio):
    assert studio.run(grant_graph()).failure is None
    assert written(studio).rules.allow is None


def test_only_allowed_contexts_are_open_to_the_grantee(studio, ben, cameo):
    assert studio.run(grant_graph(allow="alcohol")).failure is None
    (path,) = studio.output.rglob("*.grant")
    with ben.here():
        for sent in (cameo.path, path):
            import_file(sent)
        use(cameo, "she drinks a glass of wine")
        use(cameo, "a walk on the beach")
        with refused("about gambling"):
            use(cameo, "she plays poker in a casino")


@pytest.mark.parametrize("widget", ["allow", "deny"])
def test_an_unknown_context_is_named_with_those_that_there_are(studio, widget):
    refusal = studio.refusal(grant_graph(**{widget: "alcohol, everything"}))
    assert "context 'everything' is unknown; use alcohol, " in refusal
    assert not list(studio.output.rglob("*.grant"))


def test_a_grantee_cannot_grant_on(anna, ben, cameo, checkpoint):
    give(anna, ben, cameo)
    friend = Studio(ben, checkpoint)
    assert "the cameo Anna belongs to somebody else" in friend.refusal(grant_graph())
    assert not list(friend.output.rglob("*.grant"))
