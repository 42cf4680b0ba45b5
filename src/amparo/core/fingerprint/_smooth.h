/* PDQ of a picture of any size: rows in, hash out, in memory for a few dozen rows.
 *
 * The filter of docs/fingerprint.md runs along the rows, down the columns, and both again. Each run is a running sum
 * in float32 of which every step is rounded, so that it must be made in order; but the runs may follow each other
 * closely. A band of LANES rows is walked from left to right in blocks of LANES x LANES pixels, and each block goes
 * through three runs without leaving the registers, turned between them. Of the third run only 64 columns are kept, of
 * the fourth only 64 rows. Outside of the picture lie zeros: adding or subtracting them changes no sum.
 */

enum { CHUNK = 256, TILE_PITCH = CHUNK + LINE_FLOATS }; /* columns whose luminance is worked out at a time */

/* Sums along LANES rows at once. `recent` holds the values that have not left yet, `window` of them, and after them a
   chunk of those that enter. */
typedef struct {
    Floats sum, *recent;
} Across;

struct Smoother {
    int width, height, entered;
    int across, down, ahead_across, ahead_down; /* windows, and how far their first value is ahead of the middle */
    size_t pitch, margin;                       /* floats a row, of which the first `margin` lie left of the picture */
    int held, next_point;                       /* rows in `rows` and `columns`: the window and a band */
    float *counts;                              /* values in the window, by the place of the one that enters */
    float *rows, *row_sums;                     /* after the first run: held rows; their sums */
    float *columns, *column_sums, *points;      /* after the third: held rows of GRID; their sums; what is kept */
    Floats *first, *third;                      /* room for what the first and the third run hold */
};

/* What the second run does with each row of a band. */
typedef struct {
    const float *leaving[LANES];
    float *entering[LANES], count[LANES];
} Down;

static void drop(Smoother *s) {
    void *parts[] = {s->counts, s->rows, s->row_sums, s->columns, s->column_sums, s->points, s->first, s->third, s};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) free(parts[i]);
}

static Smoother *begin(int width, int height) {
    Smoother *s = zeros(sizeof *s);
    if (!s) return NULL;
    s->width = width, s->height = height;
    s->across = window_of(width), s->down = window_of(height);
    s->ahead_across = (s->across + 2) / 2 - 1, s->ahead_down = (s->down + 2) / 2 - 1;
    s->margin = (size_t)s->ahead_across;
    /* An odd number of cache lines, so that the rows of a band do not all fall into one set of the cache. */
    s->pitch = round_up((size_t)(width + 3 * s->ahead_across + 2 * LANES), LINE_FLOATS) | LINE_FLOATS;
    s->held = (int)round_up((size_t)s->down, LANES) + LANES;
    s->first = zeros((size_t)(s->across + CHUNK) * sizeof(Floats));
    s->third = zeros((size_t)(s->across + CHUNK) * sizeof(Floats));
    size_t row = s->pitch * sizeof(float), short_row = GRID * sizeof(float);
    s->counts = zeros(row), s->row_sums = zeros(row), s->rows = zeros((size_t)s->held * row);
    s->columns = zeros((size_t)s->held * short_row), s->column_sums = zeros(short_row);
    s->points = zeros(GRID * short_row);
    if (!s->first || !s->third || !s->counts || !s->row_sums || !s->rows || !s->columns || !s->column_sums
        || !s->points) {
        drop(s);
        return NULL;
    }
    for (size_t at = 0; at < s->pitch; at++) {
        int64_t end = (int64_t)at + 1, start = end - s->across;
        int64_t count = (end < width ? end : width) - (start > 0 ? start : 0);
        s->counts[at] = count > 0 ? (float)count : 1.0f;
    }
    return s;
}

INLINE Floats step_across(Across *run, int window, int place, Floats value) {
    run->sum += value;
    run->sum -= run->recent[place];
    run->recent[place + window] = value;
    return run->sum;
}

/* The chunk that entered becomes what is to leave. */
static void next_chunk(Floats *recent, int window) { memmove(recent, recent + CHUNK, (size_t)window * sizeof *recent); }

/* The block of columns that enters the first run at `place`: from `tile` to its sums after the third run. */
INLINE void run_block(const Smoother *s, const float *tile, int place, const Down *down, Across *first, Across *third,
                      Floats sums[LANES]) {
    Floats block[LANES];
    const int column = place - s->ahead_across; /* the first column whose mean the first run knows now */
    const int at = place % CHUNK;
    load_columns(tile + at, TILE_PITCH, block);
    for (int j = 0; j < LANES; j++) block[j] = step_across(first, s->across, at + j, block[j]) / s->counts[place + j];
    turn(block);
    float *running = s->row_sums + s->margin + column;
    Floats sum = load(running);
    for (int k = 0; k < LANES; k++) {
        store(down->entering[k] + column, block[k]);
        sum += block[k];
        sum -= load(down->leaving[k] + column);
        block[k] = sum / down->count[k];
    }
    store(running, sum);
    turn(block);
    for (int j = 0; j < LANES; j++) {
        int inside = column + j >= 0 && column + j < s->width;
        sums[j] = step_across(third, s->across, at + j, inside ? block[j] : (Floats){0});
    }
}

/* Columns start..start + CHUNK of LANES rows, in float32; zeros right of the picture and for rows below it. */
static void fill_tile(const Rows *rows, int from, int start, float *tile) {
    int32_t thousandths[CHUNK];
    uint8_t white[4 * CHUNK];
    int count = rows->width - start < CHUNK ? rows->width - start : CHUNK;
    if (count < CHUNK) memset(tile, 0, LANES * TILE_PITCH * sizeof *tile);
    for (int k = 0; k < LANES && count > 0; k++, tile += TILE_PITCH) {
        if (from + k >= rows->count) {
            memset(tile, 0, CHUNK * sizeof *tile);
            continue;
        }
        const uint8_t *pixels = rows->first + (from + k) * rows->stride + start * bytes_of(rows->kind);
        /* The next chunk of this row, which may still lie in memory: a thousand bytes are too few for the processor to
           see by itself that a row is being read. */
        const int row_bytes = (rows->width - start) * bytes_of(rows->kind), chunk = CHUNK * bytes_of(rows->kind);
        for (int ahead = chunk; ahead < 2 * chunk && ahead < row_bytes; ahead += 64) __builtin_prefetch(pixels + ahead);
        if (rows->kind == REAL)
            memcpy(tile, pixels, (size_t)count * sizeof *tile);
        else {
            /* The reference adds in double and rounds once to float32. So does this: a whole number of thousandths is
               never nearer to the middle of two float32 than those doubles err, and IEEE division rounds correctly. */
            luma(pixels, rows->kind, count, thousandths, white);
            for (int x = 0; x < count; x++) tile[x] = (float)thousandths[x] / 1000.0f;
        }
    }
}

static float count_down(const Smoother *s, int row) {
    int end = row + s->ahead_down + 1, start = end - s->down;
    return (float)((end < s->height ? end : s->height) - (start > 0 ? start : 0));
}

/* The fourth run: a row of 64 columns enters. */
static void run_columns(Smoother *s, int entered, const float *values) {
    float *entering = s->columns + entered % s->held * GRID;
    const float *leaving = s->columns + (entered - s->down + s->held) % s->held * GRID;
    const int row = entered - 2 * s->ahead_down;
    memcpy(entering, values, GRID * sizeof *values);
    for (int x = 0; x < GRID; x += LANES)
        store(s->column_sums + x, load(s->column_sums + x) + load(entering + x) - load(leaving + x));
    for (; s->next_point < GRID && grid_point(s->next_point, s->height) == row; s->next_point++)
        for (int x = 0; x < GRID; x += LANES)
            store(s->points + s->next_point * GRID + x, load(s->column_sums + x) / count_down(s, row));
}

/* LANES rows, of which the first is row `from` of `rows`. */
static void run_band(Smoother *s, const Rows *rows, int from) {
    float tile[LANES * TILE_PITCH], kept[LANES][GRID];
    Floats points[GRID], sums[LANES];
    Down down;
    Across first = {{0}, s->first}, third = {{0}, s->third};
    for (int k = 0; k < LANES; k++) {
        int entered = s->entered + k, row = entered - s->ahead_down;
        down.entering[k] = s->rows + (size_t)(entered % s->held) * s->pitch + s->margin;
        /* Until a whole window has entered, what leaves is a row that is still zero. */
        down.leaving[k] = s->rows + (size_t)((entered - s->down + s->held) % s->held) * s->pitch + s->margin;
        /* Above the picture and below, the mean is zero. */
        down.count[k] = row < 0 || row >= s->height ? INFINITY : count_down(s, row);
    }
    memset(first.recent, 0, (size_t)s->across * sizeof(Floats));
    memset(third.recent, 0, (size_t)s->across * sizeof(Floats));
    const int length = s->width + 2 * s->ahead_across;
    for (int place = 0, next = 0; place < length; place += LANES) {
        if (place % CHUNK == 0) {
            if (place) next_chunk(first.recent, s->across), next_chunk(third.recent, s->across);
            fill_tile(rows, from, place, tile);
        }
        run_block(s, tile, place, &down, &first, &third, sums);
        for (; next < GRID; next++) {
            int entered = grid_point(next, s->width) + 2 * s->ahead_across;
            if (entered >= place + LANES) break;
            points[next] = sums[entered - place] / s->counts[entered - s->ahead_across];
        }
    }
    for (int x = 0; x < GRID; x += LANES) store_columns(&kept[0][x], GRID, points + x);
    for (int k = 0; k < LANES; k++, s->entered++) run_columns(s, s->entered, kept[k]);
}

static void feed(Smoother *s, const Rows *rows) {
    if (s->width == GRID && s->height == GRID) { /* as pdqhash: nothing to smooth away */
        float tile[LANES * TILE_PITCH];
        for (int from = 0; from < rows->count; from += LANES) {
            fill_tile(rows, from, 0, tile);
            for (int k = 0; k < LANES && from + k < rows->count; k++, s->entered++)
                memcpy(s->points + s->entered * GRID, tile + k * TILE_PITCH, GRID * sizeof *tile);
        }
        return;
    }
    for (int from = 0; from < rows->count; from += LANES) run_band(s, rows, from);
}

static void finish(Smoother *s, Hash *hash) {
    const Rows nothing = {.kind = GREY, .width = s->width};
    if (s->width != GRID || s->height != GRID)
        while (s->next_point < GRID) run_band(s, &nothing, 0);
    transform(s->points, hash);
}
