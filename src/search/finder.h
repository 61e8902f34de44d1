// Finding pictures of a library: words, pictures and mixtures, filters, and how sure it is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/library.h"
#include "search/background.h"
#include "search/neighbour_graph.h"
#include "search/scan.h"
#include "search/vector_file.h"

namespace tandem {

struct FindRequest {
  std::string text;                 ///< may be empty where there are images
  std::vector<std::string> images;  ///< picture files; together one part, their mean
  std::vector<std::string> nots;    ///< at most 7: what must not be shown
  double weight = 0.5;              ///< of the images against the text, 0 to 1
  PictureFilter filter;
  size_t count = 20;
  bool all = false;    ///< also what does not fit
  bool exact = false;  ///< never by the graph
};

struct Finding {
  int64_t id = 0;
  std::string path;
  double cosine = 0;      ///< with the query as a whole
  double confidence = 0;  ///< that it truly fits, 0 to 1
  int rank = 1;           ///< from 1
};

struct Findings {
  std::vector<Finding> pictures;  ///< best first
  int64_t searched = 0;           ///< pictures that passed the filter
  double best = 0;                ///< the largest confidence among the best, shown or not
  bool by_graph = false;
};

struct FinderOptions {
  VectorFormat format = VectorFormat::f32;
  std::function<void(int64_t pictures)> making{};  ///< before a vector file is made
};

/// A library opened for queries of a model. Errors: as Library::space_of and open_vectors.
class Finder {
 public:
  Finder(const Library& library, const Model& model, const FinderOptions& options = {});
  Finder(const Finder&) = delete;
  Finder& operator=(const Finder&) = delete;

  /// Errors: bad_input where nothing is asked for or too many --not; as Model and decode_image.
  Findings find(const FindRequest& request) const;

  /// Pictures near to one, itself left out; confidence is 0. A picture of the library, unchanged,
  /// is not encoded again.
  std::vector<Finding> similar(const std::string& image, size_t count) const;

  const VectorFile& vectors() const { return vectors_; }
  const LibrarySpace& space() const { return space_; }
  /// Whether a graph is there for these vectors.
  bool has_graph() const { return graph_ != nullptr; }

 private:
  struct Query;
  Query query_of(const FindRequest& request) const;
  std::vector<Hit> candidates(const Query& query, const FindRequest& request,
                              const std::vector<int64_t>* among, bool& by_graph) const;
  double confidence_of(const Query& query, int64_t row, int64_t searched) const;
  int64_t unchanged_row(const std::string& image) const;
  std::vector<float> picture_embedding(const std::string& image) const;

  const Library& library_;
  const Model& model_;
  LibrarySpace space_;
  VectorFile vectors_;
  Background background_;
  std::unique_ptr<NeighbourGraph> graph_;
};

}  // namespace tandem
