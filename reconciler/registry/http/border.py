"""The border at which the HTTP library's errors become ours. Nothing of the library passes it.

Each of the library's exceptions has a fate: whether the request may have been carried out, and whether it is worth
another attempt. The texts are ours, because some of the library's repeat a header, and with it the token.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from reconciler.port import RegistryUnavailable
from reconciler.registry.http.library import httpx
from reconciler.registry.http.retry import Fate, NoAnswer

T = TypeVar("T")

FOREIGN = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)

_CERTIFICATE_HINT = (
    "If the registry's certificate comes from an authority of your own, name the authority's file in "
    "RECONCILER_CA_FILE."
)
_TLS_HINT = "Is it `https://` that this registry speaks, or `http://`?"


@dataclass(frozen=True, slots=True)
class _Cause:
    """The predicate of "The registry URL …", with the request's fate and how to mend it."""

    fate: Fate
    predicate: str
    hint: str = ""


# The nearest class of an exception's ancestry counts.
_BY_CLASS: dict[type[Exception], _Cause] = {
    httpx.ConnectError: _Cause(Fate.UNSENT, "can't be reached"),
    httpx.ConnectTimeout: _Cause(Fate.UNSENT, "can't be reached: no connection within the time limit"),
    httpx.PoolTimeout: _Cause(Fate.UNSENT, "can't be reached: all connections are in use"),
    httpx.ProxyError: _Cause(Fate.UNSENT, "can't be reached: the proxy refuses to connect"),
    httpx.ReadTimeout: _Cause(Fate.UNKNOWN, "gave no answer within the time limit"),
    httpx.WriteTimeout: _Cause(Fate.UNKNOWN, "took no request within the time limit"),
    httpx.ReadError: _Cause(Fate.UNKNOWN, "broke off the connection before it had answered"),
    httpx.WriteError: _Cause(Fate.UNKNOWN, "broke off the connection before it had the request"),
    httpx.CloseError: _Cause(Fate.UNKNOWN, "broke off the connection"),
    httpx.RemoteProtocolError: _Cause(Fate.UNKNOWN, "broke off its answer, or answered with something else than HTTP"),
    httpx.DecodingError: _Cause(Fate.UNKNOWN, "sent an answer whose compression is damaged"),
    httpx.UnsupportedProtocol: _Cause(Fate.FINAL, "has a URL that is neither `http://` nor `https://`"),
    httpx.InvalidURL: _Cause(Fate.FINAL, "has a URL that can't be used"),
    httpx.LocalProtocolError: _Cause(Fate.FINAL, "can't be sent such a request: it would not be valid HTTP"),
    httpx.TooManyRedirects: _Cause(Fate.FINAL, "only leads to other addresses"),
    # Bases, for subclasses that a later version of the library may bring: the cautious reading.
    httpx.TimeoutException: _Cause(Fate.UNKNOWN, "gave no answer within the time limit"),
    httpx.HTTPError: _Cause(Fate.UNKNOWN, "gave no usable answer"),
    httpx.CookieConflict: _Cause(Fate.UNKNOWN, "gave no usable answer"),
    httpx.StreamError: _Cause(Fate.UNKNOWN, "gave no usable answer"),
}


def across(place: str, call: Callable[[], T]) -> T:
    """Return what `call` returns. Raises NoAnswer for every error of the library.

    It is raised outside the handler, so that neither cause nor context leads to the library's frames and requests.
    """
    try:
        return call()
    except FOREIGN as error:
        failed = no_answer(place, error)
    raise failed


def no_answer(place: str, error: Exception) -> NoAnswer:
    """Translate an exception of the library."""
    cause = _certificate(error) or _tls(error) or _refused(error) or _of_class(error)
    return NoAnswer(RegistryUnavailable(f"The registry {place} {cause.predicate}", hint=cause.hint), cause.fate)


def _of_class(error: Exception) -> _Cause:
    return next(_BY_CLASS[kind] for kind in type(error).__mro__ if kind in _BY_CLASS)


def _certificate(error: Exception) -> _Cause | None:
    found = _root(error, ssl.SSLCertVerificationError)
    if not isinstance(found, ssl.SSLCertVerificationError):
        return None
    return _Cause(Fate.FINAL, f"has a certificate that can't be trusted: {found.verify_message}", _CERTIFICATE_HINT)


def _tls(error: Exception) -> _Cause | None:
    if not isinstance(error, httpx.ConnectError) or _root(error, ssl.SSLError) is None:
        return None
    return _Cause(Fate.FINAL, "can't be reached: it does not agree on a TLS connection", _TLS_HINT)


def _refused(error: Exception) -> _Cause | None:
    """Say why there is no connection, in the words of the operating system."""
    if not isinstance(error, httpx.ConnectError):
        return None
    if _root(error, socket.gaierror) is not None:
        return _Cause(Fate.UNSENT, "can't be reached: there is no such host", "Is the registry URL right?")
    found = _root(error, OSError)
    if not isinstance(found, OSError) or not found.strerror:
        return None
    return _Cause(Fate.UNSENT, f"can't be reached: {found.strerror.lower()}", "Is it running, and is the URL right?")


def _root(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    return next((each for each in _chain(error) if isinstance(each, kind)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
