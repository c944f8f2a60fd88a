"""A stand-in that speaks as much S3 as publication needs; it keeps the order of what was stored, and can fail.

A request must carry a Signature Version 4 (its presence is looked at, not its value). A multipart upload that is
unknown, or completed with parts missing or out of order, is refused.
"""

from __future__ import annotations

import re
import threading
import uuid
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class Bucket(ThreadingHTTPServer):
    """`objects` by key below the bucket; `stored` and `deleted` in order; `fail_next` answers so many with 503."""

    daemon_threads = True

    def __init__(self, name: str = "films") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.objects: dict[str, bytes] = {}
        self.stored: list[str] = []
        self.deleted: list[str] = []
        self.asked: list[str] = []
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.fail_next = 0
        self.refuse: str | None = None
        self.lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _begin(self) -> tuple[str, dict[str, str], bytes] | None:
        parts = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        body = self._body()
        if "aws-chunked" in (self.headers.get("content-encoding") or ""):
            body = _unchunked(body)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        with self.server.lock:
            self.server.asked.append(f"{self.command} {key}")
            if self.server.fail_next > 0:
                self.server.fail_next -= 1
                self._error(503, "SlowDown")
                return None
        if not (self.headers.get("authorization") or "").startswith("AWS4-HMAC-SHA256 "):
            self._error(403, "AccessDenied")
            return None
        if bucket != self.server.name:
            self._error(404, "NoSuchBucket")
            return None
        return key, query, body

    def _body(self) -> bytes:
        if (self.headers.get("transfer-encoding") or "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def do_PUT(self) -> None:
        if (begun := self._begin()) is None:
            return
        key, query, body = begun
        if self.server.refuse and self.server.refuse in key:
            return self._error(403, "AccessDenied")
        with self.server.lock:
            if "partNumber" in query:
                parts = self.server.uploads.get(query["uploadId"])
                if parts is None:
                    return self._error(404, "NoSuchUpload")
                parts[int(query["partNumber"])] = body
                return self._answer(200, headers={"etag": f'"{len(body)}"'})
            self.server.objects[key] = body
            self.server.stored.append(key)
        self._answer(200, headers={"etag": '"whole"'})

    def do_POST(self) -> None:
        if (begun := self._begin()) is None:
            return
        key, query, body = begun
        with self.server.lock:
            if "delete" in query:
                for name in re.findall(r"<Key>(.*?)</Key>", body.decode()):
                    if self.server.objects.pop(name, None) is not None:
                        self.server.deleted.append(name)
                return self._answer(200, "<DeleteResult></DeleteResult>")
            if "uploads" in query:
                name = uuid.uuid4().hex
                self.server.uploads[name] = {}
                return self._answer(200, f"<InitiateMultipartUploadResult><Bucket>{self.server.name}</Bucket>"
                                         f"<Key>{key}</Key><UploadId>{name}</UploadId></InitiateMultipartUploadResult>")  # fmt: skip
            if "uploadId" in query:
                parts = self.server.uploads.pop(query["uploadId"], None)
                wanted = [int(n) for n in re.findall(rb"<PartNumber>(\d+)</PartNumber>", body)]
                if parts is None:
                    return self._error(404, "NoSuchUpload")
                if wanted != sorted(parts) or wanted != list(range(1, len(wanted) + 1)):
                    return self._error(400, "InvalidPartOrder")
                self.server.objects[key] = b"".join(parts[n] for n in wanted)
                self.server.stored.append(key)
                return self._answer(200, f"<CompleteMultipartUploadResult><Key>{key}</Key><ETag>x</ETag>"
                                         "</CompleteMultipartUploadResult>")  # fmt: skip
        self._error(400, "NotSpoken")

    def do_GET(self) -> None:
        if (begun := self._begin()) is None:
            return
        key, query, _ = begun
        if not key and "list-type" in query:
            return self._list(query)
        self._send_object(key)

    def do_HEAD(self) -> None:
        if (begun := self._begin()) is not None:
            self._send_object(begun[0])

    def do_DELETE(self) -> None:
        if (begun := self._begin()) is None:
            return
        with self.server.lock:
            if self.server.objects.pop(begun[0], None) is not None:
                self.server.deleted.append(begun[0])
        self._answer(204)

    def _send_object(self, key: str) -> None:
        data = self.server.objects.get(key)
        if data is None:
            return self._error(404, "NoSuchKey")
        headers = {"etag": '"x"', "last-modified": formatdate(1_700_000_000, usegmt=True)}
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range") or "")
        if not found:
            return self._answer(200, data, headers)
        first, last = int(found[1]), int(found[2] or len(data) - 1)
        if first >= len(data):
            return self._error(416, "InvalidRange")
        part = data[first : last + 1]
        headers["content-range"] = f"bytes {first}-{first + len(part) - 1}/{len(data)}"
        self._answer(206, part, headers)

    def _list(self, query: dict[str, str]) -> None:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        rows, folders = [], set()
        for key in sorted(self.server.objects):
            if not key.startswith(prefix):
                continue
            rest = key[len(prefix) :]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.split(delimiter)[0] + delimiter)
                continue
            rows.append(f"<Contents><Key>{key}</Key><Size>{len(self.server.objects[key])}</Size>"
                        "<LastModified>2023-11-14T22:13:20.000Z</LastModified></Contents>")  # fmt: skip
        rows += [f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>" for folder in sorted(folders)]
        limit = int(query.get("max-keys") or 1000)
        self._answer(200, f"<ListBucketResult><Name>{self.server.name}</Name><Prefix>{prefix}</Prefix>"
                          f"<KeyCount>{min(limit, len(rows))}</KeyCount><MaxKeys>{limit}</MaxKeys>"
                          f"<IsTruncated>false</IsTruncated>{''.join(rows[:limit])}</ListBucketResult>")  # fmt: skip

    def _error(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")

    def _answer(self, status: int, body: bytes | str = b"", headers: dict[str, str] | None = None) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if isinstance(body, str) and body:
            self.send_header("content-type", "application/xml")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _unchunked(body: bytes) -> bytes:
    """Take the chunk lines out of an `aws-chunked` body; a trailer with a checksum may follow the last one."""
    found = b""
    while body:
        line, _, rest = body.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            break
        found += rest[:size]
        body = rest[size + 2 :]
    return found
