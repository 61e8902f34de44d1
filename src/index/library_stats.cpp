#include <sys/stat.h>

#include "index/care.h"
#include "index/connection.h"

namespace tandem {
namespace {

int64_t bytes_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_size : 0;
}

}  // namespace

LibraryStats library_stats(const Library& library) {
  auto& connection = library.connection();
  LibraryStats stats{.bytes = bytes_of(library.path()) + bytes_of(library.path() + "-wal")};
  {
    const auto row = connection.use(Query::totals);
    row->step();
    stats.pictures = row->number_at(0);
    stats.picture_bytes = row->number_at(1);
    stats.with_time = row->number_at(2);
    stats.with_place = row->number_at(3);
    stats.tags = row->number_at(4);
  }
  for (LibrarySpace& space : library.spaces()) {
    const auto row = connection.use(Query::space_bytes);
    row->number(space.id);
    row->step();
    stats.spaces.push_back({std::move(space), row->number_at(0), row->number_at(1)});
  }
  const auto row = connection.use(Query::errors_all);
  while (row->step())
    stats.failures.push_back({row->text_at(0), row->text_at(1), row->number_at(4)});
  return stats;
}

}  // namespace tandem
