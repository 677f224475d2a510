"""The texts of a run's files as they may be shown: what is sensitive is hidden before any renderer sees it.

Nothing is parsed for it as long as nothing is shown, nor where no file speaks of anything sensitive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from reconciler.diagnostics import Diagnostic
from reconciler.values import Path

if TYPE_CHECKING:
    from reconciler.manifests.hiding import Hiding


class Sources(Mapping[str, str]):
    """Texts by file, with sensitive values hidden.

    `unsure` are the files that can't be read to their end: there is no telling what stands where in them.
    `extra` has further paths to hide, by tag; under the empty tag, those of every session type. `plain` are
    texts that are no manifests.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        *,
        unsure: Iterable[str] = (),
        extra: Mapping[str, Iterable[Path]] | None = None,
        plain: Mapping[str, str] | None = None,
    ) -> None:
        self._texts = texts
        self._plain = dict(plain or {})
        self._unsure = frozenset(unsure)
        self._extra = {tag: frozenset(paths) for tag, paths in (extra or {}).items()}
        self._made: Hiding | None = None

    def __getitem__(self, file: str) -> str:
        """Return the text of a file as it may be shown."""
        return self._plain[file] if file in self._plain else self._hiding.text(file)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._texts, **self._plain})

    def __len__(self) -> int:
        return len({**self._texts, **self._plain})

    def beside(self, texts: Mapping[str, str]) -> Sources:
        """Return these with texts that are no manifests beside them, which are shown as they are."""
        return Sources(self._texts, unsure=self._unsure, extra=self._extra, plain={**self._plain, **texts})

    def hiding(self, extra: Mapping[str, Iterable[Path]]) -> Sources:
        """Return these with further paths hidden, by tag: for findings that are about a value, wherever it is."""
        both = {tag: self._extra.get(tag, frozenset()) | frozenset(paths) for tag, paths in extra.items()}
        return Sources(self._texts, unsure=self._unsure, extra={**self._extra, **both}, plain=self._plain)

    def together(self, others: Iterable[Sources]) -> Sources:
        """Return these and others as one: what one of them calls sensitive is so in all."""
        texts, unsure, extra, plain = dict(self._texts), set(self._unsure), dict(self._extra), dict(self._plain)
        for other in others:
            plain |= other._plain  # noqa: SLF001 - of its own kind
            texts |= other._texts  # noqa: SLF001 - of its own kind
            unsure |= other._unsure  # noqa: SLF001 - as above
            for tag, paths in other._extra.items():  # noqa: SLF001 - as above
                extra[tag] = extra.get(tag, frozenset()) | paths
        return Sources(texts, unsure=unsure, extra=extra, plain=plain)

    def cleaned(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return diagnostics that repeat no sensitive value."""
        listed = tuple(diagnostics)
        return tuple(map(self._hiding.cleaned, listed)) if listed else ()

    @property
    def _hiding(self) -> Hiding:
        if self._made is None:
            from reconciler.manifests.hiding import Hiding  # noqa: PLC0415 - only where something is shown

            self._made = Hiding(self._texts, self._unsure, self._extra)
        return self._made
