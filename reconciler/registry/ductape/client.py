"""The session types of one product on the platform: `reconciler.registry.plain.LiveSessions` over its proxy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.port import RegistryUnavailable, StaleRecord
from reconciler.registry.ductape.answers import Call, Missing
from reconciler.registry.ductape.decode import found_of
from reconciler.registry.ductape.encode import created, patched
from reconciler.registry.ductape.proxy import Proxy
from reconciler.registry.http.retry import Patience
from reconciler.registry.plain import Found, Live
from reconciler.registry.stale import HINT
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


class DuctapeSessions:
    """May be used by several threads at once. The product is named by its tag, which may hold a colon."""

    def __init__(self, proxy: Proxy, product: str) -> None:
        self._proxy = proxy
        self._product = product

    @property
    def place(self) -> str:
        """What the platform is called in messages."""
        return self._proxy.place

    @property
    def is_extended(self) -> bool | None:
        """Whether it is a registry of ours that answers, with more than this is made for; None while that is open."""
        return self._proxy.is_extended

    def list(self) -> tuple[Found, ...]:
        """Return all session types of the product."""
        call = self._call("list")
        try:
            answer = self._proxy.read(call)
        except Missing as missing:
            error = RegistryUnavailable(str(missing), hint="Is --product the product's tag?")
        else:
            if answer is None:
                return ()
            if isinstance(answer, list) and all(isinstance(each, dict) for each in answer):
                records = (each for each in answer if isinstance(each, dict))
                return tuple(found_of(each, number=number) for number, each in enumerate(records, 1))
            error = RegistryUnavailable(
                f"{call.told}: {self.place} answered with something else than a list of records"
            )
        raise error

    def find(self, tag: str, patience: Patience | None = None) -> Found | None:
        """Return one session type; None where there is none, which the platform may say or answer with nothing."""
        call = self._call("fetch", tag)
        try:
            answer = self._proxy.read(call, patience)
        except Missing:
            return None
        if answer is None or answer in ([], {}):
            return None
        if isinstance(answer, dict) and answer.get("tag") == tag:
            return found_of(answer)
        raise RegistryUnavailable(f"{call.told}: {self.place} answered with another record", tag=tag)

    def create(self, session_type: SessionType) -> None:
        """Create a session type. What the platform returns is of no use: read it back."""
        tag = session_type.tag
        call = self._call("create", tag, created(session_type))
        self._write(call, lambda patience: self._became(tag, None, session_type, patience))

    def update(self, fields: Mapping[str, JsonValue], *, before: SessionType, after: SessionType) -> None:
        """Change some fields of a session type."""
        call = self._call("update", before.tag, patched(fields, after))
        self._write(call, lambda patience: self._became(before.tag, before, after, patience))

    def delete(self, before: SessionType) -> None:
        """Delete a session type."""
        self._write(self._call("delete", before.tag), lambda patience: self._became(before.tag, before, None, patience))

    def close(self) -> None:
        """Close the connections."""
        self._proxy.close()

    def _call(self, method: str, tag: str | None = None, payload: JsonValue = None) -> Call:
        named = () if tag is None or method == "create" else (tag,)
        params = (self._product, *named, *(() if payload is None else (payload,)))
        return Call("sessions", method, params, tag)

    def _write(self, call: Call, settle: Callable[[Patience], bool | None]) -> None:
        try:
            self._proxy.write(call, settle)
        except Missing as missing:
            gone = StaleRecord(str(missing), hint=HINT, tag=call.tag)
        else:
            return
        raise gone

    def _became(
        self, tag: str, before: SessionType | None, after: SessionType | None, patience: Patience
    ) -> bool | None:
        """Find out what became of a write whose answer was lost: True where it was done, None where it was not."""
        found = self.find(tag, patience)
        spec = found.spec if isinstance(found, Live) else None
        if found is None or spec is not None:
            if _same(spec, after):
                return True
            if _same(spec, before):
                return None
        raise StaleRecord(f"`{tag}` was written by somebody else in the meantime", hint=HINT, tag=tag)


def _same(left: SessionType | None, right: SessionType | None) -> bool:
    return left is right if left is None or right is None else left.same_as(right)
