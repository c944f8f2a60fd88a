"""The three questions that an assistant may ask: search, details, scenes. Facts of the catalogue, never an opinion.

Who asks is nobody that we know: the answers are those for a viewer without a profile, and a cookie or token changes
nothing. A scene is told only up to where the asking side says that its viewer is, as to a guest's own page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import InputError
from gradio_app import titles
from gradio_app.pages import shorten
from gradio_app.playing import Seconds, TitleId
from gradio_app.searching import address
from gradio_app.services import Services

RESULTS_MAX = 20
SCENES_MAX = 5
SCENE_CHARS = 160
NAMES_MAX = 12

Lang = Annotated[
    Literal["pt", "en"], Field(description="language of the answer: pt (Brazilian) or en; the question may be in either")
]  # fmt: skip
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Arguments(BaseModel):
    """What every tool refuses: an argument that it does not know."""

    model_config = ConfigDict(extra="forbid")


class Search(Arguments):
    """Find titles by name, person, or what is wanted: "algo leve de até 90 min", "anime sobre amizade"."""

    query: Text = Field(description="a wish, a name or a theme, as a person would say it")
    limit: int = Field(8, ge=1, le=RESULTS_MAX, description="titles at most")
    lang: Lang = "pt"


class Details(Arguments):
    """Everything certain about one title: people, countries, synopsis, episodes, age rating."""

    title: TitleId = Field(description="a title_id that search returned; of a series or of an episode")
    lang: Lang = "pt"


class SceneSearch(Arguments):
    """Find the moment in which something is said, in what the viewer has watched. Never tells what lies ahead."""

    query: Text = Field(description="what happens or is said in the scene")
    title: TitleId | None = Field(None, description="title_id of the film, short or episode")
    watched_until_s: Seconds = Field(
        0.0, description="how far the viewer has watched `title`, in seconds; later scenes are not told"
    )
    lang: Lang = "pt"

    @model_validator(mode="after")
    def _place_has_a_title(self) -> SceneSearch:
        if self.watched_until_s > 0 and self.title is None:
            raise ValueError("watched_until_s needs the title that was watched")
        return self


@dataclass(frozen=True, slots=True)
class Tool:
    """A question: its arguments (the docstring is the description) and what answers it."""

    name: str
    arguments: type[Arguments]
    part: str  # of `Services`, that must have loaded
    answer: Callable[[Services, Any, str], dict[str, Any]]


def ask(tool: Tool, services: Services, given: Mapping[str, Any], home_url: str) -> dict[str, Any]:
    """Return the answer of a tool as JSON, not yet cleaned.

    Parameters
    ----------
    given : mapping
        The arguments as they came.
    home_url : str
        Where links begin (`https://host`).

    Raises
    ------
    InputError
        The arguments are none of this tool; there is no such title (`NotFound`).
    """
    try:
        arguments = tool.arguments.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(": ".join(filter(None, (where, first["msg"])))) from error
    return tool.answer(services, arguments, home_url)


def search(services: Services, asked: Search, home_url: str) -> dict[str, Any]:
    """Return `{query, results}`, best first."""
    hits = services.search_for(None).ask(" ".join(asked.query.split()), asked.lang, asked.limit)
    found = [title for hit in hits if (title := services.catalogue.resolve(hit.title_id)) is not None]
    unique = list({title.title_id: title for title in found}.values())[: asked.limit]
    return {
        "query": asked.query,
        "results": [_short(services, title, asked.lang, home_url) for title in unique],
    }


def details(services: Services, asked: Details, home_url: str) -> dict[str, Any]:
    """Return the facts of a title (of the series, where an episode was named)."""
    title, _ = services.title(asked.title)
    facts = _facts(services, title, asked.lang)
    episodes = [
        {name: one[name] for name in ("title_id", "season", "number", "title", "synopsis", "duration")}
        | {"watch_url": _watch(home_url, one["title_id"]) if one["playable"] else None}
        for one in facts["episode_list"]
    ]
    return _short(services, title, asked.lang, home_url) | {
        "original_title": facts["original_title"],
        "synopsis": facts["synopsis"],
        "directors": facts["directors"][:NAMES_MAX],
        "cast": facts["cast"][:NAMES_MAX],
        "countries": facts["countries"],
        "descriptors": facts["descriptors"],
        "episodes": episodes,
    }


def scene_search(services: Services, asked: SceneSearch, home_url: str) -> dict[str, Any]:
    """Return `{query, scenes, more_url}`; `more_url` is where a viewer may choose to see what lies ahead."""
    scenes = []
    if asked.title is not None:
        title, _ = services.title(asked.title)
        if asked.title not in services.catalogue.playable_ids(title):
            raise InputError(f"{asked.title} is a series: name one of its episodes, as details lists them")
        index = services.spoken.index(services.packages, asked.lang)
        reached = {asked.title: asked.watched_until_s}
        for scene, _ in index.find(asked.query, SCENES_MAX, reached, asked.title):
            scenes.append(
                {
                    "title_id": scene.title_id,
                    "title": title.name(asked.lang),
                    "at": titles.clock_text(scene.start_s),
                    "said": shorten(scene.text, SCENE_CHARS),
                    "watch_url": f"{_watch(home_url, scene.title_id)}?t={int(scene.start_s)}",
                }
            )
    return {"query": asked.query, "scenes": scenes, "more_url": home_url + address(asked.query)}


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("search", Search, "search", search),
        Tool("details", Details, "catalogue", details),
        Tool("scene_search", SceneSearch, "library", scene_search),
    )
}


def _facts(services: Services, title: Title, lang: str) -> dict[str, Any]:
    return titles.details(services, title, lang, services.progress())


def _short(services: Services, title: Title, lang: str, home_url: str) -> dict[str, Any]:
    facts = _facts(services, title, lang)
    kept = ("title_id", "title", "kind", "year", "duration", "age_rating", "genres")
    return {name: facts[name] for name in kept} | {
        "episodes_count": facts["episodes"],
        "page_url": home_url + facts["url"],
        "watch_url": _watch(home_url, title.title_id) if facts["playable"] else None,
    }


def _watch(home_url: str, unit: str) -> str:
    return f"{home_url}/watch/{unit}"
