"""Builds player/dist from source, and proves that what is committed is what the sources give.

    python player/build.py               build wasm (and JS, where Node is), write player/dist
    python player/build.py --check       rebuild elsewhere and compare with player/dist
    python player/build.py --hash-only   no toolchain: do player/dist and the sources belong together?

The wasm toolchain is looked for in this order: a Rust with the wasm32-unknown-unknown target; a
cached standard library built earlier for the system's Rust; the system's Rust with its library's
source (Debian: rustc-web cargo-web rust-web-src lld-22), from which that cache is built once. With
none of them, one line says what to install.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PLAYER = Path(__file__).resolve().parent
ROOT = PLAYER.parent
DIST = PLAYER / "dist"
TARGET = "wasm32-unknown-unknown"
CRATES = {
    "player-whole.wasm": "bitaca-player-wasm",
    "lab.wasm": "bitaca-player-lab",
    "extras.wasm": "bitaca-player-extras",
    "subtitles.wasm": "bitaca-player-subtitles",
}
#: What is compiled together. The core's feature `extras` would otherwise reach every module.
TOGETHER = (("player-whole.wasm", "lab.wasm"), ("extras.wasm", "subtitles.wasm"))
#: The player is divided after linking (player/split): into what a first start runs, and the rest.
WHOLE, DIVIDED = "player-whole.wasm", ("player.wasm", "player-rest.wasm")
WASM = (*DIVIDED, *(name for name in CRATES if name != WHOLE))
#: Relocations tell `split` what refers to which constants.
RUSTFLAGS = ("-Ctarget-feature=+simd128", "-Clink-arg=--emit-relocs")
INSTALL = "rustup target add wasm32-unknown-unknown, or on Debian: apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld-22"

RUST_SOURCES = (
    "player/Cargo.toml",
    "player/Cargo.lock",
    "player/scan",
    "player/core",
    "player/memory",
    "player/strict",
    "player/wasm",
    "player/extras",
    "player/subtitles",
    "player/lab",
    "player/split",
    "tests/playback/session_host.py",
)
WEB_SOURCES = ("player/web", "gradio_app/web")
RUST_SUFFIXES = {".rs", ".toml", ".lock", ".py"}
WEB_SUFFIXES = {".ts", ".tsx", ".mjs", ".js", ".css", ".json", ".html", ".svg"}
SKIPPED_FOLDERS = {"target", "node_modules", "dist", ".git"}


class BuildError(Exception):
    """What stops the build, in one line."""


@dataclass(frozen=True)
class Toolchain:
    """A Rust that makes wasm, and how it is called."""

    rustc: str
    cargo: str
    linker: str
    flags: tuple[str, ...]
    name: str

    def describe(self) -> dict[str, object]:
        """Return what must be equal for two builds to give equal bytes."""
        return {
            "rustc": output([self.rustc, "-vV"]).strip(),
            "linker": output([self.linker, "--version"]).strip()
            if self.linker
            else "rust-lld of the toolchain",
            "flags": list(RUSTFLAGS),
        }


def main() -> int:
    """Run one of the three modes; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="rebuild elsewhere and compare")
    mode.add_argument("--hash-only", action="store_true", help="compare hashes; needs no toolchain")
    parser.add_argument("--rust-only", action="store_true", help="leave the JavaScript as it is")
    arguments = parser.parse_args()
    try:
        if arguments.hash_only:
            return hash_only()
        if arguments.check:
            return check()
        build(rust_only=arguments.rust_only)
    except BuildError as error:
        print(f"player/build.py: {error}", file=sys.stderr)
        return 1
    return 0


def build(*, rust_only: bool) -> None:
    """Build everything into player/dist and record it in BUILD.json."""
    toolchain = find_toolchain()
    DIST.mkdir(exist_ok=True)
    for name, path in build_wasm(toolchain, PLAYER / "target" / "dist").items():
        replace(path, DIST / name)
    previous = read_record(missing_ok=True)
    versions, web_sources, web = previous.get("web"), previous.get("sources", {}).get("web"), None
    if not rust_only and has_web():
        with tempfile.TemporaryDirectory(prefix="bitaca-web-") as folder:
            versions, built = build_web(Path(folder))
            web = {name: replace(path, ROOT / name) for name, path in built.items()}
        web_sources = source_hash(WEB_SOURCES, WEB_SUFFIXES)
    record = {
        "schema": 1,
        "toolchain": toolchain.describe(),
        "web": versions,
        "sources": {"rust": source_hash(RUST_SOURCES, RUST_SUFFIXES), "web": web_sources},
        "artefacts": artefacts(web, previous),
    }
    write_record(record)
    for name, entry in record["artefacts"].items():
        print(f"{name}  {entry['size_bytes']:,} bytes  {entry['sha256'][:16]}")


def artefacts(web: dict[str, Path] | None, previous: dict) -> dict[str, dict[str, object]]:
    """Describe what was built: the wasm, and the JavaScript (as recorded where it was not built)."""
    found = {f"player/dist/{name}": describe_file(DIST / name) for name in WASM}
    if web is None:
        kept = previous.get("artefacts", {})
        return found | {name: entry for name, entry in kept.items() if not name.endswith(".wasm")}
    return found | {name: describe_file(path) for name, path in web.items()}


def check() -> int:
    """Rebuild in a temporary folder; equal toolchains must give equal bytes."""
    record = read_record()
    toolchain = find_toolchain()
    same = toolchain.describe() == record["toolchain"]
    failures = hash_failures(record)
    with tempfile.TemporaryDirectory(prefix="bitaca-player-") as folder:
        built = build_wasm(toolchain, Path(folder))
        for name, path in built.items():
            fresh = describe_file(path)
            committed = record["artefacts"].get(f"player/dist/{name}")
            if same and fresh != committed:
                failures.append(f"player/dist/{name} is not what its sources give; run `make player`")
        if not same:
            print("another toolchain than the recorded one; goldens and parity decide:")
            print(
                f"  recorded: {json.dumps(record['toolchain'])}\n  here:     {json.dumps(toolchain.describe())}"
            )
            # Hashes and sizes differ by nature; what the files do must not.
            tests = [sys.executable, "-m", "pytest", "-q", "tests/player", "-k", "not belong and not budget"]
            environment = {**os.environ, "REBUILT_PLAYER": folder}
            if subprocess.run(tests, cwd=ROOT, env=environment, check=False).returncode:
                failures.append("the rebuilt wasm does not pass the goldens")
    failures += check_web(record)
    for failure in failures:
        print(f"player/build.py: {failure}", file=sys.stderr)
    if not failures:
        print("player/dist matches its sources" + (", byte for byte" if same else " (another toolchain)"))
    return 1 if failures else 0


def check_web(record: dict) -> list[str]:
    """Bundle the JavaScript again elsewhere and compare."""
    if not has_web() or record["web"] is None:
        return []
    with tempfile.TemporaryDirectory(prefix="bitaca-web-") as folder:
        versions, built = build_web(Path(folder))
        if versions != record["web"]:
            return [f"built with {record['web']}, here is {versions}; run `npm ci` in player/web"]
        fresh = {name: describe_file(path) for name, path in built.items()}
    committed = {name: entry for name, entry in record["artefacts"].items() if not name.endswith(".wasm")}
    return [
        f"{name} is not what its sources give; run `make player`"
        for name in sorted(fresh.keys() | committed.keys())
        if fresh.get(name) != committed.get(name)
    ]


def hash_only() -> int:
    """Compare the committed files with the hashes and the sources that BUILD.json records."""
    failures = hash_failures(read_record())
    for failure in failures:
        print(f"player/build.py: {failure}", file=sys.stderr)
    if not failures:
        print("player/dist belongs to its sources")
    return 1 if failures else 0


def hash_failures(record: dict) -> list[str]:
    """List artefacts that differ from their recorded hash, and sources newer than the record."""
    failures = []
    for name, entry in record["artefacts"].items():
        path = ROOT / name
        if not path.exists():
            failures.append(f"{name} is missing; run `make player`")
        elif describe_file(path) != entry:
            failures.append(f"{name} is not the file that was built; run `make player`")
    hashes = {
        "rust": source_hash(RUST_SOURCES, RUST_SUFFIXES),
        "web": source_hash(WEB_SOURCES, WEB_SUFFIXES),
    }
    for name, value in hashes.items():
        if record["sources"][name] not in (value, None):
            failures.append(f"the {name} sources changed since player/dist was built; run `make player`")
    return failures


def find_toolchain() -> Toolchain:
    """Return the first toolchain that can build wasm; build its standard library where needed."""
    rustc, cargo = shutil.which("rustc"), shutil.which("cargo")
    if rustc and cargo and has_target(rustc):
        return Toolchain(rustc, cargo, "", RUSTFLAGS, "installed target")
    system = "/usr/bin/rustc"
    linker = next((found for name in linkers() if (found := shutil.which(name))), None)
    if not Path(system).exists() or linker is None or not (cargo or Path("/usr/bin/cargo").exists()):
        raise BuildError(f"no wasm toolchain; install one: {INSTALL}")
    sysroot = cached_sysroot(system)
    # A cargo on PATH reads registries as usual; Debian's is as good.
    return Toolchain(
        system, cargo or "/usr/bin/cargo", linker, (f"--sysroot={sysroot}", *RUSTFLAGS), "system rustc"
    )


def linkers() -> list[str]:
    """Return names of wasm linkers, newest first."""
    return [*(f"wasm-ld-{version}" for version in range(30, 15, -1)), "wasm-ld", "rust-lld"]


def has_target(rustc: str) -> bool:
    """Return whether this compiler has a standard library for wasm."""
    folder = output([rustc, "--print", "target-libdir", "--target", TARGET]).strip()
    return any(Path(folder).glob("libcore-*.rlib"))


def cached_sysroot(rustc: str) -> Path:
    """Return a sysroot with the wasm standard library for this compiler, building it once."""
    version = output([rustc, "-vV"])
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bitaca"
    sysroot = cache / f"wasm-sysroot-{hashlib.sha256(version.encode()).hexdigest()[:16]}"
    libraries = sysroot / "lib" / "rustlib" / TARGET / "lib"
    if any(libraries.glob("libcore-*.rlib")):
        return sysroot
    source = Path(output([rustc, "--print", "sysroot"]).strip()) / "lib/rustlib/src/rust/library"
    if not (source / "core").is_dir():
        raise BuildError(f"{rustc} has no wasm target and no library source; install: {INSTALL}")
    print(f"building the wasm standard library for {version.splitlines()[0]} (about a minute, once)")
    with tempfile.TemporaryDirectory(prefix="bitaca-sysroot-") as folder:
        crate = Path(folder)
        (crate / "src").mkdir()
        (crate / "src/lib.rs").write_text("")
        (crate / "Cargo.toml").write_text(
            '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n'
            '[profile.release]\npanic = "abort"\n'
        )
        environment = {
            **clean_environment(),
            "RUSTC_BOOTSTRAP": "1",
            "RUSTC": rustc,
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS": "-Cembed-bitcode=yes",
        }
        run(
            [
                "/usr/bin/cargo",
                "--config",
                'source.crates-io.replace-with="stdv"',
                "--config",
                f"source.stdv.directory='{source / 'vendor'}'",
                *("build", "--offline", "--release", "--quiet", "--target", TARGET),
                "-Zbuild-std=core,alloc,std,panic_abort,panic_unwind,proc_macro,test",
            ],
            cwd=crate,
            env=environment,
        )
        staged = Path(tempfile.mkdtemp(prefix=".sysroot-", dir=prepared(cache)))
        target = staged / "lib" / "rustlib" / TARGET / "lib"
        target.mkdir(parents=True)
        for rlib in (crate / "target" / TARGET / "release" / "deps").glob("*.rlib"):
            if not rlib.name.startswith("libempty-"):
                shutil.copy2(rlib, target / rlib.name)
    try:
        staged.rename(sysroot)
    except OSError:
        # Another build finished first; the two are equal.
        shutil.rmtree(staged)
    return sysroot


def prepared(folder: Path) -> Path:
    """Return the folder, made where it did not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build_wasm(toolchain: Toolchain, target_dir: Path) -> dict[str, Path]:
    """Compile the wasm crates; return name -> built file."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    remapped = (f"--remap-path-prefix={PLAYER}=/player", f"--remap-path-prefix={home}=/cargo")
    environment = {
        **clean_environment(),
        "RUSTC": toolchain.rustc,
        "CARGO_TARGET_DIR": str(target_dir),
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS": " ".join([*toolchain.flags, *remapped]),
        # Stripping would take the relocations away; `split` leaves out names.
        "CARGO_PROFILE_RELEASE_STRIP": "none",
    }
    if toolchain.linker:
        environment["CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER"] = toolchain.linker
    for names in TOGETHER:
        packages = [part for name in names for part in ("-p", CRATES[name])]
        run(
            [
                toolchain.cargo,
                "build",
                "--release",
                "--locked",
                "--quiet",
                "--lib",
                "--target",
                TARGET,
                *packages,
            ],
            cwd=PLAYER,
            env=environment,
        )
    folder = target_dir / TARGET / "release"
    return finish(
        {name: folder / f"{crate.replace('-', '_')}.wasm" for name, crate in CRATES.items()}, target_dir
    )


def finish(linked: dict[str, Path], target_dir: Path) -> dict[str, Path]:
    """Write the linked modules without what only the linker needs, the player in two; return name -> file."""
    run(
        ["cargo", "build", "--release", "--locked", "--quiet", "-p", "bitaca-player-split"],
        cwd=PLAYER,
        env={**clean_environment(), "CARGO_TARGET_DIR": str(target_dir / "host")},
    )
    split = str(target_dir / "host" / "release" / "bitaca-player-split")
    here = dict(os.environ)
    for name, path in linked.items():
        if name != WHOLE:
            run([split, "compact", str(path), str(target_dir / name)], cwd=PLAYER, env=here)
    whole, marked, marks = str(linked[WHOLE]), str(target_dir / "marked.wasm"), str(target_dir / "marks")
    run([split, "mark", whole, marked], cwd=PLAYER, env=here)
    run([sys.executable, str(PLAYER / "split" / "rehearse.py"), marked, marks], cwd=ROOT, env=here)
    run([split, "divide", whole, marks, *(str(target_dir / name) for name in DIVIDED)], cwd=PLAYER, env=here)
    return {name: target_dir / name for name in WASM}


def has_web() -> bool:
    """Return whether there is JavaScript to bundle."""
    return (PLAYER / "web" / "build.mjs").exists()


def build_web(folder: Path) -> tuple[dict[str, str], dict[str, Path]]:
    """Bundle the JavaScript into `folder`; return versions, and path in the repository -> built file."""
    web = PLAYER / "web"
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise BuildError(
            "Node is missing; install Node 20 or newer (on Debian: apt-get install -y nodejs npm)"
        )
    if not (web / "node_modules").is_dir():
        run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=web, env=dict(os.environ))
    run(["node", "build.mjs", "--out", str(folder)], cwd=web, env=dict(os.environ))
    package = json.loads((web / "node_modules/esbuild/package.json").read_text())
    homes = {"player": "player/dist", "static": "gradio_app/static"}
    built = {
        f"{home}/{path.relative_to(folder / name).as_posix()}": path
        for name, home in homes.items()
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }
    return {"esbuild": package["version"]}, built


def source_hash(folders: tuple[str, ...], suffixes: set[str]) -> str:
    """Hash names and contents of all sources under `folders`, in order of name."""
    digest = hashlib.sha256()
    for path in sorted(sources(folders, suffixes), key=lambda path: path.as_posix()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def sources(folders: tuple[str, ...], suffixes: set[str]) -> list[Path]:
    """Return the source files under `folders`, without what builds leave there."""
    found = []
    for name in folders:
        start = ROOT / name
        if start.is_file():
            found.append(start)
            continue
        for folder, inner, files in os.walk(start):
            inner[:] = [entry for entry in inner if entry not in SKIPPED_FOLDERS]
            found += [Path(folder) / file for file in files if Path(file).suffix in suffixes]
    return found


def describe_file(path: Path) -> dict[str, object]:
    """Return size and SHA-256 of a file."""
    data = path.read_bytes()
    return {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def read_record(*, missing_ok: bool = False) -> dict:
    """Return BUILD.json."""
    path = DIST / "BUILD.json"
    if not path.exists():
        if missing_ok:
            return {}
        raise BuildError("player/dist/BUILD.json is missing; run `make player`")
    return json.loads(path.read_text())


def write_record(record: dict) -> None:
    """Write BUILD.json whole."""
    path = DIST / "BUILD.json.part"
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    path.replace(DIST / "BUILD.json")


def replace(source: Path, target: Path) -> Path:
    """Copy a file under its final name in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copyfile(source, part)
    part.replace(target)
    return target


def clean_environment() -> dict[str, str]:
    """Return the environment without what would change the build."""
    changing = {"RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WRAPPER"}
    return {name: value for name, value in os.environ.items() if name not in changing}


def output(command: list[str]) -> str:
    """Return what a command prints; empty where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def run(command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
    """Run a command; its failure ends the build with its own words above."""
    if subprocess.run(command, cwd=cwd, env=env, check=False).returncode:
        raise BuildError(f"`{' '.join(command[:4])} …` failed")


if __name__ == "__main__":
    sys.exit(main())
