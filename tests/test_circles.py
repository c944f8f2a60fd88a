"""No module of `bitaca_core` imports, at any depth, a module that imports it: held by reading imports.

Imports within functions count, as a circle is no better for being found later; those for type checkers alone do not. That a
package's `__init__` is run before its modules is Python's own order and no import of theirs.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def modules(package: Path) -> dict[str, Path]:
    """Return the file of each module of a package, by its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield every import below a node, but for those under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and ast.unparse(child.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        ):
            for other in child.orelse:
                yield from statements(ast.Module([other], []))
        else:
            yield from statements(child)


def named(statement: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """Yield what a statement in a module of `package` may import: (a module, and what of it, which may be one too)."""
    if isinstance(statement, ast.Import):
        yield from ((alias.name, "") for alias in statement.names)
        return
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - statement.level + 1]) if statement.level else ""
    base = ".".join(part for part in (base, statement.module) if part)
    yield from ((base, alias.name) for alias in statement.names)


def imports(package: Path) -> dict[str, dict[str, int]]:
    """Return the modules of the package that each of them imports, with the line where it first does."""
    known = modules(package)
    found: dict[str, dict[str, int]] = {name: {} for name in known}
    for name, path in known.items():
        own = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for statement in statements(ast.parse(path.read_text("utf-8"))):
            for base, inner in named(statement, own):
                target = f"{base}.{inner}" if f"{base}.{inner}" in known else base
                if target in known and target != name:
                    found[name].setdefault(target, statement.lineno)
    return found


def circles(package: Path) -> list[str]:
    """Return every circle, a text each: which module imports which, and on which line of what file."""
    graph, known, told = imports(package), modules(package), []
    while True:
        try:
            TopologicalSorter({name: list(targets) for name, targets in graph.items()}).prepare()
        except CycleError as error:
            ring = list(reversed(error.args[1]))  # it tells a module after those that it imports
            lines = []
            for one, other in itertools.pairwise(ring):
                place = known[one].relative_to(package.parent)
                lines.append(f"  {place}:{graph[one][other]} imports {other}")
            told.append("\n".join(["a circle of imports:", *lines]))
            del graph[ring[0]][ring[1]]  # it is told; are there others?
        else:
            return told


def test_no_module_of_the_core_is_in_a_circle():
    package = ROOT / "bitaca_core"
    assert sum(map(len, imports(package).values())) > 500, "the imports were read"
    found = circles(package)
    assert not found, "\n".join(["", *found, "Move what both need into a module below both."])


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a": "from made.b import x", "b": "def f():\n    from made import c", "c": "from . import a"},
            {"made/a.py:1 imports made.b", "made/b.py:2 imports made.c", "made/c.py:1 imports made.a"},
        ),
        (
            {"low/__init__": "from made.low.one import x", "low/one": "import made.low.two", "low/two": "from .. import low"},
            {"made/low/__init__.py:1 imports made.low.one", "made/low/one.py:1 imports made.low.two", "made/low/two.py:1 imports made.low"},
        ),
        ({"a": "from made import b, c", "b": "from made import a", "c": "import made.a as other"}, {
            "made/a.py:1 imports made.b", "made/b.py:1 imports made.a", "made/a.py:1 imports made.c", "made/c.py:1 imports made.a",
        }),
    ],
)  # fmt: skip
def test_a_seeded_circle_is_told_with_its_lines(tmp_path, files, told):
    _make(tmp_path, files)
    found = circles(tmp_path / "made")
    assert {line.strip() for one in found for line in one.splitlines()[1:]} == told


def test_types_alone_and_a_package_of_modules_are_no_circle(tmp_path):
    _make(
        tmp_path,
        {
            "a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from made.b import B\n",
            "b": "from made.a import x\nfrom made.low.one import y",
            "low/__init__": "from made.low.one import y",
            "low/one": "import json",
        },
    )
    assert circles(tmp_path / "made") == []


def _make(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / "made" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "made" / "__init__.py").touch()
