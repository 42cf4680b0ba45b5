/* The loops of the forms: what takes most of their time, in C. Stable ABI from Python 3.11 on; the GIL is free meanwhile.
 *
 * Each has its twin in numpy. `uniform` and `seams` give the same numbers, since every float32 is rounded in the same
 * order; `grids` adds in another order than BLAS does, so that its sums differ in their last bits.
 */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

/* A copy of the loop for wider vectors, where the compiler and the C library can choose one at load time. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDER __attribute__((target_clones("avx2", "default")))
#else
#define WIDER
#endif

/* Raised with every change of what Python hands over: an extension built before is then not used (_engine.py). */
enum { VERSION = 1 };

/* PDQ's points along an axis, these and the mirrored ones in blocks of 8, and the side of the picture they lie in:
   _matrix.py. */
enum { GRID = 64, BOTH = 2 * GRID, BLOCK = 8, SIDE = 512, WAYS = 4, MOST_SEEN = 8, MAX_LINE = 1 << 20 };

/* Lines of float32, `stride` and `step` in floats; both may be negative. */
typedef struct {
    Py_buffer view;
    const float *first;
    Py_ssize_t height, width, stride, step;
} Levels;

static int refuse(const char *what) {
    PyErr_SetString(PyExc_ValueError, what);
    return -1;
}

static int get_levels(PyObject *from, Levels *levels) {
    Py_buffer *view = &levels->view;
    if (PyObject_GetBuffer(from, view, PyBUF_STRIDES) < 0) return -1;
    int fits = view->ndim == 2 && view->itemsize == (Py_ssize_t)sizeof(float) && view->shape[0] > 0 && view->shape[1] > 0
               && view->shape[0] < MAX_LINE && view->shape[1] < MAX_LINE && view->strides[0] % 4 == 0
               && view->strides[1] % 4 == 0;
    if (!fits) {
        PyBuffer_Release(view);
        return refuse("(height, width) of float32 is wanted, with at least one pixel");
    }
    levels->first = view->buf;
    levels->height = view->shape[0], levels->width = view->shape[1];
    levels->stride = view->strides[0] / 4, levels->step = view->strides[1] / 4;
    return 0;
}

/* -- lines of one colour, twin of _uniform_from in _boxes.py */

/* The `wanted`-th smallest, counted from 0 (Hoare's selection). */
static float smallest(float *values, Py_ssize_t count, Py_ssize_t wanted) {
    Py_ssize_t low = 0, high = count - 1;
    if (wanted < 0 || wanted >= count) return 0;
    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        Py_ssize_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (pivot < values[j]) j--;
            if (i <= j) {
                float kept = values[i];
                values[i++] = values[j], values[j--] = kept;
            }
        }
        if (wanted <= j)
            high = j;
        else if (wanted >= i)
            low = i;
        else
            break;
    }
    return values[wanted];
}

static Py_ssize_t count_near(const Levels *levels, Py_ssize_t line, float colour, float same) {
    const float *at = levels->first + line * levels->stride;
    Py_ssize_t near = 0;
    for (Py_ssize_t x = 0; x < levels->width; x++) {
        float apart = at[x * levels->step] - colour;
        near += (apart < 0 ? -apart : apart) <= same;
    }
    return near;
}

static Py_ssize_t uniform_from(const Levels *levels, Py_ssize_t start, double plain, double wanted, float same, float *room) {
    if (levels->height <= start) return 0;
    const float *at = levels->first + start * levels->stride;
    for (Py_ssize_t x = 0; x < levels->width; x++) room[x] = at[x * levels->step];
    const float colour = smallest(room, levels->width, levels->width / 2);
    if ((double)count_near(levels, start, colour, same) < plain * (double)levels->width) return 0;
    for (Py_ssize_t line = start; line < levels->height; line++)
        if ((double)count_near(levels, line, colour, same) < wanted * (double)levels->width) return line;
    return levels->height;
}

static PyObject *forms_uniform(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *from;
    Py_ssize_t start, found = 0;
    double plain, wanted;
    float same;
    Levels levels;
    if (!PyArg_ParseTuple(args, "Onddf", &from, &start, &plain, &wanted, &same) || get_levels(from, &levels) < 0)
        return NULL;
    float *room = calloc((size_t)levels.width, sizeof *room);
    if (room && start >= 0) {
        Py_BEGIN_ALLOW_THREADS;
        found = uniform_from(&levels, start, plain, wanted, same, room);
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&levels.view);
    free(room);
    if (!room) return PyErr_NoMemory();
    if (start >= 0) return PyLong_FromSsize_t(found);
    refuse("a line to start from is wanted");
    return NULL;
}

/* -- seams, twin of _jumps and the running sums of _lines in _seams.py */

enum { NEAREST = 4, FARTHEST = 9 }; /* columns to either side that say what is usual */

typedef struct {
    float cap, local, least;
} Gain;

/* One line: what a seam gains at each pixel is added to `running`. sums holds width + 19, jump and share width. */
WIDER static void add_gains(const Levels *levels, Py_ssize_t line, const Gain *gain, const float *counts, float *jump,
                      float *sums, const float *before, float *running) {
    const Py_ssize_t width = levels->width, step = levels->step;
    const float *at = levels->first + line * levels->stride;
    jump[0] = jump[width - 1] = 0;
    for (Py_ssize_t x = 1; x + 1 < width; x++) {
        float apart = at[(x + 1) * step] - at[(x - 1) * step];
        apart = apart < 0 ? -apart : apart;
        jump[x] = apart < gain->cap ? apart : gain->cap;
    }
    float sum = 0;
    for (Py_ssize_t x = 0; x < width; x++) sums[FARTHEST + 1 + x] = sum += jump[x];
    for (Py_ssize_t x = 0; x < FARTHEST; x++) sums[FARTHEST + 1 + width + x] = sum;
    /* sums[9 + k] is what columns below k jump. */
    for (Py_ssize_t x = 0; x < width; x++) {
        float beside = sums[x + FARTHEST - NEAREST + 1] - sums[x];
        beside += sums[x + 2 * FARTHEST + 1];
        beside -= sums[x + FARTHEST + NEAREST];
        beside /= counts[x];
        beside *= -gain->local;
        beside += jump[x];
        beside -= gain->least;
        beside /= gain->cap;
        running[x] = before[x] + beside;
    }
}

static int seams(const Levels *levels, const Gain *gain, float *running, float *rise) {
    const Py_ssize_t width = levels->width;
    float *room = calloc((size_t)(4 * width + 2 * FARTHEST + 2), sizeof *room);
    if (!room) return -1;
    float *counts = room, *jump = room + width, *lowest = room + 2 * width, *sums = room + 3 * width;
    for (Py_ssize_t x = 0; x < width; x++) {
        Py_ssize_t left = x - NEAREST + 1, right = width - NEAREST - x, most = FARTHEST - NEAREST + 1;
        left = left < 0 ? 0 : left > most ? most : left, right = right < 0 ? 0 : right > most ? most : right;
        counts[x] = left + right ? (float)(left + right) : 1;
    }
    memset(running, 0, (size_t)width * sizeof *running);
    memset(rise, 0, (size_t)width * sizeof *rise);
    for (Py_ssize_t y = 0; y < levels->height; y++) {
        float *now = running + (y + 1) * width;
        add_gains(levels, y, gain, counts, jump, sums, now - width, now);
        for (Py_ssize_t x = 0; x < width; x++) {
            lowest[x] = now[x] < lowest[x] ? now[x] : lowest[x];
            float risen = now[x] - lowest[x];
            rise[x] = risen > rise[x] ? risen : rise[x];
        }
    }
    free(room);
    return 0;
}

static PyObject *forms_seams(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *from;
    Gain gain;
    Levels levels;
    int failed = 1;
    if (!PyArg_ParseTuple(args, "Offf", &from, &gain.cap, &gain.local, &gain.least) || get_levels(from, &levels) < 0)
        return NULL;
    const Py_ssize_t line = levels.width * (Py_ssize_t)sizeof(float);
    PyObject *running = PyBytes_FromStringAndSize(NULL, (levels.height + 1) * line);
    PyObject *rise = running ? PyBytes_FromStringAndSize(NULL, line) : NULL;
    if (rise) {
        float *sums = (float *)PyBytes_AsString(running), *risen = (float *)PyBytes_AsString(rise);
        Py_BEGIN_ALLOW_THREADS;
        failed = seams(&levels, &gain, sums, risen);
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&levels.view);
    if (!failed) return Py_BuildValue("NN", running, rise);
    Py_XDECREF(running), Py_XDECREF(rise);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

/* -- the mirrored grids of a box, twin of grids in _matrix.py */

/* weight[0..513][BOTH], and for each of BOTH between which two rows it rises. */
typedef struct {
    const float (*weight)[BOTH];
    const int (*reach)[2];
} Running;

typedef struct {
    Py_ssize_t first, count;
    size_t at; /* of its weights */
} Band;

static float reached(const Running *running, double at, int point) {
    Py_ssize_t whole = (Py_ssize_t)at;
    whole = whole > SIDE ? SIDE : whole;
    const float here = running->weight[whole][point];
    return here + (running->weight[whole + 1][point] - here) * (float)(at - (double)whole);
}

/* Where line y begins, in 512ths of the picture; the outermost lines are as thick as their repetitions make them. */
static double begins(Py_ssize_t y, Py_ssize_t length, Py_ssize_t before, Py_ssize_t total) {
    return y <= 0 ? 0 : y >= length ? SIDE : (double)(y + before) * ((double)SIDE / (double)total);
}

/* For each point the lines it sees, and their weights: `room` holds what weights_room says. */
static void fill_bands(const Running *running, Py_ssize_t length, Py_ssize_t before, Py_ssize_t after, Band bands[BOTH],
                       float *room) {
    const Py_ssize_t total = before + length + after;
    size_t used = 0;
    for (int point = 0; point < BOTH; point++) {
        Py_ssize_t first = (Py_ssize_t)running->reach[point][0] * total / SIDE - before - 1;
        Py_ssize_t last = (Py_ssize_t)running->reach[point][1] * total / SIDE - before + 2;
        first = first < 0 ? 0 : first >= length ? length - 1 : first;
        last = last > length ? length : last <= first ? first + 1 : last;
        bands[point] = (Band){first, last - first, used};
        float gone = reached(running, begins(first, length, before, total), point);
        for (Py_ssize_t y = first; y < last; y++) {
            float next = reached(running, begins(y + 1, length, before, total), point);
            room[used++] = next - gone;
            gone = next;
        }
    }
}

/* What the bands of all points may hold: of 512 lines MOST_SEEN, and rounding adds 4. */
static size_t weights_room(Py_ssize_t length, Py_ssize_t before, Py_ssize_t after) {
    size_t total = (size_t)(before + length + after);
    return (size_t)BOTH * (total * MOST_SEEN / SIDE + 8);
}

/* The points of all bands down the lines of `levels`, 8 at a time: turned[x][point]. Two ways need none of the mirrored
   ones, whose place in `turned` stays as it was. */
WIDER static void weigh_down(const Levels *levels, const Band bands[BOTH], const float *weights, int ways, float *lines,
                             float *turned) {
    const Py_ssize_t width = levels->width, step = levels->step;
    for (int block = 0; block < BOTH; block += ways == WAYS ? BLOCK : 2 * BLOCK) {
        memset(lines, 0, (size_t)(BLOCK * width) * sizeof *lines);
        for (int k = 0; k < BLOCK; k++) {
            const Band *band = &bands[block + k];
            float *out = lines + k * width;
            for (Py_ssize_t y = 0; y < band->count; y++) {
                const float *in = levels->first + (band->first + y) * levels->stride, weight = weights[band->at + (size_t)y];
                if (step == 1)
                    for (Py_ssize_t x = 0; x < width; x++) out[x] += weight * in[x];
                else
                    for (Py_ssize_t x = 0; x < width; x++) out[x] += weight * in[x * step];
            }
        }
        for (Py_ssize_t x = 0; x < width; x++)
            for (int k = 0; k < BLOCK; k++) turned[x * BOTH + block + k] = lines[k * width + x];
    }
}

static int place_of(int point, int mirrored) {
    int at = mirrored ? GRID - 1 - point : point;
    return at / BLOCK * 2 * BLOCK + at % BLOCK + mirrored * BLOCK;
}

WIDER static void weigh_across(const Band bands[BOTH], const float *weights, const float *turned, float both[BOTH][BOTH]) {
    memset(both, 0, BOTH * sizeof *both);
    for (int point = 0; point < BOTH; point++)
        for (Py_ssize_t x = 0; x < bands[point].count; x++) {
            const float *in = turned + (bands[point].first + x) * BOTH, weight = weights[bands[point].at + (size_t)x];
            for (int k = 0; k < BOTH; k++) both[point][k] += weight * in[k];
        }
}

static int mirrored_grids(const Levels *levels, const Running *running, const Py_ssize_t rim[4], int ways, float *out) {
    static const int HOW[WAYS][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}}; /* down, across */
    const Py_ssize_t width = levels->width, height = levels->height;
    const size_t down_room = weights_room(height, rim[1], rim[3]), across_room = weights_room(width, rim[0], rim[2]);
    float *room = malloc((down_room + across_room + (size_t)width * BLOCK) * sizeof *room);
    float *turned = calloc((size_t)width * BOTH, sizeof *turned);
    if (!room || !turned) {
        free(room), free(turned);
        return -1;
    }
    float *down = room, *across = down + down_room, *lines = across + across_room;
    Band bands[BOTH];
    float both[BOTH][BOTH]; /* across, then down */
    fill_bands(running, height, rim[1], rim[3], bands, down);
    weigh_down(levels, bands, down, ways, lines, turned);
    fill_bands(running, width, rim[0], rim[2], bands, across);
    weigh_across(bands, across, turned, both);
    for (int way = 0; way < ways; way++)
        for (int y = 0; y < GRID; y++)
            for (int x = 0; x < GRID; x++) *out++ = both[place_of(x, HOW[way][1])][place_of(y, HOW[way][0])];
    free(room), free(turned);
    return 0;
}

static PyObject *forms_grids(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *from, *target = NULL;
    Py_buffer weight, reach;
    Py_ssize_t rim[4];
    Levels levels;
    int ways, failed = 1;
    if (!PyArg_ParseTuple(args, "O(nnnn)iy*y*", &from, &rim[0], &rim[1], &rim[2], &rim[3], &ways, &weight, &reach))
        return NULL;
    int fits = (ways == 2 || ways == WAYS) && weight.len == (SIDE + 2) * BOTH * (Py_ssize_t)sizeof(float) && reach.len == BOTH * 2 * (Py_ssize_t)sizeof(int);
    for (int side = 0; side < 4; side++) fits = fits && rim[side] >= 0 && rim[side] < MAX_LINE;
    for (int end = 0; fits && end < 2 * BOTH; end++) {
        const int at = ((const int *)reach.buf)[end];
        /* weights_room counts on it: a point looks at few lines. */
        fits = at >= 0 && at <= SIDE && (end % 2 == 0 || at - ((const int *)reach.buf)[end - 1] <= MOST_SEEN);
    }
    if (!fits)
        refuse("a rim of four sides, 2 or 4 ways, weights of 514 x 128 float32 and reach of 128 x 2 int32 are wanted");
    else if (get_levels(from, &levels) == 0) {
        target = PyBytes_FromStringAndSize(NULL, ways * GRID * GRID * (Py_ssize_t)sizeof(float));
        if (target) {
            const Running running = {weight.buf, reach.buf};
            float *out = (float *)PyBytes_AsString(target);
            Py_BEGIN_ALLOW_THREADS;
            failed = mirrored_grids(&levels, &running, rim, ways, out);
            Py_END_ALLOW_THREADS;
        }
        PyBuffer_Release(&levels.view);
    }
    PyBuffer_Release(&weight), PyBuffer_Release(&reach);
    if (!failed) return target;
    Py_XDECREF(target);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

static PyMethodDef METHODS[] = {
    {"uniform", forms_uniform, METH_VARARGS, "uniform(lines, start, plain, share, same): lines of one colour"},
    {"seams", forms_seams, METH_VARARGS, "seams(levels, cap, local, least): running gains, and the best rise of each"},
    {"grids", forms_grids, METH_VARARGS, "grids(levels, rim, ways, running, reach): 2 or 4 mirrored 64 x 64 grids"},
    {NULL, NULL, 0, NULL}};

static int on_exec(PyObject *module) { return PyModule_AddIntConstant(module, "VERSION", VERSION); }

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)on_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, "_forms_kernel", "Loops of the forms.", 0, METHODS, SLOTS, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__forms_kernel(void) { return PyModuleDef_Init(&MODULE); }
