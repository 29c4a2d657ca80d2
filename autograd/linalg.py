"""Linear algebra on small matrices of Values and floats: `solve`, `inv`, `det`. NumPy's take plain numbers only.

A matrix is a list of rows, or a two-dimensional array. `solve` and `inv` return an array if an argument is one, else lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import DomainError, InputError
from .functions import dot, prod, where
from .inputs import is_array, is_real, real
from .scopes import is_recording
from .text import counted
from .trees import array_of, as_lists, flatten, number, sizes_of

Matrix = list[list[Any]]


def solve(a: Any, b: Any) -> Any:
    """The x with a @ x = b, for a square matrix a and a vector or a matrix b, by Gaussian elimination with partial pivoting. It
    has the shape of b.

    Raises InputError for shapes that do not fit, DomainError if a is singular, OperandError for what is no number. In a compiled
    function, a singular matrix gives infinities or NaN in its lane.

    >>> solve([[2.0, 1.0], [1.0, 3.0]], [5.0, 10.0])
    [1.0, 3.0]
    """
    return _solved("solve", a, b)


def _solved(name: str, a: Any, b: Any) -> Any:
    matrix, right = _square(name, a), as_lists(b)
    flatten(right)
    shape = sizes_of(right)
    if not shape or len(shape) > 2 or shape[0] != len(matrix):
        wanted = counted(len(matrix), "number or row", "numbers or rows")
        raise InputError(f"{name} needs a right-hand side of {wanted}, got one of shape {shape}")
    if len(shape) == 2 or any([isinstance(x, list) for x in right]):
        _check_rows(name, [x if isinstance(x, list) else [x] for x in right])
    if right and right[0] == []:
        raise InputError(f"{name} needs a right-hand side with columns, got empty rows")
    columns = [[_entry(x)] for x in right] if len(shape) == 1 else [[_entry(x) for x in row] for row in right]
    rows, _, is_regular = _eliminated([row + rest for row, rest in zip(matrix, columns)], len(matrix))
    if not is_regular:
        raise DomainError(f"{name} needs a non-singular matrix: this one has no inverse")
    n = len(matrix)
    found: Matrix = [[] for _ in rows]
    for k in reversed(range(n)):
        known = [found[i] for i in range(k + 1, n)]
        for j in range(n, len(rows[k])):
            rest = rows[k][j] - dot(rows[k][k + 1:n], [row[j - n] for row in known]) if known else rows[k][j]
            found[k].append(rest / rows[k][k])
    return _like((a, b), [row[0] for row in found] if len(shape) == 1 else found)


def inv(a: Any) -> Any:
    """The inverse of a square matrix. Raises InputError if it is not square, DomainError if it is singular.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    [[0.5, 0.0], [0.0, 0.25]]
    """
    count = len(_square("inv", a))
    return _solved("inv", a, _like((a,), [[float(i == j) for j in range(count)] for i in range(count)]))


def det(a: Any) -> Any:
    """The determinant of a square matrix: one number, a Value if an entry is one. Its gradient is right for singular matrices,
    too. Raises InputError if the matrix is not square.

    >>> det([[1.0, 2.0], [3.0, 4.0]])
    -2.0
    """
    matrix = _square("det", a)
    if is_recording():                                               # a program has matrices of all kinds
        return _without_division(matrix)
    rows, sign, is_regular = _eliminated(matrix, len(matrix))
    return sign * prod([row[k] for k, row in enumerate(rows)]) if is_regular else _without_division(matrix)


def _eliminated(rows: Matrix, count: int) -> tuple[Matrix, float, bool]:
    """The rows in echelon form, the sign of the exchanges of rows, and whether no pivot was 0. While a function is recorded, each
    lane exchanges rows by its own numbers: then there is no one sign, and nothing is known of the pivots."""
    rows, sign = [list(row) for row in rows], 1.0
    for k in range(count):
        if is_recording():
            _exchange_by_lane(rows, k)
        else:
            best = max(range(k, count), key=lambda i: abs(number(rows[i][k])))
            if not number(rows[best][k]):
                return rows, sign, False
            if best != k:
                rows[k], rows[best], sign = rows[best], rows[k], -sign
        for i in range(k + 1, count):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [0.0] * (k + 1) + [x - factor * z for x, z in zip(rows[i][k + 1:], rows[k][k + 1:])]
    return rows, sign, True


def _exchange_by_lane(rows: Matrix, k: int) -> None:
    """Bring the row with the largest number in column k to place k."""
    for i in range(k + 1, len(rows)):
        larger = abs(rows[i][k]) > abs(rows[k][k])
        both = list(zip(rows[i], rows[k]))
        rows[k], rows[i] = [where(larger, x, z) for x, z in both], [where(larger, z, x) for x, z in both]


def _without_division(matrix: Matrix) -> Any:
    """The determinant by products and sums alone (Bird 2011, "A simple division-free algorithm for computing determinants")."""
    n = len(matrix)
    found = matrix
    for _ in range(n - 1):
        upper = [[0.0] * i + [-sum([found[j][j] for j in range(i + 1, n)], 0.0), *found[i][i + 1:]] for i in range(n)]
        found = [[dot(row[i:], [matrix[k][j] for k in range(i, n)]) for j in range(n)] for i, row in enumerate(upper)]
    return found[0][0] * (-1.0 if n % 2 == 0 else 1.0)


def _square(name: str, a: Any) -> Matrix:
    rows = as_lists(a)
    flatten(rows)                                                    # OperandError for what is no number
    shape = sizes_of(rows)
    if len(shape) == 2:
        _check_rows(name, rows)
    if len(shape) != 2 or shape[0] != shape[1]:
        given = "an empty list" if isinstance(rows, list) and not rows else f"the shape {shape}"
        raise InputError(f"{name} needs a square matrix, a list of rows, got {given}")
    return [[_entry(x) for x in row] for row in rows]


def _entry(x: Any) -> Any:
    return real(x) if is_real(x) else x


def _check_rows(name: str, rows: Matrix) -> None:
    lengths = sorted({len(row) if isinstance(row, list) else 0 for row in rows})
    if len(lengths) > 1:
        raise InputError(f"{name} needs rows of the same length, got rows of {lengths[0]} and {lengths[-1]}")


def _like(arguments: Sequence[Any], result: Any) -> Any:
    """A list, or an array if one of the arguments is one."""
    return array_of(flatten(result)[0], sizes_of(result)) if any([is_array(x) for x in arguments]) else result
