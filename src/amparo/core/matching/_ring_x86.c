/* The loops for x86-64 with AVX2, and with AVX-512 where it counts bits (BITALG and VPOPCNTDQ, from Ice Lake on). */
#include "_ring.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define FOR_AVX2 __attribute__((target("avx2,popcnt,bmi,bmi2")))
#define FOR_AVX512 \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bitalg,avx512vpopcntdq,avx2,popcnt,bmi,bmi2")))

FOR_AVX2 static inline uint32_t distance_popcnt(const uint8_t *a, const uint8_t *b) {
    uint64_t x[4], y[4];
    memcpy(x, a, CODE_BYTES);
    memcpy(y, b, CODE_BYTES);
    return (uint32_t)(__builtin_popcountll(x[0] ^ y[0]) + __builtin_popcountll(x[1] ^ y[1])
                      + __builtin_popcountll(x[2] ^ y[2]) + __builtin_popcountll(x[3] ^ y[3]));
}

FOR_AVX2 static uint32_t distance_avx2(const uint8_t *a, const uint8_t *b) { return distance_popcnt(a, b); }

FOR_AVX2 static void distances_avx2(const uint8_t *codes, uint64_t rows, const uint8_t *query, uint16_t *out) {
    for (uint64_t i = 0; i < rows; i++) out[i] = (uint16_t)distance_popcnt(codes + i * CODE_BYTES, query);
}

FOR_AVX512 static void distances_avx512(const uint8_t *codes, uint64_t rows, const uint8_t *query, uint16_t *out) {
    const __m512i wanted = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)query));
    uint64_t i = 0;
    for (; i + 8 <= rows; i += 8) {
        const uint8_t *at = codes + i * CODE_BYTES;
        __m512i sum[4];
        for (int j = 0; j < 4; j++)
            sum[j] = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(at + 64 * j), wanted));
        /* Rows 2j and 2j + 1 are in sum[j], four words each: add the words of each row together. */
        __m512i low = _mm512_add_epi64(_mm512_unpacklo_epi64(sum[0], sum[1]), _mm512_unpackhi_epi64(sum[0], sum[1]));
        __m512i high = _mm512_add_epi64(_mm512_unpacklo_epi64(sum[2], sum[3]), _mm512_unpackhi_epi64(sum[2], sum[3]));
        __m512i even = _mm512_shuffle_i64x2(low, high, 0x88), odd = _mm512_shuffle_i64x2(low, high, 0xdd);
        __m512i rows_of = _mm512_add_epi64(even, odd); /* rows 0 2 1 3 4 6 5 7 */
        __m512i order = _mm512_setr_epi64(0, 2, 1, 3, 4, 6, 5, 7);
        _mm_storeu_si128((__m128i *)(out + i), _mm512_cvtepi64_epi16(_mm512_permutexvar_epi64(order, rows_of)));
    }
    for (; i < rows; i++) out[i] = (uint16_t)distance_popcnt(codes + i * CODE_BYTES, query);
}

FOR_AVX2 static void find_runs_avx2(const Part *part, Task *task) {
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

FOR_AVX512 static void find_runs_avx512(const Part *part, Task *task) {
    for (int i = 0; i < task->count; i++) {
        const Leg *leg = &task->legs[i];
        const uint32_t *starts = part->starts + (size_t)leg->chunk * STARTS_STRIDE;
        const __m512i value = _mm512_set1_epi32(leg->value), none = _mm512_setzero_si512();
        /* The first mask is none, the next 16 are one bit each: a vector of them. */
        task->start[leg->run] = starts[leg->value];
        task->end[leg->run] = starts[leg->value + 1];
        for (int run = leg->run + 1; run < leg->end; run += 16) {
            const uint16_t *from = RING_MASKS + (run - leg->run);
            __m512i masks = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
            __mmask16 there = leg->end - run < 16 ? (__mmask16)((1u << (leg->end - run)) - 1) : 0xffff;
            __m512i at = _mm512_xor_si512(value, masks);
            _mm512_storeu_si512(task->start + run, _mm512_mask_i32gather_epi32(none, there, at, starts, 4));
            _mm512_storeu_si512(task->end + run, _mm512_mask_i32gather_epi32(none, there, at, starts + 1, 4));
        }
    }
}

enum {
    MEAN_SHORT = 24, /* postings of a mean run that mostly fits into one vector of 32 */
    SOON = 16        /* runs from asking for a line to reading it */
};

typedef struct {
    const Leg *leg;
    const uint16_t *sketches; /* the sketch of a place is sketches[place] */
    uint32_t start, end;
    int bits;                 /* by which this bucket differs from the query's */
} Run;

/* Most runs end on the line where they begin or on the next: fetching both, always, costs less than a wrong guess. The
   last line is the one that a whole vector ends on: a load waits for it, also where a mask leaves it out. */
INLINE void touch_run(const uint16_t *sketches, uint32_t start, uint32_t end) {
    const size_t bytes = ((size_t)(end - start) * sizeof *sketches + 63) & ~(size_t)63;
    const char *first = (const char *)(sketches + start), *last = first + bytes - 1;
    PREFETCH_FAR(first);
    PREFETCH_FAR(last);
    for (first += 64; first < last; first += 64) PREFETCH_FAR(first);
}

/* The places in `near`, counted from `place`, become candidates. */
FOR_AVX2 static inline int take(Search *search, const Run *run, uint32_t place, uint64_t near, Candidates *into) {
    const Part *part = search->part;
    const uint16_t *area = sketches_of(part, run->leg->chunk);
    const uint8_t *postings = part->postings + run->leg->chunk * part->rows * POSTING_BYTES;
    uint32_t behind = part->layout == CLOSE ? run->end : (uint32_t)part->rows;
    do {
        uint32_t at = place + (uint32_t)__builtin_ctzll(near);
        const Leg *leg = run->leg;
        int far = run->bits + __builtin_popcount(run->sketches[at] ^ leg->wanted);
        if (part->layout == BARE) PREFETCH(postings + (uint64_t)at * POSTING_BYTES);
        else PREFETCH(area + at + behind);
        into->list[into->count++] = (Candidate){leg->query, at, at + behind, (uint8_t)leg->chunk,
                                                (uint8_t)(leg->within_three - far), leg->beyond};
        near &= near - 1;
    } while (near);
    return into->count < CANDIDATES - CANDIDATES_MARGIN ? RING_OK : ring_drain(search, into);
}

FOR_AVX2 static inline __m256i near_avx2(__m256i sketches, __m256i wanted, __m256i within) {
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i bits = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                                          0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    __m256i x = _mm256_xor_si256(sketches, wanted);
    __m256i count = _mm256_add_epi8(_mm256_shuffle_epi8(bits, _mm256_and_si256(x, low)),
                                    _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
    count = _mm256_maddubs_epi16(count, _mm256_set1_epi8(1));
    return _mm256_cmpgt_epi16(count, within); /* set where too far */
}

FOR_AVX2 static inline int scan_run_avx2(Search *search, const Run *run, __m256i wanted, __m256i within,
                                         Candidates *into) {
    int result = RING_OK;
    for (uint32_t place = run->start; place < run->end && result == RING_OK; place += 16) {
        /* The last load may reach 30 bytes past the run: sections are followed by padding. */
        __m256i sixteen = _mm256_loadu_si256((const __m256i *)(run->sketches + place));
        uint32_t far = (uint32_t)_mm256_movemask_epi8(near_avx2(sixteen, wanted, within));
        uint32_t near = _pext_u32(~far, 0x55555555u);
        if (run->end - place < 16) near = _bzhi_u32(near, run->end - place);
        if (near) result = take(search, run, place, near, into);
    }
    return result;
}

FOR_AVX512 static inline int scan_run_avx512(Search *search, const Run *run, __m512i wanted, __m512i within,
                                             Candidates *into) {
    int result = RING_OK;
    uint32_t place = run->start;
    do {
        __mmask32 there = _bzhi_u32(0xffffffffu, run->end - place > 32 ? 32 : run->end - place);
        __m512i count = _mm512_maskz_loadu_epi16(there, run->sketches + place);
        count = _mm512_popcnt_epi16(_mm512_xor_si512(count, wanted));
        uint32_t near = _mm512_mask_cmple_epu16_mask(there, count, within);
        if (near) result = take(search, run, place, near, into);
        place += 32;
    } while (place < run->end && result == RING_OK);
    return result;
}

/* One loop for both: they differ in the width of a vector. `next` is fetched run by run between the scans. */
#define DEFINE_SCAN(name, attribute, vector, set, scan_run)                                                           \
    attribute static int name(Search *search, const Task *task, const Task *next, Candidates *into) {                 \
        const Part *part = search->part;                                                                              \
        int ahead_leg = -1, ahead = 0, ahead_end = 0;                                                                 \
        const int close = part->layout == CLOSE;                                                                      \
        const uint16_t *ahead_sketches = NULL;                                                                        \
        for (int i = 0; i < task->count; i++) {                                                                       \
            const Leg *leg = &task->legs[i];                                                                          \
            const uint16_t *sketches = sketches_of(part, leg->chunk);                                                 \
            const vector wanted = set((short)leg->wanted);                                                            \
            for (int bits = 0, run = leg->run; bits < leg->units; bits++) {                                           \
                const vector within = set((short)(leg->within - bits));                                               \
                for (int end = leg->run + RING_MASKS_WITHIN[bits + 1]; run < end; run++) {                            \
                    if (ahead == ahead_end && ahead_leg + 1 < next->count) {                                          \
                        const Leg *other = &next->legs[++ahead_leg];                                                  \
                        ahead_end = other->end;                                                                       \
                        ahead_sketches = sketches_of(part, other->chunk);                                             \
                    }                                                                                                 \
                    if (ahead < ahead_end) {                                                                          \
                        touch_run(ahead_sketches + (close ? next->start[ahead] : 0), next->start[ahead],              \
                                  next->end[ahead]);                                                                  \
                        ahead++;                                                                                      \
                    }                                                                                                 \
                    Run one = {leg, sketches + (close ? task->start[run] : 0), task->start[run], task->end[run],      \
                               bits};                                                                                 \
                    int result = scan_run(search, &one, wanted, within, into);                                        \
                    if (result != RING_OK) return result;                                                             \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
        return RING_OK;                                                                                               \
    }

DEFINE_SCAN(scan_avx2, FOR_AVX2, __m256i, _mm256_set1_epi16, scan_run_avx2)
DEFINE_SCAN(scan_long_avx512, FOR_AVX512, __m512i, _mm512_set1_epi16, scan_run_avx512)

/* Short runs, as they are up to a million rows: first all of them, whatever is found, then those where something was. So
 * the processor has next to nothing to guess. A vector lies on two lines: both are fetched, into the larger caches when
 * the task is next, into the first one some runs ahead. */
FOR_AVX512 static int scan_short_avx512(Search *search, const Task *task, const Task *next, Candidates *into) {
    const Part *part = search->part;
    uint32_t found[MAX_RUNS + 32];
    int ahead_leg = -1, ahead = 0, ahead_end = 0;
    const uint16_t *ahead_sketches = NULL;
    for (int i = 0; i < task->count; i++) {
        const Leg *leg = &task->legs[i];
        const uint16_t *sketches = sketches_of(part, leg->chunk);
        const __m512i wanted = _mm512_set1_epi16((short)leg->wanted);
        for (int bits = 0, first = leg->run; bits < leg->units; bits++) {
            const __m512i within = _mm512_set1_epi16((short)(leg->within - bits));
            const int end = leg->run + RING_MASKS_WITHIN[bits + 1];
            for (int run = first; run < end; run++) {
                if (ahead == ahead_end && ahead_leg + 1 < next->count) {
                    const Leg *other = &next->legs[++ahead_leg];
                    ahead_end = other->end;
                    ahead_sketches = sketches_of(part, other->chunk);
                }
                if (ahead < ahead_end) {
                    PREFETCH_FAR(ahead_sketches + next->start[ahead]);
                    PREFETCH_FAR(ahead_sketches + next->start[ahead] + 31);
                    ahead++;
                }
                PREFETCH(sketches + task->start[run + SOON]);
                PREFETCH(sketches + task->start[run + SOON] + 31);
                const uint32_t start = task->start[run], length = task->end[run] - start;
                const __mmask32 there = _bzhi_u32(0xffffffffu, length > 32 ? 32 : length);
                __m512i count = _mm512_maskz_loadu_epi16(there, sketches + start);
                count = _mm512_popcnt_epi16(_mm512_xor_si512(count, wanted));
                found[run] = _mm512_mask_cmple_epu16_mask(there, count, within);
                if (__builtin_expect(length > 32, 0)) {
                    Run rest = {leg, sketches, start + 32, task->end[run], bits};
                    int result = scan_run_avx512(search, &rest, wanted, within, into);
                    if (result != RING_OK) return result;
                }
            }
            for (; first < end; first += 16) {
                const __mmask16 there = end - first < 16 ? (__mmask16)((1u << (end - first)) - 1) : 0xffff;
                __m512i some = _mm512_maskz_loadu_epi32(there, found + first);
                for (uint32_t hit = _mm512_test_epi32_mask(some, some); hit; hit &= hit - 1) {
                    const int run = first + __builtin_ctz(hit);
                    Run one = {leg, sketches, task->start[run], task->end[run], bits};
                    int result = take(search, &one, one.start, found[run], into);
                    if (result != RING_OK) return result;
                }
            }
            first = end;
        }
    }
    return RING_OK;
}

FOR_AVX512 static int scan_any_avx512(Search *search, const Task *task, const Task *next, Candidates *into) {
    const Part *part = search->part;
    const int are_short = part->layout != CLOSE && part->rows < MEAN_SHORT * BUCKETS;
    return (are_short ? scan_short_avx512 : scan_long_avx512)(search, task, next, into);
}

static const Engine AVX2 = {"AVX2", find_runs_avx2, scan_avx2, distance_avx2, distances_avx2};
static const Engine AVX512 = {"AVX-512", find_runs_avx512, scan_any_avx512, distance_avx2, distances_avx512};

const Engine *engine_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") ? &AVX2
                                                                                                            : NULL;
}

const Engine *engine_avx512(void) {
    return engine_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
                   && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bitalg")
                   && __builtin_cpu_supports("avx512vpopcntdq")
               ? &AVX512
               : NULL;
}

#else

const Engine *engine_avx2(void) { return NULL; }
const Engine *engine_avx512(void) { return NULL; }

#endif
