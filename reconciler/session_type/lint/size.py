"""How long a session's token will be: its data travels in it, and a browser drops a cookie that is too long."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.diagnostics import Code, Problem, Severity
from reconciler.session_type.model import SessionType

# What RFC 6265 asks of a browser, and what all of them do.
COOKIE_BYTES = 4_096

# A token reads `tag:HEADER..IV.DATA.CHECK`: a compact JWE whose content key is the server's own (`dir`), so that the
# second of its five parts is empty.
_HEADER = 100  # base64url of algorithm, encryption (A256GCM) and key id
_DOTS = 4
_IV = 16  # base64url of 12 bytes
_CHECK = 22  # base64url of 16 bytes
_CLAIMS = 200  # JSON around the data: session, product, environment, when it was issued and when it ends


def token_bytes(tag: str, sample: str) -> int:
    """Return about how many bytes the token of a session takes whose data is this JSON.

    Encryption adds nothing to the data's length, and base64url makes four characters of three bytes.
    """
    content = _CLAIMS + len(sample.encode(errors="surrogatepass"))
    return len(tag) + 1 + _HEADER + _DOTS + _IV + _CHECK + -(-content * 4 // 3)


def size_problems(session_type: SessionType, sample: str) -> Iterator[Problem]:
    """Yield the problem of a token that is too long for a cookie; `sample` is the schema as JSON."""
    size = token_bytes(session_type.tag, sample)
    if size > COOKIE_BYTES:
        yield Problem(
            Code.TOKEN_SIZE,
            ("schema",),
            f"A token with data like this sample takes about {size:,} bytes; a cookie holds {COOKIE_BYTES:,}.",
            "Keep in the session only what every request needs, and the rest behind an identifier.",
            at_key=True,
            severity=Severity.WARNING,
        )
