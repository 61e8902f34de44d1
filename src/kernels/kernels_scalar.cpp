#include "kernels/simd_kernels.h"
#include "kernels/simd_portable.h"
#include "kernels/simd_training_kernels.h"

namespace tandem::cpu {
namespace {

struct Local;
// Rows of a tile by the registers that hold its sums: 16 of them on x86-64 as everywhere at
// least, 32 on 64-bit Arm.
#if defined(__aarch64__)
using Plain = Portable<Local, 4, 6, 1>;
#else
using Plain = Portable<Local, 4, 2, 1>;
#endif

}  // namespace

constinit const Kernels kScalarKernels = kernels_with<Plain>(Isa::scalar);
constinit const TrainingKernels kScalarTrainingKernels = training_kernels_with<Plain>();

}  // namespace tandem::cpu
