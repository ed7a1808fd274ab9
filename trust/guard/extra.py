"""Parts that come as extras: what to say where one is not installed."""

from __future__ import annotations


class MissingExtraError(ValueError):
    """A check needs a package that is not installed; the message names it and how to get it."""

    def __init__(self, check: str, package: str, extra: str = "guard") -> None:
        super().__init__(
            f"{check} needs the package {package}, which is not installed; install it with: "
            f'pip install "hibari[{extra}]"'
        )
        self.check = check
