from autograd.node cimport Node

cdef class Portable(Node):
    pass
