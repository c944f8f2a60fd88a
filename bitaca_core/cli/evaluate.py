"""`bitaca evaluate recommend`: recommenders over any ratings file, baselines and paired intervals beside ours."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bitaca_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bitaca_core.recommend.evaluate import Report
    from bitaca_core.recommend.interactions import Interactions

app = typer.Typer(help="judge recommendation on held-out data", no_args_is_help=True, add_completion=False)
SEEDS = {"random": (42,), "strong": (0, 1, 2, 3, 4), "leave-last": (0,), "kfold": (0,)}
SEEDS_MAX = 100
CURVE = (0.0, 0.4)
"""Weights of popularity whose settings are printed; `--json` has all."""


@app.callback()
def evaluate() -> None:
    """Judge on held-out data; the baselines run beside."""


@app.command("recommend")
def recommend(
    ratings: Annotated[
        Path,
        typer.Option(help="user, item[, rating[, time]] in CSV, TSV or `::`, or lines of user item item …"),
    ],
    items: Annotated[
        list[Path] | None,
        typer.Option(help="a table of the items: genres, tags, years, texts; may be given several times"),
    ] = None,
    texts: Annotated[
        bool,
        typer.Option("--texts", help="embed the items' titles and texts as well, by the built-in MiniLM"),
    ] = False,
    protocol: Annotated[
        Literal["random", "strong", "leave-last", "kfold"], typer.Option(help="how interactions are held out")
    ] = "strong",
    seeds: Annotated[str, typer.Option(help="e.g. 0-4 or 0,7; the protocol's own where empty")] = "",
    folds: Annotated[int, typer.Option(min=2, max=1000, help="parts of kfold")] = 10,
    k: Annotated[int, typer.Option(min=1, max=100, help="places that count")] = 10,
    min_rating: Annotated[str, typer.Option(help="leave out what is rated lower, or none")] = "none",
    min_item_count: Annotated[int, typer.Option(min=1, help="leave out items met by fewer")] = 1,
    min_user_count: Annotated[int, typer.Option(min=1, help="leave out users who met fewer")] = 1,
    repeats: Annotated[
        Literal["refuse", "last"], typer.Option(help="what a second rating of an item by a user is")
    ] = "refuse",
    curves: Annotated[
        bool,
        typer.Option("--curves/--no-curves", help="histories of 0 to 20 titles and new titles as well"),
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """nDCG, recall, coverage and the paired difference to EASE, of ours and of six baselines."""
    from bitaca_core.recommend import evaluate
    from bitaca_core.recommend.ratings import read

    def say(text: str) -> None:
        if not as_json:
            print(text, file=sys.stderr, flush=True)

    chosen = parse_seeds(seeds) if seeds else SEEDS[protocol]
    least = parse_rating(min_rating)
    told = read(ratings, repeats=repeats)
    met = filtered(told, least, min_item_count, min_user_count, ratings)
    report = evaluate.evaluate(
        met,
        protocol,
        about([str(name) for name in met.items], items or [], texts, say),
        seeds=chosen,
        folds=folds,
        k=k,
        known=evaluate.KNOWN if curves else (),
        new=curves,
        varied=curves,
        say=say,
    )
    if as_json:
        print(json.dumps(report.to_dict()))
        return
    show(report, k)


def about(names: Sequence[str], tables: Sequence[Path], texts: bool, say: Callable[[str], None]) -> Any:
    """Return what the tables say of the items, as `content.vectors` makes it.

    Raises
    ------
    InputError
        Texts are asked for and there is no table, or none of the items has a text.
    """
    from bitaca_core.recommend import content, itemtable

    if not tables:
        if texts:
            raise InputError("--texts needs --items, the table that has them", kind="usage")
        return content.vectors(names, {})
    found = itemtable.read(tables, names)
    say(f"{len(found.words)} of {len(names)} items are in the tables")
    embedded = None
    if texts:
        if not found.texts:
            raise InputError("no item has a text to embed", file=tables[0], hint="leave --texts out")
        from bitaca_core.search.embed import open_embedder

        embedded = content.embedded(names, found.texts, open_embedder().encode)
    return content.vectors(names, found.words, embedded)


def filtered(
    told: Interactions, least: float | None, item_count: int, user_count: int, path: Path
) -> Interactions:
    """Leave out what was not asked for.

    Raises
    ------
    InputError
        A threshold is given and the file has no ratings, or nothing is left.
    """
    if least is not None and told.value is None:
        raise InputError("--min-rating needs ratings, and the file has none", file=path, hint="leave it out")
    met = (told if least is None else told.rated(least)).at_least(item_count, user_count)
    if len(met) == 0:
        raise InputError("no interaction is left of the file", file=path, hint="lower the thresholds")
    return met


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read `0-4` or `0,7,9`.

    Raises
    ------
    InputError
        It is neither, or names more than a hundred.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise InputError(f"--seeds {text!r}: expected e.g. 0-4 or 0,7", kind="usage")
        end = int(last or first)
        if end - int(first) >= SEEDS_MAX or end < int(first) or end >= 2**32:
            raise InputError(f"--seeds {text!r}: at most {SEEDS_MAX}, upwards, below 2^32", kind="usage")
        found += range(int(first), end + 1)
    return tuple(dict.fromkeys(found))


def parse_rating(text: str) -> float | None:
    """Read a number or `none`."""
    if text.casefold() == "none":
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if found != found or abs(found) == float("inf"):
        raise InputError(f"--min-rating {text!r}: expected a number or none", kind="usage")
    return found


def show(report: Report, k: int) -> None:
    """Print the judgement as tables."""
    facts: dict[str, Any] = dict(report.facts)
    print(
        f"{facts['protocol']}: {facts['interactions']} interactions of {facts['users']} users with "
        f"{facts['items']} items, {facts['asked']} users asked"
    )
    if facts.get("left_out"):
        print(f"{facts['left_out']} items were left to the content columns: the item-item model keeps 20,000")
    print(
        f"{'method':12} {'nDCG@' + str(k):>8} {'95 %':>15} {'recall@20':>9} {'cover':>6} {'fit, s':>7}  "
        "against EASE"
    )
    for name, row in report.methods.items():
        low, high = row["ci95"]
        print(
            f"{name:12} {row[f'ndcg@{k}']:8.4f} [{low:.4f}, {high:.4f}] {row['recall@20']:8.4f} "
            f"{row[f'coverage@{k}']:6.3f} {row['fit_cpu_s']:7.1f}  "
            f"{paired(row['vs_ease']) if name != 'ease' else ''}"
        )
    for length, row in report.known.items():
        print(
            f"{length:2} known: ours {row['bitaca'][f'ndcg@{k}']:.4f}, EASE {row['ease'][f'ndcg@{k}']:.4f}, popularity "
            f"{row['popularity'][f'ndcg@{k}']:.4f}; ours less popularity {paired(row['bitaca']['vs_popularity'])}"
        )
    if "new_titles" in facts:
        new = facts["new_titles"]
        ours, near = (new[name][f"ndcg@{k}"] for name in ("bitaca", "content-knn"))
        print(
            f"{new['removed']} new titles, {new['asked']} users: ours {ours:.4f}, content kNN {near:.4f}; "
            f"ours less content kNN {paired(new['bitaca']['vs_content-knn'])}"
        )
    if "diversity" in facts:
        print(
            "varied lists (chosen: by one half of the users for the other, at most 1 % of the nDCG; "
            "below: weights of likeness / popularity):"
        )
        plain, chosen, *every = facts["diversity"]
        for row in (plain, chosen, *(one for one in every if one["popularity"] in CURVE)):
            print(
                f"{row['name']:9} nDCG@{k} {row[f'ndcg@{k}']:.4f} ({row['ndcg_change']:+.1%}), diversity "
                f"{row['diversity']:.3f} ({row['diversity_change']:+.1%}) by vectors and "
                f"{row['content_diversity']:.3f} ({row['content_diversity_change']:+.1%}) by content, coverage "
                f"{row['coverage']:.3f}, novelty {row['novelty']:.2f} bits, popularity lift "
                f"{row['popularity_lift']:+.2f}"
            )


def paired(pair: dict[str, Any]) -> str:
    """Return a paired difference with its interval."""
    low, high = pair["ci95"]
    return f"{pair['mean']:+.4f} [{low:+.4f}, {high:+.4f}]"
