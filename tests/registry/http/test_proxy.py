"""Which requests go over a proxy: what the environment says, as every program reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.port import RegistryError, RegistryUnavailable
from reconciler.registry import open_reader
from reconciler.registry.http.wires import proxy_for
from reconciler.registry.url import HttpEndpoint, parse_registry_url
from tests.registry.http.fake import TOKEN, FakeServer

PROXY = "http://proxy.example:3128"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("http://registry.example", {}, None),
        ("http://registry.example", {"HTTP_PROXY": PROXY}, PROXY),
        ("https://registry.example", {"HTTP_PROXY": PROXY}, None),
        ("https://registry.example", {"https_proxy": PROXY}, PROXY),
        ("https://registry.example/api", {"ALL_PROXY": "proxy.example:3128"}, PROXY),
        ("https://registry.example", {"HTTPS_PROXY": PROXY, "NO_PROXY": "other.example"}, PROXY),
        ("https://registry.example", {"HTTPS_PROXY": PROXY, "NO_PROXY": "registry.example"}, None),
        ("https://eu.registry.example:8443", {"HTTPS_PROXY": PROXY, "NO_PROXY": ".registry.example"}, None),
        ("https://registry.example:8443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "registry.example:8443"}, None),
        ("https://registry.example:8443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "registry.example:443"}, PROXY),
        ("https://[2001:db8::1]:8443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "2001:db8::1"}, None),
        ("https://[2001:db8::1]", {"HTTPS_PROXY": PROXY, "NO_PROXY": "[2001:db8::1]"}, None),
        ("https://[2001:db8::1]", {"HTTPS_PROXY": PROXY, "NO_PROXY": "2001:db8::2"}, PROXY),
        ("https://registry.example", {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, None),
        ("http://127.0.0.1:8080", {"HTTP_PROXY": PROXY}, None),
    ],
)
def test_the_environment_names_the_proxy(
    url: str, environment: Mapping[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    endpoint = parse_registry_url(url, Path())
    assert isinstance(endpoint, HttpEndpoint)
    assert proxy_for(endpoint) == proxy


def test_a_request_goes_over_the_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    proxy = FakeServer(tmp_path / "proxy")
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("RECONCILER_ALLOW_INSECURE", "1")
    monkeypatch.setenv("RECONCILER_NO_CACHE", "1")
    try:
        with (
            open_reader("http://registry.example/base", product="p", root=tmp_path, token=TOKEN) as reader,
            pytest.raises(RegistryError, match="There is no such path"),
        ):
            reader.fetch()
        assert [(seen.path, seen.headers["host"]) for seen in proxy.seen] == [
            ("/base/v1/products/p/session-types", "registry.example")
        ]
    finally:
        proxy.close()


@pytest.mark.parametrize("proxy", ["gopher://user:secret@proxy", "socks5://user:secret@proxy:1"])
def test_a_proxy_that_can_not_be_is_told_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(RegistryUnavailable, match="The proxy that the environment names") as error:
        open_reader("https://registry.example", product="p", root=tmp_path)
    assert "secret" not in f"{error.value} {error.value.__cause__}"
