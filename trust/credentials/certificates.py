"""The certificate that signs: the user's own, or a chain that Hibari makes on first use.

The chain made here is root -> issuing CA -> leaf, all P-256 and labelled as self-made: it proves
that a file came unchanged from this installation, not who its owner is. There is no time stamp
authority on a local machine, and C2PA voids a signature without time stamp once its leaf has
expired; so the leaf lives as long as the work should (30 years) and its root a little longer.
The keys of root and issuing CA are thrown away once the leaf exists: nobody can extend the chain.
"""

from __future__ import annotations

import datetime
import stat
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..home import home_subfolder, write_private
from .settings import CredentialSettings, load_settings

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ORGANISATION = "Hibari (self-made, this computer only)"
_FOLDER = "credentials"
_LEAF_YEARS, _CA_YEARS = 30, 31


@dataclass(frozen=True)
class SigningIdentity:
    """What signs a manifest. The key is not shown when the object is printed or logged."""

    chain_pem: str
    key_pem: bytes
    algorithm: str
    timestamp_url: str | None
    anchors_pem: str
    is_self_made: bool

    def __repr__(self) -> str:
        return f"SigningIdentity(algorithm={self.algorithm!r}, self_made={self.is_self_made})"


def signing_identity(settings: CredentialSettings | None = None) -> SigningIdentity:
    """Return the configured certificate and key, else Hibari's own, made when missing.

    Raises:
        ValueError: a file that is no PEM, or a key that others may read.
    """
    chosen = settings or load_settings()
    signing = chosen.signing
    if signing.certificate is None or signing.private_key is None:
        folder = _own_folder()
        return SigningIdentity(
            (folder / "chain.pem").read_text(),
            (folder / "leaf.key").read_bytes(),
            "es256",
            signing.timestamp_url,
            trusted_anchors(chosen),
            True,
        )
    _refuse_shared(signing.private_key)
    return SigningIdentity(
        _pem(signing.certificate, "CERTIFICATE"),
        _pem(signing.private_key, "PRIVATE KEY").encode(),
        signing.algorithm,
        signing.timestamp_url,
        trusted_anchors(chosen),
        False,
    )


def trusted_anchors(settings: CredentialSettings | None = None) -> str:
    """Return the PEM roots that count as trusted: our own, if there is one, and the configured.

    The top of the user's own chain is not among them: whoever it belongs to has signed for many
    others. Who wants it trusted names it in ``[trust] anchors``.
    """
    chosen = settings or load_settings()
    roots = [_pem(path, "CERTIFICATE") for path in chosen.trust.anchors]
    own = home_subfolder(_FOLDER) / "own" / "root.pem"
    if own.is_file():
        roots.append(own.read_text())
    elif chosen.signing.certificate is None:
        roots.append((_own_folder() / "root.pem").read_text())
    return "\n".join(roots)


def _own_folder() -> Path:
    """Return the folder of our chain, made as a whole so that two first uses cannot mix theirs."""
    folder = home_subfolder(_FOLDER) / "own"
    if folder.is_dir():
        return folder
    draft = home_subfolder(_FOLDER) / f".own.{uuid.uuid4().hex[:8]}.part"
    draft.mkdir(mode=0o700)
    for name, content in _make_chain().items():
        write_private(draft / name, content)
    with suppress(OSError):  # another process was first: its chain is there, ours is dropped
        draft.rename(folder)
        return folder
    for leftover in draft.iterdir():
        leftover.unlink()
    draft.rmdir()
    return folder


def _make_chain() -> dict[str, bytes]:
    root, root_key = _certificate("Hibari own root", None, _CA_YEARS)
    issuing, issuing_key = _certificate("Hibari own issuing CA", (root, root_key), _CA_YEARS)
    leaf, leaf_key = _certificate("Hibari own signer", (issuing, issuing_key), _LEAF_YEARS)
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return {
        "root.pem": root.public_bytes(Encoding.PEM),
        "chain.pem": leaf.public_bytes(Encoding.PEM) + issuing.public_bytes(Encoding.PEM),
        "leaf.key": leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }


def _certificate(
    name: str, issuer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None, years: int
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """Return one certificate and its key, in the profile of C2PA 2.2 section 14.5.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    is_leaf = name.endswith("signer")
    signer_key = issuer[1] if issuer else key
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    path_length = None if is_leaf else (0 if issuer else 1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # a clock that is a little ahead of a verifier's must not void what it signs
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=not is_leaf, path_length=path_length), True)
        .add_extension(_key_usage(is_leaf), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key.public_key()), False
        )
    )
    if is_leaf:  # the one purpose that every C2PA reader accepts without further configuration
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, False)
    return builder.sign(signer_key, hashes.SHA256()), key


def _key_usage(is_leaf: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=is_leaf,
        key_cert_sign=not is_leaf,
        crl_sign=not is_leaf,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(path: Path, kind: str) -> str:
    text = path.read_text(encoding="ascii", errors="replace")
    if f"{kind}-----" not in text:
        raise ValueError(f"{path.name} is no PEM file with a {kind.lower()}. Give one.")
    return text


def _refuse_shared(key: Path) -> None:
    if sys.platform != "win32" and stat.S_IMODE(key.stat().st_mode) & 0o077:
        raise ValueError(
            f"the signing key {key.name} can be read by other users of this computer. "
            f"Run: chmod 600 {key}"
        )
