"""Prompts that mention cameos: ``@name`` becomes a description, and text stays with its context.

Checks look at what was really encoded: a :class:`PromptRecord` travels in the conditioning with a
digest of the encoded context, so a context that was mixed or replaced afterwards is noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from .container import CameoError
from .name import MENTION, role_of

if TYPE_CHECKING:
    from torch import Tensor

PROMPT = "hibari_prompt"
"""Option of a conditioning that holds the :class:`PromptRecord` of its context."""


@dataclass(frozen=True, eq=False)
class PromptRecord:
    """What a context was encoded from.

    Attributes:
        text: the words that the encoder read.
        context_sha256: digest of the context that came out.
        written: the text as people wrote it, with its mentions.
        roles: descriptions that stand in for mentions so far, by role.
        encode: encodes the text again with descriptions for further roles.
    """

    text: str
    context_sha256: str
    written: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    encode: Callable[[Mapping[str, str]], Any] | None = field(default=None, repr=False)

    @property
    def open_mentions(self) -> list[str]:
        """Mentioned roles without a description."""
        return [role for role in mentions(self.written) if role not in self.roles]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a prompt record belongs to this process; encode the prompt again")


def mentions(text: str) -> list[str]:
    """The roles that a text mentions with ``@``, each once, in order."""
    return list(dict.fromkeys(role_of(found[1]) for found in MENTION.finditer(text)))


def replace_mentions(text: str, roles: Mapping[str, str]) -> str:
    """The text with a description for each known ``@role``; unknown ones lose their ``@``.

    Descriptions are put in as they are: a mention inside one is not replaced again.
    """
    return MENTION.sub(lambda found: roles.get(role_of(found[1]), found[1]), text)


def context_digest(context: Tensor) -> str:
    """Hex digest of an encoded context's values and shape."""
    values = context.detach().to("cpu").float().contiguous()
    shape = ",".join(map(str, values.shape)).encode()
    return hashlib.sha256(shape + values.numpy().tobytes()).hexdigest()


def recorded_text(context: Any, options: Mapping[str, Any]) -> str:
    """The words behind a context.

    Raises:
        CameoError: nobody recorded them, or the context is not the one that was encoded.
    """
    record = options.get(PROMPT)
    if not isinstance(record, PromptRecord):
        raise CameoError(
            "the words of a prompt are not known, so they cannot be checked against the owner's "
            "rules; encode prompts with Hibari Text Encode"
        )
    if context is None or context_digest(context) != record.context_sha256:
        raise CameoError(
            "a prompt was mixed or changed after it was encoded, so its words no longer tell what "
            "it says; use the conditioning of Hibari Text Encode as it is"
        )
    return record.text
