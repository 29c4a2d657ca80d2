from autograd.node cimport Node
