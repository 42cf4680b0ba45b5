/* PDQ of the canonical picture, 512 x 512 whole grey levels, in one orientation or in all eight.
 *
 * The same filter as in _smooth.h, but here nearly all of it is exact: the window is 4, so within the picture the first
 * two runs give whole numbers over 16, whatever the order of adding. Only next to the border are means taken of 3, and
 * only what those touch must be added in the published order. So the first two runs become sums of 4 x 4 pixels, which
 * all orientations share; the sums that bear rounded values (next to the border, and the third and fourth run) are made
 * in order. All numbers are scaled by powers of two, which rounds nothing.
 *
 * A sheet is a 512 x 512 array. Its slow axis (from row to row) is the x of the pictures that are read from it, its
 * fast axis their y: the sheet of a picture is the picture transposed, so that a vector holds pixels below each other.
 */

enum {
    WINDOWS = SIDE - 3, /* places where a whole window of 4 fits */
    EDGE_PIXELS = 3,    /* what the windows at place 0 and at place 510 hold */
    LAST = SIDE - 2,    /* place 510: the last that enters a sum which is kept */
    POINT_STEP = 8,     /* kept are the places 4, 12, 20 ... 508 */
    GROUP = 4,          /* vectors of sums that advance together: an addition takes as many cycles */
};

typedef struct {
    /* Sums of 4 x 4 pixels, by the first place on both axes. What stands in the last 3 of a row means nothing. */
    uint16_t blocks[WINDOWS][SIDE];
    uint16_t fours[4][SIDE];       /* of the last 4 rows: sums of 4 pixels along the fast axis */
    uint16_t edge[2][WINDOWS];     /* sums of 4 slow x 3 fast pixels, at the fast axis's first and last edge */
    /* Means, times 16, at the slow axis's first and last edge, the fast axis run forwards and backwards, by place. */
    float border[2][2][SIDE];
    float kept[SIDE][GRID];        /* after the third run: 64 places on x, by fast window on y */
} Sheet;

static void sum_blocks(Sheet *sheet, const uint8_t *pixels) {
    uint16_t sums[SIDE] = {0};
    for (int slow = 0; slow < SIDE; slow++) {
        const uint8_t *at = pixels + slow * SIDE;
        uint16_t *four = sheet->fours[slow % 4];
        for (int fast = 0; fast < WINDOWS; fast++)
            four[fast] = (uint16_t)(at[fast] + at[fast + 1] + at[fast + 2] + at[fast + 3]);
        for (int fast = 0; fast < WINDOWS; fast++) sums[fast] = (uint16_t)(sums[fast] + four[fast]);
        if (slow < 3) continue;
        memcpy(sheet->blocks[slow - 3], sums, sizeof sums);
        const uint16_t *leaving = sheet->fours[(slow - 3) % 4];
        for (int fast = 0; fast < WINDOWS; fast++) sums[fast] = (uint16_t)(sums[fast] - leaving[fast]);
    }
}

static void sum_edges(Sheet *sheet, const uint8_t *pixels) {
    for (int last = 0; last < 2; last++) {
        uint16_t threes[SIDE];
        for (int slow = 0; slow < SIDE; slow++) {
            const uint8_t *at = pixels + slow * SIDE + (last ? SIDE - EDGE_PIXELS : 0);
            threes[slow] = (uint16_t)(at[0] + at[1] + at[2]);
        }
        for (int slow = 0; slow < WINDOWS; slow++)
            sheet->edge[last][slow] = (uint16_t)(threes[slow] + threes[slow + 1] + threes[slow + 2] + threes[slow + 3]);
    }
}

/* The first two runs at x = 0 and x = 510, where the first takes means of 3. */
static void run_borders(Sheet *sheet, const uint8_t *pixels) {
    enum { RUNS = 4 };
    float means[SIDE][RUNS], sums[RUNS] = {0};
    for (int run = 0; run < RUNS; run++) {
        const uint8_t *edge = pixels + (run / 2 ? (SIDE - EDGE_PIXELS) * SIDE : 0);
        for (int place = 0; place < SIDE; place++) {
            const uint8_t *at = edge + (run % 2 ? SIDE - 1 - place : place);
            means[place][run] = (float)(at[0] + at[SIDE] + at[2 * SIDE]) / 3.0f;
        }
    }
    for (int entered = 0; entered < SIDE + 1; entered++)
        for (int run = 0; run < RUNS; run++) {
            if (entered < SIDE) sums[run] += means[entered][run];
            if (entered >= 4) sums[run] -= means[entered - 4][run];
            int place = entered - 2;
            if (place >= 0) sheet->border[run / 2][run % 2][place] = sums[run] / (place % LAST ? 4.0f : 3.0f) * 16.0f;
        }
}

/* GROUP vectors of sums along places 0..510: `first` is at place 0, `last` at 510, between them what `shorts` or
   `floats` hold, whose place 1 is at offset `at`. The sums at 64 places. */
INLINE void run_group(const uint16_t *shorts, const float *floats, ptrdiff_t at, ptrdiff_t step,
                      const Floats first[GROUP], const Floats last[GROUP], Floats points[GRID][GROUP]) {
#define AT(offset) (shorts ? widen(shorts + (offset) + g * LANES) : load(floats + (offset) + g * LANES))
    Floats sums[GROUP];
    for (int g = 0; g < GROUP; g++) {
        sums[g] = first[g] + AT(at);
        for (int place = 1; place < 4; place++) sums[g] += AT(at + place * step);
        sums[g] -= first[g];
    }
    at += 4 * step;
    for (int place = 5, point = 0; place < LAST - 7; point++) {
        const int end = POINT_STEP * point + 6;
        for (; place <= end; place++, at += step)
            for (int g = 0; g < GROUP; g++) sums[g] += AT(at), sums[g] -= AT(at - 4 * step);
        for (int g = 0; g < GROUP; g++) points[point][g] = sums[g];
    }
    for (int place = LAST - 7; place < LAST; place++, at += step)
        for (int g = 0; g < GROUP; g++) sums[g] += AT(at), sums[g] -= AT(at - 4 * step);
    for (int g = 0; g < GROUP; g++) sums[g] += last[g], points[GRID - 1][g] = sums[g] - AT(at - 4 * step);
#undef AT
}

/* The third run, along x, for y = 1..509. */
static void run_slow(Sheet *sheet, int slow_back, int fast_back) {
    const ptrdiff_t at = slow_back ? (WINDOWS - 1) * SIDE : 0, step = slow_back ? -SIDE : SIDE;
    float borders[2][SIDE] = {{0}}; /* by window, as `blocks`; its last 3 are nothing's */
    for (int high = 0; high < 2; high++) {
        const float *border = sheet->border[slow_back ^ high][fast_back];
        for (int window = 0; window < WINDOWS; window++)
            borders[high][window] = border[fast_back ? WINDOWS - window : window + 1];
    }
    for (int fast = 0; fast < SIDE; fast += GROUP * LANES) {
        Floats first[GROUP], last[GROUP], points[GRID][GROUP], turned[LANES];
        for (int g = 0; g < GROUP; g++)
            first[g] = load(borders[0] + fast + g * LANES), last[g] = load(borders[1] + fast + g * LANES);
        run_group(sheet->blocks[0] + fast, NULL, at, step, first, last, points);
        for (int g = 0; g < GROUP; g++)
            for (int point = 0; point < GRID; point += LANES) {
                for (int k = 0; k < LANES; k++) turned[k] = points[point + k][g];
                store_columns(&sheet->kept[fast + g * LANES][point], GRID, turned);
            }
    }
}

/* The third run at y = 0 and y = 510, where the second takes means of 3. */
static void run_ends(const Sheet *sheet, int slow_back, int fast_back, float ends[2][GRID]) {
    float values[LAST + 1][2], sums[2] = {0};
    for (int end = 0; end < 2; end++) {
        int y = end ? LAST : 0;
        const uint16_t *edge = sheet->edge[end ^ fast_back];
        values[0][end] = sheet->border[slow_back][fast_back][y];
        values[LAST][end] = sheet->border[!slow_back][fast_back][y];
        for (int x = 1; x < LAST; x++) values[x][end] = (float)(4 * edge[slow_back ? WINDOWS - x : x - 1]) / 3.0f;
    }
    for (int x = 0; x <= LAST; x++)
        for (int end = 0; end < 2; end++) {
            sums[end] += values[x][end];
            if (x >= 4) sums[end] -= values[x - 4][end];
            if (x >= 6 && (x - 6) % POINT_STEP == 0) ends[end][(x - 6) / POINT_STEP] = sums[end];
        }
}

static void hash_sheet(Sheet *sheet, int slow_back, int fast_back, Hash *hash) {
    const ptrdiff_t at = fast_back ? (WINDOWS - 1) * GRID : 0, step = fast_back ? -GRID : GRID;
    float ends[2][GRID], points[GRID][GRID];
    run_slow(sheet, slow_back, fast_back);
    run_ends(sheet, slow_back, fast_back, ends);
    for (int x = 0; x < GRID; x += GROUP * LANES) {
        Floats first[GROUP], last[GROUP], kept[GRID][GROUP];
        for (int g = 0; g < GROUP; g++)
            first[g] = load(ends[0] + x + g * LANES), last[g] = load(ends[1] + x + g * LANES);
        run_group(NULL, sheet->kept[0] + x, at, step, first, last, kept);
        for (int y = 0; y < GRID; y++)
            /* Four runs divide by 4 each: the first two did so by bearing 16 times the mean. */
            for (int g = 0; g < GROUP; g++) store(points[y] + x + g * LANES, kept[y][g] / 256.0f);
    }
    transform(points[0], hash);
}

static void read_sheet(Sheet *sheet, const uint8_t *pixels) {
    sum_blocks(sheet, pixels);
    sum_edges(sheet, pixels);
    run_borders(sheet, pixels);
}

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint8_t AnyBytes __attribute__((vector_size(16), aligned(1), may_alias));
enum { TILE = sizeof(Bytes) };

/* 16 x 16 pixels at a time, turned by dealing two halves into each other four times. */
static void turn_pixels(const uint8_t *pixels, uint8_t *turned) {
    for (int row = 0; row < SIDE; row += TILE)
        for (int column = 0; column < SIDE; column += TILE) {
            Bytes tile[TILE], dealt[TILE];
            for (int k = 0; k < TILE; k++) tile[k] = *(const AnyBytes *)(pixels + (row + k) * SIDE + column);
            for (int round = 0; round < 4; round++) {
                for (int k = 0; k < TILE / 2; k++) {
                    Bytes a = tile[k], b = tile[k + TILE / 2];
                    dealt[2 * k] = SHUFFLE(Bytes, a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
                    dealt[2 * k + 1] =
                        SHUFFLE(Bytes, a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
                }
                memcpy(tile, dealt, sizeof tile);
            }
            for (int k = 0; k < TILE; k++) *(AnyBytes *)(turned + (column + k) * SIDE + row) = tile[k];
        }
}

/* Orientations in the order of eight_ways in _pdq.py: the picture and its mirror images are read from its sheet, the
   turned ones from the sheet of the picture transposed, which is the picture's own pixels. */
static int square(const uint8_t *pixels, size_t count, int turns, Hash *hashes) {
    static const struct { uint8_t slow_back, fast_back; } HOW[TURNS] = {
        {0, 0}, {1, 0}, {1, 1}, {0, 1}, {1, 0}, {0, 1}, {0, 0}, {1, 1}};
    struct { Sheet sheet; uint8_t turned[SIDE * SIDE]; } *room = room_for(sizeof *room);
    if (!room) return -1;
    for (; count; count--, pixels += SIDE * SIDE) {
        turn_pixels(pixels, room->turned);
        for (int turn = 0; turn < turns; turn++) {
            if (turn % 4 == 0) read_sheet(&room->sheet, turn ? pixels : room->turned);
            hash_sheet(&room->sheet, HOW[turn].slow_back, HOW[turn].fast_back, hashes++);
        }
    }
    free(room);
    return 0;
}
