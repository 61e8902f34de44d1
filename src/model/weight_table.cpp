#include "model/weight_table.h"

#include "base/fail.h"

namespace tandem {
namespace {

class Table {
 public:
  std::vector<WeightSpec> specs;

  void add(std::string name, Shape shape, WeightRole role) {
    specs.push_back({std::move(name), std::move(shape), role});
  }
  void norm(const std::string& prefix, int64_t width) {
    add(prefix + ".weight", {width}, WeightRole::gain);
    add(prefix + ".bias", {width}, WeightRole::bias);
  }
  void linear(const std::string& prefix, int64_t out, int64_t in) {
    add(prefix + ".weight", {out, in}, WeightRole::matrix);
    add(prefix + ".bias", {out}, WeightRole::bias);
  }

  void block(const std::string& prefix, const TransformerConfig& config) {
    const int64_t width = config.width, head = config.head_width();
    norm(prefix + "ln_1", width);
    add(prefix + "attn.in_proj_weight", {3 * width, width}, WeightRole::matrix);
    add(prefix + "attn.in_proj_bias", {3 * width}, WeightRole::bias);
    if (config.qk_norm) norm(prefix + "attn.ln_q", head);
    if (config.qk_norm) norm(prefix + "attn.ln_k", head);
    if (config.scaled_cosine_attn)
      add(prefix + "attn.logit_scale", {config.heads, 1, 1}, WeightRole::scale);
    if (config.scale_heads)
      add(prefix + "attn.head_scale", {config.heads, 1, 1}, WeightRole::scale);
    if (config.scale_attn_inner) norm(prefix + "attn.ln_inner", width);
    linear(prefix + "attn.out_proj", width, width);
    if (config.scale_attn) norm(prefix + "ln_attn", width);
    if (config.layer_scale) add(prefix + "ls_1.gamma", {width}, WeightRole::gain);
    norm(prefix + "ln_2", width);
    linear(prefix + "mlp.c_fc", config.mlp_width, width);
    if (config.scale_fc) norm(prefix + "mlp.ln", config.mlp_width);
    linear(prefix + "mlp.c_proj", width, config.mlp_width);
    if (config.layer_scale) add(prefix + "ls_2.gamma", {width}, WeightRole::gain);
  }

  void transformer(const std::string& prefix, const TransformerConfig& config) {
    for (int layer = 0; layer < config.layers; ++layer)
      block(prefix + "resblocks." + std::to_string(layer) + ".", config);
  }

  void image(const VisionTransformerConfig& config, int64_t dim) {
    const int64_t width = config.transformer.width;
    add("visual.conv1.weight", {width, 3, config.patch_height, config.patch_width},
        WeightRole::convolution);
    add("visual.class_embedding", {width}, WeightRole::embedding);
    add("visual.positional_embedding", {config.rows(), width}, WeightRole::embedding);
    if (config.ln_pre) norm("visual.ln_pre", width);
    transformer("visual.transformer.", config.transformer);
    if (config.attentional_pool) pooler(config.pooler_queries, width, dim);
    norm("visual.ln_post", config.attentional_pool ? dim : width);
    add("visual.proj", {config.attentional_pool ? dim : width, dim}, WeightRole::matrix);
  }

  void pooler(int64_t queries, int64_t width, int64_t dim) {
    const std::string prefix = "visual.attn_pool.";
    add(prefix + "query", {queries, dim}, WeightRole::embedding);
    norm(prefix + "ln_q", dim);
    norm(prefix + "ln_k", width);
    if (width == dim) {
      add(prefix + "attn.in_proj_weight", {3 * dim, dim}, WeightRole::matrix);
    } else {
      add(prefix + "attn.q_proj_weight", {dim, dim}, WeightRole::matrix);
      add(prefix + "attn.k_proj_weight", {dim, width}, WeightRole::matrix);
      add(prefix + "attn.v_proj_weight", {dim, width}, WeightRole::matrix);
    }
    add(prefix + "attn.in_proj_bias", {3 * dim}, WeightRole::bias);
    linear(prefix + "attn.out_proj", dim, dim);
  }

  void convolution(const std::string& name, const std::string& batch_norm, int64_t out, int64_t in,
                   int64_t kernel) {
    add(name + ".weight", {out, in, kernel, kernel}, WeightRole::convolution);
    norm(batch_norm, out);
    add(batch_norm + ".running_mean", {out}, WeightRole::statistic);
    add(batch_norm + ".running_var", {out}, WeightRole::statistic);
  }

  void image(const ModifiedResNetConfig& config, int64_t dim) {
    const int64_t width = config.width;
    convolution("visual.conv1", "visual.bn1", width / 2, 3, 3);
    convolution("visual.conv2", "visual.bn2", width / 2, width / 2, 3);
    convolution("visual.conv3", "visual.bn3", width, width / 2, 3);
    int64_t in = width;
    for (int layer = 0; layer < 4; ++layer) {
      const int64_t planes = width << layer;
      for (int i = 0; i < config.layers[layer]; ++i) {
        const std::string prefix =
            "visual.layer" + std::to_string(layer + 1) + "." + std::to_string(i) + ".";
        convolution(prefix + "conv1", prefix + "bn1", planes, in, 1);
        convolution(prefix + "conv2", prefix + "bn2", planes, planes, 3);
        convolution(prefix + "conv3", prefix + "bn3", planes * 4, planes, 1);
        if (i == 0)
          convolution(prefix + "downsample.0", prefix + "downsample.1", planes * 4, in, 1);
        in = planes * 4;
      }
    }
    const std::string pool = "visual.attnpool.";
    add(pool + "positional_embedding", {int64_t{config.grid()} * config.grid() + 1, in},
        WeightRole::embedding);
    linear(pool + "q_proj", in, in);
    linear(pool + "k_proj", in, in);
    linear(pool + "v_proj", in, in);
    linear(pool + "c_proj", dim, in);
  }

  void text(const TextTransformerConfig& config, int64_t dim) {
    const int64_t width = config.transformer.width;
    add("token_embedding.weight", {config.vocab_size, width}, WeightRole::embedding);
    add("positional_embedding", {config.rows(), width}, WeightRole::embedding);
    if (config.class_row) add("cls_emb", {width}, WeightRole::embedding);
    transformer("transformer.", config.transformer);
    norm("ln_final", width);
    if (config.projection == TextProjection::matrix)
      add("text_projection", {width, dim}, WeightRole::matrix);
    if (config.projection == TextProjection::linear) linear("text_projection", dim, width);
  }
};

bool is_float(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f64;
}

}  // namespace

const char* name_of(WeightRole role) {
  switch (role) {
    case WeightRole::matrix: return "matrix";
    case WeightRole::convolution: return "convolution";
    case WeightRole::gain: return "gain";
    case WeightRole::bias: return "bias";
    case WeightRole::embedding: return "embedding";
    case WeightRole::scale: return "scale";
    case WeightRole::statistic: return "statistic";
  }
  return "";
}

std::vector<WeightSpec> weight_table(const ModelConfig& config) {
  Table table;
  if (config.image)
    std::visit([&](const auto& image) { table.image(image, config.embed_dim); }, *config.image);
  if (config.text) table.text(*config.text, config.embed_dim);
  if (config.image && config.text) table.add("logit_scale", {}, WeightRole::scale);
  if (config.logit_bias) table.add("logit_bias", {}, WeightRole::scale);
  return std::move(table.specs);
}

void check_weights(const TensorStore& weights, const ModelConfig& config, const std::string& name) {
  for (const auto& spec : weight_table(config)) {
    const TensorView* tensor = weights.find(spec.name);
    if (tensor == nullptr)
      fail(ErrorKind::bad_model,
           "{}: the tensor \"{}\" is missing; the file is incomplete or its config belongs to "
           "another model",
           name, spec.name);
    const bool scalar = spec.shape.empty() && tensor->elements() == 1;
    if (tensor->shape != spec.shape && !scalar)
      fail(ErrorKind::bad_model,
           "{}: the tensor \"{}\" has the shape {} where its config asks for {}; use the config "
           "that belongs to these weights",
           name, spec.name, to_string(tensor->shape), to_string(spec.shape));
    if (!is_float(tensor->dtype))
      fail(ErrorKind::bad_model, "{}: the tensor \"{}\" is {} where floating point is expected",
           name, spec.name, name_of(tensor->dtype));
  }
}

int64_t parameter_count(const ModelConfig& config) {
  int64_t count = 0;
  for (const auto& spec : weight_table(config))
    if (spec.role != WeightRole::statistic) count += element_count(spec.shape);
  return count;
}

}  // namespace tandem
