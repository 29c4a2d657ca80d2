"""Claims as they are made at a desk, marked and scored: none missed, no false alarm, the mistakes called by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autograd.checking.sheet import mark, read_sheet

FOLDER = Path(__file__).parent / "claims"

# What the corpus calls a mistake, and the kinds of cause that say the same. Two slips that write the same number at every point
# are one mistake, so several kinds may say it.
SAYS = {
    "path": "path forgotten", "term": "term|constant term", "sign": "sign flipped|minus|order is reversed|plus for",
    "chain": "chain factor|factor missing|factor 2 missing|factor .* is missing|1 - σ for σ", "half": "factor 2 missing|the factor n is missing",
    "twice": "factor 2 too much|factor 1/2 missing", "factor": "factor|numerator|output for|square", "square": "square|root missing|1/x²",
    "power": "exponent|factor n|power|root missing|squared|integrated|derived twice", "inverted": "inverted|multiplied instead", "integrated": "integrated",
    "exponential": "power rule on an exponential", "ln2": "ln 2|output for", "ln10": "ln 10", "output": "output for",
    "swapped": "operands swapped|output for|input for|partial of another|partials swapped", "exchanged": "partials swapped|partial of another",
    "operand": "operands swapped|input for|another value|value for|partials swapped|chain factor|output for", "elsewhere": "taken at",
    "rule": " for |rule|forgotten", "product": "product rule", "quotient": "quotient rule", "side": "side|forgotten|swapped|path|chain",
    "parameter": "alpha", "onehot": "one-hot", "mean": "sum for mean", "transposed": "transposed", "derived": "derived twice",
    "constant": "constant factor|rounded", "rounded": "rounded", "two": "; ",
}


@dataclass(frozen=True)
class Marked:
    """A claim of the corpus: what is expected of it, and what was found."""

    problem: str
    claim: str
    expected: str
    mistake: str
    finding: Any

    def says(self, kind: str) -> bool:
        """Whether a kind of cause names the mistake."""
        return re.search(SAYS[self.mistake], kind) is not None


@cache
def corpus(name: str) -> tuple[Marked, ...]:
    exercises = read_sheet((FOLDER / name).read_text())
    found: list[Marked] = []
    for item in mark(exercises):
        assert not item.error, (item.exercise.name, item.error)
        for claim, comment, finding in zip(item.exercise.claims, item.exercise.comments, item.report.findings):
            expected, _, mistake = comment.partition(":")
            found.append(Marked(item.exercise.name, claim, expected.strip(), mistake.strip(), finding))
    return tuple(found)


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.sheet")))
def test_no_wrong_claim_is_missed_and_no_right_one_called_wrong(name: str) -> None:
    claims = corpus(name)
    misses = [c for c in claims if c.expected == "wrong" and c.finding.verdict != "wrong"]
    false_alarms = [c for c in claims if c.expected == "right" and c.finding.verdict != "right"]
    print(f"{name}: {len(claims)} claims; missed {len(misses)}, false alarms {len(false_alarms)}")
    assert {c.expected for c in claims} == {"right", "wrong"}
    assert not misses, [(c.problem, c.claim) for c in misses]
    assert not false_alarms, [(c.problem, c.claim, c.finding.verdict) for c in false_alarms]


def test_the_mistakes_are_called_by_their_names() -> None:
    claims = corpus("desk.sheet")
    wrong = [c for c in claims if c.expected == "wrong"]
    assert len(claims) >= 150
    assert len(wrong) >= 0.66 * len(claims)
    explained = [c for c in wrong if c.mistake != "none"]
    first = [c for c in explained if c.finding.causes and c.says(c.finding.causes[0].kind)]
    among_three = [c for c in explained if any([c.says(cause.kind) for cause in c.finding.causes[:3]])]
    print(f"{len(claims)} claims, {len(wrong)} wrong: first cause right {len(first) / len(explained):.1%}, "
          f"among the first three {len(among_three) / len(explained):.1%}")
    for c in explained:
        if c not in first:
            print(c.problem, "|", c.claim, "|", c.mistake, "|", [cause.kind for cause in c.finding.causes])
    assert len(first) >= 0.85 * len(explained)
    assert len(among_three) >= 0.98 * len(explained)


def test_what_has_nothing_to_do_with_it_is_not_explained() -> None:
    unrelated = [c for name in ("desk.sheet", "teacher.sheet", "grader.sheet") for c in corpus(name) if c.mistake == "none"]
    assert len(unrelated) >= 8
    for c in unrelated:
        assert not c.finding.causes, (c.claim, c.finding.causes[0].text)


def test_nearly_all_mistakes_are_explained_that_were_collected_by_others() -> None:
    for name in ("teacher.sheet", "grader.sheet"):
        wrong = [c for c in corpus(name) if c.expected == "wrong" and c.mistake != "none"]
        explained = [c for c in wrong if c.finding.causes]
        print(f"{name}: {len(explained)} of {len(wrong)} explained")
        assert len(explained) >= 0.95 * len(wrong)
        assert len(wrong) >= 200


def test_a_right_claim_has_no_cause() -> None:
    for name in ("desk.sheet", "teacher.sheet", "grader.sheet"):
        assert not [c for c in corpus(name) if c.expected == "right" and c.finding.causes]
