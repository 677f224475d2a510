"""What a session client reads of a product. A product of this registry is a name, so there is little more to tell."""

from __future__ import annotations

from typing import Any

from reconciler.server.ductape.callers import WORKSPACE, Caller, public_key
from reconciler.server.ductape.forms import EnvironmentForm, OfProduct
from reconciler.server.ductape.refusals import CallRefused
from reconciler.server.ductape.session_types import identity, list_all


def fetch(caller: Caller, form: OfProduct) -> dict[str, Any]:
    """Return a product with its session types and environments. One that nobody wrote to does not exist."""
    if not caller.services.reader(form.product).product_revision():
        raise CallRefused(404, "PRODUCT_NOT_FOUND", f"Product with tag {form.product} not found")
    return {
        "_id": identity(form.product),
        "tag": form.product,
        "name": form.product,
        "workspace_id": WORKSPACE,
        "public_key": public_key("product", form.product),
        "envs": environments(caller, form),
        "sessions": list_all(caller, form),
    }


def environments(caller: Caller, form: OfProduct) -> list[dict[str, Any]]:
    """Return the environments in which there ever was a session: none is declared, here."""
    slugs = caller.services.session_service.environments(form.product)
    return [_environment(form.product, slug) for slug in slugs]


def environment(caller: Caller, form: EnvironmentForm) -> dict[str, Any]:
    """Return an environment."""
    if form.slug not in caller.services.session_service.environments(form.product):
        raise CallRefused(404, "ENV_NOT_FOUND", f"Environment {form.slug} of {form.product} not found")
    return _environment(form.product, form.slug)


def _environment(product: str, slug: str) -> dict[str, Any]:
    return {
        "_id": identity(product, "env", slug),
        "slug": slug,
        "env_name": slug,
        "description": "",
        "active": True,
    }
