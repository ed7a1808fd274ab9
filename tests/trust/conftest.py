"""Fixtures: the databases that ledger and registry must work in."""

from __future__ import annotations

import os
import uuid

import pytest

URL_VARIABLE = "HIBARI_TEST_DATABASE_URL"
URL = os.environ.get(URL_VARIABLE)
NEEDS_URL = pytest.mark.skipif(
    URL is None,
    reason=f"{URL_VARIABLE} is not set; give an address such as postgresql+psycopg://USER@HOST/NAME",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDS_URL)])
def database(request, monkeypatch):
    """Address of an empty database that everybody shares, None for the file of each home."""
    if request.param == "sqlite":
        monkeypatch.delenv("HIBARI_DATABASE", raising=False)
        yield None
        return
    from hibari.trust.home import open_database
    from sqlalchemy import create_engine

    server, schema = create_engine(URL), f"hibari_test_{uuid.uuid4().hex[:12]}"
    with server.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    joint = "&" if "?" in URL else "?"
    address = f"{URL}{joint}options=-csearch_path%3D{schema}"
    monkeypatch.setenv("HIBARI_DATABASE", address)
    yield address
    open_database(address).dispose()
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()
