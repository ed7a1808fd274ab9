"""``hibari run --server URL``: a graph on a running ComfyUI, followed over its websocket.

The graph is posted as it would run here; events, errors and results have the same shape, and the
files it saves are downloaded. Ctrl-C interrupts the run on the server too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from ..host.containment import is_within
from ..host.embedded.folders import output_directory
from ..host.embedded.progress import InterruptProcessingException
from ..host.media import partial_file
from .engine import GraphError, RunResult, Validation
from .engine.failure import Failure
from .engine.graph import Prompt, is_ui_format, title_of
from .report import EXIT_INTERRUPTED, complain, report, written
from .run_command import prepared
from .terminal import ProgressLine, stoppable

ENDS = frozenset({"execution_success", "execution_error", "execution_interrupted"})
CONNECT_S = 15
HTTP_BAD_REQUEST = 400


def run_on_server(graph: dict[str, Any], arguments: argparse.Namespace) -> int:
    """Run a graph of either format on ``arguments.server``; return the exit code."""
    workflow = graph if is_ui_format(graph) else None
    line = ProgressLine()
    try:
        with stoppable():
            result, files = asyncio.run(_run(graph, workflow, arguments, line))
    except InterruptProcessingException:
        complain("hibari: interrupted; the server was told to stop")
        return EXIT_INTERRUPTED
    except aiohttp.ClientError as error:
        raise GraphError(
            f"server {arguments.server} does not answer as a ComfyUI ({error}); check the URL and "
            "that it runs"
        ) from error
    finally:
        line.close()
    found = written(result, lambda item: files[_key(item)])
    return report(result, found, arguments.json)


@dataclass(frozen=True)
class Api:
    """Routes of a ComfyUI."""

    http: aiohttp.ClientSession
    base: str

    def url(self, route: str) -> str:
        """Address of a route."""
        return f"{self.base}/{route}"

    async def get_json(self, route: str) -> Any:
        """JSON of a GET route."""
        async with self.http.get(self.url(route)) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def post_prompt(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """(status, reply) of a posted prompt; 400 is an answer too."""
        async with self.http.post(self.url("prompt"), json=body) as answer:
            if answer.status != HTTP_BAD_REQUEST:
                answer.raise_for_status()
            return answer.status, await answer.json()

    async def interrupt(self, prompt_id: str) -> None:
        """Stop a prompt."""
        async with self.http.post(self.url("interrupt"), json={"prompt_id": prompt_id}):
            return

    async def download(self, item: Mapping[str, str]) -> Path:
        """Fetch a file that a block saved (or previewed) into the output folder.

        Raises:
            GraphError: the server names a place outside of it.
        """
        root = output_directory().absolute()
        path = root / item["subfolder"] / item["filename"]
        if not is_within(root, path):
            raise GraphError(f"the server named {path}, outside of {root}; it was not fetched")
        names = {name: item[name] for name in ("filename", "subfolder", "type")}
        async with self.http.get(self.url("view"), params=names) as answer:
            answer.raise_for_status()
            with partial_file(path) as partial, partial.open("wb") as file:
                async for piece in answer.content.iter_chunked(2**20):
                    file.write(piece)
        return path


async def _run(
    graph: dict[str, Any],
    workflow: Mapping[str, Any] | None,
    arguments: argparse.Namespace,
    line: ProgressLine,
) -> tuple[RunResult, dict[str, Path]]:
    """What the run did, and the downloaded file of each one it saved (see ``_key``)."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        api = Api(http, base_url(arguments.server))
        infos = await api.get_json("object_info")
        prompt = prepared(graph, arguments.set, infos)
        result = await _Remote(api, prompt, line).run(workflow)
        is_output = {name for name, info in infos.items() if info.get("output_node")}
        result.validation.outputs = [
            node_id for node_id, node in prompt.items() if node.get("class_type") in is_output
        ]
        shown = [items for output in result.outputs.values() for items in output.values()]
        files = [item for items in shown if isinstance(items, list) for item in items]
        named = [item for item in files if isinstance(item, dict) and "filename" in item]
        return result, {_key(item): await api.download(item) for item in named}


@dataclass
class _Remote:
    """One prompt on one server."""

    api: Api
    prompt: Prompt
    line: ProgressLine
    client_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def run(self, workflow: Mapping[str, Any] | None) -> RunResult:
        """Post the prompt and follow it to its end."""
        started = time.monotonic()
        extra = {} if workflow is None else {"extra_pnginfo": {"workflow": workflow}}
        body = {"prompt": self.prompt, "client_id": self.client_id, "extra_data": extra}
        address = self.api.url(f"ws?clientId={self.client_id}")
        # The socket comes first, or the events of a quick run would be missed.
        async with self.api.http.ws_connect(address) as socket:
            _, reply = await self.api.post_prompt(body)
            validation = Validation([], reply.get("error"), reply.get("node_errors") or {})
            result = RunResult(self.prompt, validation)
            if validation.valid:
                try:
                    await self._follow(socket, reply["prompt_id"], result)
                except BaseException:
                    await self.api.interrupt(reply["prompt_id"])
                    raise
        result.seconds = time.monotonic() - started
        return result

    async def _follow(
        self, socket: aiohttp.ClientWebSocketResponse, prompt_id: str, result: RunResult
    ) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            event = json.loads(message.data)
            data = event.get("data") or {}
            if data.get("prompt_id") != prompt_id:
                continue
            if self._take(event["type"], data, result):
                return
        raise aiohttp.ClientError("the connection ended before the run did")

    def _take(self, event: str, data: dict[str, Any], result: RunResult) -> bool:
        """Note an event; True when it ends the run."""
        if event == "executing" and data.get("node"):
            data = data | {"title": title_of(self.prompt, data["node"])}
            result.executed.append(data["node"])
        elif event == "executed" and data.get("output"):
            result.outputs[data["node"]] = data["output"]
        elif event == "execution_interrupted":
            result.interrupted = True
        elif data.get("exception_type") == "ExecutionBlocked":
            # ComfyUI reports a block on purpose as an error, and goes on.
            result.blocked.append(str(data["exception_message"]))
            return False
        elif event == "execution_error":
            result.failure = Failure(
                str(data.get("node_id")),
                str(data.get("node_type")),
                str(data.get("exception_type")),
                str(data.get("exception_message", "")).strip(),
                data.get("traceback") or [],
                {},
            )
        self.line(event, data)
        return event in ENDS


def base_url(server: str) -> str:
    """Address of a server as people type it: ``gpu:8188`` is ``http://gpu:8188``."""
    return (server if "://" in server else f"http://{server}").rstrip("/")


def _key(item: Mapping[str, str]) -> str:
    return f"{item['type']}/{item['subfolder']}/{item['filename']}"
