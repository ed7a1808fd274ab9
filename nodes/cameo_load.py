"""From an enrolled cameo to the HIBARI_CAMEO wire, after the check of its grant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from ..host import io
from ..trust.cameo.name import NO_CAMEO
from .named_errors import named_errors

if TYPE_CHECKING:
    from ..trust.cameo.authority import Permission
    from ..trust.cameo.bundle import Bundle

NAME = "Hibari Load Cameo"
Cameo = io.Custom("HIBARI_CAMEO")


@dataclass(frozen=True, eq=False)
class LoadedCameo:
    """HIBARI_CAMEO: a cameo whose grant was checked; everything private in it is encrypted."""

    bundle: Bundle
    permission: Permission

    def __repr__(self) -> str:
        return f"LoadedCameo({self.bundle.header.name})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a loaded cameo cannot be saved; load it again where it is needed")


class HibariLoadCameo(io.ComfyNode):
    """Loads an enrolled cameo that this user owns or was granted."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        from ..trust.cameo.library import cameo_names

        return io.Schema(
            node_id="HibariLoadCameo",
            display_name=NAME,
            category="Hibari/cameo",
            description=(
                "Loads a cameo: a person, animal or object that agreed to appear. It opens only "
                "for its owner and for those the owner granted it to."
            ),
            search_aliases=["cameo", "character", "likeness", "reference", "face", "voice"],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Combo.Input(
                    "cameo",
                    options=[*cameo_names(), NO_CAMEO],
                    socketless=True,
                    tooltip=(
                        "A cameo of this computer. Add one with Hibari Enroll Cameo, or with "
                        "`hibari cameo import` for a file that a friend sent."
                    ),
                )
            ],
            outputs=[Cameo.Output("cameo", tooltip="For Hibari Apply Cameo or Cameo Info.")],
        )

    @classmethod
    def fingerprint_inputs(cls, cameo: str) -> str:
        """Load again when the file changes."""
        from ..trust.cameo.bundle import SUFFIX
        from ..trust.cameo.library import library_folder

        if cameo == NO_CAMEO:
            return cameo
        state = (library_folder() / f"{cameo}{SUFFIX}").stat()
        return f"{state.st_mtime_ns}-{state.st_size}"

    @classmethod
    @named_errors(NAME)
    def execute(cls, cameo: str) -> io.NodeOutput:
        """Return the checked cameo; None while none is chosen."""
        from ..trust.cameo.authority import check_now
        from ..trust.cameo.ledger import Ledger
        from ..trust.cameo.library import load_cameo
        from ..trust.cameo.result import literal_name
        from ..trust.credentials.facts import record_fact
        from .provenance import hidden_of

        if cameo == NO_CAMEO:
            return io.NodeOutput(None)
        graph, node_id = hidden_of(cls)
        if graph is not None and str(node_id) in graph:
            literal_name(graph[str(node_id)].get("inputs", {}))
        bundle = load_cameo(cameo)
        permission = check_now(bundle, Ledger())
        record_fact(node_id, "cameo", permission.details(), graph=graph)
        return io.NodeOutput(LoadedCameo(bundle, permission))


def checked_wire(cameo: Any) -> LoadedCameo:
    """The value of a HIBARI_CAMEO wire.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(cameo, LoadedCameo):
        raise ValueError("the cameo input is no cameo. Connect Hibari Load Cameo")
    return cameo
