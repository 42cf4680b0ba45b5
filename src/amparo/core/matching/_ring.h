/* The ring index: what the parts of the kernel share. docs/matching.md argues why it is exact. */
#ifndef AMPARO_RING_H
#define AMPARO_RING_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
/* For what is read a while later: into the larger caches, so that fewer line fill buffers are held. */
#define PREFETCH_FAR(address) __builtin_prefetch(address, 0, 1)
/* gcc takes a function that only fetches ahead for one without effect, and drops calls of it. */
#define INLINE static inline __attribute__((always_inline))
#else
#define PREFETCH(address) ((void)(address))
#define PREFETCH_FAR(address) ((void)(address))
#define INLINE static inline
#endif

enum {
    CODE_BITS = 256,
    CODE_BYTES = 32,
    CHUNKS = 16,     /* chunks of a code, on a ring */
    CHUNK_BITS = 16,
    BUCKETS = 65536, /* values of a chunk */
    /* starts[] of one chunk: BUCKETS + 1 numbers, and padding that keeps chunks on cache lines */
    STARTS_STRIDE = BUCKETS + 16,
    MAX_UNITS = 5,   /* a chunk is probed to a radius of units - 1, at most 4 bits */
    MAX_ROWS = 1 << 24, /* a posting is a row in three bytes */
    POSTING_BYTES = 3,
    MAX_RUNS = 2517  /* chunk values within 4 bits of a given one: 1 + 16 + 120 + 560 + 1820 */
};

/* Rows that are searched together: a segment with a ring, or plain rows that are scanned one by one.
 *
 * Place p of chunk c belongs to bucket v when starts[v] <= p < starts[v + 1]. Its sketch is the next chunk on the ring.
 * In a small ring (BARE) that is sketches[p] of the chunk, and all there is. With more rows more postings pass by chance,
 * and the chunk after the next is kept as a second sketch: first apart from the others, at rows + p, so that the sketches
 * alone stay in the cache; in a large ring CLOSE behind them, on the same page: the sketch is at p + starts[v], the second
 * at p + starts[v + 1]. */
enum { BARE, APART, CLOSE, LAYOUTS };

typedef struct {
    uint64_t rows;
    const uint8_t *ids;       /* rows x 8 bytes, little-endian */
    const uint8_t *codes;     /* rows x 32 bytes */
    const uint8_t *dead;      /* one bit a row, set when it is dead; NULL: all are alive */
    const uint32_t *starts;   /* CHUNKS x STARTS_STRIDE; NULL: there is no ring */
    const uint16_t *sketches; /* CHUNKS x rows in a bare ring, else CHUNKS x 2 x rows */
    const uint8_t *postings;  /* CHUNKS x rows x 3 bytes, and one more */
    int layout;
    uint8_t light_first[CHUNKS]; /* chunks, the one with the shortest posting lists first */
    int parity;               /* of the bits set in every code: 0 even, 1 odd, -1 some even, some odd */
} Part;

/* The sketches of a chunk. */
static inline const uint16_t *sketches_of(const Part *part, uint32_t chunk) {
    return part->sketches + chunk * part->rows * (part->layout == BARE ? 1 : 2);
}

typedef struct {
    uint64_t id;
    uint32_t query;
    uint32_t distance;
} Hit;

typedef struct {
    Hit *hits;
    size_t count, room;
} Hits;

/* How far to look in each chunk. The units add up to the radius plus one. */
typedef struct {
    int within;           /* the radius that is left when parity has been counted in; -1: nothing can match */
    int units[CHUNKS + 2]; /* round the ring: the last two are the first two again */
    int probes;           /* of all chunks together; 0: scan flat instead */
} Plan;

/* One query in one chunk. */
typedef struct {
    uint32_t query;
    uint16_t chunk, value, wanted, beyond; /* the query's value of this chunk, of the next, of the one after that */
    int units, within, within_three; /* of this chunk; of this and the next together, of three together, in bits */
    int run, end;                  /* its runs in the task: one for each mask of less than `units` bits, in order */
} Leg;

enum { LEGS = 16 };

/* Some legs on their way through the pipeline. A run is the postings of one bucket. */
typedef struct {
    int count;
    Leg legs[LEGS];
    uint32_t start[MAX_RUNS + 32]; /* starts[v] */
    uint32_t end[MAX_RUNS + 32];   /* starts[v + 1] */
} Task;

/* A posting whose sketch is near enough. It names a row once its second sketch has been found near enough too. */
typedef struct {
    uint32_t query;
    uint32_t place; /* in the postings of its chunk; later the row */
    uint32_t second; /* where its second sketch is */
    uint8_t chunk;
    uint8_t left;   /* bits by which its second sketch may differ */
    uint16_t beyond; /* from this, the query's own */
} Candidate;

enum { CANDIDATES = 1024, CANDIDATES_MARGIN = 64 };

typedef struct {
    int count;
    Candidate list[CANDIDATES];
} Candidates;

struct Search;

/* The loops that are worth writing for each kind of processor. */
typedef struct {
    const char *name;
    /* Fill start[] and end[] of the task. */
    void (*find_runs)(const Part *part, Task *task);
    /* Put the postings whose sketch is near enough into `into`; fetch what `next` will read meanwhile. */
    int (*scan)(struct Search *search, const Task *task, const Task *next, Candidates *into);
    /* Distance of two codes, in bits. */
    uint32_t (*distance)(const uint8_t *a, const uint8_t *b);
    /* Distances of `rows` (a multiple of 8 or less than 8) codes from one, in bits. */
    void (*distances)(const uint8_t *codes, uint64_t rows, const uint8_t *query, uint16_t *out);
} Engine;

typedef struct Search {
    const Part *part;
    const uint8_t *queries;
    uint16_t (*values)[CHUNKS + 2]; /* the chunks of each query, round the ring */
    const Plan *plans;        /* for queries an even and an odd number of bits away from all codes of the part */
    uint32_t count;
    const Engine *engine;
    Hits *hits;
} Search;

enum { RING_OK = 0, RING_NO_MEMORY = -1, RING_CORRUPT = -2 };

/* _ring_build.c */
void ring_chunks(const uint8_t *code, uint16_t chunks[CHUNKS]);
int ring_spread(const uint8_t *codes, uint64_t rows, uint16_t *values);
int ring_build(const uint16_t *values, uint64_t rows, int chunk, int layout, uint32_t *starts, uint16_t *sketches,
               uint8_t *postings, double *weight);
int ring_starts_are_sound(const uint32_t *starts, uint64_t rows);
void ring_checksum(const uint8_t *bytes, size_t length, uint64_t out[2]);

/* Bits set in 16. */
static inline unsigned ring_bits(unsigned x) {
    x = x - (x >> 1 & 0x5555u);
    x = (x & 0x3333u) + (x >> 2 & 0x3333u);
    x = (x + (x >> 4)) & 0x0f0fu;
    return (x + (x >> 8)) & 0x1fu;
}

/* _ring_search.c */
int search_part(const Part *part, const uint8_t *queries, uint32_t count, int within, const Engine *engine, Hits *hits);
int ring_drain(Search *search, Candidates *candidates);
const Plan *plan_at(const Search *search, uint32_t query);
void sort_hits(Hits *hits, uint32_t queries, int64_t *limits);

extern uint16_t RING_MASKS[MAX_RUNS + 32];
extern const int RING_MASKS_WITHIN[MAX_UNITS + 1];
void ring_masks(void);

/* _ring_plain.c and _ring_x86.c; NULL where the processor cannot */
const Engine *engine_plain(void);
const Engine *engine_avx2(void);
const Engine *engine_avx512(void);

#endif
