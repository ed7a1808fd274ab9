"""What a help page lacks that only a person can give: prose, a picture."""

from __future__ import annotations

import re

from .help_builder import DOCS, Language, page_path

FEWEST_WORDS = 20


def flaws_of_page(node_id: str, language: Language) -> list[str]:
    """Return what is wrong with the page of a block, one sentence each."""
    path = page_path(node_id, language)
    place = path.relative_to(DOCS.parents[1])
    if not path.exists():
        return [f"{place} is missing. Run: python -m tests.web"]
    text, picture = path.read_text("utf-8"), f"images/{node_id}.jpg"
    flaws = []
    if f"]({picture})" not in text:
        flaws.append(f"{place} does not show {picture}")
    if not (DOCS / picture).exists():
        flaws.append(f"{DOCS.name}/{picture} is missing. Run: python -m tests.browser {node_id}")
    for heading in (language.use, language.errors):
        words = len(section(text, heading).split())
        if words < FEWEST_WORDS:
            flaws.append(f"{place} has {words} words under '{heading}'. Write a few sentences")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if link != picture]
    flaws += [
        f"{place} links to {link}; editors open only whole addresses (https://...)"
        for link in links
        if not link.startswith("https://")
    ]
    return flaws


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one; "" where it is missing."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""
