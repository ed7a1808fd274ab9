"""How this user signs and labels: ``credentials.toml`` in Hibari's folder; every line is optional.

::

    creator = "Jane Doe"              # shown in the visible mark and named in the manifest

    [signing]                          # your own certificate instead of the one made here
    certificate = "/path/chain.pem"    # leaf first, then the intermediates
    private_key = "/path/key.pem"      # PEM (PKCS 8), readable by you alone
    algorithm = "es256"                # es256, es384, es512, ps256, ps384, ps512 or ed25519
    timestamp_url = "https://..."      # a time stamp authority; nothing else is ever contacted

    [manifest]
    prompt = "hash"                    # hash, text or none
    remix = "allowed"                  # allowed, with-credit or not-allowed
    training = "not-allowed"           # allowed, not-allowed or constrained

    [trust]
    anchors = ["/path/root.pem"]       # further roots whose signatures count as trusted

    [registry]
    url = "postgresql+psycopg://..."   # instead of the SQLite file of Hibari's folder
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..home import home_folder

FILE_NAME = "credentials.toml"
ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
_CHOICES = {
    "algorithm": ALGORITHMS,
    "prompt": ("hash", "text", "none"),
    "remix": ("allowed", "with-credit", "not-allowed"),
    "training": ("allowed", "not-allowed", "constrained"),
}


@dataclass(frozen=True)
class SigningSettings:
    """Which certificate signs: both paths, or neither for the one that Hibari makes."""

    certificate: Path | None = None
    private_key: Path | None = None
    algorithm: str = "es256"
    timestamp_url: str | None = None


@dataclass(frozen=True)
class ManifestSettings:
    """What a manifest says on behalf of its creator."""

    prompt: str = "hash"
    remix: str = "allowed"
    training: str = "not-allowed"


@dataclass(frozen=True)
class TrustSettings:
    """Further root certificates (PEM files) whose signatures count as trusted."""

    anchors: tuple[Path, ...] = ()


@dataclass(frozen=True)
class RegistrySettings:
    """Address of the registry's database; None is the ledger of Hibari's folder."""

    url: str | None = None


@dataclass(frozen=True)
class CredentialSettings:
    """All of ``credentials.toml``."""

    creator: str = ""
    signing: SigningSettings = SigningSettings()
    manifest: ManifestSettings = ManifestSettings()
    trust: TrustSettings = TrustSettings()
    registry: RegistrySettings = RegistrySettings()


_SECTIONS = {
    "signing": SigningSettings,
    "manifest": ManifestSettings,
    "trust": TrustSettings,
    "registry": RegistrySettings,
}


def load_settings(path: Path | None = None) -> CredentialSettings:
    """Return the settings of ``path`` (default: the file in Hibari's folder; missing is fine).

    Raises:
        ValueError: broken TOML, an unknown key, a value that is not allowed, half a certificate.
    """
    file = path or home_folder() / FILE_NAME
    if not file.is_file():
        return CredentialSettings()
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is no valid TOML: {error}. Correct that line.") from error
    _refuse_unknown(file, "", values, CredentialSettings)
    sections = {
        name: _section(file, name, values.get(name, {}), kind) for name, kind in _SECTIONS.items()
    }
    creator = _text(file, "creator", values.get("creator", ""))
    settings = CredentialSettings(creator=creator, **sections)
    signing = settings.signing
    if (signing.certificate is None) != (signing.private_key is None):
        raise ValueError(f"{file}: give certificate and private_key in [signing], or neither.")
    return settings


def _section(file: Path, name: str, values: Any, kind: type) -> Any:
    if not isinstance(values, dict):
        raise ValueError(f"{file}: {name} must be a section, written [{name}].")
    _refuse_unknown(file, f"[{name}] ", values, kind)
    read: dict[str, Any] = {}
    for key, value in values.items():
        if key == "anchors":
            if not isinstance(value, list):
                raise ValueError(f"{file}: anchors must be a list of PEM files.")
            read[key] = tuple(_path(file, key, one) for one in value)
        elif key in ("certificate", "private_key"):
            read[key] = _path(file, key, value)
        else:
            read[key] = _text(file, key, value)
        if key in _CHOICES and value not in _CHOICES[key]:
            allowed = ", ".join(_CHOICES[key])
            raise ValueError(f"{file}: {key} = {value!r} is not allowed; use {allowed}.")
    return kind(**read)


def _refuse_unknown(file: Path, place: str, values: dict[str, Any], kind: type) -> None:
    known = [one.name for one in fields(kind)]
    for key in values:
        if key not in known:
            raise ValueError(f"{file}: {place}{key} is unknown; known are {', '.join(known)}.")


def _text(file: Path, key: str, value: Any) -> str:
    if not isinstance(value, str) or any(letter < " " for letter in value):
        raise ValueError(f"{file}: {key} must be one line of text.")
    return value


def _path(file: Path, key: str, value: Any) -> Path:
    path = file.parent / Path(_text(file, key, value)).expanduser()
    if not path.is_file():
        raise ValueError(f"{file}: {key} names {path}, which is no file. Correct the path.")
    return path
