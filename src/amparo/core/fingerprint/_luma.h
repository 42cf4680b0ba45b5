/* Pixels to luminance in thousandths of a grey level: 299 R + 587 G + 114 B, 0..255,000. */

/* Each channel on white: the whole number nearest to (c a + 255 (255 - a)) / 255. 255 is odd, so nothing ties.
   With t = c a + 127 <= 65,152, t / 255 is (t * 32,897) >> 23. */
static void lay_on_white(const uint8_t *rgba, int count, uint8_t *rgbx) {
    for (int x = 0; x < count; x++) {
        uint32_t alpha = rgba[4 * x + 3];
        for (int c = 0; c < 4; c++) {
            uint32_t value = ((rgba[4 * x + c] * alpha + 127) * 32897u) >> 23;
            rgbx[4 * x + c] = (uint8_t)(value + 255 - alpha);
        }
    }
}

#if defined(LANES_AVX2)
/* Eight pixels from two loads of four, spread to red, green, blue, nothing; then 16-bit products, added in pairs. */
INLINE int luma_fast(const uint8_t *pixels, int step, int count, int32_t *out) {
    const __m256i spread = step == 3 ? _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,
                                                        0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1)
                                     : _mm256_setr_epi8(0, 1, 2, -1, 4, 5, 6, -1, 8, 9, 10, -1, 12, 13, 14, -1,
                                                        0, 1, 2, -1, 4, 5, 6, -1, 8, 9, 10, -1, 12, 13, 14, -1);
    const __m256i red_blue = _mm256_set1_epi32(299 | 114 << 16), green = _mm256_set1_epi32(587);
    const __m256i low_bytes = _mm256_set1_epi16(255);
    int x = 0;
    /* The second load of three-byte pixels reads 4 bytes past the eighth. */
    for (; x + 10 <= count; x += 8) {
        const uint8_t *at = pixels + (size_t)x * (size_t)step;
        __m256i eight = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)at)),
                                                _mm_loadu_si128((const __m128i *)(at + 4 * step)), 1);
        eight = _mm256_shuffle_epi8(eight, spread);
        __m256i sums = _mm256_add_epi32(_mm256_madd_epi16(_mm256_and_si256(eight, low_bytes), red_blue),
                                        _mm256_madd_epi16(_mm256_srli_epi16(eight, 8), green));
        _mm256_storeu_si256((__m256i *)(out + x), sums);
    }
    return x;
}
#else
INLINE int luma_fast(const uint8_t *pixels, int step, int count, int32_t *out) {
    (void)pixels, (void)step, (void)count, (void)out;
    return 0;
}
#endif

INLINE void luma_step(const uint8_t *pixels, int step, int count, int32_t *out) {
    for (int x = luma_fast(pixels, step, count, out); x < count; x++) {
        const uint8_t *at = pixels + (size_t)x * (size_t)step;
        out[x] = 299 * at[0] + 587 * at[1] + 114 * at[2];
    }
}

/* One row; `spare` holds 4 bytes a pixel, and is used for RGBA only. REAL has no luminance in whole numbers. */
static void luma(const uint8_t *pixels, Kind kind, int count, int32_t *out, uint8_t *spare) {
    if (kind == GREY)
        for (int x = 0; x < count; x++) out[x] = 1000 * pixels[x];
    else if (kind == RGB)
        luma_step(pixels, 3, count, out);
    else {
        if (kind == RGBA) lay_on_white(pixels, count, spare), pixels = spare;
        luma_step(pixels, 4, count, out);
    }
}
