"""One use of cameos: the check when sampling starts, decided and recorded as one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from ...model.sampling.references import Entries
from .authority import Permission, RefusedError, note_refusal, permission_for
from .bundle import Bundle
from .container import CameoError
from .contexts import contexts_in, restriction_broken
from .ledger import Entry, Ledger
from .prompt import recorded_text
from .rules import PERSON


def begin_use(bundles: Sequence[Bundle], entries: Entries, clips: int = 1) -> list[Permission]:
    """Record ``clips`` uses of each cameo for a run that follows the prompts ``entries``.

    Raises:
        RefusedError: no valid grant, no use left, or words that the owner does not allow.
        LedgerError: ledger or clock cannot be trusted.
    """
    ledger = Ledger()
    permissions: list[Permission] = []
    run = os.urandom(8).hex()

    def decide(log: Sequence[Entry], now: int) -> list[tuple[str, dict[str, Any]]]:
        permissions.extend(permission_for(b, ledger, log, now, clips) for b in bundles)
        texts = [
            text
            for context, options in entries
            if (text := _text_for(permissions, context, options)) is not None
        ]
        for permission in permissions:
            check_words(permission, texts)
        words = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        return [
            (
                "use",
                {
                    "cameo": permission.header.id,
                    "grant": permission.grant_id,
                    "run": run,
                    "clips": clips,
                    "prompt_sha256": words,
                },
            )
            for permission in permissions
        ]

    try:
        ledger.append(decide)
    except RefusedError as error:
        for bundle in bundles:
            note_refusal(ledger, bundle.header, error)
        raise
    return permissions


def check_words(permission: Permission, texts: Sequence[str]) -> None:
    """Raise RefusedError when a text is about something that the rules deny."""
    header, rules = permission.header, permission.rules
    for text in texts:
        denied = rules.denies(contexts_in(text, header.minor))
        if denied is not None:
            raise RefusedError(
                f"the prompt is about {denied}, which the cameo {header.name} does not allow; "
                "describe another scene, or use no cameo"
            )
        broken = restriction_broken(text, rules)
        if broken is not None:
            raise RefusedError(
                f"the owner of the cameo {header.name} says {broken!r}; describe another scene"
            )


def _text_for(permissions: Sequence[Permission], context: Any, options: Any) -> str | None:
    """The recorded words; None where unknown words do no harm to any of the cameos."""
    try:
        return recorded_text(context, options)
    except CameoError as error:
        strict = [permission for permission in permissions if _needs_words(permission)]
        if not strict:
            return None
        raise RefusedError(f"the cameo {strict[0].header.name}: {error}") from error


def _needs_words(permission: Permission) -> bool:
    rules = permission.rules
    return bool(
        permission.header.kind == PERSON
        or rules.deny
        or rules.allow is not None
        or rules.restrictions
    )
