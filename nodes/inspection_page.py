"""An inspection as one HTML file: no script, nothing from outside, safe to mail around."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from .consent import consent_words
from .inspection import Inspection
from .inspection_report import as_json, as_text, node_words

if TYPE_CHECKING:
    from ..trust.credentials.lineage import Lineage

_STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
header { display: flex; gap: 1.5rem; align-items: center; flex-wrap: wrap }
img { max-width: 12rem; border-radius: .5rem }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line) }
.verdict { font-weight: 700; padding: .2rem .7rem; border-radius: 1rem; color: #fff }
.good { background: #1a7f37 } .fair { background: #9a6700 } .bad { background: #b3261e }
.open { background: #57606a }
ul { list-style: none; padding-left: 1.2rem; border-left: 2px solid var(--line) }
ul.root { padding-left: 0; border: 0 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
th { width: 11rem; font-weight: 600 }
td { overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem }
"""
_TONES = {
    "valid": "good",
    "recovered": "good",
    "untrusted": "fair",
    "fingerprint": "fair",
    "marked": "fair",
    "tampered": "bad",
    "mismatch": "bad",
}


def as_html(found: Inspection) -> str:
    """Return the page; every value of the file in it is escaped."""
    told = as_json(found)
    body = "".join(_body(told, found))
    title = escape(f"{found.path.name}: {found.verdict}")
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _body(told: Mapping[str, Any], found: Inspection) -> Iterator[str]:
    yield f"<header>{_picture(found.thumbnail)}<div><h1>{escape(found.path.name)}</h1>"
    tone = _TONES.get(found.verdict, "open")
    yield f'<p><span class="verdict {tone}">{escape(found.verdict)}</span></p>'
    yield f"<p>{escape(told['explanation'])}</p></div></header>"
    if found.credentials.lineage is not None:
        yield f'<h2>Lineage</h2><ul class="root">{_tree(found.credentials.lineage)}</ul>'
    yield f"<h2>Credentials</h2>{_table(_credential_rows(told['credentials']))}"
    marks = {medium: _mark(mark) for medium, mark in told["watermark"].items()}
    yield f"<h2>Watermark</h2>{_table(marks or {'': 'nothing to look for it in'})}"
    known = {key: value for key, value in (told["registry"] or {}).items() if key != "story"}
    yield f"<h2>Registry</h2>{_table(known or {'': 'nothing known'})}"
    yield f"<h2>In words</h2><pre>{escape(as_text(found))}</pre>"


def _picture(jpeg: bytes) -> str:
    if not jpeg.startswith(b"\xff\xd8\xff"):
        return ""
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}">'


def _tree(lineage: Lineage) -> str:
    inner = "".join(_tree(part) for part in lineage.ingredients)
    return f"<li>{escape(node_words(lineage))}{f'<ul>{inner}</ul>' if inner else ''}</li>"


def _credential_rows(told: Mapping[str, Any]) -> dict[str, Any]:
    signer = told["signer"]
    rows = {
        "state": told["state"],
        "signed by": signer.get("name"),
        "organisation": signer.get("organisation"),
        "signed at": told["signed_at"],
        "made with": told["generator"],
        "manifest": told["manifest_id"],
        "actions": ", ".join(str(one.get("action")) for one in told["actions"]),
    }
    for number, problem in enumerate(told["problems"], 1):
        rows[f"problem {number}"] = f"{problem['where']}: {problem['what']} ({problem['code']})"
    rows |= {f"consent of {name}": state for name, state in map(consent_words, told["consents"])}
    return {key: value for key, value in rows.items() if value}


def _mark(mark: Mapping[str, Any]) -> str:
    if mark["identifier"] is None:
        return "there, but too damaged to read" if mark["found"] else "none of this installation"
    return f"{mark['identifier']} (by chance: {mark['p_value']:.1e})"


def _table(rows: Mapping[str, Any]) -> str:
    lines = (
        f"<tr><th>{escape(str(key).replace('_', ' '))}</th><td>{escape(str(value))}</td></tr>"
        for key, value in rows.items()
    )
    return f"<table>{''.join(lines)}</table>"
