"""Dialogues that a reviewer reads: what is said, what Derona answers, shows, does and offers.

    python -m tests.derona.transcripts          write tests/derona/transcripts/*.md again
    python -m tests.derona.transcripts --check  say which differ

Each dialogue is a file of `dialogues.txt`'s making: lines `# name | title`, `> what the viewer says`, and between them
`@ place` lines that open, move or close the player or set what the viewer keeps. The catalogue is the tests' small shelf.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.derona.assistant import Assistant, DialogueState, Own, PlayerContext, Reply
from bitaca_core.derona.packages import Span
from bitaca_core.search.scenes import Line
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library

HERE = Path(__file__).parent
SCRIPT, FOLDER = HERE / "dialogues.txt", HERE / "transcripts"
FAROL = "o-farol-de-papel-2026"
LINES = [
    Line(5, 8, "NINA: Vô, o farol apagou de novo."),
    Line(20, 24, "O barco dele saiu antes do sol."),
    Line(60, 64, "Se eu dobrar um farol de papel, ele acha o caminho."),
    Line(100, 104, "O trem para a cidade já passou."),
    Line(180, 184, "Bento é o capitão que ninguém esperava."),
    Line(230, 236, "O vento levou o farol embora."),
]
MARKS = {FAROL: [Span("intro", 9.0, 18.0), Span("credits", 240.0, 250.0)]}
LENGTHS = {FAROL: 250.0, "dona-mare-2026-e1": 70.0, "dona-mare-2026-e2": 80.0}


@dataclass
class Dialogue:
    """One conversation: `steps` are `(kind, text)`, kind `>` for what is said and `@` for what happens."""

    name: str
    title: str
    lang: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def read(text: str) -> list[Dialogue]:
    """Read the script; a line that is none of its kinds is an error."""
    found: list[Dialogue] = []
    for number, line in enumerate(text.splitlines(), 1):
        kind, rest = line[:1], line[1:].strip()
        if not line.strip() or line.startswith("//"):
            continue
        if kind == "#":
            name, lang, title = (part.strip() for part in rest.split("|"))
            found.append(Dialogue(name, title, lang))
        elif kind in (">", "@") and found:
            found[-1].steps.append((kind, rest))
        else:
            raise ValueError(
                f"dialogues.txt:{number}: expected `# name | lang | title`, `> said` or `@ place`"
            )
    return found


@dataclass
class Stage:
    """What surrounds a conversation: the player, and what the viewer began, saw and keeps."""

    player: PlayerContext | None = None
    begun: tuple[Any, ...] = ()
    watched: tuple[str, ...] = ()
    own: Own | None = field(default_factory=Own)

    def change(self, text: str) -> None:
        """Take one `@` line: `open id at s`, `paused`, `stats json`, `close`, `begun id at s`, `seen id`, `guest`."""
        words = text.split()
        match words[0]:
            case "open":
                at = float(words[3]) if len(words) > 3 else 0.0
                length = LENGTHS.get(words[1])
                self.player = PlayerContext(
                    words[1],
                    at,
                    False,
                    length,
                    ("pt-BR",),
                    ("pt-BR", "en"),
                    "pt-BR",
                    None,
                    (360, 540, 720),
                    "auto",
                )
            case "stats" if self.player is not None:
                self.player = replace(self.player, **json.loads(text.removeprefix("stats ")))
            case "paused" if self.player is not None:
                self.player = replace(self.player, paused=True)
            case "close":
                self.player = None
            case "begun":
                self.begun = (*self.begun, SimpleNamespace(title_id=words[1], position_s=float(words[3])))
            case "seen":
                self.watched = (*self.watched, words[1])
            case "guest":
                self.own = None
            case _:
                raise ValueError(f"nothing is known of `@ {text}`")

    def follow(self, reply: Reply) -> None:
        """Do what a page and the server do with the actions of an answer."""
        for action in reply.actions:
            if action.action == "play":
                self.change(f"open {action.value} at 0")
            elif action.action == "play_at":
                self.change(f"open {action.value['title_id']} at {action.value['position_s']}")
            elif action.action in ("pause", "resume") and self.player is not None:
                self.player = replace(self.player, paused=action.action == "pause")
            elif action.action == "seek" and self.player is not None:
                to = action.value.get("absolute", self.player.position_s + action.value.get("relative", 0))
                self.player = replace(self.player, position_s=float(max(0, to)))
            elif action.action == "opinion" and self.own is not None:
                kept = [key for key in self.own.listed if key != action.value["title_id"]]
                if action.value["say"] == "list":
                    kept.insert(0, action.value["title_id"])
                self.own = replace(self.own, listed=tuple(kept))
            elif action.action == "clear_history":
                self.begun = self.watched = ()
            elif action.action == "clear_list" and self.own is not None:
                self.own = replace(self.own, listed=())


def derona() -> Assistant:
    """Return Derona over the small shelf, with subtitles for one film."""
    changes = {FAROL: {"audio_languages": ("pt-BR",), "subtitle_languages": ("pt-BR", "en")}}
    titles = Catalogue(title.model_copy(update=changes.get(title.title_id, {})) for title in catalogue())
    packages = Library({FAROL: LINES}, MARKS, LENGTHS)
    return Assistant(titles, ShelfSearch(titles), playable=lambda: PLAYABLE, packages=packages, rng_seed=4)


def transcript(assistant: Assistant, dialogue: Dialogue) -> str:
    """Return one dialogue in Markdown."""
    stage, state = Stage(), DialogueState(lang=dialogue.lang)
    out = [f"# {dialogue.title}", ""]
    for kind, text in dialogue.steps:
        if kind == "@":
            stage.change(text)
            out += [f"*{text}*", ""]
            continue
        reply = assistant.reply(
            text,
            state=state,
            player=stage.player,
            watched=stage.watched,
            continuing=stage.begun,
            own=stage.own,
        )
        stage.follow(reply)
        state = DialogueState.from_json(reply.state.to_json())
        out += [f"**Viewer:** {text}", "", f"**Derona** ({reply.intent}): {reply.text}", ""]
        out += [
            f"- card: {card.title}, {card.reason}" + ("" if card.playable else " (not here)")
            for card in reply.cards
        ]
        out += [
            f"- does: {action.action} {json.dumps(action.value, ensure_ascii=False)}"
            for action in reply.actions
        ]
        out += [f"- quotes: {one.start_s:g} to {one.end_s:g} s, “{one.text}”" for one in reply.citations]
        out += [f"- page: {link.label} ({link.path})" for link in reply.links]
        out += [f"- chips: {' · '.join(reply.chips)}"] if reply.chips else []
        out += [""]
    return "\n".join(out).rstrip() + "\n"


def all_transcripts() -> dict[str, str]:
    """Return every transcript by the name of its file."""
    assistant = derona()
    return {f"{one.name}.md": transcript(assistant, one) for one in read(SCRIPT.read_text("utf-8"))}


def differing() -> list[str]:
    """Return the files that are not what the dialogues give now, missing and left-over ones among them."""
    made = all_transcripts()
    there = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.md")}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        wrong = differing()
        print("\n".join(wrong))
        return 1 if wrong else 0
    FOLDER.mkdir(exist_ok=True)
    made = all_transcripts()
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
