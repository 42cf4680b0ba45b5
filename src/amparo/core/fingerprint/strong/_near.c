/* Codes within five bits of 32, and the records of which enough agree.
 *
 * Two codes that are five bits apart have one half of 16 bits in which they are at most two apart. So every code is kept
 * under each of its halves, and 137 keys of either side are looked up: first by the high half, then by the low one, where
 * what the high half has found already is left out. */
#include "_strong.h"

#include <stdlib.h>
#include <string.h>

enum {
    WITHIN = 5,
    KEY_WITHIN = 2,
    NEAR_KEYS = 137, /* 1 + 16 + 120 */
    MIN_VOTES = 4,   /* _find.py */
    TURN_BINS = 12,
    SCALE_BINS = 64,
    FIRST_ROOM = 1 << 12,
    AHEAD = 6 /* buckets fetched before they are read */
};

static uint16_t near_keys[NEAR_KEYS];
static uint8_t key_bits[NEAR_KEYS];

__attribute__((constructor)) static void list_near_keys(void) {
    int count = 0;
    for (int bits = 0; bits <= KEY_WITHIN; bits++)
        for (uint32_t key = 0; key < KEYS; key++)
            if (__builtin_popcount(key) == bits) {
                near_keys[count] = (uint16_t)key;
                key_bits[count++] = (uint8_t)bits;
            }
}

static int push(Hits *into, Hit hit) {
    if (into->count == into->room) {
        size_t room = into->room ? 2 * into->room : FIRST_ROOM;
        Hit *larger = realloc(into->hits, room * sizeof *larger);
        if (!larger) return NO_MEMORY;
        into->hits = larger;
        into->room = room;
    }
    into->hits[into->count++] = hit;
    return 0;
}

/* Which records are asked: from the first to before the last. */
typedef struct {
    uint32_t first, last;
} Range;

/* least: so many bits the other half has to be apart, or the other side has found the code. */
INLINE int scan_side(const Side *side, uint32_t key, uint32_t other, int least, uint32_t row, Range points, size_t most,
                     Hits *into) {
    for (int at = 0; at < NEAR_KEYS; at++) {
        if (at + AHEAD < NEAR_KEYS) __builtin_prefetch(&side->others[side->starts[key ^ near_keys[at + AHEAD]]]);
        uint32_t bucket = key ^ near_keys[at], end = side->starts[bucket + 1];
        int span = WITHIN - key_bits[at] - least;
        for (uint32_t place = side->starts[bucket]; place < end; place++) {
            int apart = __builtin_popcount(side->others[place] ^ other) - least;
            if (__builtin_expect((unsigned)apart > (unsigned)span, 1)) continue;
            uint32_t point = side->points[place];
            if (point < points.first || point >= points.last) continue;
            if (into->count == most) return FULL;
            Hit hit = {point, row, (uint32_t)(apart + least + key_bits[at])};
            if (push(into, hit) < 0) return NO_MEMORY;
        }
    }
    return 0;
}

INLINE int scan_all(const Question *question, Range points, size_t most, Hits *into) {
    int result = 0;
    for (uint32_t row = 0; row < question->rows && result == 0; row++) {
        uint32_t high = question->codes[row] >> 16, low = question->codes[row] & 0xffff;
        result = scan_side(&question->high, high, low, 0, row, points, most, into);
        if (result == 0) result = scan_side(&question->low, low, high, KEY_WITHIN + 1, row, points, most, into);
    }
    return result;
}

static int scan_plain(const Question *question, Range points, size_t most, Hits *into) {
    return scan_all(question, points, most, into);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static int scan_popcnt(const Question *question, Range points, size_t most,
                                                         Hits *into) {
    return scan_all(question, points, most, into);
}

static int scan(const Question *question, Range points, size_t most, Hits *into) {
    int has = __builtin_cpu_supports("popcnt");
    return has ? scan_popcnt(question, points, most, into) : scan_plain(question, points, most, into);
}
#else
static int scan(const Question *question, Range points, size_t most, Hits *into) {
    return scan_plain(question, points, most, into);
}
#endif

static int bin_of(const Question *question, Hit hit, int half_turn, int half_octave) {
    uint32_t kind = question->kinds[hit.point];
    int turn = question->turns[(hit.row * 16 + (kind >> 4)) * 2 + (uint32_t)half_turn];
    int octave = question->octaves[(hit.row * 16 + (kind & 15)) * 2 + (uint32_t)half_octave];
    return turn * SCALE_BINS + octave;
}

/* Whether enough of a record's near codes agree roughly in turn and scale. votes: zeros, and zeros again afterwards. */
static int has_votes(const Question *question, const Hit *hits, size_t count, uint32_t *votes) {
    uint32_t best = 0;
    for (int way = 0; way < 4 && best < MIN_VOTES; way++) {
        for (size_t i = 0; i < count; i++) {
            uint32_t got = ++votes[bin_of(question, hits[i], way & 1, way >> 1)];
            if (got > best) best = got;
        }
        for (size_t i = 0; i < count; i++) votes[bin_of(question, hits[i], way & 1, way >> 1)] = 0;
    }
    return best >= MIN_VOTES;
}

/* The hits of records with enough votes, record by record. */
static int elect(const Question *question, Range range, const Hits *found, Hits *into) {
    uint32_t records = range.last - range.first, votes[TURN_BINS * SCALE_BINS] = {0};
    size_t *ends = calloc((size_t)records + 1, sizeof *ends);
    Hit *sorted = malloc((found->count + 1) * sizeof *sorted);
    int result = ends && sorted ? 0 : NO_MEMORY;
    for (size_t i = 0; i < found->count && result == 0; i++)
        ends[found->hits[i].point / RECORD_POINTS - range.first + 1]++;
    for (uint32_t i = 0; i < records && result == 0; i++) ends[i + 1] += ends[i];
    /* ends[i] is where record i begins, until all its hits stand there: then it is where they end. */
    for (size_t i = 0; i < found->count && result == 0; i++)
        sorted[ends[found->hits[i].point / RECORD_POINTS - range.first]++] = found->hits[i];
    for (uint32_t record = 0; record < records && result == 0; record++) {
        size_t begin = record ? ends[record - 1] : 0, count = ends[record] - begin;
        if (count < MIN_VOTES || !has_votes(question, sorted + begin, count, votes)) continue;
        for (size_t i = 0; i < count && result == 0; i++) result = push(into, sorted[begin + i]);
    }
    free(ends);
    free(sorted);
    return result;
}

/* An upload may be made so that nearly everything is near. Then half of the records are asked at a time. */
static int asked(const Question *question, Range range, size_t most, Hits *into) {
    Hits found = {NULL, 0, 0};
    Range points = {range.first * RECORD_POINTS, range.last * RECORD_POINTS};
    int alone = range.last - range.first <= 1;
    int result = scan(question, points, alone ? SIZE_MAX : most, &found);
    if (result == 0) result = elect(question, range, &found, into);
    free(found.hits);
    if (result != FULL) return result;
    uint32_t middle = range.first + (range.last - range.first) / 2;
    Range lower = {range.first, middle}, upper = {middle, range.last};
    result = asked(question, lower, most, into);
    return result == 0 ? asked(question, upper, most, into) : result;
}

int near_and_voted(const Question *question, size_t most, Hits *into) {
    Range all = {0, question->records};
    return asked(question, all, most, into);
}
