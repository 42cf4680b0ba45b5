/* The loops for any processor: 16 bytes a vector, which the compiler maps to what there is. */
#define LANES 4
#define NAME_TEXT "plain"
#include "_lanes.h"

const Lanes *lanes_plain(void) { return &LANES_OF; }
