"""What a real-looking sample looks like: the kinds of credentials, and of what belongs to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from reconciler.diagnostics import Code
from reconciler.session_type.lint.credentials import is_jwt, is_private_key, token_kind
from reconciler.session_type.lint.email import is_real_email
from reconciler.session_type.lint.numbers import is_card, is_iban, is_phone

Likeness: TypeAlias = "tuple[Code, str, str]"

_LEAKED = "If it is real, revoke it: git keeps it for ever. Then write a made-up one"


def likenesses(text: str) -> Iterator[Likeness]:
    """Yield each code once for which a text looks real, with what it looks like and how to mend it."""
    if is_private_key(text):
        yield Code.SAMPLE_PRIVATE_KEY, "a private key", f"{_LEAKED}, such as `(a private key)`."
    if is_jwt(text):
        yield Code.SAMPLE_JWT, "a JSON Web Token", f"{_LEAKED}, such as `token_123`."
    if kind := token_kind(text):
        yield Code.SAMPLE_TOKEN, kind, f"{_LEAKED}, such as `token_123`."
    if is_card(text):
        yield Code.SAMPLE_CARD, "the number of a payment card", "Use a test number, such as 4242 4242 4242 4242."
    if is_iban(text):
        yield Code.SAMPLE_IBAN, "a bank account (IBAN)", "Use a published sample: GB82 WEST 1234 5698 7654 32."
    if is_real_email(text):
        yield Code.SAMPLE_EMAIL, "somebody's email address", "Use a domain that is nobody's: `ade@example.com`."
    if is_phone(text):
        yield Code.SAMPLE_PHONE, "somebody's phone number", "Use a number that is nobody's: `+1 202 555 0123`."
