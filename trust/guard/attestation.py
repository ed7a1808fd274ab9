"""A person's word that the people in a picture or prompt agreed; it goes into the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STATEMENT = "These people agreed to appear in this clip."


@dataclass(frozen=True)
class Attestation:
    """Who is shown and that they agreed, as the maker of the graph states it."""

    people: str = ""
    agreed: bool = False

    @property
    def holds(self) -> bool:
        """Whether it names somebody and says that they agreed."""
        return self.agreed and bool(self.people.strip())

    def facts(self) -> dict[str, Any]:
        """Return what the manifest says."""
        return {"people": self.people.strip(), "agreed": self.agreed, "statement": STATEMENT}
