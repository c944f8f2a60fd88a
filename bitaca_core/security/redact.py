"""What a log may say: no tokens, no cookies, no personal numbers."""

from __future__ import annotations

import re

_MEDIA = re.compile(r"/m/[^/\s\"']+")
_QUERY = re.compile(r"(?i)([?&](?:token|ticket|key|access_token|session|operator)=)[^&\s\"']*")
_HEADER = re.compile(r"(?i)\b(authorization: *bearer|authorization:|bearer|cookie:)\s*[^\s\"',;]+")
_SIGNED = re.compile(r"\b[A-Za-z0-9_-]{1,128}(?:\.[A-Za-z0-9_-]{1,128}){1,3}\.[A-Za-z0-9_-]{43}\b")
_CNPJ = re.compile(r"\b\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}\b")
_CPF = re.compile(r"\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b")
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(r"(?<!\d)(?:\+?55\s?)?\(?\d{2}\)?\s?9?\d{4}[-\s]\d{4}\b")


def redact(text: str) -> str:
    """Return `text` without signed tokens, credentials or personal identifiers."""
    text = _MEDIA.sub("/m/***", text)
    text = _QUERY.sub(r"\1***", text)
    text = _HEADER.sub(r"\1 ***", text)
    text = _SIGNED.sub("***", text)
    return redact_personal(text)


def redact_personal(text: str) -> str:
    """Return `text` with CPF, CNPJ, e-mail and phone numbers replaced by their kind."""
    for pattern, kind in ((_CNPJ, "[cnpj]"), (_CPF, "[cpf]"), (_EMAIL, "[e-mail]"), (_PHONE, "[telefone]")):
        text = pattern.sub(kind, text)
    return text
