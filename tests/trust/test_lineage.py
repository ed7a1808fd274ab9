"""Lineages of strangers: bounded, and read by the rules of both versions of C2PA."""

from hibari.trust.credentials.lineage import all_parts, lineage_of, worst_state

SIGNED = {"activeManifest": {"success": [{"code": "claimSignature.validated"}], "failure": []}}


def manifest(*ingredients):
    return {"title": "m", "ingredients": list(ingredients)}


def part(inner, **more):
    given = {"title": inner, "relationship": "parentOf", "active_manifest": inner}
    return given | {"validation_results": SIGNED} | more


def test_a_tree_that_names_the_same_part_over_and_over_is_cut():
    chain = {str(n): manifest(*[part(str(n + 1))] * 4) for n in range(40)}
    assert len(list(all_parts(lineage_of({"manifests": chain}, "0", "valid")))) <= 1001
    loop = {"manifests": {"a": manifest(part("a"))}}
    assert len(list(all_parts(lineage_of(loop, "a", "valid")))) == 33


def test_a_change_far_down_is_the_state_of_the_whole():
    broken = {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}}
    told = {
        "manifests": {
            "a": manifest(part("b")),
            "b": manifest(part("c", validation_results=broken)),
            "c": manifest(),
        }
    }
    lineage = lineage_of(told, "a", "trusted")
    assert worst_state(lineage) == "tampered"
    (problem,) = [one for some in all_parts(lineage) for one in some.problems]
    assert (problem.where, problem.what) == ("c", "the content was changed")


def test_parts_of_the_first_version_list_failures_only():
    told = {"manifests": {"a": manifest(part("b", validation_results=None)), "b": manifest()}}
    assert worst_state(lineage_of(told, "a", "trusted")) == "trusted"
    failed = part("b", validation_results=None, validation_status=[{"code": "x.mismatch"}])
    told["manifests"]["a"] = manifest(failed)
    assert worst_state(lineage_of(told, "a", "trusted")) == "tampered"
