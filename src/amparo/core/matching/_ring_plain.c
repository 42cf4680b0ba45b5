/* The loops in plain C, for any processor: several bits of work in each 64-bit word. */
#include "_ring.h"

#include <string.h>

static uint64_t bits_of_pairs(uint64_t x) { return x - (x >> 1 & 0x5555555555555555u); }

static uint64_t bits_of_bytes(uint64_t x) {
    x = bits_of_pairs(x);
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    return (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

static uint32_t distance(const uint8_t *a, const uint8_t *b) {
    uint64_t x[4], y[4], sum = 0;
    memcpy(x, a, CODE_BYTES);
    memcpy(y, b, CODE_BYTES);
    for (int i = 0; i < 4; i++) sum += bits_of_bytes(x[i] ^ y[i]); /* at most 32 in each byte */
    sum = (sum & 0x00ff00ff00ff00ffu) + (sum >> 8 & 0x00ff00ff00ff00ffu);
    return (uint32_t)(sum * 0x0001000100010001u >> 48);
}

static void distances(const uint8_t *codes, uint64_t rows, const uint8_t *query, uint16_t *out) {
    for (uint64_t i = 0; i < rows; i++) out[i] = (uint16_t)distance(codes + i * CODE_BYTES, query);
}

static void find_runs(const Part *part, Task *task) {
    for (int i = 0; i < task->count; i++) {
        const Leg *leg = &task->legs[i];
        const uint32_t *starts = part->starts + (size_t)leg->chunk * STARTS_STRIDE;
        for (int run = leg->run; run < leg->end; run++) {
            unsigned value = leg->value ^ RING_MASKS[run - leg->run];
            task->start[run] = starts[value];
            task->end[run] = starts[value + 1];
        }
    }
}

/* Bit 15 of each 16-bit lane whose sketch is at most `within` bits from the wanted one. */
static uint64_t near_lanes(uint64_t sketches, uint64_t wanted, uint64_t within) {
    uint64_t counts = bits_of_bytes(sketches ^ wanted);
    counts = (counts + (counts >> 8)) & 0x001f001f001f001fu;
    return ((within | 0x8000800080008000u) - counts) & 0x8000800080008000u;
}

static int take(Search *search, const Leg *leg, int far, uint32_t place, uint32_t second, Candidates *into) {
    const Part *part = search->part;
    if (part->layout == BARE) PREFETCH(part->postings + (leg->chunk * part->rows + place) * POSTING_BYTES);
    else PREFETCH(sketches_of(part, leg->chunk) + second);
    into->list[into->count++] = (Candidate){leg->query,          place,
                                              second,              (uint8_t)leg->chunk,
                                              (uint8_t)(leg->within_three - far), leg->beyond};
    return into->count < CANDIDATES - CANDIDATES_MARGIN ? RING_OK : ring_drain(search, into);
}

static int scan_run(Search *search, const Leg *leg, int bits, uint32_t start, uint32_t end, Candidates *into) {
    const Part *part = search->part;
    const uint16_t *sketches = sketches_of(part, leg->chunk) + (part->layout == CLOSE ? start : 0);
    const uint64_t lanes = 0x0001000100010001u;
    int result = RING_OK, within = leg->within - bits;
    for (uint32_t place = start; place < end && result == RING_OK; place++) {
        uint64_t four;
        if (place + 4 <= end) {
            memcpy(&four, sketches + place, sizeof four);
            if (!near_lanes(four, leg->wanted * lanes, (uint64_t)within * lanes)) {
                place += 3;
                continue;
            }
        }
        int far = (int)ring_bits(sketches[place] ^ leg->wanted);
        if (far > within) continue;
        result = take(search, leg, bits + far, place, place + (part->layout == CLOSE ? end : (uint32_t)part->rows), into);
    }
    return result;
}

INLINE void touch_run(const Part *part, uint32_t chunk, uint32_t start, uint32_t end) {
    const uint16_t *sketches = sketches_of(part, chunk) + (part->layout == CLOSE ? start : 0);
    for (uint32_t place = start; place < end; place += 32) PREFETCH_FAR(sketches + place);
}

static int scan(Search *search, const Task *task, const Task *next, Candidates *into) {
    int result = RING_OK;
    for (int i = 0; i < next->count; i++)
        for (int run = next->legs[i].run; run < next->legs[i].end; run++)
            touch_run(search->part, next->legs[i].chunk, next->start[run], next->end[run]);
    for (int i = 0; i < task->count; i++) {
        const Leg *leg = &task->legs[i];
        for (int bits = 0, run = leg->run; bits < leg->units; bits++)
            for (int end = leg->run + RING_MASKS_WITHIN[bits + 1]; run < end && result == RING_OK; run++)
                result = scan_run(search, leg, bits, task->start[run], task->end[run], into);
    }
    return result;
}

static const Engine PLAIN = {"plain C", find_runs, scan, distance, distances};

const Engine *engine_plain(void) { return &PLAIN; }
