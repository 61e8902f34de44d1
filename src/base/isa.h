// The instruction set that this process computes with, chosen once at run time.
#pragma once

namespace tandem {

/// Kernels live in files of their own, one per set (`*_avx2.cpp`,
/// `*_avx512.cpp`); who has no kernel for a set takes the next plainer one.
/// avx2 includes FMA and F16C; avx512 includes F, BW, VL and DQ.
enum class Isa { scalar, avx2, avx512, neon };

/// The best that this CPU has, or what the environment variable TANDEM_ISA
/// (scalar, avx2, avx512 or neon) asks for; read once. Errors: unsupported for
/// a set that this CPU lacks and for a name that is none of these.
Isa chosen_isa();

/// True where the CPU and the operating system can run it.
bool isa_available(Isa isa);

/// "scalar", "avx2"...
const char* name_of(Isa isa);

}  // namespace tandem
