"""The domain: what a session holds, whom it belongs to, how long it lives."""

from reconciler.session_type.lifetime import Lifetime, Period
from reconciler.session_type.lint import LINT_CODES
from reconciler.session_type.model import FIELDS, SessionType
from reconciler.session_type.plain import plain_session_type
from reconciler.session_type.rules import Checked, check
from reconciler.session_type.selector import Selector, selectable_paths

__all__ = [
    "FIELDS",
    "LINT_CODES",
    "Checked",
    "Lifetime",
    "Period",
    "Selector",
    "SessionType",
    "check",
    "plain_session_type",
    "selectable_paths",
]
