/* The Python face of the loops. Stable ABI from Python 3.11 on; buffers in, bytes out; the GIL is free meanwhile. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "_kernel.h"

/* Raised with every change of what Python hands over: an extension built before is then not used (_engine.py). */
enum { VERSION = 3, ENGINES = 2 };

float DCT[COEFFICIENTS][GRID], DCT_TURNED[GRID][COEFFICIENTS];

static const char *const KIND_NAMES[KINDS] = {"grey", "rgb", "rgbx", "rgba", "real"};

/* The scale is rounded to float32 before the product is, as in the reference (_pdq.py). */
static void fill_tables(void) {
    const double half_turn = 3.14159265358979323846, scale = (double)(float)sqrt(2.0 / GRID);
    for (int row = 0; row < COEFFICIENTS; row++)
        for (int column = 0; column < GRID; column++) {
            double value = scale * cos(half_turn / 2 / GRID * (row + 1) * (2 * column + 1));
            DCT[row][column] = DCT_TURNED[column][row] = (float)value;
        }
}

static const Lanes *lanes_at(int at) { return at == 0 ? lanes_avx2() : lanes_plain(); }

static const Lanes *lanes_named(const char *name) {
    for (int at = 0; at < ENGINES; at++) {
        const Lanes *lanes = lanes_at(at);
        if (lanes && strcmp(lanes->name, name) == 0) return lanes;
    }
    PyErr_Format(PyExc_ValueError, "this processor has no engine named %s: take one of engines()", name);
    return NULL;
}

/* -- rows of pixels, from a buffer or from Pillow's memory */

/* https://arrow.apache.org/docs/format/CDataInterface.html: how Pillow hands out its memory without a copy. */
typedef struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
} ArrowArray;

typedef struct {
    Rows rows;
    Py_buffer view; /* view.obj is NULL where the rows come from Pillow */
} Lines;

static void release(Lines *lines) {
    if (lines->view.obj) PyBuffer_Release(&lines->view);
    lines->view.obj = NULL;
}

static int refuse(const char *what) {
    PyErr_SetString(PyExc_ValueError, what);
    return -1;
}

/* The pixels of the array in a capsule, each of `step` bytes: an array of bytes, or one of fours of bytes. */
static const uint8_t *pixels_of(PyObject *capsule, int step, int64_t *count) {
    const ArrowArray *array = PyCapsule_GetPointer(capsule, "arrow_array");
    if (!array) return NULL;
    *count = array->length;
    if (array->release && array->n_children == 1) array = array->children[0];
    if (array->release && array->n_buffers == 2 && array->offset == 0 && array->length == *count * step && step != 3)
        return array->buffers[1];
    refuse("these Arrow arrays are no rows of pixels");
    return NULL;
}

/* The pair that Image.__arrow_c_array__() gives, and which rows of it: first, last (exclusive). */
static int rows_of_pair(PyObject *from, Rows *rows) {
    const int step = bytes_of(rows->kind);
    PyObject *schema, *array;
    int64_t count;
    int first, last;
    if (PyTuple_Size(from) != 4) return refuse("a pair of Arrow capsules and two rows are wanted");
    if (!PyArg_ParseTuple(from, "OOii", &schema, &array, &first, &last)) return -1;
    const uint8_t *pixels = pixels_of(array, step, &count);
    if (!pixels) return -1;
    if (count % rows->width != 0 || first < 0 || first > last || last > count / rows->width || last > MAX_SIDE)
        return refuse("these Arrow arrays are no such rows of pixels");
    rows->stride = (ptrdiff_t)rows->width * step;
    rows->first = pixels + first * rows->stride;
    rows->count = last - first;
    return 0;
}

static int rows_of_buffer(PyObject *from, Lines *lines) {
    Rows *rows = &lines->rows;
    Py_buffer *view = &lines->view;
    if (PyObject_GetBuffer(from, view, PyBUF_STRIDES) < 0) {
        view->obj = NULL;
        return -1;
    }
    const Py_ssize_t step = bytes_of(rows->kind), item = rows->kind == REAL ? 4 : 1;
    int fits = (view->ndim == 2 || (view->ndim == 3 && view->strides[2] == item)) && view->itemsize == item
               && view->strides[1] == step && view->shape[1] == rows->width && view->shape[0] <= MAX_SIDE
               && (view->ndim == 3 ? view->shape[2] : 1) == step / item;
    if (!fits) {
        release(lines);
        return refuse("rows of pixels are wanted, each of them in one piece");
    }
    rows->first = view->buf;
    rows->stride = view->strides[0];
    rows->count = (int)view->shape[0];
    return 0;
}

static int get_lines(PyObject *from, const char *kind, int width, Lines *lines) {
    memset(lines, 0, sizeof *lines);
    lines->rows.width = width;
    for (lines->rows.kind = 0; lines->rows.kind < KINDS; lines->rows.kind++)
        if (strcmp(kind, KIND_NAMES[lines->rows.kind]) == 0) break;
    if (lines->rows.kind == KINDS || width < 1 || width > MAX_SIDE)
        return refuse("no such kind of pixels, or no such width");
    return PyTuple_Check(from) ? rows_of_pair(from, &lines->rows) : rows_of_buffer(from, lines);
}

/* Ask the system for large pages under the memory of a picture that nothing was written to yet: 2 MB then come at a
   time instead of 4 kB, which was a fifth of what decoding 12 megapixels costs. It may ignore that. */
static PyObject *kernel_large_pages(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *array;
    int step;
    int64_t count;
    if (!PyArg_ParseTuple(args, "Oi", &array, &step)) return NULL;
    const uint8_t *pixels = pixels_of(array, step, &count);
    if (!pixels) return NULL;
#if defined(MADV_HUGEPAGE)
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = ((uintptr_t)pixels + page - 1) & ~(page - 1);
    const uintptr_t end = ((uintptr_t)pixels + (uintptr_t)(count * step)) & ~(page - 1);
    if (end > start) madvise((void *)start, end - start, MADV_HUGEPAGE);
#endif
    Py_RETURN_NONE;
}

/* -- a picture of any size */

#define SMOOTHER "amparo.core.fingerprint._kernel.smoother"

typedef struct {
    const Lanes *lanes;
    Smoother *smoother;
    int width, height, fed, busy, finished;
} Run;

static void run_free(PyObject *capsule) {
    Run *run = PyCapsule_GetPointer(capsule, SMOOTHER);
    if (run && run->smoother) run->lanes->drop(run->smoother);
    free(run);
}

static PyObject *kernel_begin(PyObject *module, PyObject *args) {
    (void)module;
    int width, height;
    const char *name;
    if (!PyArg_ParseTuple(args, "iis", &width, &height, &name)) return NULL;
    const Lanes *lanes = lanes_named(name);
    if (!lanes) return NULL;
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
        refuse("sides must be 1..65535 pixels");
        return NULL;
    }
    Run *run = calloc(1, sizeof *run);
    if (run) *run = (Run){lanes, lanes->begin(width, height), width, height, 0, 0, 0};
    if (!run || !run->smoother) {
        free(run);
        return PyErr_NoMemory();
    }
    PyObject *capsule = PyCapsule_New(run, SMOOTHER, run_free);
    if (!capsule) {
        lanes->drop(run->smoother);
        free(run);
    }
    return capsule;
}

static PyObject *kernel_feed(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *capsule, *from;
    const char *kind;
    Lines lines;
    if (!PyArg_ParseTuple(args, "OOs", &capsule, &from, &kind)) return NULL;
    Run *run = PyCapsule_GetPointer(capsule, SMOOTHER);
    if (!run || get_lines(from, kind, run->width, &lines) < 0) return NULL;
    if (run->busy || run->fed % FEED_STEP != 0 || run->fed + lines.rows.count > run->height) {
        release(&lines);
        refuse("rows come from one thread, by multiples of 8 but for the last, and as many as the picture has");
        return NULL;
    }
    run->busy = 1;
    run->fed += lines.rows.count;
    Py_BEGIN_ALLOW_THREADS;
    run->lanes->feed(run->smoother, &lines.rows);
    Py_END_ALLOW_THREADS;
    run->busy = 0;
    release(&lines);
    Py_RETURN_NONE;
}

static PyObject *kernel_finish(PyObject *module, PyObject *capsule) {
    (void)module;
    Hash hash;
    Run *run = PyCapsule_GetPointer(capsule, SMOOTHER);
    if (!run) return NULL;
    if (run->busy || run->finished || run->fed != run->height) {
        refuse("finish when all rows were fed, and once");
        return NULL;
    }
    run->finished = 1;
    run->lanes->finish(run->smoother, &hash);
    return Py_BuildValue("y#i", (const char *)hash.code, (Py_ssize_t)CODE_BYTES, hash.quality);
}

/* -- the canonical picture */

/* n pictures of 512 x 512 in a row, each in 1 or 8 orientations: codes of 32 bytes, qualities of 1 byte, in a row. */
static PyObject *kernel_square(PyObject *module, PyObject *args) {
    (void)module;
    Py_buffer pixels;
    int turns, failed = 1;
    const char *name;
    if (!PyArg_ParseTuple(args, "y*is", &pixels, &turns, &name)) return NULL;
    const Lanes *lanes = lanes_named(name);
    if (lanes && ((turns != 1 && turns != TURNS) || pixels.len % (SIDE * SIDE) != 0)) {
        refuse("whole pictures of 512 x 512 in 1 or 8 orientations are wanted");
        lanes = NULL;
    }
    const Py_ssize_t pictures = pixels.len / (SIDE * SIDE), count = pictures * turns;
    Hash *hashes = lanes ? malloc((size_t)(count + 1) * sizeof *hashes) : NULL;
    if (hashes) {
        Py_BEGIN_ALLOW_THREADS;
        failed = lanes->square(pixels.buf, (size_t)pictures, turns, hashes);
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&pixels);
    PyObject *codes = failed ? NULL : PyBytes_FromStringAndSize(NULL, count * CODE_BYTES);
    PyObject *qualities = codes ? PyBytes_FromStringAndSize(NULL, count) : NULL;
    if (!qualities) {
        Py_XDECREF(codes);
        free(hashes);
        return lanes && failed ? PyErr_NoMemory() : NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        memcpy(PyBytes_AsString(codes) + i * CODE_BYTES, hashes[i].code, CODE_BYTES);
        PyBytes_AsString(qualities)[i] = (char)hashes[i].quality;
    }
    free(hashes);
    return Py_BuildValue("NN", codes, qualities);
}

/* `count` target rows from `top` on, as bytes, from the source rows under them: `first` and following. */
static PyObject *kernel_area(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *from, *target;
    const char *kind, *name;
    Shape shape;
    int first, top, count, failed;
    Lines lines;
    if (!PyArg_ParseTuple(args, "Os(iii)iiis", &from, &kind, &shape.width, &shape.height, &shape.step, &first, &top,
                          &count, &name))
        return NULL;
    const Lanes *lanes = lanes_named(name);
    if (!lanes) return NULL;
    if (shape.step < 1 || shape.step > MAX_STEP || shape.width < 1 || shape.height < 1 || shape.width > MAX_SIDE
        || shape.height > MAX_SIDE) {
        refuse("no such shape");
        return NULL;
    }
    if (get_lines(from, kind, (shape.width + shape.step - 1) / shape.step, &lines) < 0) return NULL;
    const int64_t whole = SIDE * shape.step, from_row = (int64_t)top * shape.height,
                  to_row = (int64_t)(top + (int64_t)count) * shape.height;
    int fits = top >= 0 && count >= 1 && count <= SIDE - top && lines.rows.kind != REAL && first >= 0
               && first <= from_row / whole && first + (int64_t)lines.rows.count >= (to_row + whole - 1) / whole;
    if (!fits) refuse("the source rows under the target rows are wanted, in whole grey levels");
    target = fits ? PyBytes_FromStringAndSize(NULL, (Py_ssize_t)count * SIDE) : NULL;
    if (!target) {
        release(&lines);
        return NULL;
    }
    uint8_t *out = (uint8_t *)PyBytes_AsString(target);
    Py_BEGIN_ALLOW_THREADS;
    failed = lanes->area(&lines.rows, &shape, first, top, count, out);
    Py_END_ALLOW_THREADS;
    release(&lines);
    if (!failed) return target;
    Py_DECREF(target);
    return PyErr_NoMemory();
}

static PyObject *kernel_engines(PyObject *module, PyObject *unused) {
    (void)module, (void)unused;
    PyObject *names = PyList_New(0);
    for (int at = 0; names && at < ENGINES; at++) {
        const Lanes *lanes = lanes_at(at);
        PyObject *name = lanes ? PyUnicode_FromString(lanes->name) : NULL;
        if (lanes && (!name || PyList_Append(names, name) < 0)) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

static PyMethodDef METHODS[] = {
    {"engines", kernel_engines, METH_NOARGS, "engines(): copies of the loops that run here, the fastest first"},
    {"begin", kernel_begin, METH_VARARGS, "begin(width, height, engine): PDQ of a picture of any size"},
    {"feed", kernel_feed, METH_VARARGS, "feed(begun, rows, kind): its next rows"},
    {"finish", kernel_finish, METH_O, "finish(begun): its code and quality"},
    {"square", kernel_square, METH_VARARGS, "square(pixels, turns, engine): codes, qualities of 512 x 512 pictures"},
    {"area", kernel_area, METH_VARARGS,
     "area(rows, kind, (width, height, step), first, top, count, engine): rows of the canonical picture"},
    {"large_pages", kernel_large_pages, METH_VARARGS, "large_pages(array, bytes of a pixel): ask for them"},
    {NULL, NULL, 0, NULL}};

static int on_exec(PyObject *module) {
    fill_tables();
    return PyModule_AddIntConstant(module, "VERSION", VERSION);
}

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)on_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, "_kernel", "PDQ and the canonical picture.", 0, METHODS, SLOTS, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&MODULE); }
