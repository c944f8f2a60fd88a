"""Somebody named by a work: "o diretor de Bacurau", "o mesmo cara que fez Akira", "do estúdio de Totoro"."""

from __future__ import annotations

import re

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title

_MAKER = re.compile(
    r"\b(?:(?:mesm[oa] |aquel[ea] |d?[oa] )*(?P<role>diretora?|cineasta|criadora?|autora?|roteirista|estudio|produtora|compositora?|director|studio)"
    r" (?:d[eoa]s?|que (?:fez|dirigiu|criou|escreveu)|of)|(?:cara|pessoa|mulher|homem|galera|pessoal|quem|guy|people|who) (?:que )?(?:fez|dirigiu|criou|made|directed))"
    r"(?: (?:o|a|os|as|do|da|filme|anime|serie|desenho|the))* (?P<name>.+)$"
)
_ROLES = {
    "estudio": "studio", "produtora": "studio", "studio": "studio", "compositor": "composer", "compositora": "composer", "roteirista": "writer",
}  # fmt: skip


def maker_asked(text: str) -> tuple[str, str] | None:
    """Return `(role, name of the work)` of a question for somebody's titles by one of them; None for any other."""
    match = _MAKER.search(fold(text))
    if match is None:
        return None
    return _ROLES.get(match["role"] or "", "director"), match["name"]


def makers(title: Title, role: str) -> tuple[str, ...]:
    """Return who made a title in a role; who directed or created it where nobody has the role."""
    people = title.people()
    found = tuple(one.name for one in people if one.role == role)
    return found or tuple(one.name for one in people if one.role in ("director", "creator"))
