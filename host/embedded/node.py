"""``ComfyNode``, the base class of blocks, and ``NodeOutput``, what a block returns."""

from __future__ import annotations

from typing import Any

from .schema import HiddenHolder, Schema


class ExecutionBlocker:
    """A value that stops whatever it flows into; ``message`` is shown, None stops silently."""

    def __init__(self, message: str | None) -> None:
        self.message = message


class NodeOutput:
    """Results of one call of a block.

    ``ui`` is what the block shows (a dict of lists, or an object with ``as_dict``), ``expand`` a
    graph that replaces it, ``block_execution`` a reason to stop everything behind it.
    """

    def __init__(
        self,
        *args: Any,
        ui: Any = None,
        expand: dict[str, Any] | None = None,
        block_execution: str | None = None,
    ) -> None:
        self.args = args
        self.ui = ui
        self.expand = expand
        self.block_execution = block_execution

    @property
    def result(self) -> tuple[Any, ...] | None:
        """The outputs in order, or None when there are none."""
        return self.args or None

    def __getitem__(self, index: int) -> Any:
        return self.args[index]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NodeOutput:
        """Output from ``{"result": ..., "ui": ..., "expand": ...}``."""
        result = data.get("result", ())
        if isinstance(result, ExecutionBlocker):
            return cls(result)
        return cls(*result, ui=data.get("ui"), expand=data.get("expand"))

    @classmethod
    def normalized(cls, returned: Any) -> NodeOutput:
        """Output from whatever ``execute`` returned: nothing, a tuple, a dict or an output.

        Raises:
            TypeError: it is none of these.
        """
        if isinstance(returned, NodeOutput):
            return returned
        if returned is None:
            return cls()
        if isinstance(returned, tuple):
            return cls(*returned)
        if isinstance(returned, dict):
            return cls.from_dict(returned)
        if isinstance(returned, ExecutionBlocker):
            return cls(returned)
        raise TypeError(
            f"execute returned {type(returned).__name__}; return io.NodeOutput, a tuple or a dict"
        )


class ComfyNode:
    """Base class of blocks: define ``define_schema`` and ``execute``, both class methods.

    The engine calls ``execute`` on a locked clone of the class, so a block keeps no state on it.
    """

    hidden: HiddenHolder = HiddenHolder()

    @classmethod
    def define_schema(cls) -> Schema:
        """Declare the block."""
        raise NotImplementedError(f"{cls.__name__} has no define_schema")

    @classmethod
    def execute(cls, *args: Any, **kwargs: Any) -> NodeOutput:
        """Do the block's work on its inputs."""
        raise NotImplementedError(f"{cls.__name__} has no execute")

    @classmethod
    def validate_inputs(cls, *args: Any, **kwargs: Any) -> bool | str:
        """Check constants beyond their ranges; return True or a message. Optional."""
        raise NotImplementedError

    @classmethod
    def fingerprint_inputs(cls, *args: Any, **kwargs: Any) -> Any:
        """Return a value that changes when the block must run again. Optional."""
        raise NotImplementedError

    @classmethod
    def check_lazy_status(cls, *args: Any, **kwargs: Any) -> list[str]:
        """Return the ids of lazy inputs still needed; by default all that are not there."""
        del args  # inputs come by name; the signature only lets blocks name them
        return [name for name, value in kwargs.items() if value is None]

    @classmethod
    def overrides(cls, method: str) -> bool:
        """Whether this block (or a parent of it) brings its own optional ``method``."""
        return getattr(cls, method).__func__ is not getattr(ComfyNode, method).__func__

    @classmethod
    def GET_SCHEMA(cls) -> Schema:  # noqa: N802 - ComfyUI's name
        """The declaration, finalized and checked."""
        schema = cls.define_schema()
        schema.finalize()
        schema.validate()
        return schema

    @classmethod
    def GET_NODE_INFO_V1(cls) -> dict[str, Any]:  # noqa: N802 - ComfyUI's name
        """Node information in the shape of ComfyUI's ``/object_info``."""
        return cls.GET_SCHEMA().node_info()


class _LockedMeta(type):
    def __setattr__(cls, name: str, value: Any) -> None:
        raise AttributeError(
            f"cannot set {name!r} on the block {cls.__name__}: its class is locked while it runs; "
            "keep state in a module-level object with an explicit key"
        )


def locked_clone(node: type[ComfyNode], hidden: HiddenHolder) -> type[ComfyNode]:
    """Subclass of a block for one call: it holds the hidden values and refuses new attributes."""
    own = {"hidden": hidden, "__module__": node.__module__}
    clone: Any = _LockedMeta(node.__name__, (node,), own)
    return clone
