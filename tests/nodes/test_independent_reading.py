"""A saved video holds for readers that are not ours: the specification alone, and the bare SDK."""

import c2pa
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from .plain_c2pa import Plain, boxes, cbor
from .test_label import output, save  # noqa: F401 - output is a fixture

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


@pytest.fixture
def saved(output):  # noqa: F811
    return output / save().args[1][0].rsplit("/", 1)[-1]


@pytest.fixture
def root(saved, own_home):
    """Our root certificate, as a user would hand it to another program (PEM)."""
    return (own_home / "credentials" / "own" / "root.pem").read_bytes()


def changed(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    return Plain(path)


def test_a_saved_video_holds_by_the_specification_alone(saved, root):
    plain = Plain(saved)
    plain.check_signature()
    assert plain.wrong_assertions() == []
    assert plain.media_matches()
    leaf, issuing = plain.certificates()
    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(x509.load_pem_x509_certificate(root))
    first = cbor(plain.assertion("c2pa.actions.v2"))["actions"][0]
    assert first["action"] == "c2pa.created"
    assert first["digitalSourceType"] == COMPOSITE  # no model made these pictures


def test_a_change_breaks_what_it_touches_and_nothing_else(saved):
    content, plain = saved.read_bytes(), Plain(saved)
    media = next(start for kind, _, start, _ in boxes(content) if kind == "mdat")
    assert not changed(saved, media + 20).media_matches()
    saved.write_bytes(content)
    touched = changed(saved, content.index(plain.assertion("c2pa.actions.v2")) + 30)
    assert touched.wrong_assertions() == ["c2pa.assertions/c2pa.actions.v2"]
    touched.check_signature()
    saved.write_bytes(content)
    touched = changed(saved, content.index(plain.claim_bytes) + 40)  # within the instance's name
    with pytest.raises(InvalidSignature):
        touched.check_signature()


def test_the_sdk_by_itself_agrees(saved, root):
    anchored = {"trust": {"user_anchors": root.decode()}}
    for settings, state in ((anchored, "Trusted"), ({}, "Valid")):
        with c2pa.Context.from_dict(settings) as context, saved.open("rb") as stream:
            reader = c2pa.Reader("video/mp4", stream, context=context)
            assert reader.get_validation_state() == state
