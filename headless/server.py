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

from ..host.embedded.folders import is_within, output_directory
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
    paths = {(item["filename"], item["subfolder"], item["type"]): path for item, path in files}
    found = written(
        result.outputs,
        lambda item: paths[item["filename"], item["subfolder"], item["type"]],
    )
    return report(result, found, arguments.json)


async def _run(
    graph: dict[str, Any],
    workflow: Mapping[str, Any] | None,
    arguments: argparse.Namespace,
    line: ProgressLine,
) -> tuple[RunResult, list[tuple[dict[str, str], Path]]]:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
    async with aiohttp.ClientSession(arguments.server.rstrip("/") + "/", timeout=timeout) as http:
        infos = await _get_json(http, "object_info")
        prompt = prepared(graph, arguments.set, infos)
        result = await _Remote(http, prompt, line).run(workflow)
        return result, await _download(http, result)


@dataclass
class _Remote:
    """One prompt on one server."""

    http: aiohttp.ClientSession
    prompt: Prompt
    line: ProgressLine
    client_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def run(self, workflow: Mapping[str, Any] | None) -> RunResult:
        """Post the prompt and follow it to its end."""
        started = time.monotonic()
        extra = {} if workflow is None else {"extra_pnginfo": {"workflow": workflow}}
        body = {"prompt": self.prompt, "client_id": self.client_id, "extra_data": extra}
        # The socket comes first, or the events of a quick run would be missed.
        async with self.http.ws_connect("ws", params={"clientId": self.client_id}) as socket:
            async with self.http.post("prompt", json=body) as answer:
                reply = await answer.json()
            validation = Validation(error=reply.get("error"), node_errors=reply["node_errors"])
            result = RunResult(self.prompt, validation)
            if answer.status == 200:
                try:
                    await self._follow(socket, reply["prompt_id"], result)
                except BaseException:
                    await self._interrupt(reply["prompt_id"])
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
            self._take(event["type"], data, result)
            if event["type"] in ENDS:
                return
        raise aiohttp.ClientError("the connection ended before the run did")

    def _take(self, event: str, data: dict[str, Any], result: RunResult) -> None:
        if event == "executing" and data.get("node"):
            data = data | {"title": title_of(self.prompt, data["node"])}
            result.executed.append(data["node"])
        elif event == "executed" and data.get("output"):
            result.outputs[data["node"]] = data["output"]
        elif event == "execution_interrupted":
            result.interrupted = True
        elif event == "execution_error":
            names = ("node_id", "node_type", "exception_type", "exception_message")
            values = [str(data.get(name, "")).strip() for name in names]
            result.failure = Failure(*values, data.get("traceback") or [], {})
        self.line(event, data)

    async def _interrupt(self, prompt_id: str) -> None:
        async with self.http.post("interrupt", json={"prompt_id": prompt_id}):
            return


async def _get_json(http: aiohttp.ClientSession, route: str) -> Any:
    async with http.get(route) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _download(
    http: aiohttp.ClientSession, result: RunResult
) -> list[tuple[dict[str, str], Path]]:
    """Files that the run saved, into the output folder; previews too."""
    found = []
    for shown in result.outputs.values():
        for items in shown.values():
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and "filename" in item:
                    found.append((item, await _fetch(http, item)))
    return found


async def _fetch(http: aiohttp.ClientSession, item: dict[str, str]) -> Path:
    root = output_directory().absolute()
    path = root / item["subfolder"] / item["filename"]
    if not is_within(root, path):
        raise GraphError(f"the server named a file outside of {root}: {path}; it was not fetched")
    names = {name: item[name] for name in ("filename", "subfolder", "type")}
    async with http.get("view", params=names) as answer:
        answer.raise_for_status()
        with partial_file(path) as partial, partial.open("wb") as file:
            async for piece in answer.content.iter_chunked(2**20):
                file.write(piece)
    return path
