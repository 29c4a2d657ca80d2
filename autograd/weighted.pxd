from autograd.engine cimport Nary, Value
from autograd.node cimport Node, spread

cdef object _fsum, DOT

cdef class Weighted(Value):
    cdef public tuple _left, _dleft, _right, _dright
    cdef public bint _are_leaves
