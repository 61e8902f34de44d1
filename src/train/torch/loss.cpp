#include "train/torch/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

#include "train/torch/tiles.h"

namespace tandem::torch_train {
namespace {

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

/// log sum exp of the logits of each picture over all texts, and of each text over all pictures.
struct Normalisers {
  at::Tensor image, text;  // [n * ranks]

  /// log softmax of a tile over the texts; over the pictures.
  at::Tensor of_images(const at::Tensor& logits, const Tile& tile) const {
    return logits - image.narrow(0, tile.row, tile.rows).unsqueeze(1);
  }
  at::Tensor of_texts(const at::Tensor& logits, const Tile& tile) const {
    return logits - text.narrow(0, tile.column, tile.columns).unsqueeze(0);
  }
};

Normalisers normalisers(const Features& features, Communicator& communicator) {
  const int64_t own_begin = features.rank * features.n;
  at::Tensor image =
      at::full({features.n}, -std::numeric_limits<double>::infinity(), features.image.options());
  at::Tensor text = image.clone();
  const auto add = [](at::Tensor sums, const at::Tensor& part) {
    sums.copy_(at::logaddexp(sums, part));
  };
  features.for_each_tile([&](const Tile& tile) {
    const at::Tensor logits = features.logits(tile);
    if (tile.own_rows)
      add(image.narrow(0, tile.row - own_begin, tile.rows), at::logsumexp(logits, 1));
    if (tile.own_columns)
      add(text.narrow(0, tile.column - own_begin, tile.columns), at::logsumexp(logits, 0));
  });
  return {communicator.all_gather(image), communicator.all_gather(text)};
}

}  // namespace

LossResult infonce(const at::Tensor& image, const at::Tensor& text, const at::Tensor& logit_scale,
                   Communicator& communicator) {
  const at::NoGradGuard no_graph;
  const at::Tensor scale = logit_scale.detach().exp();
  const Features features(image, text, scale, communicator);
  const Normalisers sums_of = normalisers(features, communicator);
  Sums sums(features, scale);
  features.for_each_tile([&](const Tile& tile) {
    const at::Tensor logits = features.logits(tile);
    at::Tensor by_image = sums_of.of_images(logits, tile), by_text = sums_of.of_texts(logits, tile);
    if (tile.pairs()) sums.loss -= (by_image.diagonal() + by_text.diagonal()).sum();
    by_image.exp_();
    by_text.exp_();
    if (tile.pairs()) {
      by_image.diagonal().sub_(1);
      by_text.diagonal().sub_(1);
    }
    // A rank's loss is that of its rows, pictures' and texts'.
    if (tile.own_rows) sums.logit_scale += (by_image * logits).sum();
    if (tile.own_columns) sums.logit_scale += (by_text * logits).sum();
    sums.add_tile(features, tile, by_image.add_(by_text));
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
    if (tile.own_rows) sums.loss += at::softplus(against, 1, 40).sum();
    at::Tensor gradient = against.sigmoid_();
    if (tile.pairs()) gradient.diagonal().neg_();
    if (tile.own_rows) {
      sums.logit_scale += (gradient * logits).sum();
      sum_of_gradients += gradient.sum();
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
    // One direction: adds its part of the loss, gives its gradient by the logits.
    const auto direction = [&](const at::Tensor& student_log, const at::Tensor& teacher_log,
                               bool own) {
      const at::Tensor teacher_share = teacher_log.exp();
      if (own) sums.loss += (teacher_share * (teacher_log - student_log)).sum();
      at::Tensor gradient = student_log.exp() - teacher_share;
      if (own) sums.logit_scale += (gradient * logits).sum();
      return gradient;
    };
    at::Tensor gradient = direction(student_sums.of_images(logits, tile),
                                    teacher_sums.of_images(teacher_logits, tile), tile.own_rows);
    gradient += direction(student_sums.of_texts(logits, tile),
                          teacher_sums.of_texts(teacher_logits, tile), tile.own_columns);
    sums.add_tile(features, tile, gradient);
  });
  return sums.result(scale, 2 * features.n);
}

}  // namespace tandem::torch_train
