#include "kernels/scan_kernels.h"

namespace tandem::cpu {
namespace {

bool has_vnni() {
#if defined(__x86_64__)
  return isa_available(Isa::avx512) && __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

}  // namespace

const ScanKernels& chosen_scan_kernels() {
#if defined(__x86_64__)
  if (chosen_isa() == Isa::avx512) return has_vnni() ? kVnniScanKernels : kAvx512ScanKernels;
  if (chosen_isa() == Isa::avx2) return kAvx2ScanKernels;
#endif
  return kScalarScanKernels;
}

int available_scan_kernels(const ScanKernels* found[4]) {
  int count = 0;
  found[count++] = &kScalarScanKernels;
#if defined(__x86_64__)
  if (isa_available(Isa::avx2)) found[count++] = &kAvx2ScanKernels;
  if (isa_available(Isa::avx512)) found[count++] = &kAvx512ScanKernels;
  if (has_vnni()) found[count++] = &kVnniScanKernels;
#endif
  return count;
}

}  // namespace tandem::cpu
