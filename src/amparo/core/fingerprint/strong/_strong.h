/* The stronger tier's loops: what the files of the kernel share. */
#ifndef AMPARO_STRONG_H
#define AMPARO_STRONG_H

#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

enum {
    KEYS = 65536,      /* values of half a code */
    RECORD_POINTS = 32, /* places of points that every record has, whether it has the points or not */
    MOST_REACH = 64,    /* of a blur, in pixels */
    FULL = -1,         /* the codes that are near would take more room than is given */
    NO_MEMORY = -2
};

/* All points under one half of their code, sorted by it: those of key k stand at starts[k] to starts[k + 1] - 1. */
typedef struct {
    const uint32_t *starts; /* KEYS + 1 */
    const uint16_t *others; /* the other half of each code */
    const uint32_t *points; /* which point: RECORD_POINTS * record + its place */
} Side;

/* One reading of an upload against one block of records. */
typedef struct {
    Side high, low;
    uint32_t records;
    const uint8_t *kinds;   /* of each point its direction (high four bits) and its scale */
    uint32_t rows;          /* points of the upload */
    const uint32_t *codes;
    const uint8_t *turns;   /* rows x 16 directions x 2: the bin of the difference, as it is and shifted by half a bin */
    const uint8_t *octaves; /* rows x 16 scales x 2: the same of the ratio */
} Question;

typedef struct {
    uint32_t point, row, apart;
} Hit;

typedef struct {
    Hit *hits;
    size_t count, room;
} Hits;

/* Add to `into` the near codes of all records that get enough votes. 0, or NO_MEMORY. most: near codes held at a time. */
int near_and_voted(const Question *question, size_t most, Hits *into);

/* Grey levels, row by row. */
typedef struct {
    const float *levels;
    size_t height, width;
} Picture;

typedef struct {
    int64_t *places;
    size_t count, room;
} Places;

/* A Gaussian blur of both directions into `out`. taps: the middle and one half, 1 + reach. 0, or NO_MEMORY. */
int blur(const Picture *from, const float *taps, int reach, float *out);

/* The pixels of the middle plane of three, which lie one after the other, that are above `least` or below -least and
 * that none of their 26 neighbours exceeds. 0, or NO_MEMORY. */
int peaks(const Picture *middle, float least, Places *into);

#endif
