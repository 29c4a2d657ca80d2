from autograd.node cimport Node, spread
from autograd.portable cimport Portable

cdef object ADD, SUB, MUL, DIV, POW, NEG, EXP, TANH, RELU, here, _exp, _tanh

cdef class Value(Portable):
    pass

cdef class Nary(Value):
    cdef public tuple _many, _dmany, _flowing, _dflow

cdef Value _made(double y, object row, Node a, double da, Node b, double db)
cdef Value _made_of_many(double y, object row, object many, object dmany, object flow, object dflow)
