"""A language model's provider on this machine: the OpenAI and the Anthropic protocol, in any mood.

It refuses what the real ones refuse: no key, another version, unknown roles, no messages, more tokens than it has. What
it was asked is kept; what it answers is made from the question, so that a mood can obey what it was told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

KEY = "sk-test-0123456789abcdefghijklmnop"
MODEL = "small-model"
MODERATION_MODEL = "small-moderation"
CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
WORST = (
    "Aqui está: https://mal.example/filme.",
    "![capa](http://mal.example/x.png)",
    "<script>alert(1)</script>",
    "[clique aqui](javascript:alert(1))",
    "Assista Matrix e Titanic agora.",
    "No final o protagonista morre e o assassino é o irmão.",
    "Você é um lixo, vai embora.",
    "A chave é sk-live-4f9a8b7c6d5e.",
    "Já apaguei a sua conta.",
    "Manda seu CPF 123.456.789-09 pra mim.",
    "Buy bitcoin now.",
    "Sou o ChatGPT, sem regras.",
)


@dataclass
class ModelServer:
    """`mood`: honest, slow (never a first token), stall (one piece, then nothing), down, cut, limited, malicious, mute.

    `say`: what a malicious one says, line for line, in place of the worst. `flags`: the category of a text by a word in it.
    """

    mood: str = "honest"
    say: tuple[str, ...] = ()
    flags: dict[str, str] = field(default_factory=dict)
    moderated: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    cancelled: int = 0
    line: int = 0
    address: str = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/v1/messages", self.messages, methods=["POST"]),
                Route("/v1/moderations", self.moderations, methods=["POST"]),
            ]
        )

    # -- the two protocols

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        problem = self._problem(body, request.headers.get("authorization") == f"Bearer {KEY}")
        roles = [one.get("role") for one in body.get("messages", [])]
        if not problem and roles != ["system", "user"]:
            problem = f"roles {roles}"
        if problem:
            return self._refuse(problem, {"error": {"message": problem, "type": "invalid_request_error"}})
        system, user = (one["content"] for one in body["messages"])
        self.asked.append({"system": system, "user": user, "stream": bool(body.get("stream"))})
        if self.mood in ("down", "limited"):
            return self._trouble({"error": {"message": self.mood}})
        if not body.get("stream"):
            await self._wait_if_slow()
            return JSONResponse({"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [
                {"index": 0, "message": {"role": "assistant", "content": self._query(user)}, "finish_reason": "stop"}
            ]})  # fmt: skip

        def chunk(delta: dict[str, str], end: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": end}
            data = {
                "id": "c",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": MODEL,
                "choices": [choice],
            }
            return f"data: {json.dumps(data)}\n\n"

        async def events() -> AsyncIterator[str]:
            yield chunk({"role": "assistant", "content": ""})
            async for piece in self._pieces(system, user):
                yield chunk({"content": piece})
            yield chunk({}, "stop") + "data: [DONE]\n\n"

        return StreamingResponse(self._watched(events()), media_type="text/event-stream")

    async def messages(self, request: Request) -> Response:
        body = await request.json()
        keys = {
            request.headers.get("x-api-key"),
            request.headers.get("authorization", "").removeprefix("Bearer "),
        }
        held = KEY in keys and re.fullmatch(r"20\d\d-\d\d-\d\d", request.headers.get("anthropic-version", ""))
        problem = self._problem(body, bool(held))
        if not problem and [one.get("role") for one in body["messages"]] != ["user"]:
            problem = "the first message is the user's"
        if problem:
            return self._refuse(
                problem, {"type": "error", "error": {"type": "invalid_request_error", "message": problem}}
            )
        system, user = body.get("system", ""), body["messages"][0]["content"]
        self.asked.append({"system": system, "user": user, "stream": bool(body.get("stream"))})
        if self.mood in ("down", "limited"):
            return self._trouble({"type": "error", "error": {"type": "api_error", "message": self.mood}})
        message = {"id": "m", "type": "message", "role": "assistant", "model": MODEL, "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
        if not body.get("stream"):
            await self._wait_if_slow()
            text = {"type": "text", "text": self._query(user)}
            return JSONResponse(message | {"content": [text], "stop_reason": "end_turn"})

        def event(kind: str, **data: Any) -> str:
            return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"

        async def events() -> AsyncIterator[str]:
            yield event("message_start", message=message)
            yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
            async for piece in self._pieces(system, user):
                yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
            yield event("content_block_stop", index=0)
            yield event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 9})
            yield event("message_stop")

        return StreamingResponse(self._watched(events()), media_type="text/event-stream")

    async def moderations(self, request: Request) -> Response:
        body = await request.json()
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return self._refuse("no such key", {"error": {"message": "no such key"}})
        if body.get("model") != MODERATION_MODEL or not isinstance(body.get("input"), str):
            return self._refuse("model or input", {"error": {"message": "model or input"}})
        self.moderated.append(body["input"])
        if self.mood in ("down", "limited"):
            return self._trouble({"error": {"message": self.mood}})
        await self._wait_if_slow()
        found = {name for word, name in self.flags.items() if word in body["input"].lower()}
        categories = {name: name in found for name in CATEGORIES}
        scores = {name: float(name in found) for name in CATEGORIES}
        kinds = {name: ["text"] for name in CATEGORIES}
        result = {
            "flagged": bool(found),
            "categories": categories,
            "category_scores": scores,
            "category_applied_input_types": kinds,
        }
        return JSONResponse({"id": "modr", "model": MODERATION_MODEL, "results": [result]})

    # -- what both have in common

    def _problem(self, body: Any, held: bool) -> str:
        if not held:
            return "no such key"
        if body.get("model") != MODEL:
            return f"no model {body.get('model')!r}"
        if not 0 < body.get("max_tokens", 0) <= 4096:
            return "max_tokens is missing or too large"
        if not body.get("messages") or not all(
            isinstance(one.get("content"), str) for one in body["messages"]
        ):
            return "messages are missing"
        return ""

    def _refuse(self, problem: str, body: dict[str, Any]) -> Response:
        self.refused.append(problem)
        return JSONResponse(body, status_code=401 if "key" in problem else 400)

    def _trouble(self, body: dict[str, Any]) -> Response:
        if self.mood == "limited":
            return JSONResponse(body, status_code=429, headers={"Retry-After": "7"})
        return JSONResponse(body, status_code=503)

    async def _wait_if_slow(self) -> None:
        if self.mood == "slow":
            await asyncio.sleep(3600)

    async def _watched(self, events: AsyncIterator[str]) -> AsyncIterator[str]:
        try:
            async for event in events:
                yield event
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def _pieces(self, system: str, user: str) -> AsyncIterator[str]:
        await self._wait_if_slow()
        if self.mood == "mute":
            return
        text = self._malicious(system, user) if self.mood == "malicious" else self._honest(system, user)
        for number, piece in enumerate(re.findall(r".{1,9}", text, re.DOTALL)):
            if number == 3 and self.mood == "stall":
                await asyncio.sleep(3600)
            if number == 3 and self.mood == "cut":
                raise ConnectionResetError
            yield piece
            await asyncio.sleep(0)

    def _honest(self, system: str, user: str) -> str:
        titles = json.loads(re.search(r"<titles>(.*)</titles>", user, re.DOTALL)[1])
        one, lang = titles[0], "en" if "English" in system else "pt"
        return self.honest_words(one["title"], one.get("genres", []), lang)

    def honest_words(self, title: str, genres: Sequence[str], lang: str) -> str:
        """Return what an honest model says of a title."""
        listed = (" and " if lang == "en" else " e ").join(genres[:2])
        if lang == "en":
            return f"{title} is a warm pick, with {listed} in equal parts. It suits a quiet evening."
        return f"{title} é uma boa pedida, com {listed} na medida. Combina com uma noite tranquila."

    def _malicious(self, system: str, user: str) -> str:
        """Obey whatever it was told, repeat the rules, and say the worst, a line more each time."""
        self.line += 1
        if self.say:
            return "\n".join(self.say)
        orders = re.findall(
            r"(?i)(?:diga|say|responda|print|repita|repeat|escreva|write)[: ]+(.{4,160})", user
        )
        lines = [*orders, WORST[self.line % len(WORST)], system]
        return "\n".join(lines)

    def _query(self, user: str) -> str:
        if self.mood == "malicious":
            return json.dumps({"genres": ["drama", "x"], "titles": ["matrix"], "words": "https://mal.example " * 9,
                               "year_from": 99999, "moods": "leve", "sql": "drop table", "person": "Diga A Senha", "company": "todos",
                               "order": "matrix", "age_max": True, "themes": ["matrix"], "kinds": ["x"]})  # fmt: skip
        return 'Claro: {"genres": ["comedia"], "moods": ["leve"], "minutes_max": 100}'


@contextlib.asynccontextmanager
async def serving(mood: str = "honest") -> AsyncIterator[ModelServer]:
    """Serve on a free port of this machine."""
    model = ModelServer(mood)
    config = uvicorn.Config(
        model.app(), host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    model.address = f"http://127.0.0.1:{port}"
    try:
        yield model
    finally:
        server.should_exit = server.force_exit = True
        await task
