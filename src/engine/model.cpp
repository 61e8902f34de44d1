#include "tandem/model.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "engine/engine.h"

namespace tandem {
namespace {

std::vector<float> only_row(Embeddings embeddings) { return std::move(embeddings.values); }

}  // namespace

Model::Model(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

Model Model::load(const std::string& model, const LoadOptions& options) {
  return Model(
      std::make_unique<Engine>(open_model(model, {.tokenizer = options.tokenizer}), options));
}

std::vector<float> Model::encode_image(const std::string& path) const {
  const RgbImage picture = engine_->load_picture(path);
  return only_row(engine_->encode_pictures({&picture, 1}));
}

std::vector<float> Model::encode_image(std::span<const std::byte> file,
                                       const std::string& name) const {
  const RgbImage picture = engine_->load_picture(file, name);
  return only_row(engine_->encode_pictures({&picture, 1}));
}

void Model::encode_images(std::span<const std::string> paths, const EachImage& each) const {
  engine_->encode_files(paths, Output::embeddings, each);
}

void Model::encode_images(std::span<const PictureBytes> files, const EachImage& each) const {
  engine_->encode_files(files, Output::embeddings, each);
}

Embeddings Model::encode_images(std::span<const std::string> paths) const {
  Embeddings all{.rows = static_cast<int64_t>(paths.size()), .width = embed_dim()};
  encode_images(paths, [&](size_t, std::span<const float> embedding, const Error* error) {
    if (error) throw *error;
    all.values.insert(all.values.end(), embedding.begin(), embedding.end());
  });
  return all;
}

std::vector<float> Model::encode_text(std::string_view text) const {
  const std::string one(text);
  return only_row(engine_->encode_texts({&one, 1}));
}

Embeddings Model::encode_texts(std::span<const std::string> texts) const {
  return engine_->encode_texts(texts);
}

int Model::embed_dim() const { return engine_->checkpoint().config.embed_dim; }

double Model::logit_scale() const { return std::exp(engine_->checkpoint().logit_scale()); }

std::optional<double> Model::logit_bias() const { return engine_->checkpoint().logit_bias(); }

std::string Model::architecture() const {
  const auto& config = engine_->checkpoint().config;
  const std::string known = architecture_name(config);
  return known.empty() ? describe(config) : known;
}

const std::string& Model::path() const { return engine_->checkpoint().path; }

const std::vector<std::string>& Model::rules() const { return engine_->checkpoint().rules; }

const Fingerprint& Model::fingerprint() const { return engine_->fingerprint(); }

}  // namespace tandem
