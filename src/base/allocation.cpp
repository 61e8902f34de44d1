#include "base/allocation.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tandem {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);         // mapped blocks go back at once
  mallopt(M_TRIM_THRESHOLD, -1);  // never
  mallopt(M_TOP_PAD, 64 << 20);   // bytes that are asked for beyond what is needed
#endif
}

void return_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace tandem
