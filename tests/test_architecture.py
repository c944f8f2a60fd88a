"""Who may know whom, held by reading imports; and what the command line loads, held in fresh processes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUND = {"errors", "settings", "stamps"}
CORE_LAYERS = {
    # package of bitaca_core: the packages that it may import besides itself
    "errors": set(),
    "settings": {"errors"},
    "stamps": {"errors", "settings"},
    "security": GROUND,
    "catalogue": GROUND | {"security"},
    "viewers": GROUND | {"security", "catalogue"},
    "playback": GROUND | {"security", "catalogue", "viewers"},
    "media": GROUND | {"security", "catalogue", "viewers", "playback"},
    "search": GROUND | {"security", "catalogue"},
    "recommend": GROUND | {"security", "catalogue", "viewers", "search"},
    "derona": GROUND | {"security", "catalogue", "search", "recommend"},
    "figures": {"errors"},
}
TOP_LAYERS = {
    "bitaca_core": set(),
    "flows": {"bitaca_core"},
    "gradio_app": {"bitaca_core"},
}
FORBIDDEN_IN_CORE = {"gradio", "fastapi", "starlette", "prefect", "papermill", "uvicorn"}
LAZY_IN_CORE = {"torch", "sentence_transformers", "lancedb", "sklearn", "pandas", "matplotlib"}
COMPOSITION_ROOTS = {
    "up.py",
    "run.py",
    "watch.py",
    "plan.py",
    "flows.py",
    "notebooks.py",
    "bench.py",
    "doctor.py",
}
"""Command modules that load another top-level package by name inside a command's body, and only they."""


def imports(tree: ast.AST, package: str) -> list[tuple[str, bool]]:
    """Return (absolute module, at module level?) for each import, type-checking blocks left out."""
    found: list[tuple[str, bool]] = []

    def visit(node: ast.AST, top: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            inside = top and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if isinstance(child, ast.Import):
                found.extend((alias.name, top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    parts = package.split(".")[: len(package.split(".")) - child.level + 1]
                    base = ".".join([*parts, *([base] if base else [])])
                if base == "bitaca_core":
                    found.extend((f"bitaca_core.{alias.name}", top) for alias in child.names)
                else:
                    found.append((base, top))
            visit(child, inside)

    visit(tree, True)
    return found


def violations(top: str, relative: Path, source: str) -> list[str]:
    """Return every import in one file that the tables above do not allow."""
    package = ".".join([top, *relative.parts[:-1]])
    bad = []
    layer = relative.parts[0].removesuffix(".py") if top == "bitaca_core" else None
    for module, at_top in imports(ast.parse(source), package):
        head, _, rest = module.partition(".")
        if head in TOP_LAYERS and head != top and head not in TOP_LAYERS[top]:
            bad.append(f"{top}/{relative}: imports {module}")
        if top == "bitaca_core":
            if head in FORBIDDEN_IN_CORE:
                bad.append(f"{top}/{relative}: imports {module}")
            if head in LAZY_IN_CORE and at_top:
                bad.append(f"{top}/{relative}: imports {module} at module level")
            inner = rest.split(".")[0]
            if head == top and layer in CORE_LAYERS and inner and inner not in CORE_LAYERS[layer] | {layer}:
                bad.append(f"{top}/{relative}: {layer} imports {module}")
        if head in {"import_module", "notebooks"}:
            bad.append(f"{top}/{relative}: imports {module}")
    return bad


def named_loads(source: str) -> list[str]:
    """Return the other top-level packages that a file loads by name with importlib."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
        ):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and str(argument.value).split(".")[0] in {
                    "flows",
                    "gradio_app",
                }:
                    found.append(str(argument.value))
    return found


def sources(top: str) -> list[Path]:
    return sorted((ROOT / top).rglob("*.py"))


@pytest.mark.parametrize("top", list(TOP_LAYERS))
def test_imports_follow_the_tables(top):
    files = sources(top)
    assert len(files) > 3
    bad = [
        line
        for path in files
        for line in violations(top, path.relative_to(ROOT / top), path.read_text(encoding="utf-8"))
    ]
    assert bad == []


def test_only_composition_roots_load_other_layers_by_name():
    loaders = {path.name for path in sources("bitaca_core") if named_loads(path.read_text(encoding="utf-8"))}
    assert loaders <= COMPOSITION_ROOTS
    assert "up.py" in loaders


@pytest.mark.parametrize(
    ("top", "file", "source"),
    [
        ("bitaca_core", "search/index.py", "import lancedb"),
        ("bitaca_core", "search/index.py", "def f():\n    import fastapi"),
        ("bitaca_core", "catalogue/store.py", "from bitaca_core.search import query"),
        ("bitaca_core", "catalogue/store.py", "from ..media import probe"),
        ("bitaca_core", "stamps.py", "from bitaca_core.media import receipts"),
        ("bitaca_core", "media/probe.py", "from bitaca_core import derona"),
        ("flows", "index.py", "from gradio_app import app"),
        ("gradio_app", "app.py", "import flows.pipeline"),
    ],
)
def test_a_seeded_violation_is_reported(top, file, source):
    assert violations(top, Path(file), source)


def modules_after(arguments: list[str], home: Path) -> set[str]:
    """Run the command line in a fresh process and return the names of all loaded modules."""
    program = (
        "import sys, json, contextlib, io\n"
        "from bitaca_core.cli import main\n"
        f"sys.argv = {['bitaca', *arguments]!r}\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main.main()\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"BITACA_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)},
        timeout=120,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["plan"], ["status"], ["gc"]])
def test_light_commands_load_nothing_heavy(arguments, tmp_path):
    loaded = modules_after(arguments, tmp_path)
    assert "bitaca_core.cli.main" in loaded
    assert loaded & {"prefect", "gradio", "fastapi", "pandas", "lancedb", "sklearn", "matplotlib"} == set()


def test_every_command_in_the_table_exists():
    from bitaca_core.cli.main import COMMANDS, LazyGroup

    group = LazyGroup(name="bitaca")
    for name in COMMANDS:
        command = group.get_command(None, name)
        assert command is not None, name
        assert command.help or command.short_help or COMMANDS[name].help
