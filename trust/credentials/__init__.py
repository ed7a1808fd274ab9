"""What a file says of itself: provenance of a graph, signed C2PA manifests, and their verification.

Public parts: ``contribution`` (what blocks add to the story of a file), ``facts`` (what only a run
knows), ``manifest`` (the story as C2PA), ``identity`` (certificates), ``signer`` and ``verify``.
"""
