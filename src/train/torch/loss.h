// The losses of contrastive training with their gradients, tile by tile: no matrix of all pairs is
// ever held, and nothing is approximated.
#pragma once

#include <ATen/core/Tensor.h>

#include "train/run_config.h"
#include "train/torch/communicator.h"

namespace tandem::torch_train {

struct LossResult {
  at::Tensor loss;  ///< scalar: this rank's rows; the mean over ranks is the whole batch's
  /// With respect to the whole batch's loss times the number of ranks, complete (all ranks' rows
  /// through gathered features): averaging parameters' gradients over ranks gives the whole
  /// batch's.
  at::Tensor grad_image, grad_text;  ///< [n, d], of this rank's features
  at::Tensor grad_logit_scale;       ///< scalar; of the stored logarithm
  at::Tensor grad_logit_bias;        ///< scalar; sigmoid only, else undefined
};

/// Which pairs of a batch say the same, int64 [n] on each rank; undefined: none. A picture then
/// shares its target evenly among all texts of its meaning, and a text among the pictures: in
/// class-labelled data most "negatives" of one's own class are none (supervised contrastive
/// targets, arXiv 2204.03610).
using Meanings = at::Tensor;

/// Symmetric InfoNCE (CLIP paper, figure 3) of features of length 1, [n, d] on each rank, float or
/// double; `logit_scale` is the stored logarithm (scalar tensor). Forward by online log-sum-exp,
/// backward by tiles computed again.
LossResult infonce(const at::Tensor& image, const at::Tensor& text, const at::Tensor& logit_scale,
                   Communicator& communicator, const Meanings& meanings = {});

/// SigLIP's sigmoid loss (arXiv 2303.15343, algorithm 1).
LossResult sigmoid_loss(const at::Tensor& image, const at::Tensor& text,
                        const at::Tensor& logit_scale, const at::Tensor& logit_bias,
                        Communicator& communicator);

/// Distillation (MobileCLIP, arXiv 2311.17049 eq. 2): the mean of both directions' KL of the
/// teacher's softmax to the student's, each with its own scale. `teacher_scale` is exp already.
LossResult distillation(const at::Tensor& image, const at::Tensor& text,
                        const at::Tensor& logit_scale, const at::Tensor& teacher_image,
                        const at::Tensor& teacher_text, double teacher_scale,
                        Communicator& communicator);

}  // namespace tandem::torch_train
