// The machine's own limits, measured in the same run as the figures that are held
// against them.
#pragma once

namespace tandem {

/// f32 multiply-adds of registers alone, on `threads` threads at once, in
/// GFLOP/s (a multiply-add counts twice); about 0.2 seconds. With the
/// instruction set that isa.h chose.
double peak_gflops(int threads);

/// Sequential reading of memory that no cache holds, on `threads` threads, in GB/s.
double read_bandwidth(int threads);

namespace kernels {
/// Runs `rounds` of 12 x 8 (AVX2), 12 x 16 (AVX-512) or 12 x 4 (plain)
/// independent multiply-adds; returns something that depends on all of them.
float fma_rounds_plain(long rounds);
float fma_rounds_avx2(long rounds);
float fma_rounds_avx512(long rounds);
}  // namespace kernels

}  // namespace tandem
