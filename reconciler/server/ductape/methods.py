"""The calls that are answered. Every other one is refused, as the platform refuses what is not on its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from reconciler.access import Role
from reconciler.diagnostics import nearest_of
from reconciler.server.ductape import extended, products, runtime, session_types
from reconciler.server.ductape.callers import Caller
from reconciler.server.ductape.extended_forms import (
    CommitForm,
    ExtendedCreateForm,
    ExtendedDeleteForm,
    ExtendedUpdateForm,
    HistoryForm,
)
from reconciler.server.ductape.forms import (
    ActiveForm,
    CreateForm,
    DashboardForm,
    EnvironmentForm,
    OfProduct,
    RefreshForm,
    RevokeAllForm,
    RevokeForm,
    StartForm,
    TagForm,
    UpdateForm,
    UserForm,
    UsersForm,
    VerifyForm,
    filled_in,
)
from reconciler.server.ductape.received import Call, is_extended
from reconciler.server.ductape.refusals import CallRefused


@dataclass(frozen=True, slots=True)
class Method:
    """Who may make a call, the form of its parameters, and what carries it out."""

    run: Callable[[Caller, Any], Any]
    form: type[OfProduct]
    roles: tuple[Role, ...]


_READ, _WRITE, _RUNTIME = (Role.READ,), (Role.WRITE,), (Role.RUNTIME,)
_KNOWN = (Role.READ, Role.RUNTIME)

MODULES: Mapping[str, Mapping[str, Method]] = MappingProxyType(
    {
        "sessions": {
            "create": Method(session_types.create, CreateForm, _WRITE),
            "update": Method(session_types.update, UpdateForm, _WRITE),
            "list": Method(session_types.list_all, OfProduct, _READ),
            "fetch": Method(session_types.fetch, TagForm, _READ),
            "delete": Method(session_types.delete, TagForm, _WRITE),
            "start": Method(runtime.start, StartForm, _RUNTIME),
            "verify": Method(runtime.verify, VerifyForm, _RUNTIME),
            "refresh": Method(runtime.refresh, RefreshForm, _RUNTIME),
            "revoke": Method(runtime.revoke, RevokeForm, _RUNTIME),
            "revokeAll": Method(runtime.revoke_all, RevokeAllForm, _RUNTIME),
            "listActive": Method(runtime.list_active, ActiveForm, _RUNTIME),
            "fetchUsers": Method(runtime.fetch_users, UsersForm, _RUNTIME),
            "fetchUserDetails": Method(runtime.fetch_user_details, UserForm, _RUNTIME),
            "fetchDashboard": Method(runtime.fetch_dashboard, DashboardForm, _KNOWN),
        },
        "product": {
            "init": Method(products.fetch, OfProduct, _KNOWN),
            "fetch": Method(products.fetch, OfProduct, _KNOWN),
            "environments.list": Method(products.environments, OfProduct, _KNOWN),
            "environments.fetch": Method(products.environment, EnvironmentForm, _KNOWN),
        },
    }
)
# What takes their place, and joins them, for those who ask for the extension.
EXTENDED: Mapping[str, Mapping[str, Method]] = MappingProxyType(
    {
        **MODULES,
        "sessions": {
            **MODULES["sessions"],
            "create": Method(extended.create, ExtendedCreateForm, _WRITE),
            "update": Method(extended.update, ExtendedUpdateForm, _WRITE),
            "list": Method(extended.list_all, OfProduct, _READ),
            "fetch": Method(extended.fetch, TagForm, _READ),
            "delete": Method(extended.delete, ExtendedDeleteForm, _WRITE),
            "commit": Method(extended.commit, CommitForm, _WRITE),
            "history": Method(extended.history, HistoryForm, _READ),
            "impact": Method(extended.impact, TagForm, _READ),
            "impacts": Method(extended.impacts, OfProduct, _READ),
        },
    }
)
# Their arguments, or their answers, stand in no document of the platform.
_UNPUBLISHED = frozenset({"updateData", "extendSession", "fetchUserDashboard"})


def method_of(call: Call, modules: Mapping[str, Mapping[str, Method]] = MODULES) -> Method:
    """Return the method that a call names. Raises CallRefused."""
    methods = modules.get(call.module)
    if methods is None:
        raise _not_allowed(f"Unknown module: {call.module[:100]}. There are: {', '.join(MODULES)}.")
    if call.module == "sessions" and call.method in _UNPUBLISHED:
        raise _not_allowed(f"{call.name} is not answered here: what it takes and gives is not published.")
    method = methods.get(call.method)
    if method is None:
        nearest = nearest_of(call.method, methods)
        hint = f" Did you mean {nearest}?" if nearest else ""
        raise _not_allowed(f"{call.module}.{call.method[:100]} is not an allowed method.{hint}")
    return method


def carry_out(caller: Caller, call: Call) -> Any:
    """Carry a call out, and return what it gives. Raises CallRefused, Refusal, RegistryError."""
    method = method_of(call, EXTENDED if is_extended(caller.request) else MODULES)
    # Only a name from the list above gets into the log.
    caller.request.state.call = call.name
    form = filled_in(method.form, call.params)
    caller.require(method.roles, form.product)
    return method.run(caller, form)


def _not_allowed(message: str) -> CallRefused:
    return CallRefused(403, "METHOD_NOT_ALLOWED", message)
