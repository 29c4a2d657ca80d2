"""What may have gone wrong in a derivation, the likeliest first.

A mistake explains a claim if it gives the claimed numbers at every point. Single slips are tried first, then what the numbers
alone show, then one side of a threshold and other values for a local partial. Two slips are tried only if one does not do.

samples.py  a wrong claim at a few points, in floats, and whether a mistake explains it
slips.py    the table: what people write instead of a local partial, one formula for each slip
arrays.py   explanations of claims for a whole array
edges.py    explanations that change local partials
mutations.py  small changes of a formula
repairs.py  a change of the claim that makes it right, or of f whose derivative it is
places.py   the derivative at another point or by another variable, and claims that are right in special cases
numbers.py  explanations from the numbers alone
words.py    describes a mistake in words
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from ..derivation import explain
from ..problem import Problem
from ..report import WRONG, Cause, ClaimFinding, Edit
from ..truth import Target
from ..verdict import Case
from . import numbers
from .arrays import groups_of, said_of_all
from .edges import pairs, single_slips, substituted
from .places import at_another_point, by_another_variable, in_special_cases
from .repairs import difference, misread, repairs
from .samples import Candidate, Edits, Sample, samples_of, shown_of
from .words import Words

SECONDS = 0.5                                                        # time to look for pairs of slips, for each claim
BUDGET = 8.0                                                         # seconds for all claims of a report
NO_GRAPH = "f is computed in plain floats, so there is no graph to find the mistake in. Use autograd.exp and the like to get one."
TOO_MANY = "The cause was not looked for: with so many wrong claims, that takes too long. Check fewer claims at a time."
SHOWN = 3                                                            # causes that a report lists
MARGIN = 0.6                                                         # how much more than the first cause the others may cost
BROKEN = 1.0                                                         # what it costs to break a claim that is right: too much
PLAIN = 1.1                                                          # if the first cause costs more, formulas are compared
CERTAIN = 1.3                                                        # if the first cause costs more, rarer ones are tried too
FAR_FETCHED = 1.9                                                    # if it costs more, two slips are as likely as one
LOOKED = 10                                                          # entries of an array that are looked at one by one
LINES = 24                                                           # longer derivations are not shown


def diagnosed(problem: Problem, cases: Sequence[Case], findings: Sequence[ClaimFinding]) -> list[ClaimFinding]:
    """The findings, with likely causes for the wrong ones."""
    studies = [Study(problem, case) for case in cases]
    deadline = time.perf_counter() + BUDGET
    found = list(findings)
    groups = groups_of(cases, problem.labels, [finding.verdict for finding in findings])
    looked: set[int] = set()
    for group, numbers_of_group in groups:
        wrong = [k for k in numbers_of_group if findings[k].verdict == WRONG]
        cause = group.explanation()
        for k in wrong if cause is not None else wrong[LOOKED:]:
            found[k] = replace(found[k], causes=() if cause is None else (cause,), note=found[k].note if cause is not None else
                               f"The cause was looked for in {LOOKED} of {len(wrong)} wrong entries.")
            looked.add(k)
        if cause is not None:
            found = _as_one(found, group.label, wrong, len(numbers_of_group))
    for k, (study, finding) in enumerate(zip(studies, findings)):
        if finding.verdict == WRONG and k not in looked:
            late = time.perf_counter() > deadline
            found[k] = replace(finding, note=TOO_MANY) if late else study.explained(finding, studies)
    for group, numbers_of_group in groups:
        wrong = [k for k in numbers_of_group if findings[k].verdict == WRONG]
        if not looked.issuperset(wrong):
            found = _of_one_kind(found, group.label, wrong, len(numbers_of_group))
    return found


def _as_one(findings: list[ClaimFinding], label: str, wrong: Sequence[int], count: int) -> list[ClaimFinding]:
    """The findings, with those of an array marked as one."""
    found = list(findings)
    for k in wrong:
        found[k] = replace(found[k], array=label, entries=said_of_all(count, len(wrong)))
    return found


def _of_one_kind(findings: list[ClaimFinding], label: str, wrong: Sequence[int], count: int) -> list[ClaimFinding]:
    """The findings, with those of an array marked as one if the same kind of mistake explains every entry that was looked at."""
    known = [findings[k] for k in wrong if findings[k].causes]
    kinds = [[cause.kind for cause in finding.causes] for finding in known]
    shared = [kind for kind in (kinds[0] if kinds else []) if all([kind in other for other in kinds])
              and kind != "partial of another input"]               # that of another one for each
    if len(known) < min(len(wrong), LOOKED) or len(known) < 2 or not shared:
        return findings
    kind = min(shared, key=lambda kind: sum([other.index(kind) for other in kinds]))
    found = list(findings)
    for k in wrong:
        found[k] = replace(found[k], causes=tuple(sorted(found[k].causes, key=lambda cause: cause.kind != kind)))
    return _as_one(found, label, wrong, count)


class Study:
    """One claim's samples, and the search for an explanation."""

    def __init__(self, problem: Problem, case: Case) -> None:
        self.problem = problem
        self.case = case
        self.target: Target = case.claim.target

    @cached_property
    def samples(self) -> list[Sample]:
        """The claim at a few points."""
        return samples_of(self.case)

    @cached_property
    def samples_or_all(self) -> list[Sample]:
        """The samples; those of a right claim where it is right."""
        return self.samples or samples_of(self.case, even_right=True)

    @cached_property
    def shown(self) -> Sample | None:
        """The simplest one where it is wrong."""
        return shown_of(self.samples)

    @cached_property
    def words(self) -> Words | None:
        """The words for its slips, where there is a graph."""
        has_graph = self.shown is not None and self.shown.tape is not None and self.shown.x >= 0
        return Words(self.shown) if self.shown is not None and has_graph else None

    def explained(self, finding: ClaimFinding, studies: Sequence[Study]) -> ClaimFinding:
        """The finding of a wrong claim, with its likely causes or, if there are none, the right derivation."""
        if self.case.claim.relation != "=":
            return finding
        if self.target.output is None:
            return replace(finding, causes=tuple(numbers.of_number(self.case)))
        causes = tuple(self._causes(studies))
        if not causes and self.case.outcomes[0].probe.is_opaque:
            return replace(finding, note=NO_GRAPH)
        side = numbers.one_sided(self.problem, self.case)
        is_said = not side or any([side in cause.text for cause in causes])
        names = self.words.names if self.words is not None else {}
        note = finding.note or ("" if is_said else f"It is {side}.")
        if not causes:
            note = " ".join(filter(None, [note, difference(self.problem, self.case)]))
        return replace(finding, causes=causes, note=note, names=names, derivation="" if causes else self._derivation())

    def _causes(self, studies: Sequence[Study]) -> list[Cause]:
        """The likeliest explanations: one of each kind, and no two that change the same edges in the same way."""
        alone = numbers.of_number(self.case)
        found = self._candidates(studies) if self.samples else []
        if len([s for s in self.samples if s.is_wrong]) == 1 and self.samples[0].claimed == 0.0:
            found = [c for c in found if c.kind == "path forgotten"]  # at one point, much else gives 0 by chance
        ranked = sorted([replace(c, cost=c.cost + self._evidence(c, studies)) for c in found], key=lambda c: c.cost)
        distinct: dict[str, Candidate] = {}
        seen: list[Edits] = []
        for candidate in ranked:
            edits = candidate.edits(self.samples[0])
            family = "ln 10" if "ln 10" in candidate.kind else candidate.kind
            if family not in distinct and not (edits and edits in seen):
                seen.append(edits)
                distinct[family] = candidate
        likely = [c for c in list(distinct.values())[:SHOWN] if c.cost <= ranked[0].cost + MARGIN]
        words = self.words
        known = [Cause(c.kind, c.text if words is None else words.defined(c.text), self._edits(c)) for c in likely]
        return alone + known if alone and alone[0].kind == "rounded" else known + alone

    def _candidates(self, studies: Sequence[Study]) -> list[Candidate]:
        words = self.words
        small = words is not None and len(words.tape.nodes) <= numbers.LARGE
        theirs = [(study.target, study.samples) for study in studies if study.target != self.target]
        found = [] if words is None else list(single_slips(self.samples, words))
        found += numbers.of_the_whole(self.problem, self.case, self.samples, theirs, words.name if words is not None else str)
        if min([c.cost for c in found], default=9.0) > PLAIN:
            found += repairs(self.problem, self.case, self.samples)
            everyone = [(study.target, any([s.is_wrong for s in study.samples]), study.samples_or_all)
                        for study in studies if study.target != self.target]
            found += misread(self.problem, self.case, self.samples, everyone)
            for look in (by_another_variable, at_another_point, in_special_cases):
                found += look(self.problem, self.case, self.samples)
        if min([c.cost for c in found], default=9.0) > CERTAIN:
            found += self._one_sided()
            found += substituted(self.samples, words) if words is not None and small else []
        if words is not None and small and min([c.cost for c in found], default=9.0) > FAR_FETCHED:
            found += pairs(self.samples, words, time.perf_counter() + SECONDS)
        return found

    def _one_sided(self) -> list[Candidate]:
        """Right on one side of a threshold and wrong on the other, with what explains the wrong side."""
        side = numbers.one_sided(self.problem, self.case)
        if side is None:
            return []
        wrong = [s for s in self.samples if s.is_wrong]
        inner = min(single_slips(wrong, self.words), key=lambda c: c.cost, default=None) if self.words is not None else None
        text = f"{side}; there {inner.text}" if inner is not None else side
        return [Candidate(1.1, "right on one side only", text, inner.predict if inner is not None else None)]

    def _evidence(self, candidate: Candidate, studies: Sequence[Study]) -> float:
        """What to add to the cost: less for each other wrong claim that it explains, more for each right one that it breaks."""
        first = self.samples[0]
        edits = candidate.edits(first)
        if not edits:
            return 0.0
        adjoints = first.graph.swept(edits)
        weight = 0.0
        for study in studies:
            if study.target.output != self.target.output or study.target.place == self.target.place:
                continue
            sample = next((s for s in study.samples_or_all if s.outcome.probe is first.outcome.probe), None)
            if sample is None or sample.x < 0 or sample.tape is not first.tape:
                continue
            if sample.fits_number(adjoints[sample.x], first.graph.adjoints[sample.x]):
                continue                                             # the mistake does not concern it
            is_of_one = candidate.kind == "path forgotten"           # a path from this input alone
            broken = 0.0 if is_of_one else BROKEN if "sign" in candidate.kind else BROKEN / 2
            weight += broken if not sample.is_wrong else -0.15 if sample.matches(adjoints[sample.x]) else 0.0
        return max(-0.3, min(weight, 2.0 * BROKEN))

    def _edits(self, candidate: Candidate) -> tuple[Edit, ...]:
        """The changed local partials at the point that the finding shows."""
        words = self.words
        if words is None or self.shown is None:
            return ()
        return tuple([Edit(words.tape.nodes[k], j, f"{words.name(words.below(k, j))} → {words.name(k)}", d,
                           words.tape.partials[k][j] or 0.0) for (k, j), d in candidate.edits(self.shown).items()])

    def _derivation(self) -> str:
        """The right derivation, if it is short enough to read."""
        known = None if self.shown is None else self.shown.outcome.probe.located(self.target)
        if known is None:
            return ""
        exact, k = known
        text = str(explain(exact.order[-1], exact.inputs[k]))
        return text if text.count("\n") < LINES else ""


