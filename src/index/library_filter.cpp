// Which pictures a filter lets through.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "index/connection.h"
#include "index/library.h"

namespace tandem {
namespace {

/// The great-circle distance on a sphere of the Earth's mean radius (IUGG: 6371.0088 km).
double kilometres_between(const PictureFilter::Near& a, double latitude, double longitude) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double up = std::sin((latitude - a.latitude) * kRadians / 2);
  const double across = std::sin((longitude - a.longitude) * kRadians / 2);
  const double h =
      up * up + std::cos(latitude * kRadians) * std::cos(a.latitude * kRadians) * across * across;
  return 2 * 6371.0088 * std::asin(std::min(1.0, std::sqrt(h)));
}

bool fits_a_glob(const std::vector<std::string>& globs, const std::string& path) {
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
           return sqlite3_strglob(glob.c_str(), path.c_str()) == 0;
         });
}

std::optional<int64_t> sign_of(PictureFilter::Orientation orientation) {
  switch (orientation) {
    case PictureFilter::Orientation::any: break;
    case PictureFilter::Orientation::landscape: return 1;
    case PictureFilter::Orientation::portrait: return -1;
    case PictureFilter::Orientation::square: return 0;
  }
  return std::nullopt;
}

bool has_tags(Library::Connection& connection, int64_t id, const std::vector<std::string>& tags) {
  return std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
    const auto row = connection.use(Query::has_tag);
    row->number(id).text(tag);
    return row->step();
  });
}

}  // namespace

bool PictureFilter::empty() const {
  return path_globs.empty() && !taken_from && !taken_before && tags.empty() && !min_bytes &&
         !max_bytes && !min_side && orientation == Orientation::any && !near;
}

std::vector<int64_t> Library::matching(const PictureFilter& filter) const {
  std::vector<int64_t> ids;
  const auto row = connection_->use(Query::pictures_by_filter);
  row->number(filter.taken_from)
      .number(filter.taken_before)
      .number(filter.min_bytes)
      .number(filter.max_bytes)
      .number(filter.min_side)
      .number(sign_of(filter.orientation))
      .number(filter.near.has_value());
  while (row->step()) {
    if (!filter.path_globs.empty() && !fits_a_glob(filter.path_globs, row->text_at(1))) continue;
    if (filter.near && !(kilometres_between(*filter.near, row->real_at(2), row->real_at(3)) <=
                         filter.near->kilometres))
      continue;
    if (!has_tags(*connection_, row->number_at(0), filter.tags)) continue;
    ids.push_back(row->number_at(0));
  }
  return ids;
}

}  // namespace tandem
