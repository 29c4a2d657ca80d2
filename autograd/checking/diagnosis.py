"""What may have gone wrong in a derivation: which change of the graph's local partials gives what was claimed.

A change explains a claim if it gives the claimed numbers at every point. Single slips come first, then what the numbers alone
show, then one side of a threshold and other values in the place of a partial; two slips only where one does not do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from ..engine import Value
from . import patterns
from .explanation import explain
from .phrases import Phrases
from .problem import Problem
from .report import WRONG, Cause, ClaimFinding, Edit
from .samples import Candidate, Case, Sample, samples_of, shown_of
from .search import pairs, single_slips, substituted
from .sides import one_sided
from .tape import Edge

SECONDS = 0.5                                                        # for pairs of slips, for each claim
BUDGET = 3.0                                                         # seconds for all the claims of one report
NO_GRAPH = "f is computed in plain floats, so there is no graph that could explain it; with autograd.exp and its like there is."
TOO_MANY = "Why was not searched: it takes too long for so many wrong claims. Check fewer at a time to be told."
SHOWN = 3                                                            # causes that a report tells
MARGIN = 0.6                                                         # how much less likely than the first the others may be
CERTAIN = 1.3                                                        # the cost from which rarer explanations are looked for too
FAR_FETCHED = 1.9                                                    # the cost from which two slips are as likely as one
LINES = 24                                                           # of a derivation that is shown


def diagnosed(problem: Problem, cases: Sequence[Case], findings: Sequence[ClaimFinding]) -> list[ClaimFinding]:
    """The findings, the wrong ones with their likely causes."""
    studies = [Study(problem, case) for case in cases]
    answer = []
    enough = time.perf_counter() + BUDGET
    for case, study, finding in zip(cases, studies, findings):
        if finding.verdict == WRONG and time.perf_counter() > enough:
            finding = replace(finding, note=TOO_MANY)
        elif finding.verdict == WRONG and case.claim.relation == "=" and case.claim.target.output is not None:
            causes = tuple(study.causes(studies))
            side = one_sided(problem, case)
            is_said = not side or any([side in cause.text for cause in causes])
            note = finding.note or ("" if is_said else f"It is {side}.")
            if not causes and case.outcomes[0].probe.is_opaque:
                note = NO_GRAPH
            finding = replace(
                finding, causes=causes, note=note, names=study.names, derivation="" if causes else study.derivation()
            )
        elif finding.verdict == WRONG and case.claim.relation == "=":
            finding = replace(finding, causes=tuple(patterns.of_number(case)))
        answer.append(finding)
    return answer


class Study:
    """One claim's samples, and the search for what explains them."""

    def __init__(self, problem: Problem, case: Case) -> None:
        self.problem = problem
        self.case = case
        self.samples: list[Sample] = samples_of(case)
        self.shown = shown_of(self.samples)
        graph = self.shown is not None and self.shown.tape is not None and self.shown.x >= 0
        self.phrases = Phrases(self.shown) if self.shown is not None and graph else None

    @property
    def names(self) -> dict[str, Value]:
        """What the words call the nodes that are not spelled out."""
        return self.phrases.names if self.phrases is not None else {}

    def causes(self, others: Sequence[Study]) -> list[Cause]:
        """The likeliest explanations."""
        alone = patterns.of_number(self.case)
        found = self._found(others) if self.samples else []
        ranked = sorted([replace(c, cost=c.cost + self._evidence(c, others)) for c in found], key=lambda c: c.cost)
        distinct: dict[str, Candidate] = {}
        seen: list[dict[Edge, float]] = []
        for candidate in ranked:
            edits = candidate.change(self.samples[0]) if candidate.change is not None else None
            if _family(candidate.kind) in distinct or (edits and edits in seen):
                continue                                             # another name for the same numbers on the same edges
            seen += [edits] if edits else []
            distinct[_family(candidate.kind)] = candidate
        known = [
            Cause(c.kind, c.text, self._edits(c)) for c in list(distinct.values())[:SHOWN] if c.cost <= ranked[0].cost + MARGIN
        ]
        return alone + known if alone and alone[0].kind == "rounded" else known + alone

    def _found(self, others: Sequence[Study]) -> list[Candidate]:
        target, phrases = self.case.claim.target, self.phrases
        theirs = [study.samples for study in others if study.case.claim.target != target]
        small = phrases is not None and len(phrases.tape.nodes) <= patterns.LARGE
        found = [] if phrases is None else list(single_slips(self.samples, phrases))
        found += patterns.of_the_whole(
            self.problem, self.case, self.samples, theirs, phrases.name if phrases is not None else str
        )
        if min([c.cost for c in found], default=9.0) > CERTAIN:
            found += self._one_sided()
            found += substituted(self.samples, phrases) if small and phrases is not None else []
        if phrases is not None and small and min([c.cost for c in found], default=9.0) > FAR_FETCHED:
            found += pairs(self.samples, phrases, time.perf_counter() + SECONDS)
        return found

    def _one_sided(self) -> list[Candidate]:
        """Right on one side of a threshold, wrong on the other; and what explains the wrong side."""
        side = one_sided(self.problem, self.case)
        if side is None:
            return []
        wrong = [s for s in self.samples if s.is_wrong]
        inner = sorted(single_slips(wrong, self.phrases), key=lambda c: c.cost)[:1] if self.phrases is not None else []
        return [
            Candidate(
                1.1,
                "right on one side only",
                f"{side}; there {inner[0].text}" if inner else side,
                inner[0].change if inner else None,
            )
        ]

    def _evidence(self, candidate: Candidate, others: Sequence[Study]) -> float:
        """The less, the more of the other claims the same slip explains too; the more, the more right ones it would spoil."""
        first = self.samples[0]
        edits = candidate.change(first) if candidate.change is not None else None
        if not edits:
            return 0.0
        adjoints = first.graph.swept(edits)
        weight = 0.0
        for study in others:
            theirs, mine = study.case.claim.target, self.case.claim.target
            sample = next((s for s in study.samples if s.outcome.probe is first.outcome.probe), None)
            if (
                theirs.output != mine.output
                or theirs.place == mine.place
                or sample is None
                or sample.x < 0
                or sample.tape is not first.tape
            ):
                continue
            if adjoints[sample.x] != first.graph.adjoints[sample.x]:
                weight += -0.15 if sample.is_wrong and sample.matches(adjoints[sample.x]) else 0.1 if not sample.is_wrong else 0.0
        return max(-0.3, min(weight, 0.3))

    def _edits(self, candidate: Candidate) -> tuple[Edit, ...]:
        """The changed local partials, at the point that the finding shows."""
        if self.phrases is None or self.shown is None or candidate.change is None:
            return ()
        written: dict[Edge, float] = candidate.change(self.shown) or {}
        return tuple(
            [
                Edit(
                    self.phrases.tape.nodes[k],
                    j,
                    f"{self.phrases.name(self.phrases.below(k, j))} → {self.phrases.name(k)}",
                    d,
                    self.phrases.tape.partials[k][j] or 0.0,
                )
                for (k, j), d in written.items()
            ]
        )

    def derivation(self) -> str:
        """The right derivation, of a graph that is small enough to be read."""
        known = (
            None
            if self.shown is None or self.shown.outcome.probe.is_opaque
            else self.shown.outcome.probe.judge(self.case.claim.target)
        )
        if known is None:
            return ""
        judge, k = known
        text = str(explain(judge.order[-1], judge.inputs[k]))
        return text if text.count("\n") < LINES else ""


def _family(kind: str) -> str:
    """Kinds that are one cause under several names."""
    return "ln 10" if "ln 10" in kind else kind
