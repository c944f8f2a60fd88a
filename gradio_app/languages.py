"""What can be heard and read of a title here: its published packages know, the catalogue may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title

UNSAID = frozenset(("und", "zxx", "mul", "mis", ""))
"""Tags that name no language (BCP 47): nothing said, undetermined, several, none that has a tag."""


def as_published(catalogue: Catalogue, packages: Mapping[str, Any]) -> Catalogue:
    """Return the catalogue with the languages of what is published; the same object where it says so already.

    Parameters
    ----------
    packages : mapping of unit id to PublishedPackage
        A series has every language that one of its episodes has.
    """
    changed: dict[str, Title] = {}
    for title_id in {title.title_id for unit in packages if (title := catalogue.resolve(unit)) is not None}:
        title = catalogue.get(title_id)
        assert title is not None
        here = [packages[unit] for unit in catalogue.playable_ids(title) if unit in packages]
        told = {
            "audio_languages": _said(tag for package in here for tag in package.audio),
            "subtitle_languages": _said(tag for package in here for tag in package.text),
        }
        told = {name: tags for name, tags in told.items() if tags and tags != getattr(title, name)}
        if told:
            changed[title_id] = title.model_copy(update=told)
    if not changed:
        return catalogue
    return Catalogue(changed.get(title.title_id, title) for title in catalogue.titles)


def _said(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in tags if tag.lower() not in UNSAID))
