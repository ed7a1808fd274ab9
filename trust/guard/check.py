"""The guard's decision: what a text contains, against what the policy refuses."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .attestation import Attestation
from .category import ADVICE, ALWAYS_REFUSED, Category, Level
from .contexts import contexts_of, topics_of
from .finding import Finding, findings_of, texts_read
from .lexicon import bundled_lexicon
from .policy import Action, Policy
from .rights import RightsRegistry

log = logging.getLogger(__name__)

_SURE = 0.5


class RefusalError(ValueError):
    """The guard refused; the message names the rule and never quotes the text."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


@dataclass(frozen=True)
class Verdict:
    """What the guard decided about a text, frames or sound.

    Attributes:
        allowed: whether it may go on.
        policy: name of the policy.
        stage: what was looked at: "prompt", "transcript", "frames" or "upload".
        rule, category: the reason of a refusal.
        message: the sentence to show; empty when allowed.
        licences: protected names that the text uses under a licence, to be counted when it is made.
        notes: checks that could not be made, each a sentence.
        unenforced: categories that the policy lets pass.
    """

    allowed: bool
    policy: str
    stage: str
    rule: str | None = None
    category: Category | None = None
    message: str = ""
    licences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unenforced: tuple[str, ...] = ()

    def enforce(self) -> Verdict:
        """Return the verdict if it allows.

        Raises:
            RefusalError: it does not.
        """
        if not self.allowed:
            raise RefusalError(self)
        return self

    def facts(self) -> dict[str, Any]:
        """Return what the manifest says of this check; nothing of the text."""
        told: dict[str, Any] = {"stage": self.stage, "policy": self.policy}
        told |= {"allowed": self.allowed, "rule": self.rule}
        if self.unenforced:
            told["unenforced"] = list(self.unenforced)
        if self.notes:
            told["notes"] = list(self.notes)
        return told


@dataclass(frozen=True)
class CameoRules:
    """What the owner of a cameo forbids: topics of ``rules/cameo.toml`` or whole categories."""

    name: str
    forbid: frozenset[str]

    def __post_init__(self) -> None:
        unknown = self.forbid - cameo_topics() - set(Category)
        if unknown:
            known = ", ".join(sorted(cameo_topics()))
            raise ValueError(f"topic {min(unknown)!r} is not known; use one of {known}")


def cameo_topics() -> frozenset[str]:
    """Return the topics that an owner can forbid."""
    rules = bundled_lexicon().rules
    return frozenset(r.id.split("/")[1] for r in rules if r.category is Category.CAMEO)


def check_prompt(
    text: str,
    policy: Policy,
    *,
    cameos: Sequence[CameoRules] = (),
    rights: RightsRegistry | None = None,
    attestation: Attestation | None = None,
    stage: str = "prompt",
) -> Verdict:
    """Return the verdict on a text under a policy.

    ``attestation`` settles real persons where the policy asks for one; ``rights`` holds licences
    of protected characters and further names. Nothing of the text is kept or logged unless the
    policy says so.

    Raises:
        ValueError: the text is too long to be read.
    """
    findings, licences = _findings_under_rights(text, rights)
    broken = _against_cameo(text, cameos)
    gravest = _gravest_refused(findings, policy, attestation)
    if broken is not None and (gravest is None or gravest.category is not ALWAYS_REFUSED):
        verdict = refusal(broken, policy, stage)
    else:
        verdict = decide(findings, policy, stage, attestation=attestation, licences=licences)
    if not verdict.allowed and policy.log_prompt_text:
        log.warning("refused text: %r", text)
    return verdict


def check_transcript(text: str, policy: Policy, **options: Any) -> Verdict:
    """Return the verdict on spoken words; options as in :func:`check_prompt`."""
    return check_prompt(text, policy, stage="transcript", **options)


def decide(
    findings: Sequence[Finding],
    policy: Policy,
    stage: str,
    *,
    attestation: Attestation | None = None,
    licences: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Verdict:
    """Return the verdict that a policy makes of findings."""
    refused = _gravest_refused(findings, policy, attestation)
    if refused is not None:
        return refusal(refused, policy, stage)
    return Verdict(
        True, policy.name, stage, licences=licences, notes=notes, unenforced=policy.unenforced()
    )


def refusal(finding: Finding, policy: Policy, stage: str) -> Verdict:
    """Return the refusal because of a finding, and log it by its rule."""
    log.warning("refused %s: rule %s, policy %s", stage, finding.rule, policy.name)
    what = {"prompt": "the prompt", "transcript": "what is spoken", "frames": "what is shown"}
    whose = f" of the cameo {finding.name}" if finding.category is Category.CAMEO else ""
    message = (
        f"{what.get(stage, 'the file that was brought')} is refused by rule {finding.rule}{whose} "
        f"under policy {policy.name!r}. {ADVICE[finding.category]}"
    )
    return Verdict(
        False,
        policy.name,
        stage,
        rule=finding.rule,
        category=finding.category,
        message=message,
        unenforced=policy.unenforced(),
    )


def refuses(finding: Finding, policy: Policy, attestation: Attestation | None = None) -> bool:
    """Whether a policy refuses because of a finding."""
    action = policy.action(finding.category)
    # A policy that leaves all to the rules must not weaken the one category it cannot set.
    threshold = _SURE if finding.category is ALWAYS_REFUSED else policy.classifier_threshold
    if finding.score < threshold or action is Action.ALLOW:
        return False
    if action is Action.ATTEST:
        return attestation is None or not attestation.holds
    return finding.level is Level.STRONG or action is Action.REFUSE_MILD


def _findings_under_rights(
    text: str, rights: RightsRegistry | None
) -> tuple[list[Finding], tuple[str, ...]]:
    """Return the findings that count, and the licensed names that the text uses."""
    named = rights.named_in(texts_read(text)) if rights is not None else []
    today = datetime.now(UTC).date()
    licensed = [right for right in named if right.licensed_on(today)]
    forms = tuple(form for right in licensed for form in right.forms)
    findings = [
        Finding(f"{Category.PROTECTED_CHARACTER}/registered", Category.PROTECTED_CHARACTER)
        for right in named
        if right not in licensed
    ]
    findings += findings_of(text, forms)
    return findings, tuple(right.name for right in licensed)


def _gravest_refused(
    findings: Sequence[Finding], policy: Policy, attestation: Attestation | None
) -> Finding | None:
    """Return the gravest finding that the policy refuses: minors first, sure ones before likely."""
    order = [ALWAYS_REFUSED, *Category]
    refused = [
        finding
        for finding in findings
        if finding.category is not Category.CAMEO and refuses(finding, policy, attestation)
    ]
    return min(refused, key=lambda f: (order.index(f.category), -f.score), default=None)


def _against_cameo(text: str, cameos: Sequence[CameoRules]) -> Finding | None:
    about = contexts_of(text) | topics_of(text) if cameos else frozenset()
    for cameo in cameos:
        broken = sorted(cameo.forbid & about)
        if broken:
            return Finding(f"{Category.CAMEO}/{broken[0]}", Category.CAMEO, name=cameo.name)
    return None
