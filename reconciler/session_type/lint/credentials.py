"""Private keys, JSON Web Tokens, and tokens whose issuers gave them a prefix to be found by."""

from __future__ import annotations

import base64
import json
import re

_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\bAGE-SECRET-KEY-1[0-9A-Z]{50,}")
_JWT = re.compile(r"(?<![\w-])(?P<header>ey[\w-]{8,})\.[\w-]*\.[\w-]*(?:\.[\w-]*\.[\w-]*)?(?![\w-])", re.ASCII)

_TOKENS = (
    ("an AWS access key", r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
    ("a GitHub token", r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"),
    ("a GitLab token", r"gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent)-[\w-]{20,}"),
    ("a Slack token", r"xox[abceoprs]-[A-Za-z0-9-]{12,}|xapp-[0-9]-[A-Za-z0-9-]{10,}"),
    ("a Stripe key", r"(?:sk|rk)_live_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9]{16,}"),
    ("a Google API key", r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}"),
    ("an npm token", r"npm_[A-Za-z0-9]{36}"),
    ("a PyPI token", r"pypi-AgE[\w-]{16,}"),
    ("a registry token", r"rct_[\w-]{20,}"),
    ("an Anthropic API key", r"sk-ant-[\w-]{20,}"),
    ("an OpenAI API key", r"sk-(?:proj|svcacct|admin)-[\w-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    ("a Hugging Face token", r"hf_[A-Za-z0-9]{30,}"),
    ("a SendGrid key", r"SG\.[\w-]{16,}\.[\w-]{16,}"),
    ("a Shopify token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("a DigitalOcean token", r"do[opr]_v1_[0-9a-f]{64}"),
    ("a Vault token", r"hv[sbr]\.[\w-]{24,}"),
    ("a Docker token", r"dckr_pat_[\w-]{20,}"),
    ("a Telegram bot token", r"[0-9]{8,10}:AA[\w-]{33}"),
)
_KINDS = tuple(kind for kind, _ in _TOKENS)
_TOKEN = re.compile("|".join(rf"(?<![\w-])({form})" for _, form in _TOKENS), re.ASCII)
_URL = re.compile(r"(?<![\w+.-])[A-Za-z][\w+.-]*://[^\s/?#:@]*:(?P<password>[^\s/?#@]+)@(?P<host>[^\s/?#:]+)", re.ASCII)

_MADE_UP = re.compile(r"example|sample|placeholder|redacted|changeme|dummy|x{4}|\*{3}|0{6}|\.{3}", re.IGNORECASE)
_NO_PASSWORDS = re.compile(r"pass(?:word|wd)?|pwd?|secret|x+|user|\$.*|[<{(].*|%.*", re.IGNORECASE)
_NO_HOSTS = re.compile(r"(?:localhost|127\.[\d.]+|(?:.+\.)?example(?:\.\w+)?|.*\.(?:test|invalid|localhost))\.?")
_VARIETY = 5  # a made-up token repeats few characters


def is_private_key(text: str) -> bool:
    """Tell whether a text holds a private key in one of the forms that programs write."""
    return _PRIVATE_KEY.search(text) is not None


def is_jwt(text: str) -> bool:
    """Tell whether a text holds a signed (three parts) or encrypted (five) JSON Web Token."""
    return any(_is_header(found["header"]) for found in _JWT.finditer(text))


def token_kind(text: str) -> str:
    """Say which token a text holds; nothing where it holds none, or a made-up one."""
    for found in _TOKEN.finditer(text):
        if not _MADE_UP.search(found[0]) and len(set(found[0][4:])) > _VARIETY:
            return next(kind for kind, written in zip(_KINDS, found.groups(), strict=True) if written)
    for url in _URL.finditer(text):
        if not _NO_PASSWORDS.fullmatch(url["password"]) and not _NO_HOSTS.fullmatch(url["host"].casefold()):
            return "a URL with a password"
    return ""


def _is_header(part: str) -> bool:
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header
