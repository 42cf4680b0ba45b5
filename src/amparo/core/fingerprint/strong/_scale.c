/* Scale space: Gaussian blur, and pixels that stand out among their neighbours. To the bit what numpy gives (_points.py):
 * each product and each sum is rounded by itself, in the same order. */
#include "_strong.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANE = 16 }; /* floats that are summed up in registers */

/* out[x] = middle[x] * taps[0] + (before[1][x] + after[1][x]) * taps[1] + ..., where the neighbours of `place` stand
 * `step` floats apart in `from`: rows above and below, or columns beside. */
INLINE void weighed(const float *const *before, const float *const *after, const float *middle, const float *taps, int reach,
                    size_t width, float *out) {
    size_t x = 0;
    for (; x + LANE <= width; x += LANE) {
        float sum[LANE];
        for (int i = 0; i < LANE; i++) sum[i] = middle[x + i] * taps[0];
        for (int place = 1; place <= reach; place++)
            for (int i = 0; i < LANE; i++) {
                float pair = before[place][x + i] + after[place][x + i];
                sum[i] += pair * taps[place];
            }
        for (int i = 0; i < LANE; i++) out[x + i] = sum[i];
    }
    for (; x < width; x++) {
        float sum = middle[x] * taps[0];
        for (int place = 1; place <= reach; place++) sum += (before[place][x] + after[place][x]) * taps[place];
        out[x] = sum;
    }
}

/* The outermost pixels are repeated. row: room for width + 2 * reach floats. */
INLINE void blur_all(const Picture *from, const float *taps, int reach, float *row, float *out) {
    const float *before[MOST_REACH + 1], *after[MOST_REACH + 1];
    ptrdiff_t last = (ptrdiff_t)from->height - 1;
    size_t width = from->width;
    for (ptrdiff_t y = 0; y <= last; y++) {
        for (int place = 1; place <= reach; place++) {
            before[place] = from->levels + (size_t)(y - place < 0 ? 0 : y - place) * width;
            after[place] = from->levels + (size_t)(y + place > last ? last : y + place) * width;
        }
        float *middle = row + reach;
        weighed(before, after, from->levels + (size_t)y * width, taps, reach, width, middle);
        for (int place = 1; place <= reach; place++) {
            middle[-place] = middle[0];
            middle[width - 1 + (size_t)place] = middle[width - 1];
            before[place] = middle - place;
            after[place] = middle + place;
        }
        weighed(before, after, middle, taps, reach, width, out + (size_t)y * width);
    }
}

static void blur_plain(const Picture *from, const float *taps, int reach, float *row, float *out) {
    blur_all(from, taps, reach, row, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void blur_avx2(const Picture *from, const float *taps, int reach, float *row,
                                                      float *out) {
    blur_all(from, taps, reach, row, out);
}
#endif

int blur(const Picture *from, const float *taps, int reach, float *out) {
    float *row = malloc((from->width + 2 * (size_t)reach) * sizeof *row);
    if (!row) return NO_MEMORY;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) blur_avx2(from, taps, reach, row, out);
    else blur_plain(from, taps, reach, row, out);
#else
    blur_plain(from, taps, reach, row, out);
#endif
    free(row);
    return 0;
}

/* Whether no neighbour is above, of what is turned over where the pixel is below zero. */
static int stands_out(const float *planes, size_t pixels, size_t width, float sign) {
    float here = sign * planes[0];
    for (ptrdiff_t y = -1; y <= 1; y++)
        for (ptrdiff_t x = -1; x <= 1; x++)
            for (ptrdiff_t scale = -1; scale <= 1; scale++)
                if (sign * planes[scale * (ptrdiff_t)pixels + y * (ptrdiff_t)width + x] > here) return 0;
    return 1;
}

int peaks(const Picture *middle, float least, Places *into) {
    size_t width = middle->width, pixels = width * middle->height;
    for (size_t y = 1; y + 1 < middle->height; y++)
        for (size_t x = 1; x + 1 < width; x++) {
            const float *here = middle->levels + y * width + x;
            if (!(fabsf(*here) > least)) continue;
            float sign = *here > 0 ? 1.0f : -1.0f;
            /* Most fall at a neighbour in the row. */
            if (sign * here[-1] > sign * *here || sign * here[1] > sign * *here) continue;
            if (!stands_out(here, pixels, width, sign)) continue;
            if (into->count == into->room) {
                size_t room = into->room ? 2 * into->room : 1024;
                int64_t *larger = realloc(into->places, room * sizeof *larger);
                if (!larger) return NO_MEMORY;
                into->places = larger;
                into->room = room;
            }
            into->places[into->count++] = (int64_t)(y * width + x);
        }
    return 0;
}
