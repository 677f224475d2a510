"""Judging tokens: the hot path. It touches no database as long as what it knows is fresh.

What it knows are the keys and the ids of revoked sessions. Whoever calls `catch_up` every half second keeps it fresh.
Once it is older than a second it counts for nothing: the next judgement reads the events itself, and where that fails
there is none, because a token that may have been revoked must not pass. So at the latest a second after a revocation
was committed, every process refuses the token.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

from reconciler.runtime.events import Event, EventKind, Events, place_of_keys
from reconciler.runtime.keyring import HEADER_LENGTH, Ring
from reconciler.runtime.model import Verdict
from reconciler.runtime.surroundings import Surroundings, milliseconds, moment_of
from reconciler.runtime.tokens import Claims, Place, header_and_jwe, open_token

FRESH_SECONDS = 1.0
# So that garbage can't make every judgement read the keys anew. It does no harm to others: a new key is not used before
# all processes know it. The first key of an environment is, and so a ring without keys is always read anew.
_RELOAD_SECONDS = 0.1
_SWEEP_SECONDS = 60.0

_INVALID = Verdict(valid=False, reason="invalid")
_EXPIRED = Verdict(valid=False, reason="expired")
_REVOKED = Verdict(valid=False, reason="revoked")


class Verifier:
    """What a process knows of keys and revoked sessions. May be used by several threads at once.

    `load_ring` reads the keys of a product and environment, `read_events` what happened after an id (None: everything
    in force). Both may raise RegistryError, and so may what calls them.
    """

    def __init__(
        self,
        load_ring: Callable[[Place], Ring],
        read_events: Callable[[int | None], Events],
        surroundings: Surroundings,
    ) -> None:
        self._load_ring = load_ring
        self._read_events = read_events
        self._surroundings = surroundings
        self._rings: dict[Place, Ring] = {}
        self._revoked: dict[str, int] = {}
        self._last: int | None = None
        self._fresh_until = float("-inf")
        self._swept_at = float("-inf")
        # Held while the database is read and what was read is put in place, so that nothing older replaces it.
        self._learning = RLock()

    def at_once(self, place: Place, tag: str, token: str) -> Verdict | None:
        """Judge a token by what is known; None where that is not enough, or stale."""
        if self._surroundings.monotonic() > self._fresh_until:
            return None
        ring = self._rings.get(place)
        if ring is None:
            return None
        header, jwe_text = header_and_jwe(tag, token)
        key = ring.by_header.get(header)
        if key is None:
            unsure = header in ring.locked or self._may_be_newer(ring, header)
            return None if unsure else _INVALID
        return self._judge(open_token(place, tag, jwe_text, key))

    def verify(self, place: Place, tag: str, token: str) -> Verdict:
        """Judge a token, after reading what is missing or stale. Raises MasterKeyError where its key can't be used."""
        verdict = self.at_once(place, tag, token)
        if verdict is not None:
            return verdict
        header, jwe_text = header_and_jwe(tag, token)
        key = self._learned_ring(place, header).key(header)
        return _INVALID if key is None else self._judge(open_token(place, tag, jwe_text, key))

    def catch_up(self) -> None:
        """Learn what happened since the last time."""
        with self._learning:
            began = self._surroundings.monotonic()
            found = self._read_events(self._last)
            if found.whole:
                self._rings.clear()
                # In one step: nobody must find it empty meanwhile.
                self._revoked = {
                    event.subject: milliseconds(event.expires_at)
                    for event in found.events
                    if event.kind is EventKind.SESSION
                }
            else:
                self.learn(*found.events)
            self._last = found.last
            self._fresh_until = began + FRESH_SECONDS
            self._sweep(began)

    def learn(self, *events: Event) -> None:
        """Take in events of this process, which need not wait until they are read."""
        with self._learning:
            for event in events:
                self._note(event)

    def _learned_ring(self, place: Place, header: str) -> Ring:
        with self._learning:
            if self._surroundings.monotonic() > self._fresh_until:
                self.catch_up()
            ring = self._rings.get(place)
            if ring is None or (header not in ring.by_header and self._may_be_newer(ring, header)):
                ring = self._rings[place] = self._load_ring(place)
            return ring

    def _may_be_newer(self, ring: Ring, header: str) -> bool:
        """Tell whether an unknown header may be of a key that was made after the ring was read."""
        if len(header) != HEADER_LENGTH or header in ring.retired:
            return False
        return not ring.by_header or self._surroundings.monotonic() - ring.loaded_at > _RELOAD_SECONDS

    def _judge(self, claims: Claims | None) -> Verdict:
        if claims is None:
            return _INVALID
        expires = claims["expires"]
        # Expiry first: a revoked id is forgotten when its tokens have expired.
        if milliseconds(self._surroundings.clock()) >= expires:
            return _EXPIRED
        if claims["session"] in self._revoked:
            return _REVOKED
        return Verdict(True, None, claims["data"], claims["session"], claims["user"], moment_of(expires))  # noqa: FBT003 - by position, in the hot path

    def _note(self, event: Event) -> None:
        match event.kind:
            case EventKind.SESSION:
                self._revoked[event.subject] = milliseconds(event.expires_at)
            case EventKind.KEYS:
                self._rings.pop(place_of_keys(event.subject), None)

    def _sweep(self, at: float) -> None:
        """Forget revoked ids whose tokens have expired."""
        if at - self._swept_at < _SWEEP_SECONDS:
            return
        now = milliseconds(self._surroundings.clock())
        self._revoked = {each: expires for each, expires in self._revoked.items() if expires > now}
        self._swept_at = at
