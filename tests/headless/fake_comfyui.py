"""A ComfyUI of a few lines: takes any prompt, plays back events, serves one file."""

from __future__ import annotations

import asyncio
import json
import threading

from aiohttp import web


class FakeComfyUI:
    """Runs in a thread; ``events`` are (type, data) pairs to play back after a prompt arrived."""

    def __init__(self, infos, events, refusal=None, file=b"video"):
        self.infos, self.events, self.refusal, self.file = infos, events, refusal, file
        self.posted, self.interrupted = [], []
        self.arrived = None
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(10)
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def _serve(self):
        asyncio.set_event_loop(self.loop)
        app = web.Application()
        app.router.add_get("/object_info", self._info)
        app.router.add_get("/ws", self._ws)
        app.router.add_post("/prompt", self._prompt)
        app.router.add_post("/interrupt", self._interrupt)
        app.router.add_get("/view", self._view)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        self.arrived = asyncio.Event()
        self.loop.run_until_complete(self.runner.setup())
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        self.loop.run_until_complete(site.start())
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        self.ready.set()
        self.loop.run_forever()

    async def _json(self, data, status=200):
        return web.json_response(data, status=status)

    async def _info(self, request):
        return await self._json(self.infos)

    async def _prompt(self, request):
        self.posted.append(await request.json())
        self.arrived.set()
        if self.refusal:
            return await self._json(self.refusal, 400)
        return await self._json({"prompt_id": "p1", "number": 1, "node_errors": {}})

    async def _interrupt(self, request):
        self.interrupted.append(await request.json())
        return web.Response()

    async def _view(self, request):
        return web.Response(body=self.file)

    async def _ws(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "status", "data": {"status": {}}}))
        await socket.send_bytes(b"\0\0\0\1preview")
        await self.arrived.wait()
        for kind, data in self.events:
            await socket.send_str(json.dumps({"type": kind, "data": {**data, "prompt_id": "p1"}}))
        async for _ in socket:
            pass
        return socket
