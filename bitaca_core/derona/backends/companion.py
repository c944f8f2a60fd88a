"""A model beside Derona: asked after she has answered, heard sentence by sentence, believed in nothing.

Whatever goes wrong (late, down, cut off, over budget, refused by the guard) the answer that stands is the engine's own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona.backends import prompt
from bitaca_core.derona.backends.base import FIRST_TOKEN_S, TOTAL_S, BackendError, Briefing, ChatBackend
from bitaca_core.derona.backends.breaker import Breaker
from bitaca_core.derona.backends.briefing import SPOKEN
from bitaca_core.derona.backends.budget import TokenBudget, tokens
from bitaca_core.derona.backends.deadlines import within
from bitaca_core.derona.backends.reread import filled, wish_of
from bitaca_core.derona.backends.second_opinion import SecondOpinion
from bitaca_core.derona.backends.sentences import sentences
from bitaca_core.derona.guard import Guard, borrowed_words, grounds_of
from bitaca_core.derona.moderation import Judgement
from bitaca_core.derona.names import Names
from bitaca_core.derona.state import Wish

CACHE_MAX = 2048
REFUSALS_MAX = 20
"""Answers in a row of which the guard lets nothing pass, after which a model is left alone for a while: whoever lies so
often costs money and time, and adds nothing."""
log = logging.getLogger("bitaca.model")


class Companion:
    """One model, with everything that keeps it in its place.

    Parameters
    ----------
    backend : ChatBackend
    budget : TokenBudget
    monotonic : callable
        Seconds, for the breaker.
    first_s, total_s : float
        Deadlines of the first piece and of the end.
    second : SecondOpinion or None
        The provider's moderation, which may stop what is added.
    refusals : int
        Answers in a row that the guard refuses before the model is left alone.
    """

    def __init__(
        self,
        backend: ChatBackend,
        budget: TokenBudget,
        monotonic: Callable[[], float],
        *,
        first_s: float = FIRST_TOKEN_S,
        total_s: float = TOTAL_S,
        second: SecondOpinion | None = None,
        refusals: int = REFUSALS_MAX,
    ) -> None:
        self.backend = backend
        self.second = second
        self.budget = budget
        self.breaker = Breaker(monotonic)
        self.trust = Breaker(monotonic, refusals)
        self.outcomes: Counter[str] = Counter()
        """What became of each question: `said`, `cached`, a trouble, or `guard:<reason>`; for `/readyz` and tests."""
        self._first_s, self._total_s = first_s, total_s
        self._cache: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def add(
        self,
        viewer: str,
        briefing: Briefing,
        table: Iterable[Title],
        names: Names,
        catalogue: Catalogue,
        subtitles: Iterable[Sequence[str]] = (),
    ) -> AsyncGenerator[str]:
        """Yield sentences that may be shown after the answer; none where there is nothing to add.

        `names` and `catalogue` are the whole house's, not only what this viewer may see; `subtitles` all lines of what
        can be watched of the titles, heard or not: a model says none of them. Closing the iterator stops the provider.
        """
        table = tuple(table)
        if briefing.intent not in SPOKEN or not table:
            return
        key = _key(self.backend.name, briefing)
        if key in self._cache:
            self._cache.move_to_end(key)
            self.outcomes["cached"] += 1
            for sentence in self._cache[key]:
                yield sentence
            return
        asked = tokens(prompt.rules(briefing.lang), prompt.table(briefing))
        if self.budget.left(viewer) < asked:
            self.outcomes["budget"] += 1
            return
        if not self._may_ask():
            self.outcomes["open"] += 1
            return
        if not await self._asked_fitly(briefing.message):
            return
        self.budget.spend(viewer, asked)
        guard = Guard(grounds_of(briefing, table, subtitles), names, borrowed_words(catalogue))
        shown: list[str] = []
        answered = refused = False
        try:
            pieces = within(self.backend.phrase(briefing), self._first_s, self._total_s)
            async with aclosing(pieces), aclosing(sentences(pieces)) as told:
                async for sentence in told:
                    self.budget.spend(viewer, tokens(sentence))
                    reason = guard.refusal(sentence)
                    if reason is not None:
                        refused = True
                        self._note(f"guard:{reason}")
                        break
                    if not await self._fit(sentence):
                        break
                    shown.append(sentence)
                    yield sentence
            answered = True
            self.breaker.went_well()
            self._judge(shown=bool(shown), refused=refused)
            self._note("said" if shown else "silent")
        except BackendError as error:
            answered = True
            self.breaker.failed(error.retry_after_s)
            self.trust.given_up()
            self._note(error.trouble)
            return
        finally:
            if not answered:  # the viewer went on, or left
                self._given_up()
                self.outcomes["stopped"] += 1
        if shown:
            self._cache[key] = tuple(shown)
            while len(self._cache) > CACHE_MAX:
                self._cache.popitem(last=False)

    async def reread(
        self, viewer: str, briefing: Briefing, engines: Wish | None = None, names: Names | None = None
    ) -> Wish | None:
        """Return the wish in a message that Derona is not sure of; None where a model reads no more, or there is none.

        `engines` is what she read, which stands; `names` are those of the catalogue.
        """
        asked = tokens(prompt.reader_rules(briefing.lang), prompt.question(briefing))
        if self.budget.left(viewer) < asked or self.trust.state != "closed" or not self.breaker.may_ask():
            return None
        self.budget.spend(viewer, asked)
        answered = False
        try:
            async with asyncio.timeout(self._total_s):
                answer = await self.backend.understand(briefing)
            answered = True
            self.breaker.went_well()
        except BackendError as error:
            answered = True
            self.breaker.failed(error.retry_after_s)
            self._note(error.trouble)
            return None
        except TimeoutError:
            answered = True
            self.breaker.failed()
            self._note("slow")
            return None
        finally:
            if not answered:
                self.breaker.given_up()
        self.budget.spend(viewer, tokens(answer))
        read = wish_of(answer, names, briefing.message)
        wish = filled(engines, read) if read is not None else None
        self._note("read" if wish is not None else "unread")
        return wish

    def _may_ask(self) -> bool:
        """Return whether the model is up, and has not been refused too often."""
        if not self.trust.may_ask():
            return False
        if self.breaker.may_ask():
            return True
        self.trust.given_up()
        return False

    async def _asked_fitly(self, message: str) -> bool:
        """Return whether a message may go to the model; one that may not says nothing of it."""
        fit = False
        try:
            fit = await self._fit(message)
        finally:
            if not fit:
                self._given_up()
        return fit

    def _given_up(self) -> None:
        self.breaker.given_up()
        self.trust.given_up()

    def _judge(self, *, shown: bool, refused: bool) -> None:
        """Count an answer for or against the model; one that is refused after it said something true is neither."""
        if shown and not refused:
            self.trust.went_well()
        elif refused and not shown:
            if self.trust.failed():
                log.warning("%s: the guard refused all of its last answers; it rests", self.backend.name)
        else:
            self.trust.given_up()

    async def _fit(self, text: str) -> bool:
        """Return whether the provider's moderation, where there is one, lets a model's words go on."""
        if self.second is None:
            return True
        judged = await self.second.of(text, Judgement("allow"))
        if judged.verdict != "ok":
            self._note(judged.reason)
        return judged.verdict == "ok"

    async def close(self) -> None:
        """Give the model's connections back."""
        await self.backend.close()

    def _note(self, outcome: str) -> None:
        """Count an outcome and say it; never what was said."""
        self.outcomes[outcome] += 1
        if outcome != "said":
            log.info("%s: %s", self.backend.name, outcome)


def _key(name: str, briefing: Briefing) -> str:
    told = json.dumps([name, briefing.lang, briefing.message.strip().lower(), prompt.table(briefing)])
    return hashlib.sha256(told.encode()).hexdigest()
