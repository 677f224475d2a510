"""Who speaks to the platform: from `DUCTAPE_*` variables, or from a login that was kept under `~/.ductape`.

The variables go before the files, and name one whole identity: half of one with half of another is a mistake. A kept
login is for the address that it was made at, so that no token goes to another host.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.port import RegistryDenied
from reconciler.project import Secret
from reconciler.project.private_file import replace_private_file
from reconciler.registry.url import HttpEndpoint

FOLDER = ".ductape"
FILE = "reconciler.json"
CLOUD = "https://api.ductape.app"
_IDENTITY = {"auth_token": "DUCTAPE_AUTH_TOKEN", "user_id": "DUCTAPE_USER_ID", "public_key": "DUCTAPE_PUBLIC_KEY"}
_WORKSPACES = ("DUCTAPE_WORKSPACE_ID", "DUCTAPE_WORKSPACE")
PRODUCT_KEY = "DUCTAPE_PRODUCT_PUBLIC_KEY"
_FORMAT = 1
_LOG_IN = "Run `reconciler ductape login`, or set DUCTAPE_AUTH_TOKEN, DUCTAPE_USER_ID and DUCTAPE_PUBLIC_KEY."


@dataclass(frozen=True, slots=True)
class Credentials:
    """What goes with every call. `encryption_key` is the user's public key, or the product's where one is named."""

    token: Secret
    user_id: str
    workspace_id: str
    encryption_key: Secret
    public_key: Secret

    def masked_in(self, text: str) -> str:
        """Return a text without any of them."""
        for secret in (self.token, self.encryption_key, self.public_key):
            text = secret.masked_in(text)
        return text


@dataclass(frozen=True, slots=True)
class Login:
    """What a login leaves, to be kept."""

    auth_token: str = field(repr=False)
    user_id: str
    public_key: str = field(repr=False)
    workspace_id: str
    workspace_name: str = ""
    email: str = ""


def find_credentials(endpoint: HttpEndpoint, environment: Mapping[str, str], home: Path | None) -> Credentials:
    """Return who speaks at an address. Raises RegistryDenied where that is not known."""
    given = {name: environment.get(variable, "").strip() for name, variable in _IDENTITY.items()}
    kept = _kept(endpoint, home)
    if any(given.values()):
        missing = ", ".join(variable for name, variable in _IDENTITY.items() if not given[name])
        if missing:
            raise RegistryDenied(
                f"The credentials for {endpoint.url} are not whole: {missing} is not set",
                hint="These variables name one identity, all of them or none.",
            )
        identity = given
    elif kept is not None:
        identity = {name: kept[name] for name in _IDENTITY}
    else:
        raise RegistryDenied(f"There are no credentials for {endpoint.url}", hint=_missing_hint(environment))
    workspace = next((text for name in _WORKSPACES if (text := environment.get(name, "").strip())), "")
    workspace = workspace or (kept or {}).get("workspace_id", "") or _active_workspace(home)
    if not workspace:
        raise RegistryDenied(f"No workspace is chosen at {endpoint.url}", hint=f"Set {_WORKSPACES[0]}.")
    product_key = environment.get(PRODUCT_KEY, "").strip()
    public_key = Secret(identity["public_key"])
    return Credentials(
        token=Secret(identity["auth_token"]),
        user_id=identity["user_id"],
        workspace_id=workspace,
        encryption_key=Secret(product_key) if product_key else public_key,
        public_key=public_key,
    )


def home_folder() -> Path | None:
    """Return the home folder; None where nobody is at home."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def save_login(endpoint: HttpEndpoint, login: Login, home: Path) -> Path:
    """Keep a login for an address, beside those for others, where only the user reads it. Raises ReconcilerError."""
    file = home / FOLDER / FILE
    logins = {**_logins(file), endpoint.url: {name: getattr(login, name) for name in Login.__slots__}}
    text = json.dumps({"format": _FORMAT, "logins": logins}, indent=2) + "\n"
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        replace_private_file(file, text.encode())
    except OSError as error:
        raise ReconcilerError(f"The login can't be kept in ~/{FOLDER}/{FILE}: {error.strerror}") from error
    return file


def _missing_hint(environment: Mapping[str, str]) -> str:
    if environment.get("DUCTAPE_ACCESS_KEY") or environment.get("DUCTAPE_PUBLISHABLE_KEY"):
        return f"How an access key becomes a token is not published, so none is used here. {_LOG_IN}"
    return _LOG_IN


def _kept(endpoint: HttpEndpoint, home: Path | None) -> Mapping[str, str] | None:
    """Return the login that was kept for an address: ours, or what the vendor's command line left, if it is whole."""
    if home is None:
        return None
    ours = _logins(home / FOLDER / FILE).get(endpoint.url)
    if ours is not None:
        return ours
    if endpoint.url != CLOUD:
        return None  # what the vendor's file holds does not say for which address
    return next(filter(None, map(_whole, _parts(_json(home / FOLDER / "credentials.json")))), None)


def _logins(file: Path) -> dict[str, Mapping[str, str]]:
    whole = _json(file)
    logins = whole.get("logins") if isinstance(whole, dict) and whole.get("format") == _FORMAT else None
    if not isinstance(logins, dict):
        return {}
    return {url: found for url, fields in logins.items() if (found := _whole(fields)) is not None}


def _parts(whole: Any) -> Iterator[Any]:
    """Yield where an identity may stand: the content of the vendor's file is not documented, its login answer is."""
    yield whole
    if isinstance(whole, dict):
        yield from (whole.get(name) for name in ("result", "user", "cloud", "default"))


def _whole(fields: Any) -> Mapping[str, str] | None:
    if not isinstance(fields, dict):
        return None
    texts = {name: text for name, text in fields.items() if isinstance(text, str) and text}
    texts.setdefault("user_id", texts.get("_id", ""))
    texts.setdefault("auth_token", texts.get("token", ""))
    return texts if all(texts.get(name) for name in _IDENTITY) else None


def _active_workspace(home: Path | None) -> str:
    whole = _json(home / FOLDER / "config.json") if home else None
    found = whole.get("active_workspace_id") if isinstance(whole, dict) else None
    return found if isinstance(found, str) else ""


def _json(file: Path) -> Any:
    """Return what a file holds; None where it holds nothing of use: then there is no login, which is told."""
    with suppress(OSError, ValueError, RecursionError):
        return json.loads(file.read_bytes())
    return None
