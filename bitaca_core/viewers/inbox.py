"""The letter box: sealed messages in a folder, a file each. What holds it can count them, and read none.

`inbox/keys.json` has the public halves of the support keys, newest first; `inbox/<id>.json` a message each. The
folder can be copied to whoever has the private key.
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.errors import BitacaError, InputError, SchemaError
from bitaca_core.security import sealed
from bitaca_core.security.sealed import Envelope, PublicKeys
from bitaca_core.stamps import write_atomically

KEYS = "keys.json"
MESSAGES_MAX = 10_000
"""Beyond this nothing is taken: whoever writes without end must not fill the disk."""
ACCEPTED_KEYS = 2
"""The newest key, and the one before it: a page that was loaded before a rotation is still heard."""
MESSAGE_ID = re.compile(r"\d{8}-[0-9a-f]{12}")
DAY_S = 86_400.0


class InboxFull(BitacaError):
    """No message is taken until somebody empties the box."""

    kind = "not-ready"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it lies there. `day` is when it came (UTC): the hour is not kept."""

    message_id: str
    day: datetime.date
    envelope: Envelope


class Inbox:
    """The letter box of one data folder.

    Parameters
    ----------
    folder : Path
        Made when the first message or key comes.
    clock : callable
        Unix seconds.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._clock = clock

    @property
    def keys_file(self) -> Path:
        """Where the public halves are."""
        return self.folder / KEYS

    def public_keys(self) -> list[PublicKeys]:
        """Return the public halves, newest first; raises SchemaError where they cannot be read."""
        return sealed.read_public(self.keys_file)

    def add_key(self, key: PublicKeys) -> None:
        """Make a public half the one that pages seal for; the ones before stay listed."""
        known = [one for one in self.public_keys() if one.kid != key.kid]
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows = [one.to_dict() for one in (key, *known)]
        write_atomically(self.keys_file, json.dumps({"schema": sealed.SCHEMA, "keys": rows}, indent=1) + "\n")

    def put(self, envelope: Envelope) -> str:
        """Keep a message; return its id.

        Raises
        ------
        InputError
            It is sealed for a key that is not in use.
        InboxFull
        """
        if envelope.kid not in [key.kid for key in self.public_keys()[:ACCEPTED_KEYS]]:
            raise InputError("sealed for a key that is not in use", kind="key", hint="load the page again")
        if len(self._files()) >= MESSAGES_MAX:
            raise InboxFull("the letter box is full")
        day = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC).date()
        message_id = f"{day:%Y%m%d}-{secrets.token_hex(6)}"
        document = {"schema": sealed.SCHEMA, "day": day.isoformat(), **envelope.to_dict()}
        write_atomically(self.folder / f"{message_id}.json", json.dumps(document))
        return message_id

    def letters(self) -> list[Letter]:
        """Return all messages, oldest first.

        Raises
        ------
        SchemaError
            A file is damaged; it is named.
        """
        return [self._read(file) for file in self._files()]

    def get(self, message_id: str) -> Letter:
        """Return one message; raises InputError where there is none."""
        file = self._file(message_id)
        if not file.is_file():
            raise InputError(f"there is no message {message_id}", hint="`bitaca inbox list` shows them")
        return self._read(file)

    def delete(self, message_id: str) -> None:
        """Delete one message; raises InputError where there is none."""
        self.get(message_id)
        self._file(message_id).unlink()

    def expire(self, days: int) -> int:
        """Delete what is older than `days`; return how many."""
        today = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC).date()
        edge = f"{today - datetime.timedelta(days=days):%Y%m%d}"
        old = [file for file in self._files() if file.stem[:8] < edge]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(file for file in self.folder.glob("*.json") if MESSAGE_ID.fullmatch(file.stem))

    def _file(self, message_id: str) -> Path:
        if not MESSAGE_ID.fullmatch(message_id):
            raise InputError(f"{message_id!r} is no id of a message", hint="`bitaca inbox list` shows them")
        return self.folder / f"{message_id}.json"

    def _read(self, file: Path) -> Letter:
        try:
            document = json.loads(file.read_text("utf-8"))
            if document.pop("schema") != sealed.SCHEMA:
                raise ValueError("another schema")
            day = datetime.date.fromisoformat(document.pop("day"))
            return Letter(file.stem, day, sealed.envelope_of(document))
        except (OSError, ValueError, KeyError, AttributeError, TypeError, InputError) as error:
            raise SchemaError(
                f"the message cannot be read ({error})", file=file, hint="delete the file"
            ) from error
