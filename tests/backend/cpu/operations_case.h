// What tests of the CPU backend's operations share: inputs, and the reference backend as the judge.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/f32_tolerance.h"
#include "backend/ref/ref_backend.h"
#include "kernels/every_kernel.h"

namespace tandem_test {

/// Named inputs of a case, random and the same every time.
class Inputs {
 public:
  Inputs& add(const std::string& name, tandem::Shape shape, float scale = 1, float shift = 0) {
    std::vector<float> values(static_cast<size_t>(tandem::element_count(shape)));
    for (float& value : values) value = shift + scale * normal_(random_);
    store.add(name, std::move(shape), values);
    return *this;
  }

  tandem::TensorStore store;

 private:
  std::mt19937 random_{7};
  std::normal_distribution<float> normal_;
};

/// An input as activations, in any backend.
template <class B>
typename B::Tensor rows_of(B& b, const tandem::TensorStore& in, const char* name) {
  return b.table_rows(b.table(tandem::weight(in, name)));
}

template <class B, class Operation>
std::vector<double> run(const typename B::Shared& shared, const tandem::TensorStore& in,
                        const Operation& operation) {
  B b(shared, nullptr);
  const auto y = operation(b, in);
  std::vector<double> values(static_cast<size_t>(y.rows * y.width));
  b.copy(y, values.data());
  return values;
}

/// For operations with every instruction set that this machine has.
class WithEveryKernel : public testing::TestWithParam<NamedKernels> {
 protected:
  /// `operation` is a generic function of a backend and the inputs that returns a tensor. The
  /// tolerance comes from what one rounding of the inputs changes.
  template <class Operation>
  void expect_as_ref(const Inputs& inputs, const Operation& operation) {
    tandem::cpu::Backend::Shared shared;
    shared.kernels = GetParam().kernels;
    const auto found = run<tandem::cpu::Backend>(shared, inputs.store, operation);
    const auto exact = run<tandem::ref::Backend>({}, inputs.store, operation);
    const auto moved = run<tandem::ref::Backend>({}, moved_by_one_ulp(inputs.store, 3), operation);
    EXPECT_LE(largest_difference(found, exact), f32_tolerance(exact, moved));
  }
};

}  // namespace tandem_test
