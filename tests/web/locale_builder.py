"""Writes ``locales/``: what editors show of the blocks, in English and in French.

English is what the blocks declare. French comes from ``locales/fr/translations.json``: for each
block (and for the menus), the French of each English text. A text that changes therefore asks for a
new translation, and none can be shown that belongs to words that are gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .node_texts import ROOT, Infos, Socket, categories_of, inputs_of, outputs_of, texts_of

LOCALES = ROOT / "locales"
CATEGORIES = "nodeCategories"
"""Where translations of menus stand, in our file as in those that editors read."""
SIGNS = re.compile(r"[{}|@]")
TRANSLATIONS = LOCALES / "fr" / "translations.json"

Translations = dict[str, dict[str, str]]
"""French by English text, by block; "" where French is yet to be written."""


def read_translations() -> Translations:
    """Return the translations as they are written down."""
    if not TRANSLATIONS.exists():
        return {}
    return json.loads(TRANSLATIONS.read_text("utf-8"))


def updated_translations(infos: Infos, written: Translations) -> Translations:
    """Return the translations with a place for each text of today, and without those of others.

    A new text gets what another block says for the same one.
    """
    known = {en: fr for block in written.values() for en, fr in block.items() if fr}
    return {
        name: {en: written.get(name, {}).get(en) or known.get(en, "") for en in texts}
        for name, texts in texts_by_block(infos).items()
    }


def texts_by_block(infos: Infos) -> dict[str, list[str]]:
    """Return the English texts by block, with those of menus first."""
    blocks = {name: texts_of(info) for name, info in infos.items()}
    return {CATEGORIES: categories_of(infos), **blocks}


def untranslated(infos: Infos, written: Translations) -> dict[str, list[str]]:
    """Return the English texts that have no French, by block, blocks without any left out."""
    found = {
        name: [text for text in texts if not written.get(name, {}).get(text)]
        for name, texts in texts_by_block(infos).items()
    }
    return {name: texts for name, texts in found.items() if texts}


def node_definitions(infos: Infos, translations: Translations | None = None) -> dict[str, Any]:
    """Return the content of ``nodeDefs.json``, in English unless translations are given."""
    if translations is None:
        return {name: _definition(info, lambda text: text) for name, info in infos.items()}

    def translator(name: str) -> Callable[[str], str]:
        return lambda text: translations.get(name, {}).get(text, "")

    return {name: _definition(info, translator(name)) for name, info in infos.items()}


def _definition(info: Mapping[str, Any], say: Callable[[str], str]) -> dict[str, Any]:
    """Words of one block; what has none is left out, so that editors fall back to English."""

    def words(sockets: list[Socket]) -> dict[str, Any]:
        return {
            socket.key: _filled({"name": plain(say(socket.shown)), "tooltip": say(socket.tooltip)})
            for socket in sockets
        }

    return _filled(
        {
            "display_name": plain(say(info["display_name"])),
            "description": plain(say(info["description"])),
            "inputs": words(inputs_of(info)),
            "outputs": words(outputs_of(info)),
        }
    )


def plain(text: str) -> str:
    """Return a text in which no sign means anything to vue-i18n.

    Editors read names and descriptions, but not tooltips, as its messages: there {x} is a value,
    a | b a plural and @ another message.
    """
    return SIGNS.sub(lambda sign: f"{{'{sign[0]}'}}", text)


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value}


def text_of(content: object) -> str:
    """Return JSON as it lies in the repository."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def locale_files(infos: Infos, translations: Translations) -> dict[str, str]:
    """Return the text of each file below ``locales/`` that follows from the blocks."""
    menus = translations.get(CATEGORIES, {})
    return {
        "en/nodeDefs.json": text_of(node_definitions(infos)),
        "fr/nodeDefs.json": text_of(node_definitions(infos, translations)),
        "fr/main.json": text_of({CATEGORIES: {name: menus.get(name) or name for name in menus}}),
    }
