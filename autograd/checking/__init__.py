"""Is this gradient right?

verification.py    `verify`: read the claims, try them, judge them, diagnose the wrong ones
arguments.py       the arguments that a function takes, and their structure
problem.py         what is to be differentiated, and how to record it at a point
claims.py          what is claimed, and of what: notation, read
sources.py         the numbers that a claim gives: formulas, numbers, functions
points.py          where claims are tried
truth.py           one point: f's graph there, and what is true
exact.py           a recorded graph at 60 digits
differences.py     the derivative of a function of floats, with a bound on its error
verdict.py         right, wrong or inconclusive
tape.py            a graph in rows of floats: the price of every change of every local partial
diagnosis/         what may have gone wrong: slips, numbers, words
report.py          the result, as a table that is true only when all is right
derivation.py      `explain`: the right derivation, step by step
gradient_check.py  `gradcheck`: autodiff against finite differences
sheet.py           a text file of problems, marked
"""

from .derivation import Explanation, explain
from .gradient_check import gradcheck
from .report import Report
from .verification import verify

__all__ = ["Explanation", "Report", "explain", "gradcheck", "verify"]
