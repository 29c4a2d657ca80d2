"""trees: nested arguments as one flat list, and back."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.errors import InputError, OperandError
from autograd.trees import DEEPEST, as_lists, depth, flatten, flatten_like, is_sequence, labelled, number

Pair = namedtuple("Pair", "x y")

leaves = st.floats(-5, 5)
trees = st.recursive(leaves, lambda part: st.one_of(st.lists(part, max_size=3), st.tuples(part, part), st.dictionaries(st.sampled_from("abc"), part, max_size=3)), max_leaves=8)


@given(trees)
def test_what_is_taken_apart_is_put_together_again(tree: Any) -> None:
    numbers, rebuild = flatten(tree)
    assert rebuild(numbers) == tree
    assert type(rebuild(numbers)) is type(tree)
    assert flatten(rebuild([x + 1.0 for x in numbers]))[0] == [x + 1.0 for x in numbers]


@given(trees)
def test_there_is_a_label_for_each_number_and_each_once(tree: Any) -> None:
    labels = labelled(tree, "p")
    assert len(labels) == len(flatten(tree)[0]) == len(set(labels))


@given(trees)
def test_a_structure_is_like_itself(tree: Any) -> None:
    assert flatten_like(tree, tree) == flatten(tree)[0]


def test_kinds_are_kept() -> None:
    for tree in (Pair(1.0, [2.0]), OrderedDict(b=1.0, a=2.0), defaultdict(list, a=[1.0]), (1.0,), [], {}):
        again = flatten(tree)[1](flatten(tree)[0])
        assert type(again) is type(tree)
        assert again == tree
    array = np.arange(6.0).reshape(2, 3)
    again = flatten(array)[1]([2.0 * x for x in flatten(array)[0]])
    assert again.shape == (2, 3)
    assert again.dtype == float
    x = Value(1.0)
    objects = flatten(array)[1]([x] * 6)
    assert objects.dtype == object
    assert objects[1, 2] is x


def test_labels_of_arrays_lists_and_mappings() -> None:
    assert labelled(np.zeros((1, 2)), "w") == ["w[0][0]", "w[0][1]"]
    assert labelled({"b": [1.0, (2.0,)]}, "p") == ["p['b'][0]", "p['b'][1][0]"]
    assert labelled(3.0, "x") == ["x"]


def test_the_order_of_a_mapping_is_that_of_the_first() -> None:
    assert flatten_like({"a": 1.0, "b": 2.0}, {"b": 20.0, "a": 10.0}) == [10.0, 20.0]


@pytest.mark.parametrize(("one", "other"), [([1.0, 2.0], [1.0]), ([1.0], 1.0), ({"a": 1.0}, {"b": 1.0}), ({"a": 1.0}, [1.0]), (1.0, [1.0]), (np.zeros(2), np.zeros(3)), ([[1.0], [2.0]], [[1.0, 2.0]])])
def test_another_structure_is_refused(one: Any, other: Any) -> None:
    with pytest.raises(InputError):
        flatten_like(one, other)


@pytest.mark.parametrize("stranger", ["abc", None, {1.0, 2.0}, 1j, [None]])
def test_what_holds_no_numbers_is_refused(stranger: Any) -> None:
    with pytest.raises(OperandError):
        flatten(stranger)


def test_depth_and_sequences() -> None:
    assert [depth(x) for x in (1.0, Value(1.0), [1.0], [[1.0]], (), np.zeros((2, 2)), np.float64(1.0), np.array(1.0), "ab")] == [0, 0, 1, 2, 1, 2, 0, 0, 0]
    assert is_sequence((1.0,))
    assert not is_sequence(np.array(1.0))
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InputError, match=str(DEEPEST)):
        depth(endless)


def test_lists_for_arrays_and_tuples() -> None:
    assert as_lists({"a": (1.0, np.array([2.0]))}) == {"a": [1.0, [2.0]]}
    assert number(Value(2.0)) == number(2.0) == 2.0
