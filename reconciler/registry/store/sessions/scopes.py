"""The names that say of which sessions something is."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_

from reconciler.runtime.protocol import check_env


class Scope(NamedTuple):
    """A product in an environment."""

    product: str
    env: str

    @classmethod
    def of(cls, product: str, env: str) -> Scope:
        """Name it. Raises RegistryRejected for a name that no environment can have."""
        check_env(env)
        return cls(product, env)

    def of_type(self, tag: str) -> TypeScope:
        """Name one session type in it."""
        return TypeScope(self.product, self.env, tag)

    def rows(self, table: Table) -> ColumnElement[bool]:
        """Return the condition for the rows of a table that belong here."""
        return and_(table.c.product == self.product, table.c.env == self.env)


class TypeScope(NamedTuple):
    """A session type of a product in an environment."""

    product: str
    env: str
    tag: str

    def rows(self, table: Table) -> ColumnElement[bool]:
        """Return the condition for the rows of a table that belong here."""
        return and_(table.c.product == self.product, table.c.env == self.env, table.c.tag == self.tag)

    def columns(self) -> dict[str, Any]:
        """Return the three columns of a row that belongs here."""
        return self._asdict()
