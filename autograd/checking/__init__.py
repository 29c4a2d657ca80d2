"""Is this gradient right?

verification.py   `verify`: claims against the truth at many points
problem.py        the function that is derived, its arguments and their structure
claims.py         what is claimed, and of what
sources.py        formulas, numbers and functions as claimed numbers
points.py         points of the domain, special numbers, thresholds
trials.py         where the claims of one report are tried
probe.py          one point: the graph there, and what is true
referee.py        a recorded graph at 60 digits: its value, its gradient, its finite differences, its kinks
ridders.py        the derivative of a function of floats, with a bound on its error
verdicts.py       right, wrong or inconclusive: at a point, and on the whole
differences.py    `gradcheck`: autodiff against finite differences
tape.py           a graph in rows of floats: the price of every change of every local partial
slips.py          the table of slips: what is written in the place of a local partial
samples.py        a wrong claim at a few points, in floats; what an explanation is
search.py         the search for slips: of an edge, a node, all uses, two edges
substitutions.py  other values in the place of a local partial
patterns.py       what the numbers alone show
sides.py          right on one side of a threshold only
phrases.py        slips in words
diagnosis.py      which explanation of a wrong claim is the likeliest
report.py         the answer, as a table that is true only when all is right
explanation.py    `explain`: the right derivation, step by step
sheet.py          a text file of problems, marked
"""

from .differences import gradcheck
from .explanation import Explanation, explain
from .report import Report
from .verification import verify

__all__ = ["Explanation", "Report", "explain", "gradcheck", "verify"]
