"""`bitaca keys`: content keys of protected titles, for a DRM vendor and from one. A key is never printed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bitaca_core.errors import InputError, WorkError

if TYPE_CHECKING:
    from bitaca_core.media.protection.keys import KeyStore

app = typer.Typer(help="content keys of protected titles (CPIX)", no_args_is_help=True, add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
TitleId = Annotated[str, typer.Argument(metavar="TITLE_ID")]


@app.callback()
def keys() -> None:
    """Content keys of protected titles: list them, hand them to a DRM vendor, take a vendor's."""


@app.command("list")
def listing(
    title_id: Annotated[
        str | None, typer.Argument(metavar="TITLE_ID", help="all titles where left out")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which keys there are: title, scheme, label and identifier."""
    store = _store()
    rows = [
        {"title_id": title, "scheme": key.scheme, "label": key.label, "kid": key.uuid}
        for title in ([title_id] if title_id is not None else store.titles())
        for key in store.keys(title)
    ]
    if as_json:
        print(json.dumps({"schema": 1, "keys": rows}))
        return
    for row in rows:
        print(f"{row['title_id']:32} {row['scheme']:8} {row['label']:6} {row['kid']}")
    if not rows:
        print("no keys")


@app.command("export")
def export(
    title_id: TitleId,
    out: Annotated[Path, typer.Option(help="CPIX file to write; never one that is there")],
    certificate: Annotated[
        Path | None, typer.Option(help="X.509 certificate (PEM, DER) of who is to open it")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="write the keys unwrapped, readable by you only")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keys of a title as CPIX, wrapped for a DRM vendor's certificate."""
    from bitaca_core.media.protection import cpix

    if (certificate is None) == (not clear):
        raise InputError(
            "say who opens it",
            kind="usage",
            hint="--certificate FILE wraps the keys for one; --clear does not",
        )
    found = _store().keys(title_id)
    if not found:
        raise InputError(f"{title_id} has no keys", kind="keys", hint="`bitaca keys list` shows who has")
    try:
        text = cpix.export(title_id, found, cpix.load(certificate) if certificate is not None else None)
    except InputError as error:
        raise InputError(error.message, kind=error.kind, file=certificate) from error
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(text)
    except OSError as error:
        raise WorkError(f"cannot write: {error.strerror}", kind="output", file=out) from error
    if as_json:
        print(
            json.dumps(
                {
                    "schema": 1,
                    "title_id": title_id,
                    "file": str(out),
                    "keys": len(found),
                    "wrapped": not clear,
                }
            )
        )
    else:
        print(f"{len(found)} keys  {out}" + ("  (unwrapped: whoever reads it has them)" if clear else ""))


@app.command("import")
def importing(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CPIX document")],
    title_id: Annotated[
        str | None, typer.Option("--title", help="whose keys; the document's contentId where left out")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option(help="PEM of the RSA key whose certificate it is wrapped for")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="cbcs or cenc, where the document does not say")] = None,
    as_json: AsJson = False,
) -> None:
    """Keys of a CPIX document, to package a title with."""
    from bitaca_core.media.protection import cpix

    if scheme not in (None, "cbcs", "cenc"):
        raise InputError(f"--scheme {scheme!r}: expected cbcs or cenc", kind="usage")
    private = cpix.load(private_key) if private_key is not None else None
    try:
        document = cpix.read(cpix.load(source), private, scheme)  # type: ignore[arg-type]
    except InputError as error:
        raise InputError(
            error.message, kind=error.kind, file=source, line=error.line, column=error.column, hint=error.hint
        ) from error
    title = title_id or document.content_id
    new = _store().add(title, list(document.keys))
    if as_json:
        print(json.dumps({"schema": 1, "title_id": title, "keys": len(document.keys), "new": new}))
    else:
        print(f"{title}: {new} new of {len(document.keys)} keys")


def _store() -> KeyStore:
    from bitaca_core.media.protection.keys import KeyStore
    from bitaca_core.settings import load_settings

    settings = load_settings()
    return KeyStore(settings.paths.keys, settings.key_encryption_key_file)
