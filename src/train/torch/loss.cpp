#include "train/torch/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_unique2.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

#include "train/torch/tiles.h"

namespace tandem::torch_train {
namespace {

/// The sum of all numbers, in double from rows on.
at::Tensor total(const at::Tensor& x) { return x.sum(-1).to(at::kDouble).sum(); }

/// The whole batch's features, of which this rank has [rank * n, (rank + 1) * n).
struct Features {
  Features(const at::Tensor& own_image, const at::Tensor& own_text, const at::Tensor& scale,
           Communicator& communicator)
      : n(own_image.size(0)),
        rank(communicator.rank()),
        ranks(communicator.size()),
        image(communicator.all_gather(own_image.detach())),
        text(communicator.all_gather(own_text.detach())),
        scaled_image(image * scale) {}

  at::Tensor logits(const Tile& tile) const {
    return at::mm(scaled_image.narrow(0, tile.row, tile.rows),
                  text.narrow(0, tile.column, tile.columns).t());
  }
  template <class Visit>
  void for_each_tile(const Visit& visit) const {
    torch_train::for_each_tile(n, rank, ranks, visit);
  }

  int64_t n;
  int rank, ranks;
  at::Tensor image, text;   // [n * ranks, d]
  at::Tensor scaled_image;  // times the logits' scale
};

/// What the tiles add up to for this rank.
struct Sums {
  Sums(const Features& features, const at::Tensor& scale)
      : own_begin(features.rank * features.n),
        grad_image(at::zeros({features.n, features.image.size(1)}, features.image.options())),
        grad_text(at::zeros_like(grad_image)),
        loss(at::zeros({}, scale.options().dtype(at::kDouble))),
        logit_scale(at::zeros_like(loss)) {}

  /// `gradient`: of the loss by the tile's logits.
  void add_tile(const Features& features, const Tile& tile, const at::Tensor& gradient) {
    if (tile.own_rows)
      grad_image.narrow(0, tile.row - own_begin, tile.rows)
          .addmm_(gradient, features.text.narrow(0, tile.column, tile.columns));
    if (tile.own_columns)
      grad_text.narrow(0, tile.column - own_begin, tile.columns)
          .addmm_(gradient.t(), features.image.narrow(0, tile.row, tile.rows));
  }

  /// Divides by what the loss is a mean over.
  LossResult result(const at::Tensor& scale, int64_t count) {
    const auto divisor = static_cast<double>(count);
    return {.loss = loss / divisor,
            .grad_image = grad_image.mul_(scale / divisor),
            .grad_text = grad_text.mul_(scale / divisor),
            .grad_logit_scale = (logit_scale / divisor).to(scale.scalar_type())};
  }

  int64_t own_begin;
  at::Tensor grad_image, grad_text;
  at::Tensor loss, logit_scale;  // scalars in double
};

/// What a softmax over a row of all pairs needs: the row's largest logit, and the sum of exp(logit
/// - largest). Apart, because their log sum exp rounds as coarsely as the largest logit does.
struct RowSums {
  RowSums(int64_t rows, const at::TensorOptions& options)
      : largest(at::full({rows}, -std::numeric_limits<double>::infinity(), options)),
        sum(at::zeros({rows}, options)) {}

  /// `logits` [count, any]: more columns of the rows [begin, begin + count).
  void add(int64_t begin, const at::Tensor& logits) {
    at::Tensor old = largest.narrow(0, begin, logits.size(0));
    at::Tensor sums = sum.narrow(0, begin, logits.size(0));
    const at::Tensor now = at::maximum(old, logits.amax(1));
    sums.mul_((old - now).exp_()).add_((logits - now.unsqueeze(1)).exp_().sum(1));
    old.copy_(now);
  }
  /// All ranks' rows, one rank after the other.
  void gather(Communicator& communicator) {
    largest = communicator.all_gather(largest);
    sum = communicator.all_gather(sum);
  }

  at::Tensor largest, sum;
};

/// A tile's softmax over whole rows of pairs.
struct Softmax {
  at::Tensor shifted;  // logits - the row's largest
  at::Tensor sum;      // [rows, 1]

  at::Tensor probability() const { return shifted.exp().div_(sum); }
  at::Tensor log_probability() const { return shifted - sum.log(); }
};

/// Over all texts for each picture, and over all pictures for each text.
struct Normalisers {
  RowSums image, text;

  Softmax of_images(const at::Tensor& logits, const Tile& tile) const {
    return {logits - image.largest.narrow(0, tile.row, tile.rows).unsqueeze(1),
            image.sum.narrow(0, tile.row, tile.rows).unsqueeze(1)};
  }
  Softmax of_texts(const at::Tensor& logits, const Tile& tile) const {
    return {logits - text.largest.narrow(0, tile.column, tile.columns).unsqueeze(0),
            text.sum.narrow(0, tile.column, tile.columns).unsqueeze(0)};
  }
};

Normalisers normalisers(const Features& features, Communicator& communicator) {
  const int64_t own_begin = features.rank * features.n;
  Normalisers sums{RowSums(features.n, features.image.options()),
                   RowSums(features.n, features.image.options())};
  features.for_each_tile([&](const Tile& tile) {
    const at::Tensor logits = features.logits(tile);
    if (tile.own_rows) sums.image.add(tile.row - own_begin, logits);
    if (tile.own_columns) sums.text.add(tile.column - own_begin, logits.t());
  });
  sums.image.gather(communicator);
  sums.text.gather(communicator);
  return sums;
}

/// The share of each pair of a tile in what its row, and its column, ought to say: one over the
/// number of pairs with its meaning.
class Targets {
 public:
  Targets(const Meanings& own, const at::TensorOptions& options, Communicator& communicator) {
    if (!own.defined()) return;
    meanings_ = communicator.all_gather(own);
    const auto unique = at::_unique2(meanings_, /*sorted=*/true, /*return_inverse=*/true,
                                     /*return_counts=*/true);
    share_ =
        std::get<2>(unique).to(options.dtype()).reciprocal().index_select(0, std::get<1>(unique));
  }

  /// Undefined where every pair has a meaning of its own: then its diagonal is the target.
  at::Tensor of(const Tile& tile) const {
    if (!meanings_.defined()) return {};
    const at::Tensor rows = meanings_.narrow(0, tile.row, tile.rows).unsqueeze(1);
    const at::Tensor columns = meanings_.narrow(0, tile.column, tile.columns).unsqueeze(0);
    return rows.eq(columns) * share_.narrow(0, tile.row, tile.rows).unsqueeze(1);
  }

 private:
  at::Tensor meanings_, share_;  // [n * ranks]
};

}  // namespace

LossResult infonce(const at::Tensor& image, const at::Tensor& text, const at::Tensor& logit_scale,
                   Communicator& communicator, const Meanings& meanings) {
  const at::NoGradGuard no_graph;
  const at::Tensor scale = logit_scale.detach().exp();
  const Features features(image, text, scale, communicator);
  const Normalisers sums_of = normalisers(features, communicator);
  const Targets targets(meanings, features.image.options(), communicator);
  Sums sums(features, scale);
  features.for_each_tile([&](const Tile& tile) {
    const at::Tensor logits = features.logits(tile);
    const at::Tensor target = targets.of(tile);
    // A rank's loss is that of its rows, pictures' and texts'.
    const auto direction = [&](const Softmax& softmax, bool own) {
      at::Tensor gradient = softmax.probability();
      if (target.defined()) {
        if (own) sums.loss -= total(target * softmax.log_probability());
        gradient.sub_(target);
      } else if (tile.pairs()) {
        sums.loss -= total(softmax.log_probability().diagonal());
        gradient.diagonal().sub_(1);
      }
      // A row's gradients sum to 0, so what is the same in a row may be left out of its logits.
      if (own) sums.logit_scale += total(gradient * softmax.shifted);
      return gradient;
    };
    at::Tensor gradient = direction(sums_of.of_images(logits, tile), tile.own_rows);
    sums.add_tile(features, tile,
                  gradient.add_(direction(sums_of.of_texts(logits, tile), tile.own_columns)));
  });
  return sums.result(scale, 2 * features.n);
}

LossResult sigmoid_loss(const at::Tensor& image, const at::Tensor& text,
                        const at::Tensor& logit_scale, const at::Tensor& logit_bias,
                        Communicator& communicator) {
  const at::NoGradGuard no_graph;
  const at::Tensor scale = logit_scale.detach().exp(), bias = logit_bias.detach();
  const Features features(image, text, scale, communicator);
  Sums sums(features, scale);
  at::Tensor sum_of_gradients = at::zeros_like(sums.loss);
  features.for_each_tile([&](const Tile& tile) {
    const at::Tensor logits = features.logits(tile);
    at::Tensor against = logits + bias;  // what the loss wants small
    if (tile.pairs()) against.diagonal().neg_();
    // Beyond 40 the difference from the identity is below a double's rounding.
    if (tile.own_rows) sums.loss += total(at::softplus(against, 1, 40));
    at::Tensor gradient = against.sigmoid_();
    if (tile.pairs()) gradient.diagonal().neg_();
    if (tile.own_rows) {
      sums.logit_scale += total(gradient * logits);
      sum_of_gradients += total(gradient);
    }
    sums.add_tile(features, tile, gradient);
  });
  LossResult result = sums.result(scale, features.n);
  result.grad_logit_bias =
      (sum_of_gradients / static_cast<double>(features.n)).to(bias.scalar_type());
  return result;
}

LossResult distillation(const at::Tensor& image, const at::Tensor& text,
                        const at::Tensor& logit_scale, const at::Tensor& teacher_image,
                        const at::Tensor& teacher_text, double teacher_scale,
                        Communicator& communicator) {
  const at::NoGradGuard no_graph;
  const at::Tensor scale = logit_scale.detach().exp();
  const Features features(image, text, scale, communicator);
  const Features teacher(teacher_image, teacher_text, at::full({}, teacher_scale, scale.options()),
                         communicator);
  const Normalisers student_sums = normalisers(features, communicator);
  const Normalisers teacher_sums = normalisers(teacher, communicator);
  Sums sums(features, scale);
  features.for_each_tile([&](const Tile& tile) {
    const at::Tensor logits = features.logits(tile), teacher_logits = teacher.logits(tile);
    const auto direction = [&](const Softmax& student, const Softmax& of_teacher, bool own) {
      const at::Tensor share = of_teacher.probability();
      if (own)
        sums.loss += total(share * (of_teacher.log_probability() - student.log_probability()));
      at::Tensor gradient = student.probability().sub_(share);
      if (own) sums.logit_scale += total(gradient * student.shifted);
      return gradient;
    };
    at::Tensor gradient = direction(student_sums.of_images(logits, tile),
                                    teacher_sums.of_images(teacher_logits, tile), tile.own_rows);
    gradient.add_(direction(student_sums.of_texts(logits, tile),
                            teacher_sums.of_texts(teacher_logits, tile), tile.own_columns));
    sums.add_tile(features, tile, gradient);
  });
  return sums.result(scale, 2 * features.n);
}

}  // namespace tandem::torch_train
