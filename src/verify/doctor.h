// What this installation is and whether it works.
#pragma once

#include <string>
#include <vector>

#include "backend/torch_library.h"

namespace tandem {

struct LinkedLibrary {
  std::string name, version;
};

/// Something optional that is not there, and what that costs.
struct Missing {
  std::string name, costs;
};

struct SelfTest {
  bool ok = false;
  double max_abs = 0;  ///< largest difference of the cpu backend from ref on unit vectors
  double tolerance = 0;
  double seconds = 0;
};

struct Diagnosis {
  std::string cpu;                        ///< "AMD EPYC 7B13", as the system names it
  std::vector<std::string> instructions;  ///< of those that kernels use: "avx2", "avx512f"...
  std::string isa;                        ///< chosen
  std::vector<std::string> untested;      ///< kernels that exist but cannot run on this CPU
  int threads = 0;
  double memory_gb = 0;
  std::vector<LinkedLibrary> libraries;
  std::vector<Missing> missing;
  std::vector<std::string> models;  ///< paths that --model finds by name
  TorchInfo torch;                  ///< empty path: not there
  SelfTest self_test;
};

/// Looks around and runs the self test (about a second). Errors: unsupported
/// where TANDEM_ISA asks for what this CPU lacks.
Diagnosis diagnose();

}  // namespace tandem
