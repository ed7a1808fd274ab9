"""The log: append-only, chained, signed, and safe when several write at once."""

import itertools
import threading

import pytest
from hibari.trust.cameo.ledger import ANCHOR_NAME, Ledger, LedgerError

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ledger(anna):
    with anna.here():
        book = Ledger()
        for number in range(5):
            book.note("note", number=number)
        yield book


def run(book, statement):
    with book.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_entries_come_back_in_order_and_are_whole(ledger):
    entries = ledger.entries()
    assert [entry.body["number"] for entry in entries] == list(range(5))
    assert all(a.hash == b.previous for a, b in itertools.pairwise(entries))
    assert ledger.audit() == []


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("UPDATE cameo_log SET body = '{\"number\":9}' WHERE sequence = 2", "entry 2"),
        ("UPDATE cameo_log SET time = time - 9 WHERE sequence = 3", "entry 3"),
        ("UPDATE cameo_log SET kind = 'other' WHERE sequence = 1", "entry 1"),
        ("DELETE FROM cameo_log WHERE sequence = 3", "entry 3 is missing"),
        ("DELETE FROM cameo_log WHERE sequence = 5", "last of 5 entries"),
        ("UPDATE cameo_log SET sequence = 9 WHERE sequence = 5", "entry 5 is missing"),
    ],
)
def test_a_touched_log_stops_everything_and_the_audit_says_where(ledger, statement, shown):
    run(ledger, statement)
    with pytest.raises(LedgerError):
        ledger.entries()
    with pytest.raises(LedgerError):
        ledger.note("note", number=6)
    assert any(shown in problem for problem in ledger.audit())


def test_what_a_decision_raises_leaves_the_log_alone(ledger):
    def refuse(entries, now):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ledger.append(refuse)
    assert len(ledger.entries()) == 5


def test_a_lost_anchor_is_noticed_once_there_was_one(anna, ledger):
    (anna.home / ANCHOR_NAME).unlink()
    with pytest.raises(LedgerError, match="is gone"):
        Ledger().entries()


def test_an_anchor_of_somebody_else_is_noticed(anna, eve, ledger):
    with eve.here():
        Ledger().note("note", number=0)
        forged = (eve.home / ANCHOR_NAME).read_bytes()
    (anna.home / ANCHOR_NAME).write_bytes(forged)
    with pytest.raises(LedgerError, match="another identity"):
        Ledger().entries()


def test_a_killed_process_between_ledger_and_anchor_does_no_harm(anna, ledger):
    before = (anna.home / ANCHOR_NAME).read_bytes()
    ledger.note("note", number=5)
    (anna.home / ANCHOR_NAME).write_bytes(before)
    assert len(Ledger().entries()) == 6


def test_many_writers_never_lose_or_repeat_an_entry(anna):
    with anna.here():
        Ledger()

        def write():
            book = Ledger()
            for _ in range(4):
                book.note("note")

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [entry.sequence for entry in Ledger().entries()] == list(range(1, 17))
        assert Ledger().audit() == []


def test_a_clock_behind_the_log_is_refused(anna, clock):
    with anna.here():
        Ledger().note("note")
        clock.now -= 3600
        with pytest.raises(LedgerError, match="clock is before the last entry"):
            Ledger().note("note")
