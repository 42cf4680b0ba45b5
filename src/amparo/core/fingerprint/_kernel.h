/* What the loops offer to the Python face. Each width of vector has its own copy of the loops (_lanes_*.c). */
#ifndef AMPARO_FINGERPRINT_KERNEL_H
#define AMPARO_FINGERPRINT_KERNEL_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__GNUC__)
#error "the loops are written with GNU vectors: build with gcc or clang, or without this extension"
#endif
#if defined(__FAST_MATH__) || FLT_EVAL_METHOD != 0
#error "float32 must be rounded after each operation, or other bits come out than PDQ's: build without this extension"
#endif

enum {
    GRID = 64,          /* hashing.pdf: points kept down and across */
    COEFFICIENTS = 16,  /* hashing.pdf: frequencies kept down and across */
    CODE_BYTES = 32,
    SIDE = 512,         /* the canonical picture, docs/fingerprint.md */
    MAX_SIDE = 65535,   /* _resize.py */
    WINDOW_DIVISOR = 128, /* hashing.pdf: the filter's window is the side over this, rounded up */
    FEED_STEP = 8,
    MAX_STEP = 8, /* libjpeg shrinks to an eighth */
    TURNS = 8,
};

/* How a row of pixels lies in memory. RGBA is laid on white first. REAL is one float32 a pixel, 0..255. */
typedef enum { GREY, RGB, RGBX, RGBA, REAL, KINDS } Kind;

/* Rows of pixels that lie `stride` bytes apart. */
typedef struct {
    const uint8_t *first;
    ptrdiff_t stride;
    Kind kind;
    int width, count;
} Rows;

/* A picture of which each source pixel covers step x step pixels, or at the right and lower border what is left. */
typedef struct {
    int width, height, step;
} Shape;

typedef struct {
    uint8_t code[CODE_BYTES];
    int quality;
} Hash;

/* A picture of any size on its way to 64 x 64 points, fed by rows (_smooth.h). */
typedef struct Smoother Smoother;

typedef struct {
    const char *name;
    Smoother *(*begin)(int width, int height); /* NULL: no memory */
    void (*feed)(Smoother *, const Rows *); /* a multiple of FEED_STEP rows, but for the last time */
    void (*finish)(Smoother *, Hash *);
    void (*drop)(Smoother *);
    /* PDQ of `count` grey pictures of 512 x 512, each in 1 orientation or in TURNS of them. -1: no memory */
    int (*square)(const uint8_t *pixels, size_t count, int turns, Hash *);
    /* Target rows top..top + count - 1 of the canonical picture, from source rows of which the first is `first`.
       -1: no memory */
    int (*area)(const Rows *, const Shape *, int first, int top, int count, uint8_t *out);
} Lanes;

const Lanes *lanes_avx2(void); /* NULL: not on this processor */
const Lanes *lanes_plain(void);

/* Rows 1..16 of the 64-point DCT-II, and the same transposed (_kernel.c fills them in before anything is hashed). */
extern float DCT[COEFFICIENTS][GRID], DCT_TURNED[GRID][COEFFICIENTS];

static inline int bytes_of(Kind kind) { return kind == GREY ? 1 : kind == RGB ? 3 : 4; }
static inline int window_of(int side) { return (side + WINDOW_DIVISOR - 1) / WINDOW_DIVISOR; }
static inline int grid_point(int index, int side) { return (int)((2 * index + 1) * (int64_t)side / (2 * GRID)); }

#endif
