"""The cameos of this home folder: one file each, found by name."""

from __future__ import annotations

from pathlib import Path

from ..home import home_path, home_subfolder, write_private
from ..identity import Identity, current_identity
from .bundle import SUFFIX, Bundle, Header, read_bundle
from .container import CameoError
from .name import checked_name, skeleton

FOLDER = "cameos"


def library_folder() -> Path:
    """Folder of cameo files."""
    return home_subfolder(FOLDER)


def cameo_names() -> list[str]:
    """Names for a drop-down, sorted; files are not opened and no folder is made."""
    try:
        paths = list((home_path() / FOLDER).glob(f"*{SUFFIX}"))
    except OSError:  # a home folder that may not be read
        return []
    return sorted(path.stem for path in paths if path.is_file() and not path.name.startswith("."))


def load_cameo(name: str) -> Bundle:
    """The cameo of that name.

    Raises:
        CameoError: no such cameo, a name that leads elsewhere, or a file that holds another one.
    """
    checked = checked_name(name)
    folder = library_folder()
    path = folder / f"{checked}{SUFFIX}"
    if not path.is_file() or path.resolve().parent != folder.resolve():
        known = ", ".join(cameo_names()) or "none yet"
        raise CameoError(f"there is no cameo named {checked}; enrolled here: {known}")
    bundle = read_bundle(path)
    if bundle.header.name != checked:
        raise CameoError(
            f"the file {path.name} holds the cameo {bundle.header.name}; give the file its own name"
        )
    return bundle


def add_cameo(path: Path) -> Bundle:
    """Copy a cameo file that somebody sent into the library.

    Raises:
        CameoError: it is unusable, or its name is taken or looks like a taken one.
    """
    bundle = read_bundle(path)
    target = library_folder() / f"{bundle.header.name}{SUFFIX}"
    check_unlike_others(bundle.header.name, bundle.header)
    content = path.read_bytes()
    write_private(target, content)
    added = read_bundle(target)
    if added.header.sha256 != bundle.header.sha256:
        target.unlink()
        raise CameoError(f"{path.name} changed while it was read; try again")
    return added


def check_unlike_others(name: str, newer: Header | None = None) -> None:
    """Raise CameoError when another cameo here has a name that people take for this one.

    ``newer`` is a newer file of a cameo: same id, same owner.
    """
    for other in cameo_names():
        if skeleton(other) != skeleton(name):
            continue
        known = load_cameo(other).header
        if newer is None or (known.id, known.owner) != (newer.id, newer.owner):
            raise CameoError(
                f"the name {name} is taken, or looks like {other}, which is here already; "
                "choose another name, or remove that cameo first"
            )


def own_cameos(identity: Identity | None = None) -> list[Bundle]:
    """Cameos here whose owner is this identity; unreadable files are left out."""
    me = (identity or current_identity()).public
    found = []
    for name in cameo_names():
        try:
            bundle = load_cameo(name)
        except CameoError:
            continue
        if bundle.header.owner == me:
            found.append(bundle)
    return found
