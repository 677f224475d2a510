"""Every exception of the HTTP library has a fate, and none passes."""

from __future__ import annotations

import inspect
import ssl

import httpx
import pytest

from reconciler.port import RegistryUnavailable
from reconciler.registry.http import border
from reconciler.registry.http.retry import Fate, NoAnswer

URL = "https://registry.example.com"
LEAK = "Illegal header value b'Bearer rct_leak'"


def exceptions() -> list[type[Exception]]:
    """Return every exception class that the library defines, exported or not."""
    found = {
        each
        for module in [httpx, *(value for value in vars(httpx).values() if inspect.ismodule(value))]
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Exception) and each.__module__.startswith("httpx")
    }
    return sorted(found, key=lambda each: each.__name__)


def make(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    error.args = (LEAK,)
    return error


def test_there_are_exceptions_to_walk() -> None:
    assert {httpx.ConnectError, httpx.ReadTimeout, httpx.InvalidURL, httpx.StreamClosed} <= set(exceptions())
    assert len(exceptions()) >= 27


@pytest.mark.parametrize("kind", exceptions())
def test_the_map_is_total(kind: type[Exception]) -> None:
    def fail() -> None:
        raise make(kind)

    with pytest.raises(NoAnswer) as failed:
        border.across(URL, fail)
    assert isinstance(failed.value.error, RegistryUnavailable)
    assert failed.value.error.message.startswith(f"The registry {URL} ")
    assert "\n" not in failed.value.error.message
    assert "leak" not in failed.value.error.message + failed.value.error.hint
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


@pytest.mark.parametrize("kind", exceptions())
def test_only_what_surely_was_not_sent_is_called_unsent(kind: type[Exception]) -> None:
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    final = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, httpx.TooManyRedirects)
    fate = border.no_answer(URL, make(kind)).fate
    match fate:
        case Fate.UNSENT:
            assert issubclass(kind, unsent)
        case Fate.FINAL:
            assert issubclass(kind, final)
        case Fate.UNKNOWN:
            assert not issubclass(kind, unsent + final)


@pytest.mark.parametrize("kind", [httpx.HTTPError, httpx.TransportError, httpx.TimeoutException, httpx.StreamError])
def test_an_exception_that_a_later_version_brings_is_read_with_caution(kind: type[Exception]) -> None:
    later = type("Later", (kind,), {})
    assert border.no_answer(URL, make(later)).fate is Fate.UNKNOWN


def test_an_error_of_ours_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        border.across(URL, lambda: 1 // 0)


def test_a_tls_failure_without_a_certificate_is_told_apart() -> None:
    error = httpx.ConnectError("")
    error.__cause__ = ssl.SSLError("wrong version number")
    failed = border.no_answer(URL, error)
    assert failed.fate is Fate.FINAL
    assert "does not agree on a TLS connection" in failed.error.message
