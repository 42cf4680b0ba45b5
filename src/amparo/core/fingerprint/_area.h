/* The canonical picture by area, in whole numbers: _resize.py says how and why.
 *
 * Down: a target row weighs whole source rows with all their units, and the first and the last with what it shares of
 * them. Across: the weighed sum from the left border to any place is a sum of whole columns and a part of one more, and
 * a target pixel is the difference of two of these. A column weighs at most 255,000 * 65,535, and all of them in units
 * less than 2^59.
 */

/* What a target of a line of `length` pixels covers of source pixels that have `whole` units: of the first and of the
   last so many units, of those between all. Where one pixel is enough, it is the first. */
typedef struct {
    int first, last, of_first, of_last;
} Span;

INLINE Span span_of(int target, int length, int whole) {
    int64_t from = (int64_t)target * length, to = from + length;
    Span span = {(int)(from / whole), (int)((to - 1) / whole), length, 0};
    if (span.first < span.last) {
        span.of_first = (int)((int64_t)(span.first + 1) * whole - from);
        span.of_last = (int)(to - (int64_t)span.last * whole);
    }
    return span;
}

typedef struct {
    int32_t *first, *last, *between; /* luminance of the first and the last row under a target, sum of those between */
    uint64_t *down, *left;           /* each column weighed down, and the sum of those left of it */
    uint8_t *white;
    uint32_t whole;                       /* units of a source pixel */
    int place[SIDE + 1], units[SIDE + 1]; /* where each target begins: a source pixel, and units into it */
} Area;

/* Source rows under one target row, weighed. `known`: the source row that `last` holds from the target before, or -1.
   Returns the one it holds now. */
static int weigh_down(Area *area, const Rows *rows, int first, Span span, int known) {
    const int width = rows->width;
    const uint8_t *pixels = rows->first + (span.first - first) * rows->stride;
    int32_t *line = area->first;
    if (known == span.first)
        area->first = area->last, area->last = line;
    else
        luma(pixels, rows->kind, width, area->first, area->white);
    memset(area->between, 0, (size_t)width * sizeof *area->between);
    for (int y = span.first + 1; y < span.last; y++) {
        pixels += rows->stride;
        luma(pixels, rows->kind, width, area->last, area->white);
        for (int x = 0; x < width; x++) area->between[x] += area->last[x];
    }
    if (span.first < span.last) luma(pixels + rows->stride, rows->kind, width, area->last, area->white);
    for (int x = 0; x < width; x++)
        area->down[x] = (uint64_t)(uint32_t)area->first[x] * (uint32_t)span.of_first
                        + (uint64_t)(uint32_t)area->between[x] * area->whole
                        + (uint64_t)(uint32_t)area->last[x] * (uint32_t)span.of_last;
    return span.first < span.last ? span.last : -1;
}

/* Divide by `unit`, to the nearest grey level; an exact half goes towards 127.5. Doubles hold all numbers here exactly
   (below 2^53), so that the guess by the reciprocal, off by one at most, can be put right by its remainder. */
static void round_row(const double *sums, double unit, uint8_t *out) {
    const double reciprocal = 1 / (2 * unit);
    for (int i = 0; i < SIDE; i++) {
        double twice = 2 * sums[i], number = twice + unit - (twice >= 255 * unit ? 1.0 : 0.0);
        double level = (double)(int32_t)(number * reciprocal), rest = number - level * (2 * unit);
        level -= rest < 0 ? 1.0 : 0.0;
        level += rest >= 2 * unit ? 1.0 : 0.0;
        out[i] = (uint8_t)(int32_t)level;
    }
}

static void area_row(Area *area, int columns, double unit, uint8_t *out) {
    double sums[SIDE];
    uint64_t sum = 0, before = 0;
    for (int x = 0; x < columns; x++) area->left[x] = sum, sum += area->down[x];
    area->left[columns] = sum, area->down[columns] = 0;
    for (int i = 0; i < SIDE; i++) {
        int place = area->place[i + 1];
        uint64_t after = area->left[place] * area->whole + area->down[place] * (uint64_t)area->units[i + 1];
        sums[i] = (double)(int64_t)(after - before);
        before = after;
    }
    round_row(sums, unit, out);
}

static int area(const Rows *rows, const Shape *shape, int first, int top, int count, uint8_t *out) {
    const int width = shape->width, whole = SIDE * shape->step;
    const size_t line = round_up((size_t)rows->width * 4, 64), long_line = round_up(((size_t)rows->width + 1) * 8, 64);
    uint8_t *room = room_for(4 * line + 2 * long_line);
    if (!room) return -1;
    Area area = {.first = (void *)room, .last = (void *)(room + line), .between = (void *)(room + 2 * line)};
    area.white = room + 3 * line, area.whole = (uint32_t)whole;
    area.down = (void *)(room + 4 * line), area.left = (void *)(room + 4 * line + long_line);
    for (int64_t i = 0; i <= SIDE; i++) {
        area.place[i] = (int)(i * width / whole);
        area.units[i] = (int)(i * width % whole);
    }
    for (int j = 0, known = -1; j < count; j++) {
        known = weigh_down(&area, rows, first, span_of(top + j, shape->height, whole), known);
        area_row(&area, rows->width, 1000.0 * width * shape->height, out + j * SIDE);
    }
    free(room);
    return 0;
}
