"""The player inside a notebook: static markup that names the element, readable without any script."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Embed:
    """The player element as a notebook's output.

    Where a page has loaded `bitaca-player.js`, the element plays `src`. Elsewhere, as in a report without
    scripts, the poster and the caption inside it are shown. Nothing is loaded from another address.

    Attributes
    ----------
    src : str
        Address of `master.m3u8` or `stream.mpd`, relative to the page.
    title : str
        What it is.
    poster_svg : str
        The poster, as SVG text; empty for none.
    """

    src: str
    title: str
    poster_svg: str = ""

    def _repr_html_(self) -> str:
        poster = ""
        if self.poster_svg:
            data = base64.b64encode(self.poster_svg.encode()).decode()
            poster = f"data:image/svg+xml;base64,{data}"
        name = html.escape(self.title, quote=True)
        picture = f'<img src="{poster}" alt="{name}" width="220" style="border-radius:10px;display:block">'
        return (
            f'<bitaca-player src="{html.escape(self.src, quote=True)}" heading="{name}" poster="{poster}">'
            f'<figure style="margin:0">{picture if poster else ""}<figcaption>{name}</figcaption></figure>'
            "</bitaca-player>"
        )
