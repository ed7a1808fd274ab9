"""The blocks a graph may use, with their declarations read once per run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...host.embedded.io import ComfyNode, Schema


class Blocks(Mapping[str, type[ComfyNode]]):
    """Block classes by class type.

    A declaration lists files for its dropdowns, so it is read anew for each run (``refresh``) but
    not for each of the many questions asked during one.
    """

    def __init__(self, blocks: Mapping[str, type[ComfyNode]]) -> None:
        self._blocks = dict(blocks)
        self._schemas: dict[str, Schema] = {}

    def __getitem__(self, class_type: str) -> type[ComfyNode]:
        return self._blocks[class_type]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def schema(self, class_type: str) -> Schema:
        """Declaration of a block."""
        if class_type not in self._schemas:
            self._schemas[class_type] = self._blocks[class_type].GET_SCHEMA()
        return self._schemas[class_type]

    def refresh(self) -> None:
        """Forget the declarations, because files may have come and gone."""
        self._schemas.clear()
