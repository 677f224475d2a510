"""A progress bar on stderr, for somebody who watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Step = Callable[[], AbstractContextManager[None]]


@contextmanager
def progress(total: int, *, shown: bool, no_color: bool = False) -> Iterator[Step]:
    """Give what to enter at each step. The bar is out of the way inside, so that text can go to the same terminal."""
    if not shown:
        yield nullcontext
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("Applying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, no_color=no_color), transient=True) as bar:
        task = bar.add_task("apply", total=total)

        @contextmanager
        def step() -> Iterator[None]:
            bar.stop()
            yield
            bar.advance(task)
            bar.start()

        yield step
