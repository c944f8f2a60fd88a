"""`bitaca bench NAME`: measurements that anyone can repeat; each writes results.json. From a checkout only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bitaca_core.errors import InputError
from bitaca_core.settings import CHECKOUT

app = typer.Typer(help="measure this installation", no_args_is_help=True, add_completion=False)

Out = Annotated[Path, typer.Option(help="where results.json goes")]


@app.callback()
def bench() -> None:
    """Measurements; each prints and writes results.json."""


@app.command("first-play")
def first_play(
    runs: Annotated[int, typer.Option(min=1, help="repetitions; the median is quoted")] = 3,
    out: Out = Path("results/first-play.json"),
) -> None:
    """From a fresh clone to the first video playing in Chromium, and the same for the second start."""
    _measure("tests.bench.first_play", ["--runs", str(runs)], out)


@app.command("chat")
def chat(
    viewers: Annotated[int, typer.Option(min=1, help="WebSocket viewers at once")] = 1000,
    minutes: Annotated[float, typer.Option(min=0.05, help="how long")] = 1.0,
    guests: Annotated[float, typer.Option(min=0, max=1, help="share of viewers without a profile")] = 0.0,
    idle: Annotated[int, typer.Option(min=0, help="only connect so many sockets, and weigh them")] = 0,
    model: Annotated[
        str, typer.Option(help="a model's provider beside the engine: honest, down, slow, malicious, cut, limited")
    ] = "",
    processes: Annotated[int, typer.Option(min=1, help="of the crowd")] = 1,
    bars: Annotated[
        bool, typer.Option("--bars", help="all that has a bar: a turn's CPU, 1,000 and 2,000 viewers, a model in each mood, silent sockets")
    ] = False,
    out: Out = Path("results/chat.json"),
) -> None:  # fmt: skip
    """Derona under load: viewers at ten messages a minute each, all limits on; time to the cards, cost, memory."""
    numbers = {"viewers": viewers, "minutes": minutes, "guests": guests, "idle": idle, "processes": processes}
    arguments = [part for name, value in numbers.items() for part in (f"--{name}", str(value))]
    more = [*(["--model", model] if model else []), *(["--bars"] if bars else [])]
    _measure("tests.bench.chat", [*arguments, *more], out)


@app.command("chat-page")
def chat_page(
    times: Annotated[int, typer.Option(min=1, help="questions on each page")] = 50,
    out: Out = Path("results/chat-page.json"),
) -> None:
    """Derona asked in a real Chromium on /, /watch and /app: cards are there when the answer is."""
    _measure("tests.bench.chat_page", ["--times", str(times)], out)


@app.command("parse")
def parse(
    samples: Annotated[
        int, typer.Option(min=1, help="measurements of each figure; the median is quoted")
    ] = 31,
    only: Annotated[str, typer.Option(help="keys of rows, with commas between; all where empty")] = "",
    out: Out = Path("results/parse.json"),
) -> None:
    """How fast manifests and media are read, beside hls.js, rx-player, dash.js, shaka-player and mp4box.js."""
    _measure("tests.bench.parse", ["--samples", str(samples), "--only", only], out)


@app.command("parity")
def parity(
    count: Annotated[int, typer.Option(min=1, help="random inputs")] = 100_000,
    seed: Annotated[int, typer.Option(help="which random inputs")] = 1,
    out: Out = Path("results/parity.json"),
) -> None:
    """The native build, Node and wasmtime give the same bytes for the same random inputs."""
    _measure("tests.bench.parity", ["--count", str(count), "--seed", str(seed)], out)


@app.command("corpus")
def corpus(
    mutations: Annotated[int, typer.Option(min=0, help="seeded damages of valid files")] = 1000,
    seed: Annotated[int, typer.Option(help="which damages")] = 5,
    only: Annotated[
        str, typer.Option(help="parts of names of rows, with commas between; all where empty")
    ] = "",
    out: Out = Path("results/corpus.json"),
) -> None:
    """Every odd input that we know is packaged right or refused with a reason; damage is never passed over."""
    arguments = ["--mutations", str(mutations), "--seed", str(seed), "--only", only]
    _measure("tests.bench.corpus", arguments, out)


@app.command("package")
def package(
    film: Annotated[Path | None, typer.Option(help="another source than our own shorts, joined")] = None,
    presets: Annotated[str, typer.Option(help="x264's presets, with commas between")] = "veryfast,medium",
    out: Out = Path("results/package.json"),
) -> None:
    """What packaging costs beside plain ffmpeg with the same rungs: processor time, chunks, storyboard, loudness."""
    more = ["--film", str(film.resolve())] if film is not None else []
    _measure("tests.bench.package", ["--presets", presets, *more], out)


@app.command("crash")
def crash(
    points: Annotated[int, typer.Option(min=1, help="kills")] = 50,
    seed: Annotated[int, typer.Option(help="which moments")] = 7,
    out: Out = Path("results/crash.json"),
) -> None:
    """Packaging killed at random moments: nothing half-made is seen, finished pieces count, the bytes are the same."""
    _measure("tests.bench.crash", ["--points", str(points), "--seed", str(seed)], out)


@app.command("play-matrix")
def play_matrix(
    tries: Annotated[int, typer.Option(min=1, help="so often at most is a cell played")] = 3,
    only: Annotated[
        str, typer.Option(help="parts of names of cells, with commas between; all where empty")
    ] = "",
    out: Out = Path("results/play-matrix.json"),
) -> None:
    """Every protection in every player: to the end, with three jumps, beside hls.js, shaka-player and dash.js."""
    _measure("tests.bench.play_matrix", ["--tries", str(tries), "--only", only], out)


@app.command("ladder")
def ladder(
    only: Annotated[
        str, typer.Option(help="parts of names of clips, with commas between; all where empty")
    ] = "",
    brief: Annotated[bool, typer.Option("--brief", help="one drawn title, and no long one")] = False,
    seconds: Annotated[float, typer.Option(min=1, help="of each clip that are encoded whole")] = 30.0,
    out: Out = Path("results/ladder.json"),
) -> None:
    """What a title's own ladder saves against the fixed one at equal VMAF, what finding it costs, how well it foretells."""
    arguments = ["--only", only, "--seconds", str(seconds), *(["--brief"] if brief else [])]
    _measure("tests.bench.ladder", arguments, out)


@app.command("search")
def search(
    only: Annotated[
        str, typer.Option(help="of quality, typos, latency, films, with commas between; all where empty")
    ] = "",
    titles: Annotated[
        int, typer.Option(min=100, help="size of the catalogue whose latency is measured")
    ] = 35_000,
    record: Annotated[
        bool, typer.Option("--record", help="write first and last score beside the query sets")
    ] = False,
    out: Out = Path("results/search.json"),
) -> None:
    """Search in Portuguese: the frozen query sets, typing errors, what a question costs, ablations on film texts."""
    arguments = ["--only", only, "--titles", str(titles), *(["--record"] if record else [])]
    _measure("tests.bench.search", arguments, out)


@app.command("derona")
def derona(
    only: Annotated[
        str,
        typer.Option(
            help="of utterances, moderation, recap, spoilers, injection, simulation, fuzz, with commas between, all where empty; or harmless, scenes, the development sets"
        ),
    ] = "",
    record: Annotated[
        bool, typer.Option("--record", help="write first and last score beside the blind sets")
    ] = False,
    dialogues: Annotated[int, typer.Option(min=1, help="generated dialogues of the simulation")] = 10_000,
    seed: Annotated[int, typer.Option(help="which generated dialogues")] = 5,
    inputs: Annotated[
        int, typer.Option(min=1, help="of the part fuzz: anything that can be typed")
    ] = 100_000,
    processes: Annotated[int, typer.Option(min=1, help="that play dialogues and answer inputs")] = 2,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="let the simulation search by words alone, not by meaning")
    ] = False,
    out: Out = Path("results/derona.json"),
) -> None:
    """How well Derona reads and judges, and what she gives away, on sets that were written blind and on 10,000 questions."""
    arguments = ["--only", only, "--dialogues", str(dialogues), "--inputs", str(inputs)]
    arguments += [
        "--processes",
        str(processes),
        "--seed",
        str(seed),
        *(["--words-only"] if words_only else []),
    ]
    _measure("tests.bench.derona", [*arguments, *(["--record"] if record else [])], out)


@app.command("index")
def index(
    embed: Annotated[int, typer.Option(min=100, help="texts whose embedding is timed")] = 2000,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="embed everything, then build again unchanged and a little changed"),
    ] = False,
    out: Out = Path("results/index.json"),
) -> None:
    """36,000 films parsed, merged and findable by words; texts embedded per core-second beside the GEMM ceiling."""
    _measure("tests.bench.index", ["--embed", str(embed), *(["--whole"] if whole else [])], out)


@app.command("rows")
def rows(
    count: Annotated[int, typer.Option("--rows", min=1, help="rows that are made and judged")] = 100_000,
    titles: Annotated[int, typer.Option(min=100, help="in the made-up catalogue")] = 10_000,
    viewers: Annotated[int, typer.Option(min=1, help="whose pages are timed")] = 400,
    out: Out = Path("results/rows.json"),
) -> None:
    """Rows of recommendations without a leak of what was seen, is too old or capped; what a page of them costs."""
    _measure(
        "tests.bench.rows",
        ["--rows", str(count), "--titles", str(titles), "--viewers", str(viewers)],
        out,
    )


@app.command("ratings")
def ratings(
    count: Annotated[int, typer.Option("--rows", min=1000, help="ratings in each file")] = 10_000_000,
    out: Out = Path("results/ratings.json"),
) -> None:
    """Ten million ratings read in three shapes: time, largest memory, nothing lost, a fault in the last line told."""
    _measure("tests.bench.ratings", ["--rows", str(count)], out)


def _measure(module: str, arguments: list[str], out: Path) -> None:
    if not (CHECKOUT / "tests").is_dir():
        raise InputError("benches run from a checkout", hint="git clone the project and run make setup there")
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", module, *arguments, "--out", str(out.resolve())]
    done = subprocess.run(command, cwd=CHECKOUT, check=False)
    raise typer.Exit(done.returncode and 1)
