/* Searching one part for many queries: what to probe, the pipeline that hides memory, the check of what was found. */
#include "_ring.h"

#include <stdlib.h>
#include <string.h>

uint16_t RING_MASKS[MAX_RUNS + 32];
/* How many masks have at most that many bits, less one: u units look within u - 1 bits. */
const int RING_MASKS_WITHIN[MAX_UNITS + 1] = {0, 1, 17, 137, 697, 2517};

/* Those masks that lead to another cache line of starts[]: 16 numbers share one. */
enum { MAX_LINES = 794 };
static uint16_t LINE_MASKS[MAX_LINES];
static const int LINE_MASKS_WITHIN[MAX_UNITS + 1] = {0, 1, 13, 79, 299, 794};

/* All 16-bit masks of up to 4 bits, those with fewer bits first. */
void ring_masks(void) {
    int filled = 0, lines = 0;
    for (unsigned bits = 0; bits < MAX_UNITS; bits++)
        for (unsigned mask = 0; mask < BUCKETS; mask++) {
            if (ring_bits(mask) != bits) continue;
            RING_MASKS[filled++] = (uint16_t)mask;
            if (mask % 16 == 0) LINE_MASKS[lines++] = (uint16_t)mask;
        }
}

/* Costs in nanoseconds, measured on the machine of docs/matching.md; only the choice between two exact ways hangs on
 * them: a probe, a posting, a candidate, and a row of a flat scan. */
static const double PROBE_NS = 6, POSTING_NS = 0.15, CANDIDATE_NS = 12, FLAT_NS = 1.5;

static double share_within(int bits, int of) {
    double sum = 0, choose = 1;
    for (int k = 0; k <= bits && k <= of; k++) {
        sum += choose;
        choose = choose * (of - k) / (k + 1);
    }
    return bits < 0 ? 0 : sum / (double)(1ull << of);
}

/* The radius is shared out among the chunks: by the pigeonring lemma the shares need only add up to within + 1. */
static void make_plan(const Part *part, int within, Plan *plan) {
    double cost = 0;
    memset(plan, 0, sizeof *plan);
    plan->within = within;
    if (within < 0 || !part->starts) return;
    for (int i = 0; i < CHUNKS; i++)
        plan->units[part->light_first[i]] = (within + 1) / CHUNKS + (i < (within + 1) % CHUNKS);
    plan->units[CHUNKS] = plan->units[0];
    plan->units[CHUNKS + 1] = plan->units[1];
    for (int c = 0; c < CHUNKS; c++) {
        int units = plan->units[c];
        if (units > MAX_UNITS) {
            plan->probes = 0;
            return;
        }
        int probes = RING_MASKS_WITHIN[units];
        double postings = (double)part->rows * probes / BUCKETS;
        cost += probes * PROBE_NS + postings * POSTING_NS
                + postings * share_within(plan->units[c + 1], CHUNK_BITS) * CANDIDATE_NS;
        plan->probes += probes;
    }
    if (cost > FLAT_NS * (double)part->rows) plan->probes = 0;
}

static int parity(const uint8_t *code) {
    uint64_t words[4];
    memcpy(words, code, CODE_BYTES);
    uint64_t x = words[0] ^ words[1] ^ words[2] ^ words[3];
    for (int shift = 32; shift; shift /= 2) x ^= x >> shift;
    return (int)(x & 1);
}

const Plan *plan_at(const Search *search, uint32_t query) {
    int of_all = search->part->parity;
    return &search->plans[of_all < 0 ? 0 : parity(search->queries + (size_t)query * CODE_BYTES) ^ of_all];
}

static int add_hit(Hits *hits, uint64_t id, uint32_t query, uint32_t distance) {
    if (hits->count == hits->room) {
        size_t room = hits->room * 2;
        Hit *grown = realloc(hits->hits, room * sizeof *grown);
        if (!grown) return RING_NO_MEMORY;
        hits->hits = grown;
        hits->room = room;
    }
    hits->hits[hits->count++] = (Hit){id, query, distance};
    return RING_OK;
}

static int add_row(Search *search, uint64_t row, uint32_t query, uint32_t distance) {
    const Part *part = search->part;
    uint64_t id;
    if (part->dead && part->dead[row / 8] >> (row % 8) & 1) return RING_OK;
    memcpy(&id, part->ids + row * sizeof id, sizeof id);
    return add_hit(search->hits, id, query, distance);
}

/* The number of bits set in each chunk of the difference of two codes, round the ring. */
static void chunk_distances(const uint8_t *code, const uint8_t *query, uint16_t far[CHUNKS + 2]) {
    uint64_t differ[4], other[4], pairs = 0x5555555555555555u, fours = 0x3333333333333333u;
    uint16_t chunks[CHUNKS];
    memcpy(differ, code, CODE_BYTES);
    memcpy(other, query, CODE_BYTES);
    for (int i = 0; i < 4; i++) differ[i] ^= other[i];
    ring_chunks((const uint8_t *)differ, chunks);
    memcpy(differ, chunks, sizeof chunks);
    for (int i = 0; i < 4; i++) {
        uint64_t x = differ[i] - (differ[i] >> 1 & pairs);
        x = (x & fours) + (x >> 2 & fours);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        differ[i] = (x + (x >> 8)) & 0x001f001f001f001fu;
    }
    memcpy(far, differ, sizeof differ);
    far[CHUNKS] = far[0];
    far[CHUNKS + 1] = far[1];
}

/* A row near in several chunks is found several times. It counts where it is found first: at the first chunk that
 * passes all that scan and sift ask of a posting. No memory of what was seen is needed. */
static int found_first_at(const Part *part, const Plan *plan, const uint8_t *code, const uint8_t *query) {
    uint16_t far[CHUNKS + 2];
    chunk_distances(code, query, far);
    for (int c = 0; c < CHUNKS; c++) {
        const int *units = plan->units + c;
        if (far[c] < units[0] && far[c] + far[c + 1] < units[0] + units[1]
            && (part->layout == BARE || far[c] + far[c + 1] + far[c + 2] < units[0] + units[1] + units[2]))
            return c;
    }
    return -1;
}

/* Keep the candidates whose second sketch is near enough as well, and fetch their postings. */
static void sift(const Search *search, Candidates *candidates) {
    const Part *part = search->part;
    int kept = 0;
    if (part->layout == BARE) return; /* their postings have been fetched by scan */
    for (int i = 0; i < candidates->count; i++) {
        Candidate one = candidates->list[i];
        const Candidate *soon = &candidates->list[i + 8 < candidates->count ? i + 8 : i];
        PREFETCH(sketches_of(part, soon->chunk) + soon->second);
        unsigned second = sketches_of(part, one.chunk)[one.second];
        candidates->list[kept] = one;
        kept += ring_bits(second ^ one.beyond) <= one.left; /* no branch: it could not be guessed */
    }
    candidates->count = kept;
    for (int i = 0; i < kept; i++) {
        const Candidate *one = &candidates->list[i];
        PREFETCH(part->postings + (one->chunk * part->rows + one->place) * POSTING_BYTES);
    }
}

/* Places become rows, and their codes are fetched. */
static int locate(Search *search, Candidates *candidates) {
    const Part *part = search->part;
    for (int i = 0; i < candidates->count; i++) {
        Candidate *one = &candidates->list[i];
        const uint8_t *posting = part->postings + (one->chunk * part->rows + one->place) * POSTING_BYTES;
        one->place = (uint32_t)posting[0] | (uint32_t)posting[1] << 8 | (uint32_t)posting[2] << 16;
        if (one->place >= part->rows) return RING_CORRUPT;
        PREFETCH(part->codes + (uint64_t)one->place * CODE_BYTES);
    }
    return RING_OK;
}

static int verify(Search *search, Candidates *candidates) {
    const Part *part = search->part;
    int result = RING_OK;
    for (int i = 0; i < candidates->count && result == RING_OK; i++) {
        const Candidate *one = &candidates->list[i];
        const uint8_t *code = part->codes + (uint64_t)one->place * CODE_BYTES;
        const uint8_t *query = search->queries + (size_t)one->query * CODE_BYTES;
        const Plan *plan = plan_at(search, one->query);
        uint32_t distance = search->engine->distance(code, query);
        if ((int)distance <= plan->within && found_first_at(part, plan, code, query) == one->chunk)
            result = add_row(search, one->place, one->query, distance);
    }
    candidates->count = 0;
    return result;
}

/* Check all candidates now: there are so many that the buffer is full. */
int ring_drain(Search *search, Candidates *candidates) {
    sift(search, candidates);
    int result = locate(search, candidates);
    return result == RING_OK ? verify(search, candidates) : result;
}

/* Fetch the lines of starts[] that a leg will read. */
INLINE void touch_starts(const Part *part, const Leg *leg) {
    const uint32_t *starts = part->starts + (size_t)leg->chunk * STARTS_STRIDE;
    for (int i = 0; i < LINE_MASKS_WITHIN[leg->units]; i++) PREFETCH(starts + (leg->value ^ LINE_MASKS[i]));
}

/* All legs, chunk by chunk: what one chunk needs is small enough to stay in the cache from query to query. */
typedef struct {
    uint32_t query;
    int chunk;
} Walk;

/* Runs of a task, unless it has one leg only: few enough for a single query to be some tasks, of which each asks for the
 * memory of the next. */
enum { TASK_RUNS = 1400 };

/* The next legs that are to be probed; none at the end. */
static void next_task(const Search *search, Walk *walk, Task *task) {
    int runs = 0;
    task->count = 0;
    while (walk->chunk < CHUNKS && task->count < LEGS) {
        if (walk->query == search->count) {
            walk->query = 0;
            walk->chunk++;
            continue;
        }
        const Plan *plan = plan_at(search, walk->query);
        int units = plan->probes ? plan->units[walk->chunk] : 0;
        if (units) {
            Leg *leg = &task->legs[task->count];
            if (task->count && runs + RING_MASKS_WITHIN[units] > TASK_RUNS) return;
            leg->query = walk->query;
            leg->chunk = (uint16_t)walk->chunk;
            leg->value = search->values[walk->query][walk->chunk];
            leg->wanted = search->values[walk->query][walk->chunk + 1];
            leg->beyond = search->values[walk->query][walk->chunk + 2];
            leg->units = units;
            leg->within = units + plan->units[walk->chunk + 1] - 1;
            leg->within_three = leg->within + plan->units[walk->chunk + 2];
            leg->run = runs;
            leg->end = runs += RING_MASKS_WITHIN[units];
            touch_starts(search->part, leg);
            task->count++;
        }
        walk->query++;
    }
}

enum { STEPS = 4 };

typedef struct {
    Task tasks[STEPS];
    Candidates candidates[STEPS];
} Pipeline;

/* Each step reads the memory that the step before it has asked for: starts, sketches, second sketches, postings, codes.
 * After the last task there are STEPS - 1 empty ones, so that every candidate gets to the end. */
static int run_pipeline(Search *search, Pipeline *pipeline) {
    Walk walk = {0, 0};
    int result = RING_OK, after = 0;
    for (int i = 0; i < STEPS; i++) pipeline->candidates[i].count = 0;
    next_task(search, &walk, &pipeline->tasks[0]);
    next_task(search, &walk, &pipeline->tasks[1]);
    search->engine->find_runs(search->part, &pipeline->tasks[0]);
    for (unsigned step = 0; after < STEPS && result == RING_OK; step++) {
        Task *now = &pipeline->tasks[step % STEPS], *next = &pipeline->tasks[(step + 1) % STEPS];
        next_task(search, &walk, &pipeline->tasks[(step + 2) % STEPS]);
        search->engine->find_runs(search->part, next);
        result = search->engine->scan(search, now, next, &pipeline->candidates[step % STEPS]);
        if (result == RING_OK) result = verify(search, &pipeline->candidates[(step + 1) % STEPS]);
        if (result == RING_OK) result = locate(search, &pipeline->candidates[(step + 2) % STEPS]);
        sift(search, &pipeline->candidates[(step + 3) % STEPS]);
        after += !now->count;
    }
    return result;
}

static int search_ring(Search *search) {
    Pipeline *pipeline = malloc(sizeof *pipeline);
    search->values = malloc((search->count + 1) * sizeof *search->values);
    int result = pipeline && search->values ? RING_OK : RING_NO_MEMORY;
    if (result == RING_OK) {
        for (uint32_t q = 0; q < search->count; q++) {
            uint16_t *values = search->values[q];
            ring_chunks(search->queries + (size_t)q * CODE_BYTES, values);
            values[CHUNKS] = values[0];
            values[CHUNKS + 1] = values[1];
        }
        result = run_pipeline(search, pipeline);
    }
    free(search->values);
    free(pipeline);
    return result;
}

enum { FLAT_BLOCK = 512 };

/* Count the bits of every row, for the queries whose plan says so. A block of rows stays in the cache meanwhile. */
static int search_flat(Search *search) {
    const Part *part = search->part;
    uint16_t distances[FLAT_BLOCK];
    for (uint64_t first = 0; first < part->rows; first += FLAT_BLOCK) {
        uint64_t rows = part->rows - first < FLAT_BLOCK ? part->rows - first : FLAT_BLOCK;
        for (uint32_t q = 0; q < search->count; q++) {
            const uint8_t *query = search->queries + (size_t)q * CODE_BYTES;
            const Plan *plan = plan_at(search, q);
            if (plan->probes || plan->within < 0) continue;
            search->engine->distances(part->codes + first * CODE_BYTES, rows, query, distances);
            for (uint64_t i = 0; i < rows; i++)
                if (distances[i] <= plan->within && add_row(search, first + i, q, distances[i]) != RING_OK)
                    return RING_NO_MEMORY;
        }
    }
    return RING_OK;
}

int search_part(const Part *part, const uint8_t *queries, uint32_t count, int within, const Engine *engine, Hits *hits) {
    Plan plans[2];
    Search search = {part, queries, NULL, plans, count, engine, hits};
    int mixed = part->parity < 0, result = RING_OK;
    /* Codes of one parity are an even number of bits apart, of two parities an odd number. */
    make_plan(part, mixed ? within : within - (within & 1), &plans[0]);
    make_plan(part, mixed ? within : within - !(within & 1), &plans[1]);
    if (plans[0].probes || plans[1].probes) result = search_ring(&search);
    return result == RING_OK && !(plans[0].probes && plans[1].probes) ? search_flat(&search) : result;
}

static int by_distance_then_id(const void *a, const void *b) {
    const Hit *one = a, *two = b;
    if (one->distance != two->distance) return one->distance < two->distance ? -1 : 1;
    return (one->id > two->id) - (one->id < two->id);
}

static int by_query(const void *a, const void *b) {
    const Hit *one = a, *two = b;
    if (one->query != two->query) return one->query < two->query ? -1 : 1;
    return by_distance_then_id(a, b);
}

/* Order hits by query, distance and id; the hits of query q are then limits[q] to limits[q + 1]. */
void sort_hits(Hits *hits, uint32_t queries, int64_t *limits) {
    qsort(hits->hits, hits->count, sizeof *hits->hits, by_query);
    memset(limits, 0, ((size_t)queries + 1) * sizeof *limits);
    for (size_t i = 0; i < hits->count; i++) limits[hits->hits[i].query + 1]++;
    for (uint32_t q = 0; q < queries; q++) limits[q + 1] += limits[q];
}
