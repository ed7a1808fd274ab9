"""Brings ``locales/``, the tables of the help pages and that of the README in step with the blocks.

Run ``python -m tests.web`` after a change of blocks. It says what only a person can write: French
in ``locales/fr/translations.json``, prose and a picture on a new block's pages. Then run it again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .help_builder import LANGUAGES, README, page_of, page_path, readme_of, sayer
from .locale_builder import (
    LOCALES,
    TRANSLATIONS,
    locale_files,
    read_translations,
    text_of,
    untranslated,
    updated_translations,
)
from .node_texts import block_infos, silent_places
from .page_flaws import flaws_of_page


def main() -> None:
    """Write the files and print what is missing, by block."""
    infos = block_infos()
    translations = updated_translations(infos, read_translations())
    write(TRANSLATIONS, text_of(translations))
    for name, text in locale_files(infos, translations).items():
        write(LOCALES / name, text)
    write(README, readme_of(infos, README.read_text("utf-8")))
    for name, texts in untranslated(infos, translations).items():
        sys.stdout.write("".join(f"{name}: no French for {text!r}\n" for text in texts))
    for name, info in infos.items():
        for language in LANGUAGES:
            page = page_of(info, language, sayer(translations, name, language))
            write(page_path(name, language), page)
        flaws = silent_places(info)
        flaws += [flaw for language in LANGUAGES for flaw in flaws_of_page(name, language)]
        sys.stdout.write("".join(f"{name}: {flaw}\n" for flaw in flaws))


def write(path: Path, text: str) -> None:
    """Write a file if its text is another, so that files in step keep their time."""
    if path.exists() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
