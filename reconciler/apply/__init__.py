"""Carries out a plan on a registry: exactly the calls that the plan shows, each reported as it ends."""

from reconciler.apply.atomic import execute_atomically
from reconciler.apply.execute import Execution, execute
from reconciler.apply.outcome import Outcome, Status, Tally

__all__ = ["Execution", "Outcome", "Status", "Tally", "execute", "execute_atomically"]
