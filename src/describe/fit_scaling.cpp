#include <algorithm>
#include <cmath>
#include <numeric>

#include "describe/describe_calibration.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr int kSteps = 60;
constexpr double kPenalty = 1e-3;  // on squares of biases and of scale - 1, against a mean log loss
constexpr double kSmallest = 1e-6;

/// Parameters: the scale, then a bias for each class.
using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

/// Gauss with the largest pivot; a symmetric positive matrix.
Vector solve(Matrix a, Vector b) {
  const size_t n = b.size();
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column + 1; row < n; ++row)
      if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
    std::swap(a[column], a[pivot]);
    std::swap(b[column], b[pivot]);
    for (size_t row = column + 1; row < n; ++row) {
      const double factor = a[row][column] / a[column][column];
      for (size_t i = column; i < n; ++i) a[row][i] -= factor * a[column][i];
      b[row] -= factor * b[column];
    }
  }
  for (size_t row = n; row-- > 0;) {
    for (size_t i = row + 1; i < n; ++i) b[row] -= a[row][i] * b[i];
    b[row] /= a[row][row];
  }
  return b;
}

struct Problem {
  std::span<const Trial> trials;
  std::vector<bool> occurs;  // of each class
  Vector weights;            // of each trial, summing to 1
};

Problem problem_of(std::span<const Trial> trials, bool balanced) {
  Problem problem{trials, {}, {}};
  Vector counts(trials[0].logits.size());
  for (const auto& trial : trials) counts[trial.truth] += 1;
  for (const double count : counts) problem.occurs.push_back(count > 0);
  for (const auto& trial : trials)
    problem.weights.push_back(balanced ? 1 / counts[trial.truth] : 1);
  const double sum = std::accumulate(problem.weights.begin(), problem.weights.end(), 0.0);
  for (auto& weight : problem.weights) weight /= sum;
  return problem;
}

Vector probabilities(const Problem& problem, const Trial& trial, const Vector& at) {
  Vector values(trial.logits.size());
  for (size_t k = 0; k < values.size(); ++k)
    values[k] = problem.occurs[k] ? at[0] * trial.logits[k] + at[k + 1] : -1e300;
  return softmax(values);
}

double loss_at(const Problem& problem, const Vector& at) {
  double loss = 0;
  for (size_t i = 0; i < problem.trials.size(); ++i) {
    const auto p = probabilities(problem, problem.trials[i], at);
    loss -= problem.weights[i] * std::log(std::max(p[problem.trials[i].truth], 1e-300));
  }
  loss += kPenalty / 2 * (at[0] - 1) * (at[0] - 1);
  for (size_t k = 1; k < at.size(); ++k) loss += kPenalty / 2 * at[k] * at[k];
  return loss;
}

/// The step to the minimum of the parabola that touches the loss.
Vector newton_step(const Problem& problem, const Vector& at) {
  const size_t n = at.size();
  Vector slope(n);
  Matrix curve(n, Vector(n));
  for (size_t i = 0; i < problem.trials.size(); ++i) {
    const auto& trial = problem.trials[i];
    const auto p = probabilities(problem, trial, at);
    double mean = 0;
    for (size_t k = 0; k < p.size(); ++k) mean += p[k] * trial.logits[k];
    slope[0] += problem.weights[i] * (mean - trial.logits[trial.truth]);
    for (size_t k = 0; k < p.size(); ++k) {
      const double weight = problem.weights[i] * p[k], offset = trial.logits[k] - mean;
      slope[k + 1] += weight - (k == trial.truth ? problem.weights[i] : 0);
      curve[0][0] += weight * offset * offset;
      curve[0][k + 1] += weight * offset;
      for (size_t l = 0; l < p.size(); ++l)
        curve[k + 1][l + 1] += weight * ((k == l ? 1 : 0) - p[l]);
    }
  }
  for (size_t k = 1; k < n; ++k) {
    slope[k] += kPenalty * at[k];
    curve[k][k] += kPenalty;
    curve[k][0] = curve[0][k];
  }
  slope[0] += kPenalty * (at[0] - 1);
  curve[0][0] += kPenalty;
  const Vector step = solve(curve, slope);
  if (at[0] > 0 || step[0] <= 0) return step;
  // The scale is at its bound and would leave it: the biases move alone.
  slope[0] = 0;
  for (size_t k = 1; k < n; ++k) curve[0][k] = curve[k][0] = 0;
  return solve(curve, slope);
}

/// Newton's method with steps halved until the loss falls; the scale stays at 0 or above.
Vector minimum(const Problem& problem, Vector at) {
  double loss = loss_at(problem, at);
  for (int step = 0; step < kSteps; ++step) {
    const Vector direction = newton_step(problem, at);
    double length = 1;
    for (; length > kSmallest; length /= 2) {
      Vector next = at;
      for (size_t i = 0; i < at.size(); ++i) next[i] -= length * direction[i];
      next[0] = std::max(0.0, next[0]);
      if (const double there = loss_at(problem, next); there < loss) {
        at = std::move(next);
        loss = there;
        break;
      }
    }
    if (length <= kSmallest) break;
  }
  return at;
}

}  // namespace

FacetCalibration fit_scaling(std::span<const Trial> trials, bool balanced) {
  if (trials.empty()) return {};
  const Problem problem = problem_of(trials, balanced);
  Vector start(problem.occurs.size() + 1);
  start[0] = 1;
  const Vector found = minimum(problem, start);
  FacetCalibration fit{found[0], {}, static_cast<int64_t>(trials.size())};
  double sum = 0, count = 0;
  for (size_t k = 0; k < problem.occurs.size(); ++k)
    if (problem.occurs[k]) sum += found[k + 1], count += 1;
  for (size_t k = 0; k < problem.occurs.size(); ++k)
    fit.biases.push_back(problem.occurs[k] ? found[k + 1] : sum / count);
  return fit;
}

SentenceCalibration fit_sentence(std::span<const double> agreements,
                                 const std::vector<bool>& right) {
  std::vector<Trial> trials;
  for (size_t i = 0; i < agreements.size(); ++i) {
    const double a = std::clamp(agreements[i], kSmallest, 1 - kSmallest);
    trials.push_back({{0, std::log(a / (1 - a))}, right[i] ? size_t{1} : size_t{0}});
  }
  const bool both = std::find(right.begin(), right.end(), true) != right.end() &&
                    std::find(right.begin(), right.end(), false) != right.end();
  if (!both) return {};
  const auto fit = fit_scaling(trials, false);
  return {fit.biases[1] - fit.biases[0], fit.scale, fit.pictures};
}

}  // namespace tandem
