"""What is valid and still likely wrong: what a selector picks, samples, a token's length."""

from reconciler.session_type.lint.check import LINT_CODES, lint
from reconciler.session_type.lint.size import COOKIE_BYTES, token_bytes

__all__ = ["COOKIE_BYTES", "LINT_CODES", "lint", "token_bytes"]
