"""TLS with authorities made for the test."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from reconciler.port import RegistryUnavailable, Snapshot
from reconciler.project import Secret
from reconciler.registry.http import HttpReader, Manner, Settings, open_http_reader
from reconciler.registry.url import HttpEndpoint
from tests.registry.http.fake import TOKEN, FakeServer

Manners = Callable[..., Manner]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def serve(authority: trustme.CA, root: Path, host: str) -> FakeServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return FakeServer(root, tls=context)


@pytest.fixture
def tls_server(authority: trustme.CA, tmp_path: Path) -> Iterator[FakeServer]:
    served = serve(authority, tmp_path, "127.0.0.1")
    yield served
    served.close()


def opened(server: FakeServer, manner: Manner) -> HttpReader:
    endpoint = HttpEndpoint(server.url, is_tls=True, is_loopback=True)
    return open_http_reader(endpoint, product="storefront", token=Secret(TOKEN), manner=manner)


def refused(server: FakeServer, manner: Manner) -> RegistryUnavailable:
    with opened(server, manner) as reader, pytest.raises(RegistryUnavailable) as error:
        reader.fetch()
    assert server.seen == []
    return error.value


def test_an_authority_of_ones_own_is_trusted_when_named(tls_server: FakeServer, manner: Manners, ca_file: str) -> None:
    with opened(tls_server, manner(settings=Settings(ca_file=ca_file))) as reader:
        assert reader.fetch() == Snapshot()
    assert tls_server.made() == ["GET"]


def test_the_usual_variable_is_heeded_too(
    tls_server: FakeServer, manner: Manners, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    with opened(tls_server, manner()) as reader:
        assert reader.fetch() == Snapshot()


def test_an_unknown_authority_is_refused_at_once(tls_server: FakeServer, manner: Manners, tmp_path: Path) -> None:
    error = refused(tls_server, manner())
    assert "has a certificate that can't be trusted" in error.message
    assert "RECONCILER_CA_FILE" in error.hint

    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert "can't be trusted" in refused(tls_server, manner(settings=Settings(ca_file=str(other)))).message


def test_a_certificate_for_another_host_is_refused(
    authority: trustme.CA, manner: Manners, ca_file: str, tmp_path: Path
) -> None:
    server = serve(authority, tmp_path, "registry.example.com")
    try:
        assert "can't be trusted" in refused(server, manner(settings=Settings(ca_file=ca_file))).message
    finally:
        server.close()


def test_plain_http_behind_an_https_url_is_told(server: FakeServer, manner: Manners) -> None:
    endpoint = HttpEndpoint(server.url.replace("http:", "https:"), is_tls=True, is_loopback=True)
    with (
        open_http_reader(endpoint, product="storefront", token=Secret(TOKEN), manner=manner()) as reader,
        pytest.raises(RegistryUnavailable, match="does not agree on a TLS connection"),
    ):
        reader.fetch()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_can_not_be_read_is_named(
    tls_server: FakeServer, manner: Manners, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "mine.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(RegistryUnavailable, match=r"mine\.pem can't be read") as error:
        opened(tls_server, manner(settings=Settings(ca_file=str(file))))
    assert "PEM" in error.value.hint


def test_no_authorities_are_loaded_for_plain_http(
    server: FakeServer, manner: Manners, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("authorities were loaded")

    monkeypatch.setattr("ssl.create_default_context", loaded)
    endpoint = HttpEndpoint(server.url, is_tls=False, is_loopback=True)
    with open_http_reader(endpoint, product="storefront", token=Secret(TOKEN), manner=manner()) as reader:
        assert reader.fetch() == Snapshot()
