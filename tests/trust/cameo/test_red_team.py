"""Ways around consent, tried one by one: each test is an attack, and none may succeed.

Eve wants Anna's likeness without a grant; Ben has one and wants more than it gives. Attacks on
whole graphs are in ``tests/nodes/test_cameo_attacks.py``.
"""

import json
import os
import pickle
import shutil
import struct
import threading
import time
import zipfile
from dataclasses import replace

import pytest
import torch
from hibari.model.sampling.references import REFERENCES, begin
from hibari.trust.cameo.authority import check_now
from hibari.trust.cameo.bundle import Header, build_bundle, read_bundle
from hibari.trust.cameo.challenge import issue_challenge, open_challenge
from hibari.trust.cameo.container import CameoError, parse_container, write_container
from hibari.trust.cameo.contexts import standing_description
from hibari.trust.cameo.document import Approval, Grant, RevocationList, issue_grant
from hibari.trust.cameo.granting import grant_cameo, import_file, revocation_list, revoke
from hibari.trust.cameo.ledger import ANCHOR_NAME, Ledger
from hibari.trust.cameo.library import library_folder, load_cameo
from hibari.trust.cameo.prompt import PROMPT, replace_mentions
from hibari.trust.cameo.reference import CameoReference, CameoReferences, SealedArray
from hibari.trust.cameo.result import approve, file_sha256, results_in, settle
from hibari.trust.cameo.rules import Rules
from hibari.trust.cameo.use import begin_use
from hibari.trust.home import DATABASE_NAME
from hibari.trust.identity import canonical_json, current_identity

from .people import make_cameo, parts_of
from .test_grants import DAY, give
from .test_use import entry, use

pytestmark = pytest.mark.slow


def refused(reason):
    return pytest.raises(ValueError, match=reason)


def rewritten(path, change):
    """The cameo file with its signed header changed, signature and parts as they were."""
    tensors, metadata = parse_container(path.read_bytes())
    told = change(json.loads(metadata["hibari_cameo"]))
    metadata = metadata | {"hibari_cameo": canonical_json(told).decode()}
    path.write_bytes(write_container(tensors, metadata))
    return path


# Somebody else's keys


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
            replace(cameo.header, owner=me.public), b"k" * 32, me.public, Rules(), *window(), me
        )
        forged = replace(forged, owner=cameo.header.owner.signing)
        with refused("is not taken"):
            import_file(forged.write(eve.home / "forged.grant"))


def test_eve_grants_annas_cameo_as_if_it_were_hers(anna, eve, cameo):
    with eve.here():
        me = current_identity()
        hers = replace(cameo.header, owner=me.public)
        forged = issue_grant(hers, b"k" * 32, me.public, Rules(), *window(), me)
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


# Time


def window(days=30):
    now = int(time.time())
    return now + days * DAY, now


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


# Counts and the ledger


@pytest.fixture
def spent(anna, ben, cameo):
    """Ben's ledger with the only use of his grant spent; returns the grant."""
    grant = give(anna, ben, cameo, rules=Rules(max_uses=1))
    with ben.here():
        use(load_cameo("Anna"))
    return grant


def assert_still_spent(ben, reason="all 1 uses"):
    with ben.here(), refused(reason):
        use(load_cameo("Anna"))


def test_a_spent_grant_imported_again(ben, spent):
    with ben.here():
        import_file(spent.write(ben.home / "again.grant"))
    assert_still_spent(ben)


def test_the_ledger_deleted(ben, spent):
    forget_engines(ben)
    for path in ben.home.glob(f"{DATABASE_NAME}*"):
        path.unlink()
    assert_still_spent(ben, "rolled back, replaced or deleted")


def test_the_ledger_rolled_back_to_a_copy(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(max_uses=1))
    forget_engines(ben)
    copy = shutil.copytree(ben.home, ben.home.with_name("copy"))
    with ben.here():
        use(load_cameo("Anna"))
    forget_engines(ben)
    for path in ben.home.glob(f"{DATABASE_NAME}*"):
        path.unlink()
    shutil.copy(copy / DATABASE_NAME, ben.home / DATABASE_NAME)
    assert_still_spent(ben, "rolled back")


def test_ledger_and_anchor_deleted_together(ben, spent):
    forget_engines(ben)
    for path in [*ben.home.glob(f"{DATABASE_NAME}*"), ben.home / ANCHOR_NAME]:
        path.unlink()
    assert_still_spent(ben, "is gone")


def test_another_empty_database_by_configuration(ben, spent, monkeypatch):
    monkeypatch.setenv("HIBARI_DATABASE", f"sqlite:///{ben.home / 'fresh.sqlite3'}")
    assert_still_spent(ben, "rolled back, replaced")


def forget_engines(person):
    """Close the connections of a person's home, as the end of a process does."""
    from hibari.trust import home

    for address in [key for key in home._engines if str(person.home) in str(key)]:
        home._engines.pop(address).dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cameo_log WHERE kind = 'use'",
        "UPDATE cameo_log SET kind = 'note' WHERE kind = 'use'",
        "UPDATE cameo_log SET body = replace(body, 'grant', 'grand') WHERE kind = 'use'",
        "UPDATE cameo_log SET author = '00' WHERE kind = 'use'",
        "UPDATE cameo_log SET sequence = sequence + 5 WHERE kind = 'use'",
    ],
)
def test_the_use_taken_out_of_the_ledger(ben, spent, statement):
    with ben.here():
        with Ledger().engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert Ledger().audit() != []
    assert_still_spent(ben, "tampered|rolled back")


def test_an_entry_added_without_a_signature(ben, spent):
    with ben.here():
        book = Ledger()
        last = book.entries()[-1]
        book.note("note")
        with book.engine.begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE cameo_log SET signature = '{last.signature}' WHERE kind = 'note'"
            )
        (ben.home / ANCHOR_NAME).read_bytes()
        assert any("not signed by its author" in problem for problem in Ledger().audit())


def test_the_anchor_edited_to_an_earlier_entry(ben, spent):
    path = ben.home / ANCHOR_NAME
    anchor = json.loads(path.read_text())
    path.write_text(json.dumps(anchor | {"sequence": 1}))
    assert_still_spent(ben, "damaged or of another identity")


def test_many_processes_share_out_the_last_use(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(max_uses=1))
    with ben.here():
        bundle, used = load_cameo("Anna"), []

        def attempt():
            try:
                used.append(use(bundle))
            except CameoError:
                pass

        threads = [threading.Thread(target=attempt) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(used) == 1


# Rules and words


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


# Files


def test_media_of_another_cameo_in_annas_file(anna, cameo):
    with anna.here():
        other = make_cameo("Berta")
    tensors, metadata = parse_container(cameo.path.read_bytes())
    foreign, _ = parse_container(other.path.read_bytes())
    cameo.path.write_bytes(write_container(tensors | {"views": foreign["views"]}, metadata))
    with refused("not the one that its owner signed"):
        read_bundle(cameo.path)


def test_views_and_voice_exchanged_with_matching_hashes_of_her_own(anna, eve, cameo):
    key = os.urandom(32)
    tensors, metadata = parse_container(cameo.path.read_bytes())
    from hibari.trust.cameo.sealing import encrypt

    fake = encrypt(key, parts_of(1)["views"].tobytes(), f"part views of cameo {cameo.header.id}")
    cameo.path.write_bytes(write_container(tensors | {"views": fake}, metadata))
    with refused("not the one that its owner signed"):
        read_bundle(cameo.path)


def test_a_part_that_was_moved_to_another_place_does_not_open(anna, cameo):
    with anna.here():
        key = cameo.open_as_owner(current_identity())
    swapped = {"views": cameo.sealed["voice"], "voice": cameo.sealed["views"]}
    with refused("does not open with this key"):
        replace(cameo, sealed=swapped).read_parts(key)


def test_a_file_renamed_to_a_friends_name(anna, cameo):
    with anna.here():
        cameo.path.rename(cameo.path.with_name("Bernadette.cameo"))
        with refused("holds the cameo Anna; give the file its own name"):
            load_cameo("Bernadette")


@pytest.mark.parametrize(
    "name", ["../Anna", "../../etc/passwd", "/etc/passwd", "Anna\0", "..", "a\\b", "Anna.cameo"]
)
def test_a_name_that_leads_out_of_the_library(anna, cameo, name):
    with anna.here(), pytest.raises(CameoError):
        load_cameo(name)


def test_a_link_in_the_library_to_a_file_elsewhere(anna, eve, cameo):
    with eve.here():
        target = make_cameo("Berta").path
    with anna.here():
        (library_folder() / "Berta.cameo").symlink_to(target)
        with refused("there is no cameo named Berta"):
            load_cameo("Berta")


@pytest.mark.parametrize("name", ["../evil", "a/b", "con\0", "", "Аnna", "x" * 99])
def test_a_signed_header_with_a_hostile_name(eve, name):
    with eve.here(), pytest.raises(CameoError):
        make_cameo(name)


@pytest.mark.parametrize(
    ("seen", "forged"), [("Carla", "CarIa"), ("Mia", "M1a"), ("Oscar", "Оѕсаг"), ("Zoe", "Zoé")]
)
def test_a_look_alike_name(anna, ben, eve, seen, forged):
    with anna.here():
        genuine = make_cameo(seen)
    with eve.here():
        try:
            fake = make_cameo(forged)
        except CameoError:
            return  # mixed scripts are refused even earlier
    with ben.here():
        import_file(genuine.path)
        with refused("is taken, or looks like"):
            import_file(fake.path)


def test_a_ten_gigabyte_header(anna):
    with anna.here():
        path = library_folder() / "Big.cameo"
        with path.open("wb") as file:
            file.write(struct.pack("<Q", 10 * 2**30))
            file.truncate(10 * 2**30)  # a sparse file: nothing is on the disk
        start = time.process_time()
        with refused("10240 MB, a cameo at most 64"):
            load_cameo("Big")
        assert time.process_time() - start < 1


def test_a_header_that_claims_ten_gigabytes_in_a_small_file(anna):
    with anna.here():
        path = library_folder() / "Big.cameo"
        path.write_bytes(struct.pack("<Q", 10 * 2**30) + b"{}")
        with refused("claims 10737418240 bytes"):
            load_cameo("Big")


def test_a_zip_bomb(anna):
    with anna.here():
        path = library_folder() / "Bomb.cameo"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr("a", b"\0" * 50_000_000)
        with refused("no usable cameo"):
            load_cameo("Bomb")


def test_a_pickle_that_runs_code(anna, tmp_path):
    marker = tmp_path / "ran"

    class Payload:
        def __reduce__(self):
            return (os.system, (f"touch {marker}",))

    with anna.here():
        path = library_folder() / "Pickle.cameo"
        path.write_bytes(pickle.dumps(Payload()))
        with refused("no usable cameo"):
            load_cameo("Pickle")
    assert not marker.exists()


# Revocation and approval


def test_a_revocation_by_somebody_else_changes_nothing(anna, ben, eve, cameo):
    grant = give(anna, ben, cameo)
    with eve.here():
        me = current_identity()
        unsigned = RevocationList(me.public.signing, 9 * 10**9, "", (grant.id,), (cameo.header.id,))
        path = unsigned.signed_by(me).write(eve.home / "hostile.revocations")
    with ben.here():
        import_file(path)
        use(load_cameo("Anna"))


def test_an_older_revocation_list_after_a_newer_one(anna, ben, clock, cameo):
    grant = give(anna, ben, cameo)
    with anna.here():
        older = revocation_list(Ledger()).write(anna.home / "older")
        revoke(cameo, [grant.id])
        newer = revocation_list(Ledger()).write(anna.home / "newer")
    with ben.here():
        import_file(newer)
        import_file(older)
        with refused("took the grant back"):
            use(load_cameo("Anna"))


def test_the_revocation_taken_out_of_the_ledger(anna, ben, cameo):
    grant = give(anna, ben, cameo)
    with anna.here():
        revoke(cameo, [grant.id])
        path = revocation_list(Ledger()).write(anna.home / "list")
    with ben.here():
        import_file(path)
        with Ledger().engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM cameo_log WHERE kind = 'revocation'")
        with refused("rolled back|tampered"):
            use(load_cameo("Anna"))


def test_a_grant_given_out_again_under_a_revoked_id(anna, ben, cameo):
    grant = give(anna, ben, cameo)
    with anna.here():
        revoke(cameo, [grant.id])
        path = revocation_list(Ledger()).write(anna.home / "list")
        renewed = replace(grant, issued=grant.issued + 60).signed_by(current_identity())
        again = renewed.write(anna.home / "again.grant")
    with ben.here():
        import_file(path)
        import_file(again)
        with refused("took the grant back"):
            use(load_cameo("Anna"))


def drafted(ben, cameo):
    """A result of Ben's that waits for Anna; returns its digest and file."""
    with ben.here():
        path = ben.home / "draft.mp4"
        path.write_bytes(b"a video")
        digest = file_sha256(path)
        told = {"cameo": cameo.header.id, "sha256": digest, "draft": True}
        wanted = str(ben.home / "out.mp4")
        Ledger().note("result", path=str(path), wanted=wanted, **told)
    return digest, path


def test_ben_approves_his_own_draft(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(approval=True))
    digest, path = drafted(ben, cameo)
    owners = {cameo.header.id: cameo.header.owner.signing}
    with ben.here():
        with refused("only the owner of Anna can approve"):
            approve(load_cameo("Anna"), digest, True, Ledger())
        me = current_identity()
        unsigned = Approval(
            owner=me.public.signing,
            issued=1,
            signature="",
            cameo=cameo.header.id,
            result_sha256=digest,
            approved=True,
        )
        import_file(unsigned.signed_by(me).write(ben.home / "mine.approval"))
        assert settle(digest, owners, Ledger()) is None
    assert path.exists()


def test_another_video_in_place_of_the_approved_draft(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(approval=True))
    digest, path = drafted(ben, cameo)
    with anna.here():
        approval = approve(cameo, digest, True, Ledger()).write(anna.home / "yes.approval")
    owners = {cameo.header.id: cameo.header.owner.signing}
    with ben.here():
        import_file(approval)
        path.write_bytes(b"another video")
        with refused("is gone or was changed"):
            settle(digest, owners, Ledger())
        path.write_bytes(b"a video")
        assert settle(digest, owners, Ledger()) == ben.home / "out.mp4"


def test_an_approval_for_one_draft_used_for_another(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(approval=True))
    digest, _ = drafted(ben, cameo)
    with anna.here():
        yes = approve(cameo, "0" * 64, True, Ledger()).write(anna.home / "yes.approval")
    with ben.here():
        import_file(yes)
        assert settle(digest, {cameo.header.id: cameo.header.owner.signing}, Ledger()) is None


def test_a_result_in_a_shared_ledger_that_points_at_the_owners_files(anna, eve, cameo, monkeypatch):
    shared = anna.home.parent / "shared.sqlite3"
    monkeypatch.setenv("HIBARI_DATABASE", f"sqlite:///{shared}")
    (anna.home / ANCHOR_NAME).unlink(missing_ok=True)
    bait = anna.home / "precious.txt"
    bait.write_bytes(b"precious")
    with eve.here():
        told = {"cameo": cameo.header.id, "sha256": file_sha256(bait), "draft": True}
        Ledger().note("result", path=str(bait), wanted="/tmp/taken", **told)
    with eve.here():
        entries = Ledger().entries()
    digest = next(iter(results_in(entries)))
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_check_anchor", lambda self, entries: 0)
        with anna.here():
            approve(cameo, digest, True, Ledger())
            assert settle(digest, {cameo.header.id: cameo.header.owner.signing}, Ledger()) is None
    assert bait.read_bytes() == b"precious"


# The wires


def sealed(bundle):
    looks = SealedArray.of(parts_of()["views"][:, :1, :1, :1].repeat(128, axis=1))
    return CameoReferences((CameoReference(bundle, "anna", looks, None),))


def test_references_opened_for_a_run_that_may_not_be(anna, ben, cameo):
    grant = give(anna, ben, cameo)
    with ben.here():
        held = sealed(load_cameo("Anna"))
        context, options = entry("a walk on the beach")
        prompt = [(context, {**options, REFERENCES: held})]
        assert begin([prompt], [prompt])
        with anna.here():
            revoke(cameo, [grant.id])
            path = revocation_list(Ledger()).write(anna.home / "list")
        import_file(path)
        with refused("took the grant back"):
            begin([prompt], [prompt])


def test_sealed_latents_saved_and_loaded_again(cameo):
    held = sealed(cameo)
    with pytest.raises(TypeError, match="cannot be saved"):
        pickle.dumps(held)
    with pytest.raises(TypeError, match="cannot be saved"):
        torch.save([[torch.zeros(1), {REFERENCES: held}]], os.devnull)
    assert not any(isinstance(value, torch.Tensor) for value in vars(held.references[0]).values())


def test_sealed_bytes_opened_in_another_process(cameo, monkeypatch):
    from hibari.trust.cameo import reference

    one = sealed(cameo).references[0].views
    monkeypatch.setattr(reference, "_PROCESS_KEY", os.urandom(32))
    with refused("does not open"):
        one.open()


def test_foreign_references_beside_a_cameo(anna, cameo):
    class Fake:
        def begin(self, held, entries):
            return [() for _ in held]

    held = sealed(cameo)
    with anna.here(), refused("references that are no cameos"):
        held.begin([held, Fake()], [entry("a walk")])


# The way in


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


def test_a_replayed_use_entry_does_not_give_a_use_back(ben, spent):
    with ben.here():
        before = len([one for one in Ledger().entries() if one.kind == "use"])
        Ledger().note("use", cameo="0", grant="1", run="2")
        assert len([one for one in Ledger().entries() if one.kind == "use"]) == before + 1
    assert_still_spent(ben)


def test_this_file_tries_at_least_forty_ways():
    assert sum(name.startswith("test_") for name in globals()) > 40
