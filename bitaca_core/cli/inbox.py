"""`bitaca inbox`: make a support key, read what viewers sealed for it. The server never has the private half."""

from __future__ import annotations

import datetime
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bitaca_core.errors import BitacaError, InputError

if TYPE_CHECKING:
    from bitaca_core.security.sealed import PrivateKeys
    from bitaca_core.viewers.inbox import Inbox

app = typer.Typer(
    help="sealed messages of viewers: make the key, read them", no_args_is_help=True, add_completion=False
)
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="a copy of the data folder's inbox/; its own where left out")
]
Keys = Annotated[list[Path], typer.Option("--key", help="file of a private key; may be given again")]
Locked = Annotated[bool, typer.Option("--locked", help="ask for the key's passphrase")]


@app.callback()
def inbox() -> None:
    """Messages to support, sealed in the viewer's browser; only the key's holder reads them."""


@app.command("new-key")
def new_key(
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="private key to write; never one that is there")
    ],
    folder: Folder = None,
    locked: Locked = False,
    as_json: AsJson = False,
) -> None:
    """Make a support key: the private half into FILE, the public half where the app finds it.

    Done again it rotates: pages seal for the new key from the next load on, messages for older keys stay and need
    their own file. Keep FILE off the server: make it elsewhere with --folder and copy keys.json over.
    """
    from bitaca_core.security import sealed
    from bitaca_core.settings import load_settings

    box = _box(folder)
    home = load_settings().home.resolve()
    if out.resolve().is_relative_to(home) or out.resolve().is_relative_to(box.folder.resolve()):
        raise InputError(
            "the private key would lie in the data folder, which the server reads",
            file=out,
            kind="usage",
            hint="choose a place that only you read, or another machine",
        )
    made = sealed.make(datetime.datetime.now(datetime.UTC).date().isoformat())
    sealed.write_private(made, out, _passphrase(confirm=True) if locked else "")
    box.add_key(made.public)
    if as_json:
        print(
            json.dumps({"schema": 1, "kid": made.public.kid, "file": str(out), "public": str(box.keys_file)})
        )
        return
    print(f"key {made.public.kid}  {out}  (readable by you only; without it no message can be read)")
    print(f"public half  {box.keys_file}")


@app.command("list")
def listing(folder: Folder = None, as_json: AsJson = False) -> None:
    """What lies in the box, without a key: day, size, for which key."""
    letters = _box(folder).letters()
    rows = [
        {
            "id": one.message_id,
            "day": one.day.isoformat(),
            "kid": one.envelope.kid,
            "suite": one.envelope.suite,
            "bytes": len(one.envelope.sealed),
        }
        for one in letters
    ]
    if as_json:
        print(json.dumps({"schema": 1, "messages": rows}))
        return
    for row in rows:
        print(f"{row['id']}  {row['day']}  key {row['kid']}  {row['bytes']:>6} bytes")
    print(f"{len(rows)} messages" if rows else "no messages")


@app.command("read")
def read(
    keys: Keys,
    message_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="one message; all where left out")
    ] = None,
    folder: Folder = None,
    locked: Locked = False,
    as_json: AsJson = False,
) -> None:
    """Open messages with the private key. One that cannot be opened is told and the others are shown."""
    from bitaca_core.security import sealed

    box = _box(folder)
    own = _keys(keys, locked)
    found, failed = [], []
    for letter in [box.get(message_id)] if message_id else box.letters():
        try:
            found.append((letter, sealed.open_(letter.envelope, own)))
        except InputError as error:
            failed.append((letter, error))
    if as_json:
        opened = [{"id": one.message_id, "day": one.day.isoformat(), "message": said} for one, said in found]
        shut = [{"id": one.message_id, **refusal.to_dict()} for one, refusal in failed]
        print(json.dumps({"schema": 1, "messages": opened, "failed": shut}, ensure_ascii=False))
    else:
        for letter, said in found:
            print(f"— {letter.message_id}")
            for name, value in said.items():
                print(f"  {printable(name)}: {printable(str(value))}")
        for letter, refusal in failed:
            print(f"— {letter.message_id}: {refusal}")
        print(f"{len(found)} read" + (f", {len(failed)} not" if failed else ""))
    if failed:
        raise typer.Exit(BitacaError.exit_code)


@app.command("delete")
def delete(message_id: Annotated[str, typer.Argument(metavar="ID")], folder: Folder = None) -> None:
    """Delete one message for good."""
    _box(folder).delete(message_id)
    print(f"{message_id} deleted")


def printable(text: str) -> str:
    """Return what a stranger wrote without anything that drives a terminal; lines stay lines."""
    return "".join(one if one.isprintable() else "\n    " if one == "\n" else " " for one in text)


def _box(folder: Path | None) -> Inbox:
    from bitaca_core.settings import load_settings
    from bitaca_core.viewers.inbox import Inbox

    return Inbox(folder if folder is not None else load_settings().paths.inbox, time.time)


def _keys(files: list[Path], locked: bool) -> list[PrivateKeys]:
    from bitaca_core.security import sealed

    passphrase = _passphrase(confirm=False) if locked else ""
    return [sealed.read_private(file, passphrase) for file in files]


def _passphrase(confirm: bool) -> str:
    asked: str = typer.prompt("passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return asked
