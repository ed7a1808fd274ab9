"""Reads C2PA out of an mp4 by the specification alone: no C2PA library, none of our code.

Enough of it to check a file independently: boxes (ISO 14496-12), JUMBF (ISO 19566-5), CBOR
(RFC 8949), COSE signatures (RFC 9052) and the hash over boxes (C2PA 2.2, section 18.6).
"""

import hashlib
import struct
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
ES256, EDDSA = -7, -8
X5CHAIN = 33


def boxes(content, start=0, end=None):
    """Yield (type, start, start of the payload, end) of boxes that follow each other."""
    end = len(content) if end is None else end
    while start < end:
        size, kind = struct.unpack(">I4s", content[start : start + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", content[start + 8 : start + 16])[0], 16
        size = size or end - start
        yield kind.decode("latin-1"), start, start + head, start + size
        start += size


def manifest_store(content):
    """The JUMBF bytes in the uuid box: after the uuid version, purpose and an offset."""
    for kind, _, payload, end in boxes(content):
        if kind == "uuid" and content[payload : payload + 16] == C2PA_UUID:
            purpose_end = content.index(b"\0", payload + 20)
            assert content[payload + 20 : purpose_end] == b"manifest"
            return content[purpose_end + 1 + 8 : end]
    raise ValueError("no C2PA box")


def jumbf(store):
    """Return {path: (payload boxes [(type, bytes)], bytes that are hashed)} of all superboxes."""
    found = {}

    def walk(start, end, path):
        parts = list(boxes(store, start, end))
        _, _, at, _ = parts[0]  # jumd: 16 bytes of type, flags, label
        label = store[at + 17 : store.index(b"\0", at + 17)].decode()
        path = f"{path}/{label}" if path else label
        inner = [(kind, store[low:high]) for kind, _, low, high in parts[1:] if kind != "jumb"]
        found[path] = inner, store[start:end]
        for kind, _, low, high in parts[1:]:
            if kind == "jumb":
                walk(low, high, path)

    for kind, _, low, high in boxes(store):
        if kind == "jumb":
            walk(low, high, "")
    return found


def cbor(data):
    """Decode one CBOR item; tags are left out."""
    return _item(data, 0)[0]


def _item(data, at):
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    value = info
    if 24 <= info <= 27:
        size = 1 << (info - 24)
        value, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        raw = data[at : at + value]
        return (raw if major == 2 else raw.decode()), at + value
    if major == 4:
        items = []
        for _ in range(value):
            item, at = _item(data, at)
            items.append(item)
        return items, at
    if major == 5:
        entries = {}
        for _ in range(value):
            key, at = _item(data, at)
            entries[key], at = _item(data, at)
        return entries, at
    if major == 6:
        return _item(data, at)
    return {20: False, 21: True, 22: None}[info], at


def _head(major, length):
    """The first bytes of a CBOR item."""
    for size, info in ((1, 24), (2, 25), (4, 26)):
        if length < 24:
            return bytes([major << 5 | length])
        if length < 1 << 8 * size:
            return bytes([major << 5 | info]) + length.to_bytes(size, "big")
    raise ValueError(length)


def box_hash(content, exclusions):
    """SHA-256 over offset and bytes of every top-level box that is not excluded."""
    told = hashlib.sha256()
    for kind, start, _, end in boxes(content):
        excluded = False
        for rule in exclusions:
            data = rule.get("data") or []
            same = all(content[start + d["offset"] :].startswith(bytes(d["value"])) for d in data)
            excluded |= rule["xpath"] == f"/{kind}" and same
        if not excluded:
            told.update(start.to_bytes(8, "big"))
            told.update(content[start:end])
    return told.digest()


class Plain:
    """The active manifest of an mp4."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        self.parts = jumbf(manifest_store(self.content))
        manifests = [p for p in self.parts if p.count("/") == 1]
        self.root = manifests[-1]  # the last one is the active one
        self.claim_bytes = self.parts[f"{self.root}/c2pa.claim.v2"][0][0][1]
        self.claim = cbor(self.claim_bytes)

    def assertion(self, label):
        """The content of an assertion as bytes of its first box."""
        return self.parts[f"{self.root}/c2pa.assertions/{label}"][0][0][1]

    def certificates(self):
        """The signer's chain, the leaf first."""
        protected, unprotected = self._signature()[:2]
        chain = cbor(protected).get(X5CHAIN) or unprotected[X5CHAIN]
        chain = chain if isinstance(chain, list) else [chain]
        return [x509.load_der_x509_certificate(bytes(one)) for one in chain]

    def check_signature(self):
        """Raise InvalidSignature unless the leaf's key signed the claim."""
        protected, _, _, signature = self._signature()
        signed = _head(4, 4) + b"".join(
            _head(major, len(part)) + part
            for major, part in ((3, b"Signature1"), (2, protected), (2, b""), (2, self.claim_bytes))
        )
        key = self.certificates()[0].public_key()
        if isinstance(key, ed25519.Ed25519PublicKey):
            assert cbor(protected)[1] == EDDSA
            key.verify(signature, signed)
            return
        assert cbor(protected)[1] == ES256
        half = len(signature) // 2
        numbers = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        key.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(SHA256()))

    def wrong_assertions(self):
        """Labels of assertions that are not what the claim says."""
        wrong = []
        for told in self.claim["created_assertions"] + self.claim.get("gathered_assertions", []):
            path = told["url"].removeprefix("self#jumbf=").removeprefix(f"/{self.root}/")
            hashed = self.parts[f"{self.root}/{path}"][1]
            if hashlib.sha256(hashed).digest() != bytes(told["hash"]):
                wrong.append(path)
        return wrong

    def media_matches(self):
        """Whether the file is the one that was signed."""
        told = cbor(self.assertion("c2pa.hash.bmff.v3"))
        return box_hash(self.content, told["exclusions"]) == bytes(told["hash"])

    def _signature(self):
        return cbor(self.parts[f"{self.root}/c2pa.signature"][0][0][1])
