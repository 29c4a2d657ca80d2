/* What a node like ours costs when it is written in C by hand: the limit that the compiled engine is measured against.
 *
 * Same fields as autograd/node.pxd, same sweep, no checks beyond types, no kinks, no names, no messages. Reference counts only;
 * deep graphs are dropped without recursion. Not part of the package: `python -m benchmarks install limit` builds it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <structmember.h>

typedef struct Node {
    PyObject_HEAD
    double value, grad, da, db;
    struct Node *a, *b;
    PyObject *row, *mark, *scope, *name;
    PyObject *weakrefs;
} Node;

static PyTypeObject NodeType;
static PyObject *rows[8];                                            /* what stands for the operations */
enum { ADD, SUB, MUL, DIV, NEG, TANH, EXP };

static Node *made(double value, int row, Node *a, double da, Node *b, double db) {
    Node *v = PyObject_New(Node, &NodeType);
    if (!v) return NULL;
    v->value = value; v->grad = 0.0; v->da = da; v->db = db;
    Py_XINCREF(a); Py_XINCREF(b);
    v->a = a; v->b = b;
    v->row = row < 0 ? Py_None : rows[row];
    Py_INCREF(v->row);
    v->mark = Py_None; Py_INCREF(Py_None);
    v->scope = Py_None; Py_INCREF(Py_None);
    v->name = Py_None; Py_INCREF(Py_None);
    v->weakrefs = NULL;
    return v;
}

static PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    double value;
    if (!PyArg_ParseTuple(args, "d", &value)) return NULL;
    return (PyObject *)made(value, -1, NULL, 0.0, NULL, 0.0);
}

static int falling = 0;
static Node *later[1 << 16];                                         /* what waits to be dropped */
static int waiting = 0;

static void node_dealloc(Node *v) {
    if (v->weakrefs) PyObject_ClearWeakRefs((PyObject *)v);
    Node *a = v->a, *b = v->b;
    Py_DECREF(v->row); Py_DECREF(v->mark); Py_DECREF(v->scope); Py_DECREF(v->name);
    PyObject_Free(v);
    falling++;
    if (falling > 100 && waiting < (1 << 16) - 2) {
        if (a) later[waiting++] = a;
        if (b) later[waiting++] = b;
    } else {
        Py_XDECREF(a); Py_XDECREF(b);
    }
    if (falling == 1) while (waiting) Py_DECREF(later[--waiting]);
    falling--;
}

/* An operand: a node, or a number. */
static int operand(PyObject *x, Node **node, double *value) {
    if (Py_TYPE(x) == &NodeType) { *node = (Node *)x; *value = (*node)->value; return 1; }
    if (PyFloat_CheckExact(x)) { *node = NULL; *value = PyFloat_AS_DOUBLE(x); return 1; }
    return 0;
}

#define BINARY(NAME, ROW, VALUE, DA, DB)                                                                    \
    static PyObject *NAME(PyObject *left, PyObject *right) {                                                \
        Node *a, *b; double x, z;                                                                           \
        if (!operand(left, &a, &x) || !operand(right, &b, &z)) Py_RETURN_NOTIMPLEMENTED;                    \
        double y = (VALUE); (void)y;                                                                        \
        return (PyObject *)made(y, ROW, a, a ? (DA) : x, b, b ? (DB) : z);                                  \
    }
BINARY(node_add, ADD, x + z, 1.0, 1.0)
BINARY(node_sub, SUB, x - z, 1.0, -1.0)
BINARY(node_mul, MUL, x * z, z, x)
BINARY(node_div, DIV, x / z, 1.0 / z, -y / z)

static PyObject *node_neg(Node *v) { return (PyObject *)made(-v->value, NEG, v, -1.0, NULL, 0.0); }

static PyObject *node_tanh(Node *v, PyObject *none) {
    double e = exp(-2.0 * fabs(v->value));
    return (PyObject *)made(tanh(v->value), TANH, v, 4.0 * e / ((1.0 + e) * (1.0 + e)), NULL, 0.0);
}

static PyObject *node_exp(Node *v, PyObject *none) {
    double y = exp(v->value);
    return (PyObject *)made(y, EXP, v, y, NULL, 0.0);
}

static void mark(Node *v, PyObject *sign) { Py_INCREF(sign); Py_SETREF(v->mark, sign); }

static PyObject *node_backward(Node *output, PyObject *none) {
    PyObject *sign = PyList_New(0);                                  /* the mark of this sweep */
    size_t size = 1 << 10, count = 0, path = 0, room = 1 << 10;
    Node **order = malloc(size * sizeof(Node *)), **stack = malloc(room * sizeof(Node *));
    Node *v = output;
    mark(v, sign); v->grad = 0.0;
    for (;;) {
        Node *next = NULL;
        if (v->a && v->a->mark != sign) next = v->a;
        else if (v->b && v->b->mark != sign) next = v->b;
        if (next) {
            mark(next, sign);
            if (next->row == Py_None) continue;                      /* a leaf: its gradient adds up over sweeps */
            next->grad = 0.0;
            if (path == room) stack = realloc(stack, (room *= 2) * sizeof(Node *));
            stack[path++] = v;
            v = next;
            continue;
        }
        if (count == size) order = realloc(order, (size *= 2) * sizeof(Node *));
        order[count++] = v;
        if (!path) break;
        v = stack[--path];
    }
    output->grad = 1.0;
    while (count) {
        v = order[--count];
        double g = v->grad;
        if (v->a) v->a->grad += v->da * g;
        if (v->b) v->b->grad += v->db * g;
    }
    free(order); free(stack);
    Py_DECREF(sign);
    Py_RETURN_NONE;
}

static PyNumberMethods numbers = { .nb_add = node_add, .nb_subtract = node_sub, .nb_multiply = node_mul, .nb_true_divide = node_div,
                                   .nb_negative = (unaryfunc)node_neg };
static PyMethodDef methods[] = {
    {"tanh", (PyCFunction)node_tanh, METH_NOARGS, NULL}, {"exp", (PyCFunction)node_exp, METH_NOARGS, NULL},
    {"backward", (PyCFunction)node_backward, METH_NOARGS, NULL}, {NULL}};
static PyMemberDef members[] = {{"data", T_DOUBLE, offsetof(Node, value)}, {"grad", T_DOUBLE, offsetof(Node, grad)}, {NULL}};
static PyTypeObject NodeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "limit.Node", .tp_basicsize = sizeof(Node), .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = node_new, .tp_dealloc = (destructor)node_dealloc, .tp_as_number = &numbers, .tp_methods = methods,
    .tp_members = members, .tp_weaklistoffset = offsetof(Node, weakrefs)};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "limit", NULL, -1, NULL};

PyMODINIT_FUNC PyInit_limit(void) {
    for (int k = 0; k < 8; k++) rows[k] = PyLong_FromLong(1000 + k);
    if (PyType_Ready(&NodeType) < 0) return NULL;
    PyObject *m = PyModule_Create(&module);
    Py_INCREF(&NodeType);
    PyModule_AddObject(m, "Node", (PyObject *)&NodeType);
    return m;
}
