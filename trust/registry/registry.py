"""The registry: what was signed here, found again by identifier, by picture or by sound."""

from __future__ import annotations

import datetime
import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.engine import Row

from ..home import make_tables
from . import audio_fingerprint, video_fingerprint
from .audio_fingerprint import AudioFingerprint
from .picture import mirrored_hashes
from .search_index import SearchIndex
from .tables import ENTRY, FINGERPRINT, LANDMARK, METADATA, WATERMARK
from .video_fingerprint import VideoFingerprint

_CANDIDATES = 12
_MARGIN = 0.02  # by which the best match must be better than the next one
# Without a mark that leads to it, a likeness must be near identity: clips of one scene reach 0.99.
_ALONE_VIDEO, _ALONE_VIDEO_WITH_SOUND, _ALONE_AUDIO = 0.996, 0.985, 0.9
_MIN_LANDMARKS = 5  # with one common offset in time
_LOOKUP = 500  # values in one query


@dataclass(frozen=True)
class Record:
    """What is kept of one saved file. ``identifiers`` are watermarks, 16 hexadecimal digits."""

    manifest_id: str
    title: str
    media_type: str
    file_sha256: str
    store: bytes = field(default=b"", repr=False)
    story: Mapping[str, Any] = field(default_factory=dict)
    thumbnail: bytes = field(default=b"", repr=False)
    duration_s: float = 0.0
    identifiers: tuple[str, ...] = ()
    video: VideoFingerprint | None = None
    audio: AudioFingerprint | None = None
    recorded_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Match:
    """A record that a file leads to, and how alike they are (None: nothing to compare).

    ``same`` is True, False, or None where pictures and sound do not decide it.
    """

    record: Record
    video_similarity: float | None
    audio_similarity: float | None
    same: bool | None


class Registry:
    """Signed files by manifest, watermark, picture and sound; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Make the tables in the database of ``engine`` where they are missing."""
        make_tables(METADATA, engine)
        self._engine = engine
        self._index = SearchIndex(engine)

    def add(self, record: Record) -> None:
        """Keep a record: all of it or nothing.

        Raises:
            sqlalchemy.exc.IntegrityError: a record of this manifest is there already.
        """
        with self._engine.begin() as connection:
            entry = _insert_entry(connection, record)
            for identifier in record.identifiers:
                values = {"identifier": identifier, "entry_id": entry}
                connection.execute(insert(WATERMARK).values(values))
            _insert_fingerprints(connection, entry, record)

    def by_manifest(self, manifest_id: str) -> Record | None:
        """Return the record of a manifest."""
        return self._first(ENTRY.c.manifest_id == manifest_id)

    def by_file(self, file_sha256: str) -> Record | None:
        """Return the record of exactly this file."""
        return self._first(ENTRY.c.file_sha256 == file_sha256)

    def by_identifier(self, identifier: str) -> list[Record]:
        """Return the records of a watermark, newest first: clips saved twice carry the same."""
        chosen = (
            select(ENTRY)
            .join(WATERMARK, WATERMARK.c.entry_id == ENTRY.c.id)
            .where(WATERMARK.c.identifier == identifier)
            .order_by(ENTRY.c.id.desc())
            .limit(_CANDIDATES)
        )
        with self._engine.connect() as connection:
            return [_record(connection, row) for row in connection.execute(chosen).all()]

    def by_content(
        self, video: VideoFingerprint | None, audio: AudioFingerprint | None
    ) -> Match | None:
        """Return the one record that shows or sounds the same, or None when none or several do.

        Several clips of one scene look alike; then saying nothing is right, naming one is a guess.
        """
        entries: list[int] = []
        if video is not None:
            entries = self._index.nearest(video.hashes, _CANDIDATES)
            if not entries:
                entries = self._index.nearest(mirrored_hashes(video.hashes), _CANDIDATES)
        if audio is not None and not entries:
            entries = self._by_landmarks(audio)
        with self._engine.connect() as connection:
            rows = connection.execute(select(ENTRY).where(ENTRY.c.id.in_(entries))).all()
            records = [_record(connection, row) for row in rows]
        matches = [compare(one, video, audio) for one in records]
        same = sorted((one for one in matches if _is_beyond_doubt(one)), key=_score, reverse=True)
        if not same or (len(same) > 1 and _score(same[0]) - _score(same[1]) < _MARGIN):
            return None
        return same[0]

    def _by_landmarks(self, audio: AudioFingerprint) -> list[int]:
        asked: dict[int, list[int]] = {}
        for mark, at in audio.landmarks.tolist():
            asked.setdefault(mark, []).append(at)
        votes: Counter[tuple[int, int]] = Counter()
        marks = list(asked)
        with self._engine.connect() as connection:
            for start in range(0, len(marks), _LOOKUP):
                some = marks[start : start + _LOOKUP]
                chosen = select(LANDMARK).where(LANDMARK.c.mark.in_(some))
                for mark, at, entry in connection.execute(chosen):
                    for here in asked[mark]:  # offsets within one frame of each other count as one
                        votes.update((entry, (here - at + shift) // 2) for shift in (0, 1))
        best: dict[int, int] = {}
        for (entry, _), count in votes.items():
            best[entry] = max(best.get(entry, 0), count)
        likely = [entry for entry, count in best.items() if count >= _MIN_LANDMARKS]
        return sorted(likely, key=lambda entry: -best[entry])[:_CANDIDATES]

    def _first(self, condition: Any) -> Record | None:
        chosen = select(ENTRY).where(condition).order_by(ENTRY.c.id.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(chosen).first()
            return None if row is None else _record(connection, row)


def _insert_entry(connection: Connection, record: Record) -> int:
    values = {
        "manifest_id": record.manifest_id,
        "recorded_at": record.recorded_at or datetime.datetime.now(datetime.UTC),
        "title": record.title,
        "media_type": record.media_type,
        "file_sha256": record.file_sha256,
        "store": record.store,
        "story": json.dumps(dict(record.story)),
        "thumbnail": record.thumbnail,
        "duration_s": record.duration_s,
    }
    key = connection.execute(insert(ENTRY).values(values)).inserted_primary_key
    return int(key[0]) if key is not None else 0


def _insert_fingerprints(connection: Connection, entry: int, record: Record) -> None:
    hashes, thumbs = record.video.to_bytes() if record.video else (b"", b"")
    levels = record.audio.levels.tobytes() if record.audio else b""
    values = {
        "entry_id": entry,
        "video_hashes": hashes,
        "video_thumbs": thumbs,
        "audio_levels": levels,
    }
    connection.execute(insert(FINGERPRINT).values(values))
    if record.audio is not None and len(record.audio.landmarks):
        rows = [
            {"mark": mark, "at": at, "entry_id": entry}
            for mark, at in record.audio.landmarks.tolist()
        ]
        connection.execute(insert(LANDMARK), rows)


def _record(connection: Connection, row: Row[Any]) -> Record:
    kept = connection.execute(
        select(FINGERPRINT).where(FINGERPRINT.c.entry_id == row.id)
    ).one_or_none()
    marks = connection.execute(
        select(WATERMARK.c.identifier).where(WATERMARK.c.entry_id == row.id)
    ).scalars()
    video = audio = None
    if kept is not None and kept.video_thumbs:
        video = VideoFingerprint.from_bytes(kept.video_hashes, kept.video_thumbs)
    if kept is not None and kept.audio_levels:
        audio = AudioFingerprint.from_bytes(kept.audio_levels)
    moment = row.recorded_at
    # SQLite keeps no zone (what we wrote was UTC), PostgreSQL answers in that of the session.
    zoned = moment.tzinfo is not None
    moment = moment.astimezone(datetime.UTC) if zoned else moment.replace(tzinfo=datetime.UTC)
    return Record(
        row.manifest_id,
        row.title,
        row.media_type,
        row.file_sha256,
        bytes(row.store),
        json.loads(row.story),
        bytes(row.thumbnail),
        row.duration_s,
        tuple(marks),
        video,
        audio,
        moment,
    )


def compare(
    record: Record, video: VideoFingerprint | None, audio: AudioFingerprint | None
) -> Match:
    """Return how alike a file and a record are: pictures decide where there are any, else sound."""
    seen = heard = None
    if video is not None and record.video is not None:
        seen = video_fingerprint.similarity(video, record.video)
    if audio is not None and record.audio is not None:
        heard = audio_fingerprint.similarity(audio, record.audio)
    same: bool | None = None
    if seen is not None:
        same = video_fingerprint.decide(seen)
    elif heard is not None:
        same = audio_fingerprint.decide(heard)
    return Match(record, seen, heard, same)


def _is_beyond_doubt(match: Match) -> bool:
    seen, heard = match.video_similarity, match.audio_similarity
    if seen is None:
        return heard is not None and heard >= _ALONE_AUDIO
    if heard is not None and heard >= _ALONE_AUDIO:
        return seen >= _ALONE_VIDEO_WITH_SOUND
    return seen >= _ALONE_VIDEO


def _score(match: Match) -> float:
    scores = [one for one in (match.video_similarity, match.audio_similarity) if one is not None]
    return sum(scores) / max(1, len(scores))


_registries: dict[int, Registry] = {}
_lock = threading.Lock()


def registry_of(engine: Engine) -> Registry:
    """Return the registry of a database; one for each engine, so that its index is read once."""
    with _lock:
        if id(engine) not in _registries:
            _registries[id(engine)] = Registry(engine)
        return _registries[id(engine)]
