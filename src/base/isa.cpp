#include "base/isa.h"

#include <cstdlib>
#include <string_view>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr Isa kBestFirst[] = {Isa::avx512, Isa::avx2, Isa::neon, Isa::scalar};

Isa choose() {
  const char* wish = std::getenv("TANDEM_ISA");
  const bool wished = wish != nullptr && *wish != '\0';
  for (const Isa isa : kBestFirst) {
    if (wished && std::string_view(wish) != name_of(isa)) continue;
    if (isa_available(isa)) return isa;
    if (wished) {
      fail(ErrorKind::unsupported,
           "TANDEM_ISA asks for {}, which this CPU lacks; unset it, or use scalar", wish);
    }
  }
  fail(ErrorKind::unsupported,
       "TANDEM_ISA is \"{}\", which is no instruction set; use scalar, avx2, avx512 or neon",
       wish == nullptr ? "" : wish);
}

}  // namespace

bool isa_available(Isa isa) {
  switch (isa) {
    case Isa::scalar: return true;
#if defined(__x86_64__)
    case Isa::avx2:
      // Every CPU with AVX2 has F16C, a name that clang 14 does not know here.
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::avx512:
      return isa_available(Isa::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512dq");
#elif defined(__aarch64__)
    case Isa::neon: return true;
#endif
    default: return false;
  }
}

const char* name_of(Isa isa) {
  switch (isa) {
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
    case Isa::neon: return "neon";
    case Isa::scalar: break;
  }
  return "scalar";
}

Isa chosen_isa() {
  static const Isa isa = choose();
  return isa;
}

}  // namespace tandem
