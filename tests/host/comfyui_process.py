"""A real ComfyUI in a process of its own, with only this pack and a base folder of its own."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import aiohttp

PACK = Path(__file__).parents[2]
PACK_NAME = "ComfyUI-Hibari"
START_S = 900
RUN_S = 900
# Kinds of binary messages.
PREVIEW, TEXT = 1, 3
# Stock blocks that report no progress.
SILENT = {"SaveVideo"}
ENDS = {"execution_success", "execution_error", "execution_interrupted"}


@dataclass
class Run:
    """What one prompt did: websocket events in order, outputs by node, error data if it failed.

    ``cancel_s`` is the processor time that it took to stop after it was cancelled: unlike that of
    the clock it does not depend on what else the machine does.
    """

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    cancel_s: float | None = None

    @property
    def executed(self) -> list[str]:
        """Ids of the nodes that ran, in order."""
        return [data["node"] for name, data in self.events if name == "executing" and data["node"]]

    @property
    def called(self) -> list[str]:
        """Ids of the nodes whose result was used, run now or kept from an earlier run."""
        kept = [data["nodes"] for name, data in self.events if name == "execution_cached"]
        return [*self.executed, *(node for nodes in kept for node in nodes)]

    @property
    def outputs(self) -> dict[str, Any]:
        """UI output by node id."""
        return {data["node"]: data["output"] for name, data in self.events if name == "executed"}

    def progress(self, node: str) -> list[float]:
        """Shares of the work of a node that it reported as done, in order."""
        told = [data for name, data in self.events if name == "progress" and data["node"] == node]
        return [data["value"] / data["max"] for data in told]

    @property
    def error(self) -> dict[str, Any] | None:
        """Data of ``execution_error``, None when the run succeeded."""
        return next((data for name, data in self.events if name == "execution_error"), None)


class ComfyUIProcess:
    """Starts, asks and stops one server; the log is in ``base/comfyui.log``."""

    def __init__(
        self, directory: Path, python: Path, base: Path, *options: str, program: Path | None = None
    ) -> None:
        """``options`` are added to the command line; ``program`` is run in place of main.py."""
        self.base = base
        self.log = base / "comfyui.log"
        self.port = free_port()
        make_base_folder(base)
        (base / "custom_nodes" / PACK_NAME).symlink_to(PACK, target_is_directory=True)
        command = [python, program or "main.py", "--port", self.port]
        command += [*hermetic_arguments(base), *options]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            cwd=directory,
            env=process_environment(),
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self) -> None:
        """Return when the server answers; raise with the end of its log when it does not."""
        deadline = time.monotonic() + START_S
        while "To see the GUI" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"ComfyUI did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def resident_bytes(self) -> int:
        """Memory that the process occupies."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def processor_s(self) -> float:
        """Processor time that the process has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def get(self, route: str) -> Any:
        """JSON of a GET route."""
        with urlopen(f"http://127.0.0.1:{self.port}{route}") as reply:
            return json.load(reply)

    def post(self, route: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of a POST route."""
        request = Request(
            f"http://127.0.0.1:{self.port}{route}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urlopen(request) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def run(
        self, graph: dict[str, Any], cancel_in: str | None = None, previews: bool = False
    ) -> Run:
        """Run an API-format graph to its end and return what happened.

        ``cancel_in`` is a node at whose first progress the run is cancelled, or as soon as it
        starts where it is a block that reports none; ``previews`` asks for pictures while sampling.
        """
        return asyncio.run(asyncio.wait_for(self._run(graph, cancel_in, previews), RUN_S))

    async def _run(self, graph: dict[str, Any], cancel_in: str | None, previews: bool) -> Run:
        run, client, cancelled = Run(), os.urandom(8).hex(), None
        request = {
            "prompt": graph,
            "client_id": client,
            "extra_data": {"preview_method": "latent2rgb" if previews else "none"},
        }
        url = f"ws://127.0.0.1:{self.port}/ws?clientId={client}"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as channel:
            status, reply = await asyncio.to_thread(self.post, "/prompt", request)
            if status != 200:
                raise AssertionError(f"ComfyUI refused the graph: {json.dumps(reply, indent=1)}")
            async for message in channel:
                if message.type is aiohttp.WSMsgType.BINARY:
                    run.events.append(binary_event(message.data))
                    continue
                event = json.loads(message.data)
                run.events.append((event["type"], event["data"]))
                if event["type"] in ENDS:
                    run.cancel_s = cancelled and self.processor_s() - cancelled
                    break
                if not cancelled and cancel_in and is_under_way(event, cancel_in, graph):
                    cancelled = self.processor_s()
                    await asyncio.to_thread(self.post, "/interrupt", {})
        return run


def is_under_way(event: dict[str, Any], node: str, graph: dict[str, Any]) -> bool:
    """Whether an event says that a node has done a part of its work, and not all of it."""
    data = event["data"]
    if graph[node]["class_type"] in SILENT:
        return event["type"] == "executing" and data["node"] == node
    return event["type"] == "progress" and data["node"] == node and data["value"] < data["max"]


def binary_event(message: bytes) -> tuple[str, dict[str, Any]]:
    """A preview picture, or the text that a node shows, as an event."""
    (kind,) = struct.unpack(">I", message[:4])
    if kind == PREVIEW:
        return "preview", {"jpeg": message[8:]}
    if kind == TEXT:
        (length,) = struct.unpack(">I", message[4:8])
        node, text = message[8 : 8 + length], message[8 + length :]
        return "text", {"node": node.decode(), "text": text.decode()}
    return "binary", {"kind": kind}


def hermetic_arguments(base: Path) -> list[str | Path]:
    """Arguments that keep a ComfyUI to its base folder, the CPU and this machine."""
    return [
        *("--cpu", "--base-directory", base, "--disable-api-nodes"),
        *("--database-url", "sqlite:///:memory:"),
    ]


def make_base_folder(base: Path) -> None:
    """Create the folders that ComfyUI expects in a base directory."""
    for name in ("custom_nodes", "models/checkpoints", "input", "output", "user", "temp"):
        (base / name).mkdir(parents=True, exist_ok=True)


def process_environment() -> dict[str, str]:
    """One thread (several hosts may be compared at once) and no bytecode in the checkout."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return inherited | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
