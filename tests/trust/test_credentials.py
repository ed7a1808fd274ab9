"""Signed files hold until a byte of them changes, and their lineage is read to its roots."""

import json
import random
import stat
import time

import av
import pytest
from hibari.trust.credentials import certificates
from hibari.trust.credentials import signer as signing
from hibari.trust.credentials.certificates import signing_identity
from hibari.trust.credentials.contribution import Contribution
from hibari.trust.credentials.settings import CredentialSettings, ManifestSettings, load_settings
from hibari.trust.credentials.verify import read_credentials, read_store

from .signed_files import MADE, make_any, make_video, sign


@pytest.fixture
def signed(own_home, tmp_path):
    source = make_video(tmp_path / "plain.mp4")
    sign(source, tmp_path / "signed.mp4")
    return tmp_path / "signed.mp4"


def flip(path, position, target):
    content = bytearray(path.read_bytes())
    content[position] ^= 1 << (position % 8)
    target.write_bytes(content)
    return target


def test_a_signed_file_tells_its_story_and_still_plays(signed):
    found = read_credentials(signed)
    assert found.state == "trusted"
    assert found.problems == ()
    assert found.signer["self_made"]
    assert found.generation["models"] == [MADE[0].details]
    assert found.actions[0]["action"] == "c2pa.created"
    assert found.actions[0]["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert found.training["entries"]["cawg.ai_generative_training"] == {"use": "notAllowed"}
    with av.open(str(signed)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 9


def test_the_prompt_is_told_by_hash_unless_its_author_chose_the_text(own_home, tmp_path):
    source, target = make_video(tmp_path / "a.mp4"), tmp_path / "b.mp4"
    for choice, keys in (("hash", {"sha256"}), ("text", {"sha256", "text"}), ("none", set())):
        sign(source, target, settings=CredentialSettings(manifest=ManifestSettings(prompt=choice)))
        assert set(read_credentials(target).generation["prompts"][0]) == keys
        assert (b"a red ball falls" in target.read_bytes()) == (choice == "text")


@pytest.mark.parametrize("suffix", [".mp4", ".wav", ".png", ".flac"])
def test_each_type_can_be_signed_in_place(own_home, tmp_path, suffix):
    path = make_any(tmp_path / f"file{suffix}")
    assert read_credentials(path).state == "none"
    sign(path, path)
    assert read_credentials(path).state == "trusted"
    assert [one.name for one in tmp_path.glob("*.*")] == [path.name]


def test_any_changed_byte_of_manifest_or_media_is_found(signed, tmp_path):
    content = signed.read_bytes()
    start = content.index(b"uuid") - 4
    end = len(content)
    manifest_end = start + int.from_bytes(content[start : start + 4], "big")
    rng = random.Random(7)
    positions = [rng.randrange(start, manifest_end) for _ in range(60)]
    positions += [rng.randrange(content.index(b"mdat") + 4, end) for _ in range(60)]
    for position in positions:
        changed = flip(signed, position, tmp_path / "changed.mp4")
        assert read_credentials(changed).state in ("tampered", "unreadable"), position


@pytest.mark.slow
def test_any_of_500_random_changes_is_found(signed, tmp_path):
    content = signed.read_bytes()
    rng = random.Random(8)
    start = content.index(b"uuid") - 4
    for position in (rng.randrange(start, len(content)) for _ in range(500)):
        changed = flip(signed, position, tmp_path / "changed.mp4")
        assert read_credentials(changed).state in ("tampered", "unreadable"), position


def test_a_remux_loses_the_credentials_and_a_kept_store_does_not_match_it(signed, tmp_path):
    store = read_store_of(signed)
    remuxed = tmp_path / "remuxed.mp4"
    with av.open(str(signed)) as source, av.open(str(remuxed), "w") as target:
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    assert read_credentials(remuxed).state == "none"
    assert read_credentials(remuxed, store).state == "tampered"
    assert read_store(store).generation["models"] == [MADE[0].details]


def read_store_of(path):
    from hibari.trust.credentials.store import embedded_store

    return embedded_store(path, "video/mp4")[0]


def test_a_strangers_certificate_is_valid_but_not_trusted(signed, tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "stranger"))
    assert read_credentials(signed).state == "valid"
    assert read_credentials(signed).signer["trusted"] is False


def test_lineage_is_a_tree_with_its_roots(signed, own_home, tmp_path):
    picture = make_any(tmp_path / "photo.png")
    remix = make_video(tmp_path / "remix.mp4", seed=2)
    parts = [
        Contribution("parent", {"path": str(signed)}),
        Contribution("input", {"path": str(picture), "media": "image", "attestation": "it is me"}),
    ]
    sign(remix, tmp_path / "out.mp4", parts)
    found = read_credentials(tmp_path / "out.mp4")
    assert found.state == "trusted"
    parent, photo = found.lineage.ingredients
    assert (parent.relationship, parent.state) == ("parentOf", "trusted")
    assert (photo.relationship, photo.state) == ("inputTo", "none")
    assert [one["action"] for one in found.actions] == ["c2pa.opened", "c2pa.edited"]
    assert found.generation["inputs"][0]["attestation"] == "it is me"
    assert str(tmp_path) not in json.dumps(found.generation)


def test_a_changed_parent_is_refused_and_found_where_another_tool_took_it(
    signed, own_home, tmp_path, monkeypatch
):
    changed = flip(signed, signed.read_bytes().index(b"mdat") + 99, tmp_path / "changed.mp4")
    remix = make_video(tmp_path / "remix.mp4", seed=2)
    parts = [Contribution("parent", {"path": str(changed)})]
    with pytest.raises(ValueError, match=r"changed\.mp4 was changed after it was signed"):
        sign(remix, tmp_path / "out.mp4", parts)
    assert not (tmp_path / "out.mp4").exists()
    monkeypatch.setattr(signing, "refuse_changed", lambda path: None)
    sign(remix, tmp_path / "out.mp4", parts)
    found = read_credentials(tmp_path / "out.mp4")
    assert found.state == "tampered"
    assert found.problems[0].where == "changed.mp4"


def test_keys_are_private_and_never_printed(own_home, tmp_path):
    identity = signing_identity()
    key = own_home / "credentials" / "own" / "leaf.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "PRIVATE" not in repr(identity)
    assert signing_identity().chain_pem == identity.chain_pem


def test_the_users_certificate_takes_the_place_of_ours(signed, own_home, tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "authority"))
    signing_identity()
    made = tmp_path / "authority" / "credentials" / "own"
    monkeypatch.setenv("HIBARI_HOME", str(own_home))
    (own_home / "credentials.toml").write_text(
        f'[signing]\ncertificate = "{made}/chain.pem"\nprivate_key = "{made}/leaf.key"\n'
        f'[trust]\nanchors = ["{made}/root.pem"]\n'
    )
    identity = signing_identity()
    assert not identity.is_self_made
    sign(make_video(tmp_path / "mine.mp4"), tmp_path / "mine.mp4")
    assert read_credentials(tmp_path / "mine.mp4").state == "trusted"
    (made / "leaf.key").chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        signing_identity()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("creator = ", "no valid TOML"),
        ("creater = 'x'", "creater is unknown; known are creator"),
        ("[manifest]\nprompt = 'all'", "prompt = 'all' is not allowed; use hash, text, none"),
        ("[signing]\ncertificate = 'no.pem'", "which is no file"),
        ("manifest = 3", "must be a section"),
    ],
)
def test_mistakes_in_the_settings_are_named(own_home, tmp_path, text, message):
    file = tmp_path / "credentials.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_settings(file)


def test_files_that_cannot_be_signed_say_which_can(own_home, tmp_path):
    (tmp_path / "note.txt").write_text("hello hello hello")
    with pytest.raises(ValueError, match=r"cannot be signed. Use .*\.mp4"):
        sign(tmp_path / "note.txt", tmp_path / "out.txt")
    assert read_credentials(tmp_path / "note.txt").state == "none"


@pytest.mark.slow
def test_a_certificate_that_expired_does_not_void_what_the_ledger_witnessed(
    own_home, tmp_path, monkeypatch
):
    from hibari.nodes.inspection import inspect
    from hibari.nodes.signed_copy import sign_copy

    valid_s = 12
    monkeypatch.setattr(certificates, "_LEAF_YEARS", valid_s / (365 * 24 * 3600))
    sign_copy(make_any(tmp_path / "a.png"), tmp_path / "b.png")
    time.sleep(valid_s + 1)
    assert read_credentials(tmp_path / "b.png").state == "expired"
    assert inspect(tmp_path / "b.png").verdict == "valid"
    flipped = flip(tmp_path / "b.png", 60, tmp_path / "c.png")
    assert read_credentials(flipped).state in ("tampered", "unreadable")


def test_the_certificate_lives_as_long_as_the_work_should(own_home):
    import datetime

    from cryptography import x509

    leaf = x509.load_pem_x509_certificate(signing_identity().chain_pem.encode())
    now = datetime.datetime.now(datetime.UTC)
    assert leaf.not_valid_after_utc - now > datetime.timedelta(days=29 * 365)
