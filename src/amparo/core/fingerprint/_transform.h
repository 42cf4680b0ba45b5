/* 64 x 64 points to code and quality: the end of PDQ, after docs/fingerprint.md, step 7. */

/* Neighbour differences in per cent of full range, each cut to a whole number. Past 2^31 the numpy twin knows no
   answer either: what is no picture counts nothing. */
INLINE int32_t step_between(float from, float to) {
    float per_cent = (from - to) * 100.0f / 255.0f;
    float size = per_cent < 0 ? -per_cent : per_cent;
    return size < 1e9f ? (int32_t)size : 0;
}

static int quality_of(const float *points) {
    int64_t total = 0;
    for (int at = 0; at < GRID * (GRID - 1); at++) total += step_between(points[at], points[at + GRID]);
    for (int row = 0; row < GRID; row++)
        for (int column = 0; column < GRID - 1; column++)
            total += step_between(points[row * GRID + column], points[row * GRID + column + 1]);
    return total / 90 < 100 ? (int)(total / 90) : 100;
}

/* The 128th smallest of 256, found bit by bit: floats are ordered as their bits are, once those of negatives are
   turned round. */
static float median_of(const float *values) {
    enum { COUNT = COEFFICIENTS * COEFFICIENTS };
    int32_t keys[COUNT];
    memcpy(keys, values, sizeof keys);
    for (int i = 0; i < COUNT; i++) keys[i] ^= (int32_t)((uint32_t)(keys[i] >> 31) >> 1);
    int64_t low = INT32_MIN, high = INT32_MAX;
    while (low < high) {
        int64_t middle = (low + high) >> 1;
        int32_t bound = (int32_t)middle;
        int32_t within = 0;
        for (int i = 0; i < COUNT; i++) within += keys[i] <= bound;
        if (within >= COUNT / 2)
            high = middle;
        else
            low = middle + 1;
    }
    int32_t key = (int32_t)low;
    key ^= (int32_t)((uint32_t)(key >> 31) >> 1);
    float median;
    memcpy(&median, &key, sizeof median);
    return median;
}

static void transform(const float *points, Hash *hash) {
    float half[COEFFICIENTS][GRID], whole[COEFFICIENTS * COEFFICIENTS];
    for (int row = 0; row < COEFFICIENTS; row++) {
        Floats sums[GRID / LANES] = {0};
        for (int k = 0; k < GRID; k++)
            for (int part = 0; part < GRID / LANES; part++)
                sums[part] += DCT[row][k] * load(points + k * GRID + part * LANES);
        for (int part = 0; part < GRID / LANES; part++) store(half[row] + part * LANES, sums[part]);
    }
    for (int row = 0; row < COEFFICIENTS; row++) {
        Floats sums[COEFFICIENTS / LANES] = {0};
        for (int k = 0; k < GRID; k++)
            for (int part = 0; part < COEFFICIENTS / LANES; part++)
                sums[part] += half[row][k] * load(DCT_TURNED[k] + part * LANES);
        for (int part = 0; part < COEFFICIENTS / LANES; part++)
            store(whole + row * COEFFICIENTS + part * LANES, sums[part]);
    }
    float median = median_of(whole);
    memset(hash->code, 0, CODE_BYTES);
    for (int bit = 0; bit < 8 * CODE_BYTES; bit++)
        hash->code[CODE_BYTES - 1 - bit / 8] |= (uint8_t)((whole[bit] > median) << (bit % 8));
    hash->quality = quality_of(points);
}
