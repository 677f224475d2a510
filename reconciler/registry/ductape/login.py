"""Logging in with e-mail and password, for a token that is kept in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.port import RegistryDenied, RegistryUnavailable
from reconciler.project import Secret
from reconciler.registry.ductape.answers import Answers, Call, Missing
from reconciler.registry.ductape.credentials import Credentials, Login
from reconciler.registry.ductape.opening import open_platform
from reconciler.registry.http import Manner, Request, json_body
from reconciler.registry.http.retry import NoAnswer, read
from reconciler.registry.url import DuctapeEndpoint
from reconciler.values import JsonValue

_PATH = "/users/v1/login"
_CALL = Call("users", "login", ())


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in."""

    email: str
    password: Secret = field(repr=False)


def log_in(
    address: DuctapeEndpoint, account: Account, *, workspace: str | None = None, manner: Manner | None = None
) -> Login:
    """Log in, and choose a workspace by id or name: the named one, or the default, or the only one.

    Raises RegistryDenied, RegistryUnavailable, ReconcilerError for a workspace that is not there.
    """
    nobody = Secret("\0")  # stands for credentials that there are none of yet; the password takes the token's place
    who = Credentials(account.password, "", "", nobody, nobody)
    link = open_platform(address, None, manner)
    answers = Answers(replace(link.refusals, quotes=False), who)  # an answer may hold the new token
    request = Request("POST", _PATH, body=json_body({"email": account.email, "password": account.password.reveal()}))

    def attempt() -> JsonValue:
        try:
            answer = link.transport.send(request)
        except NoAnswer as missed:
            failed = missed
        else:
            return answers.reply(_CALL, answer, inner="result").value
        raise NoAnswer(answers.about(_CALL, failed.error), failed.fate, failed.wait)

    try:
        result = read(attempt, link.patience)
    except Missing as missing:
        denied = RegistryDenied(str(missing), hint="Check the e-mail address.")
    else:
        return _login(result, account.email, workspace, address.http.url)
    finally:
        link.close()
    raise denied


def _login(result: Any, email: str, workspace: str | None, place: str) -> Login:
    fields: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
    if fields.get("requires_verification") or fields.get("verified") is False:
        raise RegistryDenied(
            f"{place} wants this account to be verified first",
            hint="Log in once in the workbench, with the code it sends.",
        )
    names = ("auth_token", "_id", "public_key")
    texts = [text for name in names if isinstance(text := fields.get(name), str) and text]
    if len(texts) < len(names):
        missing = ", ".join(f"`{name}`" for name in names if not fields.get(name))
        raise RegistryUnavailable(f"{place} answered the login without {missing or 'a user'}")
    token, user, key = texts
    chosen = _workspace(fields.get("workspaces"), workspace)
    return Login(token, user, key, chosen.get("workspace_id", ""), chosen.get("workspace_name", ""), email)


def _workspace(listed: Any, wanted: str | None) -> Mapping[str, str]:
    found = [_texts(each) for each in listed if isinstance(each, Mapping)] if isinstance(listed, Sequence) else []
    if wanted is not None:
        named = [each for each in found if wanted in (each.get("workspace_id"), each.get("workspace_name"))]
        if len(named) != 1:
            raise ReconcilerError(f"There is no one workspace `{wanted}`", hint=f"There are: {_names(found)}.")
        return named[0]
    default = [_texts(each) for each in listed or () if isinstance(each, Mapping) and each.get("default") is True]
    if len(default) == 1:
        return default[0]
    if len(found) == 1:
        return found[0]
    raise ReconcilerError(
        "It is not clear which workspace is meant", hint=f"Name one with --workspace: {_names(found)}."
    )


def _texts(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, text in fields.items() if isinstance(text, str)}


def _names(found: list[dict[str, str]]) -> str:
    return ", ".join(each.get("workspace_name") or each.get("workspace_id", "?") for each in found) or "none"
