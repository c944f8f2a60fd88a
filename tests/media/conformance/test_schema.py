"""Our rules of the MPD's structure against the published schema, where it is at hand: corpora, and 200 seeded mutants of them."""

from __future__ import annotations

import copy
import os
import random
from pathlib import Path

import pytest

from bitaca_core.playback import strict

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
SCHEMA_RULES = (
    "dash-element",
    "dash-attribute",
    "dash-text",
    "dash-namespace",
    "dash-xlink",
    "dash-root",
    "xml-",
)
"""Rules of strict mode that the schema states too; others are in the text of the standard only."""
MUTANTS = (*range(200), 1624, 2881)
"""Seeds; the last two are those of the first 3,000 on which the two judge differently."""
VALUES = (
    "",
    "x",
    "-1",
    "0",
    "1.5",
    "true",
    "PT1S",
    "2030-01-01T00:00:00Z",
    "a b",
    "1/0",
    "99999999999999999999",
    " 1 ",
    "é",
)
NAMES = (
    "id",
    "bandwidth",
    "start",
    "duration",
    "lang",
    "codecs",
    "unknown",
    "startNumber",
    "mimeType",
    "r",
    "schemeIdUri",
)
EXPLAINED = {
    1624: "a space in a URI: XML Schema's anyURI lets libxml2 escape it, RFC 3986 (and strict mode) do not",
    2881: "a slash in codecs: the schema's pattern forbids it; strict mode asks only for a list without white space",
}
"""Seeds on which the two judge differently, and why."""


def data() -> Path:
    for root in (os.environ.get("BITACA_SHARED"), Path(__file__).resolve().parents[4] / "shared"):
        if root and (Path(root) / "data/schemas/dash/DASH-MPD.xsd").is_file():
            return Path(root) / "data"
    pytest.skip("neither $BITACA_SHARED nor ../shared has DASH-MPD.xsd")


def mutate(root, draw: random.Random):
    """Change a tree in one to three ways: elements and attributes dropped, doubled, moved, renamed, given other values."""
    for _ in range(draw.randint(1, 3)):
        elements = [one for one in root.iter() if isinstance(one.tag, str)]
        one = draw.choice(elements)
        parent = one.getparent()
        kind = draw.randrange(8)
        if kind == 0 and parent is not None:
            parent.remove(one)
        elif kind == 1 and parent is not None:
            parent.append(copy.deepcopy(one))
        elif kind == 2 and parent is not None:
            parent.insert(0, one)
        elif kind == 3 and one.attrib:
            del one.attrib[draw.choice(sorted(one.attrib))]
        elif kind == 4 and one.attrib:
            one.set(draw.choice(sorted(one.attrib)), draw.choice(VALUES))
        elif kind == 5:
            one.set(draw.choice(NAMES), draw.choice(VALUES))
        elif kind == 6:
            one.tag = draw.choice([other.tag for other in elements])
        elif kind == 7:
            one.text = draw.choice(VALUES)
    return root


def test_mutants_are_judged_as_by_the_published_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    etree = pytest.importorskip("lxml.etree")
    folder = data()
    monkeypatch.chdir(folder / "schemas/dash")
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    # the schema's patterns are built of entities of its own
    schema = etree.XMLSchema(etree.parse("DASH-MPD.xsd", etree.XMLParser(no_network=True)))
    files = sorted((folder / "manifests/dash").rglob("*.mpd")) + sorted((CORPUS / "dash").glob("*.mpd"))
    trees = []
    for file in files:
        if file.stat().st_size < 200_000:
            try:
                trees.append((file, etree.parse(str(file), parser)))
            except etree.XMLSyntaxError:
                continue
    assert len(trees) > 40
    differ: dict[int, tuple[str, bool, list[str]]] = {}
    verdicts = {True: 0, False: 0}
    for seed in MUTANTS:
        draw = random.Random(seed)
        file, tree = draw.choice(trees)
        root = mutate(copy.deepcopy(tree.getroot()), draw)
        text = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        valid = schema.validate(etree.fromstring(text, parser))
        verdicts[valid] += 1
        rules = {
            one.rule: one.message
            for one in strict.check([("a.mpd", text)])
            if one.rule.startswith(SCHEMA_RULES)
        }
        if valid == bool(rules):
            why = [str(one) for one in schema.error_log][:2] if not valid else list(rules.values())[:2]
            differ[seed] = (file.name, valid, why)
    assert min(verdicts.values()) >= 20, verdicts
    assert set(differ) == set(EXPLAINED), differ
