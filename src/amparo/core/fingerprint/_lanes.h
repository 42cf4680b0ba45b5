/* One copy of every loop, for vectors of LANES float32. Included by _lanes_*.c, which say LANES, NAME_TEXT and target.
 *
 * Sums are kept in the order PDQ's published code adds in, since float32 rounds each step: a vector always holds LANES
 * independent sums (rows or columns), never parts of one.
 */
#include "_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(mask, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(mask, a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float Floats __attribute__((vector_size(4 * LANES)));
typedef int32_t Ints __attribute__((vector_size(4 * LANES)));
typedef uint16_t Shorts __attribute__((vector_size(2 * LANES)));
/* The same without alignment. */
typedef float AnyFloats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef uint16_t AnyShorts __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

enum { LINE_FLOATS = 16 }; /* a cache line */

INLINE Floats load(const float *from) { return *(const AnyFloats *)from; }
INLINE void store(float *into, Floats value) { *(AnyFloats *)into = value; }
INLINE Floats widen(const uint16_t *from) {
#if LANES == 4
    return __builtin_convertvector(__builtin_convertvector(*(const AnyShorts *)from, Ints), Floats);
#else
    return (Floats)_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from)));
#endif
}

/* Within each quarter of four, turn four vectors: lane j of vector i goes to lane i of vector j. */
INLINE void turn_quads(Floats v[4]) {
#if LANES == 4
    Floats a = SHUFFLE(Ints, v[0], v[1], 0, 4, 1, 5), b = SHUFFLE(Ints, v[0], v[1], 2, 6, 3, 7);
    Floats c = SHUFFLE(Ints, v[2], v[3], 0, 4, 1, 5), d = SHUFFLE(Ints, v[2], v[3], 2, 6, 3, 7);
    v[0] = SHUFFLE(Ints, a, c, 0, 1, 4, 5), v[1] = SHUFFLE(Ints, a, c, 2, 3, 6, 7);
    v[2] = SHUFFLE(Ints, b, d, 0, 1, 4, 5), v[3] = SHUFFLE(Ints, b, d, 2, 3, 6, 7);
#else
    Floats a = SHUFFLE(Ints, v[0], v[1], 0, 8, 1, 9, 4, 12, 5, 13);
    Floats b = SHUFFLE(Ints, v[0], v[1], 2, 10, 3, 11, 6, 14, 7, 15);
    Floats c = SHUFFLE(Ints, v[2], v[3], 0, 8, 1, 9, 4, 12, 5, 13);
    Floats d = SHUFFLE(Ints, v[2], v[3], 2, 10, 3, 11, 6, 14, 7, 15);
    v[0] = SHUFFLE(Ints, a, c, 0, 1, 8, 9, 4, 5, 12, 13), v[1] = SHUFFLE(Ints, a, c, 2, 3, 10, 11, 6, 7, 14, 15);
    v[2] = SHUFFLE(Ints, b, d, 0, 1, 8, 9, 4, 5, 12, 13), v[3] = SHUFFLE(Ints, b, d, 2, 3, 10, 11, 6, 7, 14, 15);
#endif
}

/* Four floats of each fourth row, QUADS times: what turn_quads needs of its vectors. And back. */
INLINE Floats load_quads(const float *rows, size_t pitch) {
#if LANES == 4
    (void)pitch;
    return load(rows);
#else
    __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(rows));
    return (Floats)_mm256_insertf128_ps(low, _mm_loadu_ps(rows + 4 * pitch), 1);
#endif
}

INLINE void store_quads(float *rows, size_t pitch, Floats lanes) {
#if LANES == 4
    (void)pitch;
    store(rows, lanes);
#else
    _mm_storeu_ps(rows, _mm256_castps256_ps128((__m256)lanes));
    _mm_storeu_ps(rows + 4 * pitch, _mm256_extractf128_ps((__m256)lanes, 1));
#endif
}

/* LANES columns of LANES rows that lie `pitch` floats apart: lane r of column[c] is row r. And back. */
INLINE void load_columns(const float *rows, size_t pitch, Floats column[LANES]) {
    for (int quad = 0; quad < LANES; quad += 4) {
        for (size_t k = 0; k < 4; k++) column[quad + k] = load_quads(rows + k * pitch + quad, pitch);
        turn_quads(column + quad);
    }
}

INLINE void store_columns(float *rows, size_t pitch, Floats column[LANES]) {
    for (int quad = 0; quad < LANES; quad += 4) {
        turn_quads(column + quad);
        for (size_t k = 0; k < 4; k++) store_quads(rows + k * pitch + quad, pitch, column[quad + k]);
    }
}

/* The same within LANES vectors. */
INLINE void turn(Floats block[LANES]) {
    for (int quad = 0; quad < LANES; quad += 4) turn_quads(block + quad);
#if LANES == 8
    for (int k = 0; k < 4; k++) {
        Floats low = block[k], high = block[k + 4];
        block[k] = SHUFFLE(Ints, low, high, 0, 1, 2, 3, 8, 9, 10, 11);
        block[k + 4] = SHUFFLE(Ints, low, high, 4, 5, 6, 7, 12, 13, 14, 15);
    }
#endif
}

INLINE size_t round_up(size_t number, size_t step) { return (number + step - 1) / step * step; }

/* Aligned to a vector, and zeroed; NULL when there is no memory. Given back with free(). */
static void *room_for(size_t bytes) { return aligned_alloc(64, round_up(bytes + 1, 64)); }
static void *zeros(size_t bytes) {
    void *room = room_for(bytes);
    return room ? memset(room, 0, bytes) : NULL;
}

#include "_luma.h"
#include "_transform.h"
#include "_smooth.h"
#include "_square.h"
#include "_area.h"

static const Lanes LANES_OF = {NAME_TEXT, begin, feed, finish, drop, square, area};
