"""The tables of the registry, in plain SQL that SQLite and PostgreSQL both know."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

# One signed (or, where the format has no place for a manifest, only registered) file.
ENTRY = Table(
    "credential_entry",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("manifest_id", String(80), nullable=False, unique=True),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("title", Text, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("file_sha256", String(64), nullable=False, index=True),
    Column("store", LargeBinary, nullable=False),
    Column("story", Text, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("duration_s", Float, nullable=False),
)

# The mark is 16 hexadecimal digits: PostgreSQL has no unsigned 64 bit integer.
WATERMARK = Table(
    "credential_watermark",
    METADATA,
    Column("identifier", String(16), nullable=False),
    Column("entry_id", ForeignKey(ENTRY.c.id), nullable=False),
    Index("credential_watermark_identifier", "identifier"),
)

FINGERPRINT = Table(
    "credential_fingerprint",
    METADATA,
    Column("entry_id", ForeignKey(ENTRY.c.id), primary_key=True),
    Column("video_hashes", LargeBinary, nullable=False),
    Column("video_thumbs", LargeBinary, nullable=False),
    Column("audio_levels", LargeBinary, nullable=False),
)

LANDMARK = Table(
    "credential_landmark",
    METADATA,
    Column("mark", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("entry_id", ForeignKey(ENTRY.c.id), nullable=False),
    Index("credential_landmark_mark", "mark"),
)
