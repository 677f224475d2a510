"""YAML with positions: text to plain data through the C parser's events, in one parse.

The C parser delivers its events, marks included, in a seventh of the time that a loader takes, and a loader throws the
marks away. So plain data and positions are built here, straight from the events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.nodes.comment import Comment, comments
    from reconciler.nodes.document import Document, QuickDocument
    from reconciler.nodes.late_marks import LateFile, LateMarks
    from reconciler.nodes.locate import located
    from reconciler.nodes.marks import Marks, OwnMarks, entry_of, key_location, keys_of, value_location
    from reconciler.nodes.parse import Parsed, parse_with_care, parse_yaml
    from reconciler.nodes.quick import quick_documents
    from reconciler.nodes.scalars import NumberTooLong, resolve
    from reconciler.nodes.spans import Spanned, found_at, merge_sources, spanned_documents
    from reconciler.nodes.text import decoded, split_lines
    from reconciler.nodes.variables import VariableProblem, substitute

__all__ = [
    "Comment",
    "Document",
    "LateFile",
    "LateMarks",
    "Marks",
    "NumberTooLong",
    "OwnMarks",
    "Parsed",
    "QuickDocument",
    "Spanned",
    "VariableProblem",
    "comments",
    "decoded",
    "entry_of",
    "found_at",
    "key_location",
    "keys_of",
    "located",
    "merge_sources",
    "parse_with_care",
    "parse_yaml",
    "quick_documents",
    "resolve",
    "spanned_documents",
    "split_lines",
    "substitute",
    "value_location",
]

_LATE = {
    "Comment": "comment",
    "Document": "document",
    "LateFile": "late_marks",
    "LateMarks": "late_marks",
    "Marks": "marks",
    "NumberTooLong": "scalars",
    "OwnMarks": "marks",
    "Parsed": "parse",
    "QuickDocument": "document",
    "Spanned": "spans",
    "VariableProblem": "variables",
    "comments": "comment",
    "decoded": "text",
    "entry_of": "marks",
    "found_at": "spans",
    "key_location": "marks",
    "keys_of": "marks",
    "located": "locate",
    "merge_sources": "spans",
    "parse_with_care": "parse",
    "parse_yaml": "parse",
    "quick_documents": "quick",
    "resolve": "scalars",
    "spanned_documents": "spans",
    "split_lines": "text",
    "substitute": "variables",
    "value_location": "marks",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
