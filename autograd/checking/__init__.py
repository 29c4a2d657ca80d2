"""Is this gradient right?

verification.py    `verify`: read the claims, try them at many points, diagnose the wrong ones
arguments.py       the arguments of a function and their structure
problem.py         the function to differentiate, and how to record it at a point
claims.py          read claims: which derivative, and what is claimed of it
sources.py         where a claim's numbers come from: a formula, a number or a function
points.py          the points at which claims are tried
truth.py           f's graph at one point, and its true derivatives there
exact.py           a recorded graph with 60 digits
differences.py     the derivative of a function of floats, with an error bound
verdict.py         right, wrong or inconclusive
diagnosis/         what may have gone wrong: slips, numbers, words
report.py          the result: a table that is true only if everything is right
derivation.py      `explain`: the right derivation, step by step
gradient_check.py  `gradcheck`: autodiff against finite differences
sheet.py           a text file of problems, and how it is marked
"""

from .derivation import Explanation, explain
from .gradient_check import gradcheck
from .report import Report
from .verification import verify

__all__ = ["Explanation", "Report", "explain", "gradcheck", "verify"]
