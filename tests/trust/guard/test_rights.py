"""The rights registry: licences by name and alias, counted uses, and the CSV of what is owed."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hibari.trust.guard.check import check_prompt
from hibari.trust.guard.policy import load_policy
from hibari.trust.guard.rights import (
    CSV_COLUMNS,
    Right,
    RightsRegistry,
    entered_rights,
    read_rights,
)
from hibari.trust.home import open_database
from sqlalchemy import create_engine

POLICY = load_policy()
ZORBO = Right("Zorbo", "Zorbo Ltd", aliases=("Zorbo the Ant", "Zo-Zo"), share_percent=7.5)


@pytest.fixture
def registry(database):
    return RightsRegistry(open_database() if database else create_engine("sqlite://"))


def rows(registry, since=None):
    return list(csv.DictReader(io.StringIO(registry.to_csv(since))))


@pytest.mark.parametrize(
    "text", ["Zorbo waves", "zorbo's house", "zo zo", "Z O R B O", "z0rb0 runs"]
)
def test_licensed_names_are_found_by_name_and_alias_and_allowed(registry, text):
    registry.add(ZORBO)
    verdict = check_prompt(text, POLICY, rights=registry)
    assert verdict.allowed
    assert verdict.licences == ("Zorbo",)


def test_a_licence_opens_what_the_own_list_closes(registry):
    text = "mickey mouse drives a tractor"
    assert not check_prompt(text, POLICY, rights=registry).allowed
    registry.add(Right("Mickey Mouse", "The Owner"))
    verdict = check_prompt(text, POLICY, rights=registry)
    assert (verdict.allowed, verdict.licences) == (True, ("Mickey Mouse",))
    assert check_prompt("minnie waves", POLICY, rights=registry).allowed
    assert not check_prompt("mickey mouse and pikachu", POLICY, rights=registry).allowed


def test_a_licence_covers_the_character_and_nothing_else(registry):
    registry.add(ZORBO)
    assert check_prompt("zorbo beheads a man", POLICY, rights=registry).rule == "violence/gore"


def test_owners_may_refuse_and_licences_end(registry):
    registry.add(Right("Zorbo", "Zorbo Ltd", terms="refused"))
    verdict = check_prompt("zorbo waves", POLICY, rights=registry)
    assert verdict.rule == "protected-character/registered"
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    registry.add(Right("Zorbo", "Zorbo Ltd", until=yesterday.isoformat()))
    assert not check_prompt("zorbo waves", POLICY, rights=registry).allowed
    registry.add(Right("Zorbo", "Zorbo Ltd", until=(yesterday + timedelta(days=2)).isoformat()))
    assert check_prompt("zorbo waves", POLICY, rights=registry).allowed


def test_uses_are_counted_and_exported(registry):
    registry.add(ZORBO)
    registry.add(Right("Idle", "Nobody"))
    registry.count_use(["Zorbo"], "clip_1.mp4", 2.0)
    registry.count_use(["Zorbo"], "clip_2.mp4", 3.5)
    registry.count_use([], "clip_3.mp4", 9.0)
    idle, zorbo = rows(registry)
    assert tuple(zorbo) == CSV_COLUMNS
    assert (zorbo["owner"], zorbo["share_percent"]) == ("Zorbo Ltd", "7.5")
    assert (zorbo["uses"], zorbo["seconds"]) == ("2", "5.5")
    assert zorbo["first_use"].startswith(str(datetime.now(UTC).year))
    assert (idle["uses"], idle["last_use"]) == ("0", "")


def test_uses_can_be_counted_from_a_day_on(registry):
    registry.add(ZORBO)
    registry.count_use(["Zorbo"], "clip.mp4", 1.0)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    assert rows(registry, tomorrow)[0]["uses"] == "0"


def test_uses_outlive_the_entry(registry):
    registry.add(ZORBO)
    registry.count_use(["Zorbo"])
    registry.remove("Zorbo")
    assert (rows(registry)[0]["terms"], rows(registry)[0]["uses"]) == ("removed", "1")
    with pytest.raises(ValueError, match="no right is entered for 'Zorbo'"):
        registry.remove("Zorbo")


def test_cells_cannot_run_as_formulas(registry):
    registry.add(Right("=HYPERLINK(1)", "@sum", licence='+"a,\nb"'))
    (row,) = rows(registry)
    assert (row["name"], row["owner"]) == ("'=HYPERLINK(1)", "'@sum")
    assert row["licence"] == '\'+"a,\nb"'


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": " "}, "a right needs a name and an owner"),
        ({"terms": "free"}, "terms of 'A' are 'free'; use one of licensed, refused"),
        ({"share_percent": 101.0}, "share_percent of 'A' is 101.0; give 0 to 100"),
        ({"until": "soon"}, "until of 'A' is 'soon'; write a day as 2027-12-31"),
    ],
)
def test_wrong_entries_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Right(**({"name": "A", "owner": "B"} | changed))


def test_rights_are_read_from_toml_with_the_number_of_a_wrong_entry(tmp_path):
    path = tmp_path / "rights.toml"
    path.write_text('[[right]]\nname = "Zorbo"\nowner = "Z"\naliases = ["Zo"]\n')
    assert read_rights(path) == [Right("Zorbo", "Z", aliases=("Zo",))]
    path.write_text('[[right]]\nname = "A"\nowner = "B"\n[[right]]\nname = "C"\nwho = "D"\n')
    with pytest.raises(ValueError, match=r"rights.toml, entry 2: .*who"):
        read_rights(path)
    path.write_text("right = 3")
    with pytest.raises(ValueError, match=r"must hold \[\[right\]\] tables"):
        read_rights(path)


def test_looking_for_rights_makes_no_database(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HIBARI_DATABASE", raising=False)
    assert entered_rights() is None
    assert not (tmp_path / "home").exists()
    RightsRegistry().add(ZORBO)
    assert [right.name for right in entered_rights().entries()] == ["Zorbo"]
