"""What a whole turn costs (`Assistant.reply`): processor time in one process, without an embedding and with one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.derona import moderation
from bitaca_core.derona.assistant import Assistant, DialogueState
from bitaca_core.search.embed import open_embedder
from bitaca_core.search.service import open_search
from bitaca_core.settings import DataPaths
from gradio_app.collecting import Collecting
from tests.bench.chat.house import PUBLISHED
from tests.bench.chat.report import percentiles
from tests.bench.chat.texts import Texts, utterances

TURNS = 3000
A_CONVERSATION = 5
WARMING = 60
EVERY_QUESTION = 1e6
"""Share of the allowance of questions by meaning: as a crowd of one has it."""


class Counting:
    """The embedder, counting what it is asked."""

    def __init__(self, embedder: Any) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self._embedder = embedder
        self.asked = 0

    def encode(self, texts: Any) -> Any:
        return self._embedder.encode(texts)

    def ask(self, texts: Any) -> Any:
        self.asked += 1
        return self._embedder.ask(texts)


def measured(home: Path, catalogue: Catalogue, seed: int, turns: int = TURNS) -> dict[str, Any]:
    """Return the milliseconds of turns that embedded nothing, and of those that embedded a question.

    An engine looks for garbage between two answers, while nobody waits for it or the next one does: told apart.
    """
    embedder = Counting(open_embedder("minilm"))
    ready = {
        unit
        for number, title in enumerate(catalogue.titles)
        if number % PUBLISHED
        for unit in catalogue.playable_ids(title)
    }
    search = open_search(
        DataPaths(home), catalogue, lambda: ready, embedder, background=False, meaning_share=EVERY_QUESTION
    )
    assistant = Assistant(catalogue, search, playable=lambda: ready)
    texts = Texts(catalogue.titles, utterances(), seed)
    spoken = [texts.one() for _ in range(WARMING + turns)]
    for text in spoken[:WARMING]:
        assistant.reply(text)
    moderation.prepare()
    threadpool_limits(limits=1)  # as in an engine
    collecting = Collecting()
    collecting.begin()
    without: list[float] = []
    with_: list[float] = []
    pauses: list[float] = []
    state = DialogueState()
    for number, text in enumerate(spoken[WARMING:]):
        if number % A_CONVERSATION == 0:
            state = DialogueState()
        asked, began = embedder.asked, time.process_time()
        state = assistant.reply(text, state=state).state
        spent = 1000 * (time.process_time() - began)
        (with_ if embedder.asked > asked else without).append(spent)
        began = time.process_time()
        if collecting.step():
            pauses.append(1000 * (time.process_time() - began))
    collecting.end()
    return {
        "turns": turns,
        "without_embedding_ms": percentiles(without, 2),
        "with_embedding_ms": percentiles(with_, 2),
        "between_turns_ms": percentiles(pauses, 2),
        "share_with_embedding": round(len(with_) / turns, 3),
    }
