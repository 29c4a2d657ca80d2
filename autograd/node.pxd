# How a node lies in memory, once node.py is compiled.

cimport cython

cdef int _falling                                                    # how many nodes are being freed now, one inside another
cdef list _later                                                     # operands that wait until the outermost of them is freed

cdef class Node:
    cdef public double _value, _grad, _da, _db
    cdef public Node _a, _b
    cdef public object _row, _mark, _scope, _name
    cdef object __weakref__

    cpdef object _fill(self, double y)
    cpdef tuple _flow(self)
    cpdef object _pass_on(self, double g)

@cython.locals(v=Node)
cpdef list numbers_of(list nodes)

cpdef object spread(object parents, object partials, double g)
