"""A selector must pick out one user: a value that many sessions share groups, counts and revokes them all as one.

A word alone tells too little (somebody may be called `admin`), so the name of its key is heard as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.diagnostics import Code, Problem, Severity
from reconciler.session_type.lint.words import words
from reconciler.session_type.model import SessionType
from reconciler.session_type.selector import Selector
from reconciler.values import JsonValue, format_path

# Stand for no value, whatever the key is called.
_NOTHING = words(
    """
    - -- ? . * n/a na nan nil none null undefined unknown unset empty true false yes no on off tbd todo
    """
)
# Roles, states, plans, kinds: what an enumeration lists.
_WORDS = words(
    """
    admin administrator agent anonymous api b2b b2c basic bot buyer client contributor customer default demo dev
    developer editor employee enterprise external free gold guest individual internal manager member mobile
    moderator operator owner partner personal platinum premium pro public reader root seller service silver
    staff standard starter student superuser supplier support supervisor system teacher trial user vendor viewer
    visitor web writer accepted active approved archived banned blocked cancelled canceled closed completed
    confirmed deactivated deleted disabled draft enabled error expired failed inactive invited locked new ok
    online offline open paid pending paused processing registered rejected revoked success suspended unpaid
    unverified valid verified android ios desktop browser tablet email sms phone password oauth saml sso google
    github facebook production prod staging stage test testing development local sandbox live male female other
    divers monthly yearly annual weekly daily low medium high small large light dark bearer access refresh
    session eu us emea apac utc gmt en de fr es it pt nl ja zh english german french spanish
    """
)
_CURRENCIES = words(
    """
    AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR ISK JPY KES KRW KWD
    KZT LKR MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD TZS UAH UGX USD
    UYU VND XAF XOF ZAR ZMW
    """
)
_COUNTRY_OR_LOCALE = re.compile(r"[A-Z]{2}|[a-z]{2}[-_][A-Z]{2}")
_KEY_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

# The last word of a key that names somebody, unless an earlier one says that it names a class of things: `roleId`.
_IDENTITY = words(
    """
    id uid uuid guid identifier email mail username nickname accountname loginname login handle subject sub number
    msisdn
    """
)
_CLASS = words(
    """
    category channel class country currency env environment group kind lang language level locale mode phase
    plan platform region role scope stage state status tenant tier type variant version
    """
)


def selector_problems(session_type: SessionType) -> Iterator[Problem]:
    """Yield the problem of a selector whose sample can't be one user's."""
    selector = Selector.parse(session_type.selector)
    if selector is None:
        return
    try:
        sample = selector.resolve(session_type.schema)
    except KeyError:
        return
    if what := constant_kind(sample, selector.path[-1]):
        spelled = format_path(("schema", *selector.path))
        yield Problem(
            Code.SELECTOR_CONSTANT,
            ("selector",),
            f"`{selector}` picks `{spelled}`, whose sample is {what}: many users would share one identifier.",
            "Pick what only one user has. If the field is right, give it a sample such as `user_123`.",
            severity=Severity.WARNING,
        )


def constant_kind(sample: JsonValue, key: str) -> str:
    """Say what kind of constant a sample is; nothing for one that may be a user's."""
    match sample:
        case str():
            text = sample.strip()
            if not text:
                return "an empty string"
            if text.casefold() in _NOTHING:
                return "a word that stands for no value, or for yes or no"
            what = _shared(text)
        case bool():
            return "a boolean"
        case float() if not sample.is_integer():
            return "a fraction"
        case int() | float():
            what = _shared(str(int(sample)))
        case _:
            return ""
    return what if what and not _names_somebody(key) else ""


def _shared(text: str) -> str:
    """Say what kind of constant a text is, unless its key names somebody."""
    if text.casefold() in _WORDS:
        return "a word such as a role or a state"
    if text in _CURRENCIES or _COUNTRY_OR_LOCALE.fullmatch(text):
        return "a code such as a currency or a country"
    return "a single digit" if len(text) == 1 and text.isdecimal() else ""


def _names_somebody(key: str) -> bool:
    spoken = [word.casefold() for word in _KEY_WORD.findall(key)]
    last = {*spoken[-1:], "".join(spoken[-2:])}  # `userName` is a username
    return not last.isdisjoint(_IDENTITY) and not _CLASS.intersection(spoken)
