"""What verification says of the consents that a file names."""

from hibari.nodes.inspection import inspect
from hibari.nodes.inspection_page import as_html
from hibari.nodes.inspection_report import as_text
from hibari.trust.cameo.granting import import_file, revoke

from ..trust.cameo.acts import give
from ..trust.cameo.people import Person
from .cameo_graphs import Studio, cameo_graph


def saved(studio):
    assert studio.run(cameo_graph()).failure is None
    return studio.output / studio.files[0]


def test_a_consent_stands_until_it_is_taken_back(anna, ben, cameo, checkpoint):
    give(anna, ben, cameo)
    path = saved(Studio(ben, checkpoint))
    with ben.here():
        assert "Consent of Anna: stands." in as_text(inspect(path))
    with anna.here():
        stop = revoke(cameo, []).write(anna.home / "list.revocations")
    with ben.here():
        import_file(stop)
        found = inspect(path)
        assert "Consent of Anna: was taken back since." in as_text(found)
        assert "consent of Anna</th><td>was taken back since" in as_html(found)
        assert found.verdict == "valid"


def test_a_stranger_does_not_know_the_consent(anna, ben, cameo, checkpoint, tmp_path):
    give(anna, ben, cameo)
    path = saved(Studio(ben, checkpoint))
    with Person("carol", tmp_path).here():
        assert "Consent of Anna: is not known here." in as_text(inspect(path))


def test_the_owner_needs_no_consent(anna, cameo, checkpoint):
    path = saved(Studio(anna, checkpoint))
    with anna.here():
        assert "Consent of Anna: is its owner's, who made this." in as_text(inspect(path))
