"""`bitaca chat`: talk to Derona in the terminal, over the local catalogue."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bitaca_core.derona.assistant import Assistant, DialogueState, Reply

_LEAVE = {"sair", "exit", "quit", ":q"}


def chat(
    text: Annotated[str | None, typer.Argument(help="what to say; without it, a conversation begins")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print each reply as one JSON object")] = False,
    lang: Annotated[str, typer.Option("--lang", help="pt or en, when the words do not tell")] = "pt",
    seed: Annotated[int, typer.Option("--seed", help="chooses among variants of phrases")] = 0,
) -> None:
    """Talk to Derona: one message, or a conversation until `sair`."""
    from bitaca_core.derona.assistant import DialogueState

    assistant = _assistant(lang, seed)
    state = DialogueState(lang=lang)
    if text is not None:
        _show(assistant.reply(text, state=state), as_json)
        return
    if not as_json:
        print(assistant.greet(lang))
    for line in _lines(prompt=not as_json and sys.stdin.isatty()):
        if line.strip().lower() in _LEAVE:
            break
        state = _turn(assistant, line, state, as_json)


def _turn(assistant: Assistant, line: str, state: DialogueState, as_json: bool) -> DialogueState:
    reply = assistant.reply(line, state=state)
    _show(reply, as_json)
    return reply.state


def _lines(prompt: bool) -> list[str] | _Typed:
    return _Typed() if prompt else [line.rstrip("\n") for line in sys.stdin]


class _Typed:
    """Lines typed at a prompt, until the end of input."""

    def __iter__(self) -> _Typed:
        return self

    def __next__(self) -> str:
        try:
            return input("> ")
        except EOFError:
            raise StopIteration from None


def _assistant(lang: str, seed: int) -> Assistant:
    from bitaca_core.catalogue.store import load_catalogue, titles_file
    from bitaca_core.derona.assistant import Assistant
    from bitaca_core.errors import InputError
    from bitaca_core.media.library import published_ids
    from bitaca_core.search.embed import open_embedder
    from bitaca_core.search.service import open_search
    from bitaca_core.settings import load_settings

    if lang not in ("pt", "en"):
        raise InputError(f"language {lang!r} is neither pt nor en")
    settings = load_settings()
    paths = settings.paths
    catalogue = load_catalogue(titles_file(paths))
    if not len(catalogue):
        raise InputError(
            "the catalogue is empty",
            file=titles_file(paths),
            hint="run `bitaca demo` or `bitaca ingest` first",
        )
    ready = frozenset(published_ids(paths))
    embedder = open_embedder(settings.embedder)
    search = open_search(paths, catalogue, lambda: set(ready), embedder, background=False)
    return Assistant(catalogue, search, lang_default=lang, rng_seed=seed, playable=lambda: ready)


def _show(reply: Reply, as_json: bool) -> None:
    if as_json:
        data = asdict(reply)
        data["state"] = json.loads(reply.state.to_json())
        print(json.dumps(data, ensure_ascii=False))
        return
    print(reply.text)
    for number, card in enumerate(reply.cards, 1):
        mark = "▶" if card.playable else " "
        print(f"  {number}. {mark} {card.title} ({card.year or '?'}): {card.reason}")
    for action in reply.actions:
        print(f"  [{action.action} {json.dumps(action.value, ensure_ascii=False)}]")
    if reply.chips:
        print("  " + " · ".join(reply.chips))
