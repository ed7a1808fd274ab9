"""Types with a widget: numbers, text, switches and dropdowns, and the options they take."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from typing import Any

from .socket import UNSHOWN, ComfyTypeI, ComfyTypeIO, Output, WidgetInput, comfytype


class FolderType(str, Enum):
    """Folder of the host that a file lives in."""

    input = "input"
    output = "output"
    temp = "temp"


class UploadType(str, Enum):
    """What a dropdown of input files lets people upload."""

    image = "image_upload"
    audio = "audio_upload"
    video = "video_upload"
    model = "file_upload"


class NumberDisplay(str, Enum):
    """How a number widget looks."""

    number = "number"
    slider = "slider"
    gradient_slider = "gradientslider"


class ControlAfterGenerate(str, Enum):
    """What happens to a seed after each run in a graph editor."""

    fixed = "fixed"
    increment = "increment"
    decrement = "decrement"
    randomize = "randomize"


@dataclass
class RemoteOptions:
    """Dropdown options that a graph editor fetches from a route; times are milliseconds."""

    route: str
    refresh_button: bool
    control_after_refresh: str = "first"
    timeout: int | None = None
    max_retries: int | None = None
    refresh: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Options that are set."""
        return {key: value for key, value in vars(self).items() if value is not None}


@comfytype("BOOLEAN")
class Boolean(ComfyTypeIO):
    """A switch."""

    Type = bool

    @dataclass(kw_only=True)
    class Input(WidgetInput):
        """Switch input."""

        label_on: str | None = None
        label_off: str | None = None


@comfytype("INT")
class Int(ComfyTypeIO):
    """A whole number."""

    Type = int

    @dataclass(kw_only=True)
    class Input(WidgetInput):
        """Whole number input; ``control_after_generate`` adds a widget behind it."""

        min: int | None = None
        max: int | None = None
        step: int | None = None
        control_after_generate: bool | ControlAfterGenerate | None = None
        display_mode: NumberDisplay | None = field(default=None, metadata={"key": "display"})


@comfytype("FLOAT")
class Float(ComfyTypeIO):
    """A real number."""

    Type = float

    @dataclass(kw_only=True)
    class Input(WidgetInput):
        """Real number input; ``round`` is the widget's precision."""

        min: float | None = None
        max: float | None = None
        step: float | None = None
        round: float | bool | None = None
        display_mode: NumberDisplay | None = field(default=None, metadata={"key": "display"})
        gradient_stops: list[dict[str, Any]] | None = None


@comfytype("STRING")
class String(ComfyTypeIO):
    """Text."""

    Type = str

    @dataclass(kw_only=True)
    class Input(WidgetInput):
        """Text input; ``dynamic_prompts`` lets a graph editor expand ``{a|b}``."""

        multiline: bool = False
        placeholder: str | None = None
        dynamic_prompts: bool | None = field(default=None, metadata={"key": "dynamicPrompts"})


@dataclass
class ComboInput(WidgetInput):
    """Dropdown input; ``options`` is a list or an Enum whose values are the options."""

    options: Any = None
    _: KW_ONLY
    control_after_generate: bool | ControlAfterGenerate | None = None
    upload: UploadType | None = field(default=None, metadata=UNSHOWN)
    image_folder: FolderType | None = None
    remote: RemoteOptions | None = field(default=None, metadata=UNSHOWN)
    multiselect: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if isinstance(self.options, type) and issubclass(self.options, Enum):
            self.options = [member.value for member in self.options]
        if isinstance(self.default, Enum):
            self.default = self.default.value

    def as_dict(self) -> dict[str, Any]:
        """Options of this dropdown as node information shows them."""
        shown = super().as_dict()
        if self.upload is not None:
            shown[self.upload.value] = True
        if self.remote is not None:
            shown["remote"] = self.remote.as_dict()
        return shown


@comfytype("COMBO")
class Combo(ComfyTypeIO):
    """One choice out of a list."""

    Type = str
    Input = ComboInput

    @dataclass
    class Output(Output):
        """Choice made by a block."""

        options: list[str] = field(default_factory=list, kw_only=True, metadata=UNSHOWN)


@dataclass
class MultiComboInput(ComboInput):
    """Dropdown input that takes several choices."""

    _: KW_ONLY
    placeholder: str | None = field(default=None, metadata=UNSHOWN)
    chip: bool | None = field(default=None, metadata=UNSHOWN)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.multiselect = True

    def as_dict(self) -> dict[str, Any]:
        """Options of this dropdown as node information shows them."""
        look = {"placeholder": self.placeholder, "chip": self.chip}
        shown = {key: value for key, value in look.items() if value is not None}
        return super().as_dict() | {"multi_select": shown}


@comfytype("COMBO")
class MultiCombo(ComfyTypeI):
    """Several choices out of a list."""

    Type = list[str]
    Input = MultiComboInput
