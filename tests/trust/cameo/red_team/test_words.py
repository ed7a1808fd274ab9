"""Rules and words: scenes that the owner does not allow."""

import json
import time

import pytest
import torch
from hibari.trust.cameo.bundle import Header, read_bundle
from hibari.trust.cameo.container import parse_container, write_container
from hibari.trust.cameo.contexts import standing_description
from hibari.trust.cameo.document import Grant
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.prompt import PROMPT, replace_mentions
from hibari.trust.cameo.rules import Rules
from hibari.trust.cameo.use import begin_use
from hibari.trust.identity import canonical_json, current_identity

from ..acts import DAY, entry, give, refused, use
from ..people import make_cameo

pytestmark = pytest.mark.slow


def rewritten(path, change):
    """The cameo file with its signed header changed, signature and parts as they were."""
    tensors, metadata = parse_container(path.read_bytes())
    told = change(json.loads(metadata["hibari_cameo"]))
    metadata = metadata | {"hibari_cameo": canonical_json(told).decode()}
    path.write_bytes(write_container(tensors, metadata))
    return path


@pytest.mark.parametrize(
    "change",
    [
        {"rules": Rules().to_json()},
        {"minor": False},
        {"level": "verified"},
        {"kind": "object"},
        {"description": "anybody at all"},
        {"name": "Bernadette"},
    ],
)
def test_the_rules_in_the_file_are_edited(anna, change):
    with anna.here():
        child = make_cameo("Kim", minor=True, rules=Rules(deny=frozenset({"political"})))
        with refused("was changed, or somebody else signed it"):
            read_bundle(rewritten(child.path, lambda told: told | change))


def test_a_grant_widens_what_the_file_allows(anna, ben):
    with anna.here():
        cameo = make_cameo(rules=Rules(deny=frozenset({"violence"}), max_uses=1))
    give(anna, ben, cameo, rules=Rules(max_uses=1000))
    with ben.here():
        bundle = load_cameo("Anna")
        with refused("about violence"):
            use(bundle, "she is stabbed and bleeds, blood everywhere")
        use(bundle)
        with refused("all 1 uses"):
            use(bundle)


def test_the_owner_signs_away_what_nobody_can(anna, ben):
    with anna.here():
        child = make_cameo("Kim", minor=True)
        key = child.open_as_owner(current_identity())
        lax = Grant(
            owner=child.header.owner.signing,
            issued=int(time.time()),
            signature="",
            id="0" * 32,
            cameo=child.header.id,
            name="Kim",
            header_sha256=child.header.sha256,
            level="attested",
            grantee="anyone",
            expires=int(time.time()) + DAY,
            rules=Rules(),
            key=key.hex(),
        ).signed_by(current_identity())
        path = lax.write(anna.home / "lax.grant")
    with ben.here():
        import_file(child.path)
        import_file(path)
        with refused("minor cannot be granted to anyone"):
            use(load_cameo("Kim"))


@pytest.mark.parametrize(
    "text",
    [
        "she is completely nude, having sex",
        "she is c o m p l e t e l y  n u d e, having s e x",
        "ѕhе іѕ cоmрlеtеlу nudе, hаvіng ѕех",
        "sh3 is c0mpl3tely nud3, having s3x",
        "ＳＨＥ ＩＳ ＮＵＤＥ ＡＮＤ ＨＡＶＩＮＧ ＳＥＸ",
    ],
)
def test_sexual_words_in_disguise_even_by_the_owner(anna, cameo, text):
    with anna.here(), refused("about sexual"):
        use(cameo, text)


def test_a_prompt_without_its_words(anna, cameo):
    with anna.here(), refused("encode prompts with Hibari Text Encode"):
        begin_use([cameo], [(torch.zeros(1, 2, 4), {})])


def test_a_harmless_record_beside_another_context(anna, cameo):
    harmless = entry("a walk on the beach")
    other = entry("something else entirely, of another length")
    with anna.here(), refused("mixed or changed"):
        begin_use([cameo], [(other[0], harmless[1])])


def test_a_second_prompt_combined_with_the_harmless_one(anna, cameo):
    with anna.here(), refused("about sexual"):
        begin_use([cameo], [entry("a walk on the beach"), entry("hardcore porn, nude")])


def test_a_record_that_is_no_record(anna, cameo):
    class Liar(str):
        text = "a walk on the beach"

    context = torch.zeros(1, 2, 4)
    with anna.here(), refused("Hibari Text Encode"):
        begin_use([cameo], [(context, {PROMPT: Liar("x")})])


def test_a_description_that_mentions_another_cameo(anna):
    with anna.here(), refused("would mention another cameo"):
        header = make_cameo("Anna").header
        Header(**{**vars(header), "description": "a man, and @ben beside him"})


def test_a_restriction_that_smuggles_a_mention(anna):
    with refused("without @"):
        Rules(restrictions=("always with @ben",))
    told = standing_description("a man", Rules(restrictions=("always with a hat",)))
    assert replace_mentions("@anna", {"anna": told}) == "a man, always with a hat"


def test_words_that_never_belong_to_this_owner(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(restrictions=("never as a villain or a thief",)))
    with ben.here(), refused("never as a villain"):
        use(load_cameo("Anna"), "@anna the THIEF runs away")
