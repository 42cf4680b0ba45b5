/* The Python face of the kernel. Stable ABI from Python 3.11 on; buffers in, bytearrays out; the GIL is let go. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "_ring.h"

enum { STARTS_BYTES = CHUNKS * STARTS_STRIDE * 4, ENGINES = 3, BUFFERS = 4, PARTS = 256 };

/* To be raised with any change of arguments or of the ring: _matcher.py does not use a kernel of another version. */
enum { VERSION = 3 };

typedef struct {
    PyObject *part_type, *damaged;
} State;

typedef struct {
    PyObject_HEAD
    Part part;
    Py_buffer buffers[BUFFERS];
} PartObject;

static const Engine *engine_at(int at) {
    return at == 0 ? engine_avx512() : at == 1 ? engine_avx2() : engine_plain();
}

static const Engine *engine_named(PyObject *name) {
    for (int i = 0; i < ENGINES; i++) {
        const Engine *engine = engine_at(i);
        if (engine && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, engine->name) == 0) return engine;
    }
    PyErr_SetString(PyExc_ValueError, "this processor has no such engine: take one of engines()");
    return NULL;
}

/* Two sketches for each posting, and padding, since a vector may be read that begins before the end. */
static size_t sketch_bytes(uint64_t rows, int layout) {
    return (size_t)(rows * CHUNKS * (layout == BARE ? 2 : 4) + 127) / 64 * 64;
}

static size_t ring_bytes(uint64_t rows, int layout) {
    return STARTS_BYTES + sketch_bytes(rows, layout) + ((size_t)rows * CHUNKS * POSTING_BYTES + 63) / 64 * 64;
}

static void lay_out(uint8_t *ring, uint64_t rows, int layout, uint32_t **starts, uint16_t **sketches,
                    uint8_t **postings) {
    *starts = (uint32_t *)(void *)ring;
    *sketches = (uint16_t *)(void *)(ring + STARTS_BYTES);
    *postings = (ring + STARTS_BYTES + sketch_bytes(rows, layout));
}

/* A buffer of at least `least` bytes, aligned to words if it is to be read as such. */
static int get_buffer(PyObject *from, Py_buffer *into, size_t least, int flags, size_t align) {
    if (PyObject_GetBuffer(from, into, flags) < 0) {
        memset(into, 0, sizeof *into);
        return -1;
    }
    if ((size_t)into->len >= least && (uintptr_t)into->buf % align == 0) return 0;
    PyBuffer_Release(into);
    memset(into, 0, sizeof *into);
    PyErr_Format(PyExc_ValueError, "a buffer of %zu bytes, aligned to %zu, is wanted", least, align);
    return -1;
}

static void part_dealloc(PyObject *self) {
    PartObject *object = (PartObject *)self;
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    for (int i = 0; i < BUFFERS; i++)
        if (object->buffers[i].obj) PyBuffer_Release(&object->buffers[i]);
    release(self);
    Py_DECREF(type);
}

static PyObject *part_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"ids", "codes", "dead", "ring", "layout", "light_first", "parity", NULL};
    PyObject *ids, *codes, *dead = Py_None, *ring = Py_None;
    const char *order = NULL;
    Py_ssize_t order_length = 0;
    int layout = BARE, parity = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|OOiy#i", names, &ids, &codes, &dead, &ring, &layout, &order,
                                     &order_length, &parity))
        return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    PartObject *self = (PartObject *)alloc(type, 0);
    if (!self) return NULL;
    Part *part = &self->part;
    Py_buffer *b = self->buffers;
    if (get_buffer(ids, &b[0], 0, PyBUF_SIMPLE, 1) < 0) goto fail;
    part->rows = (uint64_t)b[0].len / 8;
    if (part->rows >= UINT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "a part has fewer than 2**32 - 1 rows");
        goto fail;
    }
    if (get_buffer(codes, &b[1], (size_t)part->rows * CODE_BYTES, PyBUF_SIMPLE, 1) < 0) goto fail;
    if (dead != Py_None && get_buffer(dead, &b[2], (size_t)(part->rows + 7) / 8, PyBUF_SIMPLE, 1) < 0) goto fail;
    if (ring != Py_None) {
        unsigned seen = 0;
        for (Py_ssize_t i = 0; i < order_length; i++) seen |= 1u << (order[i] & 31);
        if (order_length != CHUNKS || seen != 0xffff || parity < -1 || parity > 1 || layout < 0 || layout >= LAYOUTS) {
            PyErr_SetString(PyExc_ValueError, "light_first is 16 chunks in some order, parity -1 to 1, layout 0 to 2");
            goto fail;
        }
        if (part->rows > MAX_ROWS) {
            PyErr_SetString(PyExc_ValueError, "a ring has at most 2**24 rows");
            goto fail;
        }
        if (get_buffer(ring, &b[3], ring_bytes(part->rows, layout), PyBUF_SIMPLE, 8) < 0) goto fail;
        uint32_t *starts;
        uint16_t *sketches;
        uint8_t *postings;
        lay_out(b[3].buf, part->rows, layout, &starts, &sketches, &postings);
        part->starts = starts;
        part->sketches = sketches;
        part->postings = postings;
        part->layout = layout;
        memcpy(part->light_first, order, CHUNKS);
    }
    part->ids = b[0].buf;
    part->codes = b[1].buf;
    part->dead = b[2].buf;
    part->parity = parity;
    return (PyObject *)self;
fail:
    Py_DECREF(self);
    return NULL;
}

/* Search all parts for all queries. On success the caller frees hits->hits and limits. */
static int search_parts(PyObject *module, PyObject *const *args, Py_ssize_t nargs, Hits *hits, int64_t **limits,
                        uint32_t *count) {
    State *state = PyModule_GetState(module);
    Py_buffer queries;
    if (nargs != 4 || !PyTuple_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "wanted: a tuple of parts, queries, within, an engine");
        return -1;
    }
    const Part *parts[PARTS];
    Py_ssize_t part_count = PyTuple_Size(args[0]);
    if (part_count > PARTS) {
        PyErr_SetString(PyExc_ValueError, "too many parts");
        return -1;
    }
    for (Py_ssize_t i = 0; i < part_count; i++) {
        PyObject *part = PyTuple_GetItem(args[0], i);
        if (!PyObject_TypeCheck(part, (PyTypeObject *)state->part_type)) {
            PyErr_SetString(PyExc_TypeError, "a part is a Part");
            return -1;
        }
        parts[i] = &((PartObject *)part)->part;
    }
    long within = PyLong_AsLong(args[2]);
    if (within == -1 && PyErr_Occurred()) return -1;
    const Engine *engine = engine_named(args[3]);
    if (!engine || get_buffer(args[1], &queries, 0, PyBUF_SIMPLE, 1) < 0) return -1;
    if (within < 0 || within > CODE_BITS || queries.len / CODE_BYTES >= UINT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "within is 0 to 256, queries are fewer than 2**32 - 1");
        PyBuffer_Release(&queries);
        return -1;
    }
    *count = (uint32_t)(queries.len / CODE_BYTES);
    hits->count = 0;
    hits->room = 64;
    hits->hits = malloc(hits->room * sizeof *hits->hits);
    *limits = malloc(((size_t)*count + 1) * sizeof **limits);
    int result = hits->hits && *limits ? RING_OK : RING_NO_MEMORY;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < part_count && result == RING_OK; i++)
        result = search_part(parts[i], queries.buf, *count, (int)within, engine, hits);
    if (result == RING_OK) sort_hits(hits, *count, *limits);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&queries);
    if (result == RING_OK) return 0;
    free(hits->hits);
    free(*limits);
    if (result == RING_NO_MEMORY) PyErr_NoMemory();
    else PyErr_SetString(state->damaged, "a posting names a row that is not there");
    return -1;
}

static PyObject *search_many(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    Hits hits;
    int64_t *limits;
    uint32_t count;
    if (search_parts(module, args, nargs, &hits, &limits, &count) < 0) return NULL;
    PyObject *result = NULL;
    PyObject *all = PyByteArray_FromStringAndSize((char *)limits, ((Py_ssize_t)count + 1) * 8);
    PyObject *ids = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)hits.count * 8);
    PyObject *distances = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)hits.count * 2);
    if (all && ids && distances) {
        char *id = PyByteArray_AsString(ids), *distance = PyByteArray_AsString(distances);
        for (size_t i = 0; i < hits.count; i++) {
            uint16_t bits = (uint16_t)hits.hits[i].distance;
            memcpy(id + i * 8, &hits.hits[i].id, 8);
            memcpy(distance + i * 2, &bits, 2);
        }
        result = PyTuple_Pack(3, all, ids, distances);
    }
    Py_XDECREF(all);
    Py_XDECREF(ids);
    Py_XDECREF(distances);
    free(hits.hits);
    free(limits);
    return result;
}

static PyObject *search_one(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    Hits hits;
    int64_t *limits;
    uint32_t count;
    if (search_parts(module, args, nargs, &hits, &limits, &count) < 0) return NULL;
    PyObject *result = PyList_New((Py_ssize_t)hits.count);
    for (size_t i = 0; result && i < hits.count; i++) {
        PyObject *pair = Py_BuildValue("(Ki)", (unsigned long long)hits.hits[i].id, (int)hits.hits[i].distance);
        if (!pair) Py_CLEAR(result);
        else PyList_SetItem(result, (Py_ssize_t)i, pair);
    }
    free(hits.hits);
    free(limits);
    return result;
}

static PyObject *spread(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    Py_buffer codes, values;
    (void)module;
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "wanted: codes, and room for their chunks");
        return NULL;
    }
    if (get_buffer(args[0], &codes, 0, PyBUF_SIMPLE, 1) < 0) return NULL;
    uint64_t rows = (uint64_t)codes.len / CODE_BYTES;
    if (get_buffer(args[1], &values, (size_t)rows * CHUNKS * 2, PyBUF_WRITABLE, 2) < 0) {
        PyBuffer_Release(&codes);
        return NULL;
    }
    int parity;
    Py_BEGIN_ALLOW_THREADS
    parity = ring_spread(codes.buf, rows, values.buf);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&codes);
    PyBuffer_Release(&values);
    return PyLong_FromLong(parity);
}

static PyObject *build(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    Py_buffer buffers[4] = {{0}};
    double weight = 0;
    (void)module;
    if (nargs != 6) {
        PyErr_SetString(PyExc_TypeError, "wanted: values, a chunk, a layout, and room for starts, sketches and postings");
        return NULL;
    }
    long chunk = PyLong_AsLong(args[1]), layout = PyLong_AsLong(args[2]);
    int result = RING_NO_MEMORY;
    if (PyErr_Occurred()) return NULL;
    if (get_buffer(args[0], &buffers[0], 0, PyBUF_SIMPLE, 2) < 0) return NULL;
    uint64_t rows = (uint64_t)buffers[0].len / (CHUNKS * 2);
    if (chunk < 0 || chunk >= CHUNKS || layout < 0 || layout >= LAYOUTS || rows > MAX_ROWS)
        PyErr_SetString(PyExc_ValueError, "a ring has 16 chunks, 3 layouts, and at most 2**24 rows");
    else if (get_buffer(args[3], &buffers[1], STARTS_STRIDE * 4, PyBUF_WRITABLE, 4) == 0
             && get_buffer(args[4], &buffers[2], (size_t)rows * (layout == BARE ? 2 : 4), PyBUF_WRITABLE, 2) == 0
             && get_buffer(args[5], &buffers[3], (size_t)rows * POSTING_BYTES, PyBUF_WRITABLE, 1) == 0) {
        Py_BEGIN_ALLOW_THREADS
        result = ring_build(buffers[0].buf, rows, (int)chunk, (int)layout, buffers[1].buf, buffers[2].buf, buffers[3].buf,
                            &weight);
        Py_END_ALLOW_THREADS
        if (result != RING_OK) PyErr_NoMemory();
    }
    for (int i = 0; i < 4; i++)
        if (buffers[i].obj) PyBuffer_Release(&buffers[i]);
    return PyErr_Occurred() ? NULL : PyFloat_FromDouble(weight);
}

/* Where starts, sketches and postings of a ring begin, and where it ends. */
static PyObject *lay_out_ring(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    (void)module;
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "wanted: rows, a layout");
        return NULL;
    }
    unsigned long long rows = PyLong_AsUnsignedLongLong(args[0]);
    int layout = (int)PyLong_AsLong(args[1]);
    if (PyErr_Occurred()) return NULL;
    unsigned long long sketches = STARTS_BYTES, postings = sketches + sketch_bytes(rows, layout);
    return Py_BuildValue("(iKKK)", 0, sketches, postings, (unsigned long long)ring_bytes(rows, layout));
}

static PyObject *ring_is_sound(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    Py_buffer ring;
    (void)module;
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "wanted: a ring, and its rows");
        return NULL;
    }
    unsigned long long rows = PyLong_AsUnsignedLongLong(args[1]);
    if (PyErr_Occurred() || get_buffer(args[0], &ring, STARTS_BYTES, PyBUF_SIMPLE, 8) < 0) return NULL;
    int sound = ring_starts_are_sound((const uint32_t *)ring.buf, rows);
    PyBuffer_Release(&ring);
    return PyBool_FromLong(sound);
}

static PyObject *checksum(PyObject *module, PyObject *bytes) {
    Py_buffer buffer;
    uint64_t sums[2];
    (void)module;
    if (get_buffer(bytes, &buffer, 0, PyBUF_SIMPLE, 1) < 0) return NULL;
    Py_BEGIN_ALLOW_THREADS
    ring_checksum(buffer.buf, (size_t)buffer.len, sums);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&buffer);
    return Py_BuildValue("(KK)", (unsigned long long)sums[0], (unsigned long long)sums[1]);
}

static PyObject *engines(PyObject *module, PyObject *nothing) {
    PyObject *names = PyList_New(0);
    (void)module;
    (void)nothing;
    for (int i = 0; names && i < ENGINES; i++) {
        const Engine *engine = engine_at(i);
        PyObject *name = engine ? PyUnicode_FromString(engine->name) : NULL;
        if (engine && (!name || PyList_Append(names, name) < 0)) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

#define FAST(function) (PyCFunction)(void (*)(void)) function
static PyMethodDef METHODS[] = {
    {"search_many", FAST(search_many), METH_FASTCALL, "(parts, queries, within, engine) -> limits, ids, distances"},
    {"search_one", FAST(search_one), METH_FASTCALL, "(parts, query, within, engine) -> [(id, distance), ...]"},
    {"spread", FAST(spread), METH_FASTCALL, "(codes, values) -> parity; fills the chunks of all rows"},
    {"build", FAST(build), METH_FASTCALL, "(values, chunk, layout, starts, sketches, postings) -> weight; fills them"},
    {"lay_out_ring", FAST(lay_out_ring), METH_FASTCALL, "(rows, layout) -> offsets of the pieces and the end"},
    {"ring_is_sound", FAST(ring_is_sound), METH_FASTCALL, "(ring, rows) -> whether its lists lie within it"},
    {"checksum", checksum, METH_O, "(bytes) -> two 64-bit sums; whole blocks of 64 bytes count"},
    {"engines", engines, METH_NOARGS, "() -> names of the engines of this processor, the fastest first"},
    {NULL, NULL, 0, NULL}};

static PyType_Slot PART_SLOTS[] = {
    {Py_tp_new, (void *)part_new},
    {Py_tp_dealloc, (void *)part_dealloc},
    {Py_tp_doc, "Part(ids, codes, dead=None, ring=None, layout=0, light_first=b'', parity=-1): rows to search"},
    {0, NULL}};

static PyType_Spec PART_SPEC = {"amparo.core.matching._kernel.Part", sizeof(PartObject), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, PART_SLOTS};

static int on_exec(PyObject *module) {
    State *state = PyModule_GetState(module);
    ring_masks();
    state->part_type = PyType_FromModuleAndSpec(module, &PART_SPEC, NULL);
    state->damaged = PyErr_NewException("amparo.core.matching._kernel.Damaged", NULL, NULL);
    if (!state->part_type || !state->damaged) return -1;
    if (PyModule_AddObjectRef(module, "Part", state->part_type) < 0) return -1;
    if (PyModule_AddIntConstant(module, "VERSION", VERSION) < 0) return -1;
    return PyModule_AddObjectRef(module, "Damaged", state->damaged);
}

static int on_traverse(PyObject *module, visitproc visit, void *arg) {
    State *state = PyModule_GetState(module);
    Py_VISIT(state->part_type);
    Py_VISIT(state->damaged);
    return 0;
}

static int on_clear(PyObject *module) {
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->part_type);
    Py_CLEAR(state->damaged);
    return 0;
}

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)on_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_kernel", "Exact search within a Hamming radius.",
                                    sizeof(State), METHODS, SLOTS, on_traverse, on_clear, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&MODULE); }
