"""Subjects that a clip shows again: our own sampling opens what a conditioning carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...model.sampling.references import SealedReferences


def with_references(conditioning: Any, sealed: SealedReferences) -> list[list[Any]]:
    """A copy of a conditioning that refers to subjects, in place of those it had."""
    from ...model.sampling.references import REFERENCES

    return [[context, {**options, REFERENCES: sealed}] for context, options in conditioning]
