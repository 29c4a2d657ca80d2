"""Is this gradient right?

referee.py      a recorded graph at 60 digits: its value, its gradient, its finite differences, its kinks
differences.py  gradcheck: autodiff against finite differences
report.py       the answer, as a table that is true only when all is right
"""

from .differences import gradcheck
from .report import Report

__all__ = ["Report", "gradcheck"]
