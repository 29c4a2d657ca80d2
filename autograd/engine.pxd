from autograd.node cimport Node
from autograd.portable cimport Portable

cdef object ADD, SUB, MUL, DIV, POW, NEG, EXP, TANH, RELU, here, _exp, _tanh, _sum

cdef class Value(Portable):
    pass

cdef class Nary(Value):
    cdef public tuple _many, _dmany, _flowing, _dflow

cdef class Weighted(Value):
    cdef public tuple _left, _dleft, _right, _dright
    cdef public bint _are_leaves

cdef Value _made(double y, object row, Node a, double da, Node b, double db)
cdef Value _made_of_many(double y, object row, object many, object dmany, object flow, object dflow)
cdef object _fill(Value v, double y)
cdef object _spread(object parents, object partials, double g)
