/* Building the ring of a segment: chunks, a sort for each, and checksums. */
#include "_ring.h"

#include <stdlib.h>
#include <string.h>

#define EACH_ROW(pattern) ((uint64_t)(pattern) * 0x0001000100010001u)

/* Rotate the 16-bit rows of a word to the left, those that `which` selects. */
static inline uint64_t rotate(uint64_t word, int by, uint64_t which) {
    uint64_t low = EACH_ROW((1u << by) - 1);
    uint64_t rotated = (word << by & ~low) | (word >> (16 - by) & low);
    return word ^ ((word ^ rotated) & which);
}

/* Transpose a 16 x 16 bit matrix, four rows in each word: bit j of row i goes to bit i of row j. Blocks are exchanged
 * that halve in size, as in Hacker's Delight 7-3. */
static inline void transpose(uint64_t w[4]) {
    uint64_t t;
    for (int i = 0; i < 2; i++) {
        t = (w[i] >> 8 ^ w[i + 2]) & EACH_ROW(0x00ff);
        w[i] ^= t << 8;
        w[i + 2] ^= t;
    }
    for (int i = 0; i < 4; i += 2) {
        t = (w[i] >> 4 ^ w[i + 1]) & EACH_ROW(0x0f0f);
        w[i] ^= t << 4;
        w[i + 1] ^= t;
    }
    for (int i = 0; i < 4; i++) {
        t = (w[i] >> 2 ^ w[i] >> 32) & 0x0000000033333333u;
        w[i] ^= t << 2 | t << 32;
        t = (w[i] >> 1 ^ w[i] >> 16) & 0x0000555500005555u;
        w[i] ^= t << 1 | t << 16;
    }
}

/* The 16 chunks of a code. A PDQ code is a 16 x 16 table of frequencies, row by row, the highest bit of a byte first;
 * neighbours in a row or a column often agree, so rows or columns as chunks give long posting lists. A chunk is a
 * diagonal that goes round: it holds one bit of each row and of each column. Measured in docs/matching.md. Any fixed
 * permutation of bits leaves distances as they are. */
void ring_chunks(const uint8_t *code, uint16_t chunks[CHUNKS]) {
    uint64_t w[4];
    memcpy(w, code, CODE_BYTES);
    /* Row i is rotated by i. Its bytes have to be swapped first, which is a rotation by 8: rows 8 to 15 have had it. */
    for (int i = 0; i < 4; i++) {
        if (i < 2) w[i] = rotate(w[i], 8, ~(uint64_t)0);
        if (i & 1) w[i] = rotate(w[i], 4, ~(uint64_t)0);
        w[i] = rotate(w[i], 2, 0xffffffff00000000u);
        w[i] = rotate(w[i], 1, 0xffff0000ffff0000u);
    }
    transpose(w);
    memcpy(chunks, w, sizeof w);
}

static int odd(const uint8_t *code) {
    uint64_t words[4];
    memcpy(words, code, CODE_BYTES);
    uint64_t x = words[0] ^ words[1] ^ words[2] ^ words[3];
    for (int shift = 32; shift; shift /= 2) x ^= x >> shift;
    return (int)(x & 1);
}

/* The chunks of all rows, chunk by chunk: values has CHUNKS x rows numbers. Returns the parity as in Part. */
int ring_spread(const uint8_t *codes, uint64_t rows, uint16_t *values) {
    int seen = 0;
    for (uint64_t row = 0; row < rows; row++) {
        uint16_t chunks[CHUNKS];
        const uint8_t *code = codes + row * CODE_BYTES;
        ring_chunks(code, chunks);
        for (int c = 0; c < CHUNKS; c++) values[(uint64_t)c * rows + row] = chunks[c];
        seen |= 1 << odd(code);
    }
    return seen == 2 ? 1 : seen == 3 ? -1 : 0;
}

/* Where the postings of each value begin. Returns the sum of squares of their numbers: what random queries will read. */
static double count_values(const uint16_t *keys, uint64_t rows, uint32_t *starts) {
    double weight = 0;
    uint32_t sum = 0;
    memset(starts, 0, STARTS_STRIDE * sizeof *starts);
    for (uint64_t row = 0; row < rows; row++) starts[keys[row]]++;
    for (int value = 0; value < STARTS_STRIDE; value++) {
        uint32_t count = starts[value];
        weight += (double)count * count;
        starts[value] = sum;
        sum += count;
    }
    return weight;
}

typedef struct {
    uint32_t row_and_low; /* the row, and above it the low byte of the key */
    uint16_t sketch, second;
} Entry;

/* Rows in the order of the high bytes of their keys. */
static void sort_by_high_byte(const uint16_t *keys, const uint16_t *sketches, const uint16_t *seconds, uint64_t rows,
                              const uint32_t *starts, Entry *entries) {
    uint32_t begin[256];
    for (int high = 0; high < 256; high++) begin[high] = starts[high << 8];
    for (uint64_t row = 0; row < rows; row++) {
        Entry *entry = &entries[begin[keys[row] >> 8]++];
        entry->row_and_low = (uint32_t)row | (uint32_t)(keys[row] & 0xff) << 24;
        entry->sketch = sketches[row];
        entry->second = seconds[row];
    }
}

/* One chunk of the ring, sorted in two passes that write to 256 places at a time: they stay in the cache.
 * starts: STARTS_STRIDE; sketches: 1 or 2 x rows; postings: 3 x rows. `weight` gets what random queries will read. */
int ring_build(const uint16_t *values, uint64_t rows, int chunk, int layout, uint32_t *starts, uint16_t *sketches,
               uint8_t *postings, double *weight) {
    const uint16_t *keys = values + (uint64_t)chunk * rows;
    uint32_t cursor[256];
    Entry *entries = malloc((rows + 1) * sizeof *entries);
    if (!entries) return RING_NO_MEMORY;
    *weight = count_values(keys, rows, starts);
    sort_by_high_byte(keys, values + (uint64_t)((chunk + 1) % CHUNKS) * rows,
                      values + (uint64_t)((chunk + 2) % CHUNKS) * rows, rows, starts, entries);
    for (int high = 0; high < 256; high++) {
        memcpy(cursor, starts + (high << 8), sizeof cursor);
        for (uint64_t i = starts[high << 8]; i < starts[(high + 1) << 8]; i++) {
            uint32_t low = entries[i].row_and_low >> 24, value = (uint32_t)high << 8 | low, place = cursor[low]++;
            uint8_t *posting = postings + (uint64_t)place * POSTING_BYTES;
            sketches[place + (layout == CLOSE ? starts[value] : 0)] = entries[i].sketch;
            if (layout != BARE) sketches[place + (layout == CLOSE ? starts[value + 1] : rows)] = entries[i].second;
            posting[0] = (uint8_t)entries[i].row_and_low;
            posting[1] = (uint8_t)(entries[i].row_and_low >> 8);
            posting[2] = (uint8_t)(entries[i].row_and_low >> 16);
        }
    }
    free(entries);
    return RING_OK;
}

int ring_starts_are_sound(const uint32_t *starts, uint64_t rows) {
    for (int c = 0; c < CHUNKS; c++, starts += STARTS_STRIDE) {
        if (starts[0] != 0 || starts[BUCKETS] != rows) return 0;
        int falls = 0;
        for (int value = 0; value < BUCKETS; value++) falls |= starts[value] > starts[value + 1];
        if (falls) return 0;
    }
    return 1;
}

/* Fletcher's checksum (1982) over little-endian 64-bit words, in eight lanes so that it runs as fast as memory.
 * The length is a multiple of 64: sections are padded with zeros. _segment.py has the same in numpy. */
void ring_checksum(const uint8_t *bytes, size_t length, uint64_t out[2]) {
    uint64_t sum[8] = {0}, sums[8] = {0};
    for (size_t at = 0; at + 64 <= length; at += 64) {
        uint64_t words[8];
        memcpy(words, bytes + at, 64);
        for (int lane = 0; lane < 8; lane++) {
            sum[lane] += words[lane];
            sums[lane] += sum[lane];
        }
    }
    out[0] = out[1] = 0;
    for (int lane = 0; lane < 8; lane++) {
        out[0] = out[0] * 0x9e3779b97f4a7c15u + sum[lane]; /* lanes must not be exchangeable: any odd factor will do */
        out[1] = out[1] * 0x9e3779b97f4a7c15u + sums[lane];
    }
}
