"""The guard on the wires of a graph: words before they are encoded, clips before they are saved.

What it finds is recorded for the manifest under the id of the block that asked; a refusal is an
error that names the rule, never the words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..trust.credentials.facts import record_fact

if TYPE_CHECKING:
    from ..trust.guard.attestation import Attestation
    from ..trust.guard.check import Verdict
    from ..trust.guard.output import Clip
    from ..trust.guard.policy import Policy

Graph = Mapping[str, Mapping[str, Any]]
_LOOKED_AT = 64
_LOOKED_AT_PX = 640
_VIDEO = frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi"})


def policy_in_use(name: str | None = None) -> Policy:
    """Return a policy by its name in the dropdown; without one, that of this installation.

    Raises:
        ValueError: there is no such policy, or its file is wrong.
    """
    from ..trust.guard.policy import active_policy, load_policy
    from ..trust.home import home_path

    return load_policy(name, home_path()) if name else active_policy(home_path())


def policy_choices() -> list[str]:
    """Return the names for a dropdown."""
    from ..trust.guard.policy import policy_names
    from ..trust.home import home_path

    return policy_names(home_path())


def guard_text(
    text: str,
    graph: Graph | None,
    node_id: str | None,
    policy: Policy | None = None,
    attestation: Attestation | None = None,
) -> Verdict:
    """Return the verdict on a prompt, which allows it.

    Without ``attestation``, one given upstream in the graph counts. A negative prompt may say what
    is not wanted; it is not checked.

    Raises:
        ValueError: the policy refuses the prompt.
    """
    from ..trust.guard.check import check_prompt, decide
    from ..trust.guard.graph import only_negative, words_of
    from ..trust.guard.rights import entered_rights

    policy = policy or policy_in_use()
    if graph and node_id is not None:
        if only_negative(graph, node_id):
            return decide([], policy, "prompt")
        attestation = attestation or words_of(graph, node_id).attestation
    verdict = check_prompt(text, policy, rights=entered_rights(), attestation=attestation)
    _record([verdict], graph, node_id)
    return verdict.enforce()


def guard_output(
    frames: Any,
    fps: float,
    audio: Mapping[str, Any] | None,
    graph: Graph | None,
    node_id: str | None,
    policy: Policy | None = None,
    *,
    clip_name: str | None = None,
) -> list[Verdict]:
    """Return the verdicts on a finished clip, which all allow it.

    ``frames`` [F, H, W, 3]; the words, files and attestations come from the graph upstream of
    ``node_id``. With ``clip_name`` (the clip is saved under it), the use of licensed characters is
    counted.

    Raises:
        ValueError: the policy refuses the clip, or a check that it requires is not installed.
    """
    from ..trust.guard.graph import GraphWords, words_of
    from ..trust.guard.output import Clip, check_output
    from ..trust.guard.rights import entered_rights

    known = graph is not None and node_id is not None
    words = words_of(graph, node_id) if known else GraphWords((), (), (), None)  # type: ignore[arg-type]
    files = _brought(words.uploads)
    clip = Clip(frames, fps, audio, words, {name: _reader(path) for name, path in files.items()})
    rights = entered_rights()
    verdicts = check_output(clip, policy or policy_in_use(), rights=rights)
    _record(verdicts, graph, node_id)
    for verdict in verdicts:
        verdict.enforce()
    _record_attested(clip, files, graph, node_id)
    licences = sorted({name for verdict in verdicts for name in verdict.licences})
    if clip_name is not None and rights is not None:
        rights.count_use(licences, clip_name, len(frames) / fps)
    return verdicts


def _record(verdicts: Sequence[Verdict], graph: Graph | None, node_id: str | None) -> None:
    from ..trust.guard.output import summary

    for number, facts in enumerate(summary(verdicts)):
        record_fact(node_id, "guard", facts, graph=graph, slot=str(number))


def _record_attested(
    clip: Clip, files: Mapping[str, Path], graph: Graph | None, node_id: str | None
) -> None:
    """Tell the manifest who agreed to be in the pictures that were brought."""
    from ..trust.credentials.manifest import file_hash

    attestation = clip.words.attestation
    if attestation is None:
        return
    for name, path in files.items():
        media = "video" if path.suffix.lower() in _VIDEO else "image"
        details = {"sha256": file_hash(path), "media": media, "attestation": attestation.facts()}
        record_fact(node_id, "input", details, graph=graph, slot=name)


def _brought(names: Sequence[str]) -> dict[str, Path]:
    """Return the files behind names in a graph; names that are no files here are texts."""
    from ..host import annotated_path

    files = {}
    for name in names:
        try:
            files[name] = annotated_path(name)
        except ValueError:  # another host's file, or words that end like one
            continue
    return files


def _reader(path: Path) -> Callable[[], list[Any]]:
    """Return what reads at most 64 frames spread over an image or video, scaled down, streamed."""

    def read() -> list[Any]:
        from ..host.media import iter_frames, probe_video, read_image

        if path.suffix.lower() not in _VIDEO:
            pictures = read_image(path)[0]
            return [_scaled_down(picture) for picture in pictures[:_LOOKED_AT]]
        info = probe_video(path)
        step = max(1, round(info.duration_s * float(info.fps)) // _LOOKED_AT)
        return [_scaled_down(frame) for frame in islice(iter_frames(path), 0, None, step)]

    return read


def _scaled_down(frame: Any) -> Any:
    """Return a frame [H, W, 3] of at most about 1280 px, without some rows and columns."""
    step = max(1, max(frame.shape[:2]) // _LOOKED_AT_PX)
    return frame[::step, ::step]
