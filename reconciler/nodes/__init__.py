"""YAML with positions: text to plain data through the C parser's events, in one parse.

The C parser delivers its events, marks included, in a seventh of the time that a loader takes, and a loader throws the
marks away. So plain data and positions are built here, straight from the events.
"""

from reconciler.nodes.comments import Comment, comments
from reconciler.nodes.document import Document
from reconciler.nodes.late import LateFile, LateMarks
from reconciler.nodes.locate import located
from reconciler.nodes.marks import Marks, OwnMarks, entry_of, key_location, keys_of, value_location
from reconciler.nodes.parse import Parsed, decoded, parse_with_care, parse_yaml, split_lines
from reconciler.nodes.quick import QuickDocument, quick_documents
from reconciler.nodes.scalars import NumberTooLong, resolve
from reconciler.nodes.spans import Spanned, found_at, merge_sources, spanned_documents
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
