#include "search/finder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "base/files.h"
#include "index/walk.h"
#include "search/confidence.h"
#include "search/mixture.h"
#include "search/vector_store.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

// The graph is asked for more than is wanted where a filter takes some away; a filter that leaves
// fewer than these is scanned, which is quicker and exact.
constexpr int64_t kFewRows = 50'000;
constexpr size_t kGraphEffort = 256;

}  // namespace

struct Finder::Query {
  Mixture mixture;
};

Finder::Finder(const Library& library, const Model& model, const FinderOptions& options)
    : library_(library),
      model_(model),
      space_(library.space_of(model)),
      vectors_(open_vectors(library, space_, options.format, options.making)),
      background_(open_background(library, space_, model, vectors_)) {
  if (vectors_.rows() >= kGraphRows) graph_ = open_graph(vectors_, graph_path(vectors_));
}

// The row of a picture of the library whose file is as it was when it was encoded, or -1.
int64_t Finder::unchanged_row(const std::string& image) const {
  const auto known = library_.picture_at(full_path(image));
  struct stat state {};
  if (!known || ::stat(image.c_str(), &state) != 0 || state.st_size != known->size ||
      int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec != known->modified_ns)
    return -1;
  return vectors_.row_of(known->id);
}

std::vector<float> Finder::picture_embedding(const std::string& image) const {
  if (image == "-") {
    const std::string bytes = read_stdin();
    return model_.encode_image(std::as_bytes(std::span(bytes)), "standard input");
  }
  const int64_t row = vectors_.format() == VectorFormat::f32 ? unchanged_row(image) : -1;
  if (row < 0) return model_.encode_image(image);
  std::vector<float> embedding(static_cast<size_t>(vectors_.width()));
  vectors_.copy_row(row, embedding.data());
  return embedding;
}

Finder::Query Finder::query_of(const FindRequest& request) const {
  if (request.text.empty() && request.images.empty())
    fail(ErrorKind::bad_input, "there is nothing to look for; give a text or --image");
  if (request.nots.size() > kMostNots)
    fail(ErrorKind::bad_input, "{} things to leave out are too many; give at most {}",
         request.nots.size(), kMostNots);
  std::vector<QueryPart> wanted;
  const auto part = [&](std::vector<float> embedding, bool words, double weight) {
    const ScoreSpread spread = background_.of_query(embedding);
    return QueryPart{std::move(embedding), spread, words, weight};
  };
  const bool both = !request.text.empty() && !request.images.empty();
  if (!request.text.empty())
    wanted.push_back(part(model_.encode_text(request.text), true, both ? 1 - request.weight : 1));
  if (!request.images.empty()) {
    std::vector<std::vector<float>> pictures;
    for (const auto& image : request.images) pictures.push_back(picture_embedding(image));
    wanted.push_back(part(mean_of(pictures), false, both ? request.weight : 1));
  }
  std::vector<QueryPart> unwanted;
  for (const auto& text : request.nots) unwanted.push_back(part(model_.encode_text(text), true, 1));
  return {Mixture(std::move(wanted), std::move(unwanted))};
}

std::vector<Hit> Finder::candidates(const Query& query, const FindRequest& request,
                                    const std::vector<int64_t>* among, bool& by_graph) const {
  const Mixture& mixture = query.mixture;
  const int64_t rows = among ? std::ssize(*among) : vectors_.rows();
  by_graph = false;
  if (graph_ && !request.exact && !mixture.has_unwanted() && rows > kFewRows) {
    const double share = static_cast<double>(rows) / static_cast<double>(vectors_.rows());
    const auto asked = static_cast<size_t>(static_cast<double>(request.count) / share * 2) + 1;
    auto hits = graph_->nearest(mixture.embedding(), asked, std::max(kGraphEffort, asked));
    if (among)
      std::erase_if(hits, [&](const Hit& hit) {
        return !std::binary_search(among->begin(), among->end(), hit.row);
      });
    by_graph = hits.size() >= std::min(request.count, static_cast<size_t>(rows));
    hits.resize(std::min(hits.size(), request.count));
    if (by_graph) return hits;
  }
  if (!mixture.has_unwanted())
    return scan(vectors_, mixture.embeddings(), request.count, among).front();
  return scan_combined(vectors_, mixture.embeddings(), mixture.combination(), request.count, among);
}

double Finder::confidence_of(const Query& query, int64_t row, int64_t searched) const {
  std::vector<float> picture(static_cast<size_t>(vectors_.width()));
  vectors_.copy_row(row, picture.data());
  const ScoreSpread spread = background_.of_picture(picture);
  return query.mixture.confidence(picture, spread, searched);
}

Findings Finder::find(const FindRequest& request) const {
  const Query query = query_of(request);
  std::vector<int64_t> rows;
  const bool filtered = !request.filter.empty();
  if (filtered) rows = rows_of(vectors_, library_.matching(request.filter));
  Findings found{.searched = filtered ? std::ssize(rows) : vectors_.rows()};
  const auto hits = candidates(query, request, filtered ? &rows : nullptr, found.by_graph);
  std::vector<float> picture(static_cast<size_t>(vectors_.width()));
  for (const auto& hit : hits) {
    vectors_.copy_row(hit.row, picture.data());
    Finding finding{.id = vectors_.ids()[hit.row],
                    .cosine = cosine(query.mixture.embedding(), picture),
                    .confidence = confidence_of(query, hit.row, found.searched)};
    found.best = std::max(found.best, finding.confidence);
    if (!request.all && finding.confidence < kGoodMatch) continue;
    finding.path = library_.picture(finding.id).path;
    finding.rank = static_cast<int>(found.pictures.size()) + 1;
    found.pictures.push_back(std::move(finding));
  }
  return found;
}

std::vector<Finding> Finder::similar(const std::string& image, size_t count) const {
  const auto embedding = picture_embedding(image);
  const Embeddings query{.rows = 1, .width = vectors_.width(), .values = embedding};
  const std::string path = full_path(image);
  std::vector<Finding> found;
  const auto hits = scan(vectors_, query, count + 1);
  for (const auto& hit : hits.front()) {
    Finding finding{.id = vectors_.ids()[hit.row], .cosine = hit.score};
    finding.path = library_.picture(finding.id).path;
    if (finding.path == path || found.size() == count) continue;
    finding.rank = static_cast<int>(found.size()) + 1;
    found.push_back(std::move(finding));
  }
  return found;
}

}  // namespace tandem
