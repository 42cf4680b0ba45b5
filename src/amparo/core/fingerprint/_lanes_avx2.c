/* The loops for x86-64 with AVX2. */
#include "_kernel.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define LANES 8
#define NAME_TEXT "avx2"
#define LANES_AVX2
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#include "_lanes.h"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const Lanes *lanes_avx2(void) { return __builtin_cpu_supports("avx2") ? &LANES_OF : NULL; }
#else
const Lanes *lanes_avx2(void) { return NULL; }
#endif
