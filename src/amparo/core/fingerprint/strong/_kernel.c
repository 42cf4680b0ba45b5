/* The Python face of the stronger tier's loops. Stable ABI from Python 3.11 on; the GIL is let go meanwhile. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "_strong.h"

/* Raised with every change of what Python hands over: _engine.py does not use an extension built before. */
enum { VERSION = 2, BUFFERS = 10 };

/* The arguments of `voted` that are buffers. */
enum { HIGH, HIGH_OTHERS, HIGH_POINTS, LOW, LOW_OTHERS, LOW_POINTS, KINDS, CODES, TURNS, OCTAVES };

static const size_t ITEM[BUFFERS] = {4, 2, 4, 4, 2, 4, 1, 4, 1, 1};

/* No place beyond those there are is read. Points that are none of the records' are left out while searching. */
static int side_is_sound(const Side *side, size_t count) {
    for (uint32_t key = 0; key < KEYS; key++)
        if (side->starts[key] > side->starts[key + 1]) return 0;
    return side->starts[KEYS] == count;
}

static int lengths_fit(const size_t *length) {
    size_t rows = length[CODES];
    return length[HIGH] == KEYS + 1 && length[LOW] == KEYS + 1 && length[HIGH_OTHERS] == length[HIGH_POINTS]
           && length[LOW_OTHERS] == length[LOW_POINTS] && length[KINDS] % RECORD_POINTS == 0
           && length[KINDS] <= UINT32_MAX && rows <= UINT16_MAX && length[TURNS] == rows * 32
           && length[OCTAVES] == rows * 32;
}

static int bins_fit(const Question *question) {
    for (size_t i = 0; i < (size_t)question->rows * 32; i++)
        if (question->turns[i] >= 12 || question->octaves[i] >= 64) return 0;
    return 1;
}

static PyObject *voted(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    Py_buffer buffers[BUFFERS];
    size_t length[BUFFERS];
    PyObject *made = NULL;
    Hits hits = {NULL, 0, 0};
    int taken = 0, result = 0, sound = 0;
    (void)module;
    if (nargs != BUFFERS + 1) {
        PyErr_SetString(PyExc_TypeError, "wanted: three buffers of each side, kinds, codes, turns, octaves, most");
        return NULL;
    }
    size_t most = PyLong_AsSize_t(args[BUFFERS]);
    if (PyErr_Occurred()) return NULL;
    for (; taken < BUFFERS; taken++) {
        if (PyObject_GetBuffer(args[taken], &buffers[taken], PyBUF_SIMPLE) < 0) goto done;
        length[taken] = (size_t)buffers[taken].len / ITEM[taken];
    }
    if (lengths_fit(length)) {
        Question question = {
            {buffers[HIGH].buf, buffers[HIGH_OTHERS].buf, buffers[HIGH_POINTS].buf},
            {buffers[LOW].buf, buffers[LOW_OTHERS].buf, buffers[LOW_POINTS].buf},
            (uint32_t)(length[KINDS] / RECORD_POINTS), buffers[KINDS].buf, (uint32_t)length[CODES], buffers[CODES].buf,
            buffers[TURNS].buf, buffers[OCTAVES].buf};
        Py_BEGIN_ALLOW_THREADS
        sound = side_is_sound(&question.high, length[HIGH_OTHERS])
                && side_is_sound(&question.low, length[LOW_OTHERS]) && bins_fit(&question);
        if (sound) result = near_and_voted(&question, most, &hits);
        Py_END_ALLOW_THREADS
    }
    if (!sound) PyErr_SetString(PyExc_ValueError, "these buffers are not those of a block and an upload");
    else if (result < 0) PyErr_NoMemory();
    else made = PyByteArray_FromStringAndSize((const char *)hits.hits, (Py_ssize_t)(hits.count * sizeof(Hit)));
done:
    while (taken > 0) PyBuffer_Release(&buffers[--taken]);
    free(hits.hits);
    return made;
}

/* A picture of `height` rows in `view`. planes: so many of them. */
static int picture_in(PyObject *from, Py_ssize_t height, int planes, Py_buffer *view, Picture *picture) {
    if (PyObject_GetBuffer(from, view, PyBUF_SIMPLE) < 0) return -1;
    size_t floats = (size_t)view->len / sizeof(float);
    size_t rows = height > 0 ? (size_t)height * (size_t)planes : 0;
    if (rows && floats && floats % rows == 0 && (uintptr_t)view->buf % sizeof(float) == 0) {
        picture->levels = view->buf;
        picture->height = (size_t)height;
        picture->width = floats / rows;
        return 0;
    }
    PyBuffer_Release(view);
    PyErr_SetString(PyExc_ValueError, "these are no levels of so many rows");
    return -1;
}

static PyObject *blurred(PyObject *module, PyObject *args) {
    PyObject *levels, *weights, *made = NULL;
    Py_ssize_t height;
    Py_buffer view, taps;
    Picture picture;
    (void)module;
    if (!PyArg_ParseTuple(args, "OnO", &levels, &height, &weights)) return NULL;
    if (picture_in(levels, height, 1, &view, &picture) < 0) return NULL;
    if (PyObject_GetBuffer(weights, &taps, PyBUF_SIMPLE) == 0) {
        Py_ssize_t reach = taps.len / (Py_ssize_t)sizeof(float) - 1;
        if (reach < 0 || reach > MOST_REACH) PyErr_SetString(PyExc_ValueError, "a blur has 1 to 65 taps");
        else if ((made = PyByteArray_FromStringAndSize(NULL, view.len))) {
            float *out = (float *)(void *)PyByteArray_AsString(made);
            int result;
            Py_BEGIN_ALLOW_THREADS
            result = blur(&picture, taps.buf, (int)reach, out);
            Py_END_ALLOW_THREADS
            if (result < 0) {
                Py_CLEAR(made);
                PyErr_NoMemory();
            }
        }
        PyBuffer_Release(&taps);
    }
    PyBuffer_Release(&view);
    return made;
}

static PyObject *found_peaks(PyObject *module, PyObject *args) {
    PyObject *planes, *made = NULL;
    Py_ssize_t height;
    double least;
    Py_buffer view;
    Picture picture;
    Places found = {NULL, 0, 0};
    int result;
    (void)module;
    if (!PyArg_ParseTuple(args, "Ond", &planes, &height, &least)) return NULL;
    if (picture_in(planes, height, 3, &view, &picture) < 0) return NULL;
    picture.levels += picture.width * picture.height;
    Py_BEGIN_ALLOW_THREADS
    result = peaks(&picture, (float)least, &found);
    Py_END_ALLOW_THREADS
    if (result < 0) PyErr_NoMemory();
    else made = PyByteArray_FromStringAndSize((const char *)found.places, (Py_ssize_t)(found.count * 8));
    free(found.places);
    PyBuffer_Release(&view);
    return made;
}

static PyMethodDef METHODS[] = {
    {"blur", blurred, METH_VARARGS, "(levels, height, taps) -> float32 levels, blurred both ways"},
    {"peaks", found_peaks, METH_VARARGS, "(three planes, height, least) -> int64 places in the plane between"},
    {"voted", (PyCFunction)(void (*)(void))voted, METH_FASTCALL,
     "(high starts, others, points, low ..., kinds, codes, turns, octaves, most) -> uint32 (point, row, apart) each"},
    {NULL, NULL, 0, NULL}};

static int on_exec(PyObject *module) { return PyModule_AddIntConstant(module, "VERSION", VERSION); }

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)on_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_kernel", "The stronger tier's loops.", 0, METHODS, SLOTS,
                                    NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&MODULE); }
