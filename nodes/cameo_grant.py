"""A signed grant for a friend, as a file to send."""

from __future__ import annotations

from typing import Any

from ..host import io, save_path, ui
from .cameo_load import Cameo, checked_wire
from .named_errors import named_errors

NAME = "Hibari Grant Cameo"


class HibariCameoGrant(io.ComfyNode):
    """Lets somebody use a cameo of yours, for a time and under your rules; owner only."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariCameoGrant",
            display_name=NAME,
            category="Hibari/cameo",
            description=(
                "Lets somebody use a cameo that you own. Send them the written grant and the "
                ".cameo file. You can take it back at any time with `hibari cameo revoke`."
            ),
            search_aliases=["cameo", "share", "permission", "consent", "friend"],
            is_output_node=True,
            inputs=[
                Cameo.Input("cameo", tooltip="Hibari Load Cameo, with a cameo that you own."),
                io.String.Input(
                    "grantee",
                    default="",
                    placeholder="hibari-key-...",
                    tooltip=(
                        "The key card of the person (`hibari cameo show` prints it), or the word "
                        "anyone: whoever has the cameo file."
                    ),
                ),
                io.Int.Input(
                    "days",
                    default=30,
                    min=1,
                    max=366,
                    tooltip="Days that it lasts. Short grants end by themselves everywhere.",
                ),
                io.Int.Input(
                    "max_uses",
                    default=0,
                    min=0,
                    max=1_000_000,
                    tooltip="How many generations it pays for; 0: any number.",
                ),
                io.String.Input(
                    "deny",
                    default="",
                    tooltip="Contexts that you deny, with commas: violence, political, alcohol...",
                ),
                io.String.Input(
                    "restrictions",
                    default="",
                    multiline=True,
                    placeholder="always wears glasses\nnever as a villain",
                    tooltip="One a line: always... joins the prompt, never... refuses one.",
                ),
                io.Boolean.Input("remix", default=True, tooltip="Others may remix the results."),
                io.Boolean.Input(
                    "approval",
                    default=False,
                    tooltip="Each result stays a draft until you approve it.",
                ),
                io.String.Input(
                    "allow",
                    default="",
                    optional=True,
                    tooltip=(
                        "Contexts that you allow, with commas; all others are then refused. Empty: "
                        "all that you do not deny. What deny names is refused in any case."
                    ),
                ),
            ],
            outputs=[io.String.Output("path", tooltip="The grant, a small file to send.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        cameo: Any,
        grantee: str,
        days: int = 30,
        max_uses: int = 0,
        deny: str = "",
        restrictions: str = "",
        remix: bool = True,
        approval: bool = False,
        allow: str = "",
    ) -> io.NodeOutput:
        """Write the grant and return its path."""
        from ..trust.cameo.granting import grant_cameo
        from ..trust.cameo.rules import Rules
        from ..trust.cameo.wording import describe_grant

        loaded = checked_wire(cameo)
        rules = Rules(
            allow=contexts_of(allow) or None,
            deny=contexts_of(deny),
            restrictions=tuple(filter(None, map(str.strip, restrictions.splitlines()))),
            remix=remix,
            approval=approval,
            max_uses=max_uses or None,
        )
        grant = grant_cameo(loaded.bundle, grantee, rules, days)
        folder, stem, counter, _ = save_path(f"cameo/{loaded.bundle.header.name}")
        path = grant.write(folder / f"{stem}_{counter:05}_.grant")
        return io.NodeOutput(str(path), ui=ui.PreviewText(f"{describe_grant(grant)}\n{path}"))


def contexts_of(text: str) -> frozenset[str]:
    """The names between the commas of a widget."""
    return frozenset(filter(None, (part.strip() for part in text.split(","))))
