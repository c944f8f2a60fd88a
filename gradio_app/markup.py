"""HTML as calls: everything is escaped unless it was made here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

VOID = frozenset({"img", "input", "link", "meta", "br", "hr", "source"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def el(name: str, /, *children: Any, **attributes: Any) -> Html:
    """Return one element. `class_` and `for_` lose their underscore, other underscores become hyphens.

    An attribute of None or False is left out, True stands bare. Children may be nested iterables; None is
    left out, plain text is escaped.
    """
    opened = "<" + name + "".join(_attribute(key, value) for key, value in attributes.items()) + ">"
    if name in VOID:
        return Html(opened)
    return Html(opened + "".join(_render(children)) + f"</{name}>")


def join(*children: Any) -> Html:
    """Return children one after another, without an element around them."""
    return Html("".join(_render(children)))


def _attribute(key: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return f' {name}="{escape(str(value), quote=True)}"'


def _render(children: Iterable[Any]) -> Iterable[str]:
    for child in children:
        if child is None or child is False:
            continue
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield escape(child, quote=False)
        elif isinstance(child, int | float):
            yield str(child)
        else:
            yield from _render(child)
