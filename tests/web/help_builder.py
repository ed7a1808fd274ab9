"""Writes what help pages and the README tell about blocks beyond prose: titles, descriptions and
lists that follow from the blocks' declarations, and the frame of pages yet to be written.

Editors ask for ``docs/<node id>/<language>.md`` below ``WEB_DIRECTORY``, then for
``docs/<node id>.md``; they look for a page's pictures in ``docs/``, whichever of both it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .locale_builder import Translations
from .node_texts import ROOT, Infos, Socket, inputs_of, outputs_of

DOCS = ROOT / "web" / "docs"
README = ROOT / "README.md"
LONGEST_SEED = 2**64 - 1
WIDGETS = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")
Say = Callable[[str], str]


@dataclass(frozen=True)
class Language:
    """The words of a page that are the same for all blocks."""

    code: str
    use: str
    inputs: str
    outputs: str
    errors: str
    span: str
    default: str
    optional: str
    advanced: str
    text: str
    boolean: str
    choice: str
    decimal: str
    none: str


ENGLISH = Language(
    code="en",
    use="How to use it",
    inputs="Inputs",
    outputs="Outputs",
    errors="When it refuses",
    span="{low} to {high}",
    default="default {value}",
    optional="may stay open",
    advanced="advanced",
    text="text",
    boolean="on or off",
    choice="one of the list",
    decimal=".",
    none="none",
)
FRENCH = Language(
    code="fr",
    use="Mode d'emploi",
    inputs="Entrées",
    outputs="Sorties",
    errors="Quand il refuse",
    span="de {low} à {high}",
    default="{value} par défaut",
    optional="facultatif",
    advanced="avancé",
    text="texte",
    boolean="oui ou non",
    choice="au choix dans la liste",
    decimal=",",
    none="aucune",
)
LANGUAGES = (ENGLISH, FRENCH)


def page_path(node_id: str, language: Language) -> Path:
    """Return where the page of a block lies."""
    return DOCS / (f"{node_id}.md" if language is ENGLISH else f"{node_id}/{language.code}.md")


def sayer(translations: Translations, node_id: str, language: Language) -> Say:
    """Return what says a block's texts in a language, in English where words are missing."""
    if language is ENGLISH:
        return lambda text: text
    return lambda text: translations.get(node_id, {}).get(text) or text


def page_of(info: Mapping[str, Any], language: Language, say: Say) -> str:
    """Return the page of a block: what is written of it, the rest brought up to date."""
    path = page_path(info["name"], language)
    text = path.read_text("utf-8") if path.exists() else _frame(info, language, say)
    text = re.sub(r"\A# .*", lambda _: f"# {say(info['display_name'])}", text)
    outputs = [(socket, f"`{socket.kind}`") for socket in outputs_of(info)]
    inputs = [(socket, _values(socket, language)) for socket in inputs_of(info)]
    text = replaced(text, "description", f"\n{say(info['description'])}\n\n")
    text = replaced(text, "inputs", _list(inputs, language, say))
    return replaced(text, "outputs", _list(outputs, language, say))


def readme_of(infos: Infos, text: str) -> str:
    """Return the README with its table of blocks brought up to date."""
    rows = [
        [
            f"[{info['display_name']}](web/docs/{name}.md) ([fr](web/docs/{name}/fr.md))",
            re.split(r"(?<=[.:]) ", info["description"])[0].rstrip(".:"),
        ]
        for name, info in infos.items()
    ]
    return replaced(text, "nodes", _table("| node | does |", rows))


def replaced(text: str, name: str, content: str) -> str:
    """Return a text with what stands between ``<!-- name -->`` and ``<!-- /name -->`` replaced.

    Raises:
        ValueError: the text has no such place.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no place <!-- {name} --> ... <!-- /{name} --> . Add it")
    return pattern.sub(lambda place: f"{place[1]}{content}{place[2]}", text)


def _frame(info: Mapping[str, Any], language: Language, say: Say) -> str:
    """A page without prose; the checks ask for it."""
    lines = [
        f"# {say(info['display_name'])}",
        _place("description"),
        f"![{say(info['display_name'])}](images/{info['name']}.jpg)",
        f"## {language.use}",
        f"## {language.inputs}\n\n{_place('inputs')}",
        f"## {language.outputs}\n\n{_place('outputs')}",
        f"## {language.errors}",
    ]
    return "\n\n".join(lines) + "\n"


def _place(name: str) -> str:
    return f"<!-- {name} -->\n<!-- /{name} -->"


def _list(sockets: list[tuple[Socket, str]], language: Language, say: Say) -> str:
    """What sockets take and are for; a list, since help is shown in a narrow panel."""
    lines = [
        f"- **{_named(socket, say)}** ({values}): {' '.join(say(socket.tooltip).split())}"
        for socket, values in sockets
    ]
    return "".join(f"\n{line}" for line in lines or [f"- {language.none}"]) + "\n\n"


def _table(columns: str, rows: list[list[str]]) -> str:
    lines = [columns, "|" + "---|" * (columns.count("|") - 1)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n" + "\n".join(lines) + "\n\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _named(socket: Socket, say: Say) -> str:
    """The name that editors show and, where it is another, the id that graphs and errors use."""
    shown = say(socket.shown)
    return f"`{socket.id}`" if shown == socket.id else f"{shown}, `{socket.id}`"


def _values(socket: Socket, language: Language) -> str:
    """What an input takes: its range or choices and default, or the type of a socket."""
    options = socket.options
    parts = []
    if socket.kind in WIDGETS and not options.get("forceInput"):
        parts.append(_range(socket, language))
        default = options.get("default")
        if default not in (None, ""):
            parts.append(language.default.format(value=_value(default, language)))
        parts += [language.advanced] if options.get("advanced") else []
    else:
        parts.append(f"`{socket.kind}`")
        parts += [language.optional] if socket.optional else []
    return ", ".join(parts)


def _range(socket: Socket, language: Language) -> str:
    options = socket.options
    if socket.kind in ("INT", "FLOAT") and {"min", "max"} <= options.keys():
        low, high = (_number(options[limit], language) for limit in ("min", "max"))
        return language.span.format(low=low, high=high)
    if socket.kind == "COMBO" and options.get("default") is not None:  # a list of files has none
        return " / ".join(map(str, options["options"]))
    words = {"STRING": language.text, "BOOLEAN": language.boolean, "COMBO": language.choice}
    return words.get(socket.kind, f"`{socket.kind}`")


def _value(value: object, language: Language) -> str:
    if isinstance(value, bool):
        return language.boolean.split(" ")[0 if value else -1]
    return _number(value, language) if isinstance(value, int | float) else str(value)


def _number(value: float, language: Language) -> str:
    return "2⁶⁴-1" if value == LONGEST_SEED else f"{value:.10g}".replace(".", language.decimal)
