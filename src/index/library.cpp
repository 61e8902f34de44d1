#include "index/library.h"

#include <cstdlib>
#include <cstring>

#include "base/fail.h"
#include "base/interrupt.h"
#include "index/connection.h"
#include "index/embedding_code.h"
#include "index/rows.h"

namespace tandem {
namespace {

[[noreturn]] void fail_damaged(const std::string& path, const std::string& model) {
  fail(ErrorKind::bad_input,
       "{}: holds a damaged embedding of {}; mend it with: tandem library check --db FILE", path,
       model);
}

std::string short_name(const std::string& space) { return space.substr(0, 12); }

}  // namespace

Library::Library(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Library::~Library() = default;
Library::Library(Library&&) noexcept = default;
Library& Library::operator=(Library&&) noexcept = default;

Library Library::open(const std::string& path) {
  return Library(std::make_unique<Connection>(path, Connection::Purpose::read));
}

Library Library::open_for_writing(const std::string& path) {
  return Library(std::make_unique<Connection>(path, Connection::Purpose::write));
}

std::string Library::default_path() {
  if (const char* path = std::getenv("TANDEM_LIBRARY"); path && *path) return path;
  // The XDG base directory specification's user data folder.
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
    return std::string(data) + "/tandem/library.db";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::string(home) + "/.local/share/tandem/library.db";
  fail(ErrorKind::bad_input, "there is no home folder for the library; name a file with --db");
}

const std::string& Library::path() const { return connection_->path(); }

int64_t Library::picture_count() const {
  const auto count = connection_->use(Query::count_pictures);
  return count->step() ? count->number_at(0) : 0;
}

std::vector<LibrarySpace> Library::spaces() const {
  Transaction transaction(connection_->database(), Transaction::Kind::read);
  const int64_t all = picture_count();
  std::vector<LibrarySpace> spaces;
  const auto row = connection_->use(Query::spaces);
  while (row->step()) {
    LibrarySpace space{.id = row->number_at(0),
                       .fingerprint = {row->text_at(1), row->text_at(2)},
                       .model = row->text_at(3),
                       .width = static_cast<int>(row->number_at(4)),
                       .logit_scale = row->real_at(5),
                       .logit_bias = row->optional_real_at(6)};
    space.generation = row->number_at(7);
    space.pictures = row->number_at(8);
    space.complete = space.pictures > 0 && space.pictures + row->number_at(9) >= all;
    spaces.push_back(std::move(space));
  }
  return spaces;
}

LibrarySpace Library::space_of(const Model& model) const {
  const Fingerprint& wanted = model.fingerprint();
  const auto all = spaces();
  const LibrarySpace* best = nullptr;
  // Of two recipes the complete one, then the model's own, then the fuller one.
  const auto rank = [&](const LibrarySpace& space) {
    return std::tuple(space.complete, space.fingerprint.recipe == wanted.recipe, space.pictures);
  };
  std::string others;
  for (const auto& space : all) {
    if (space.fingerprint.space != wanted.space) {
      others += (others.empty() ? "" : ", ") + space.model;
    } else if (space.pictures > 0 && (!best || rank(space) > rank(*best))) {
      best = &space;
    }
  }
  if (best) return *best;
  if (others.empty())
    fail(ErrorKind::bad_model,
         "{}: holds no pictures yet; index some with: tandem index DIR --db {}", path(), path());
  fail(ErrorKind::bad_model,
       "{}: was indexed with {}, and embeddings of {} (space {}) cannot be compared with those; "
       "choose that model with --model, or index with this one beside it: tandem index DIR --db "
       "FILE --model M",
       path(), others, model.path(), short_name(wanted.space));
}

PictureRecord Library::picture(int64_t id) const {
  const auto row = connection_->use(Query::picture_by_id);
  row->number(id);
  if (!row->step())
    fail(ErrorKind::bad_input, "{}: has no picture number {}; run the search again", path(), id);
  return picture_in(*row);
}

std::optional<PictureRecord> Library::picture_at(const std::string& path) const {
  const auto row = connection_->use(Query::picture_by_path);
  row->bytes(path);
  if (!row->step()) return std::nullopt;
  return picture_in(*row);
}

std::vector<std::string> Library::tags_of(int64_t id) const {
  std::vector<std::string> tags;
  const auto row = connection_->use(Query::tags_of);
  row->number(id);
  while (row->step()) tags.push_back(row->text_at(0));
  return tags;
}

int64_t Library::for_each_embedding(const LibrarySpace& space, const EachEmbedding& each) const {
  Transaction transaction(connection_->database(), Transaction::Kind::read);
  const auto generation = connection_->use(Query::generation);
  generation->number(space.id);
  if (!generation->step())
    fail(ErrorKind::bad_input, "{}: the embeddings of {} were removed; index again", path(),
         space.model);
  std::vector<float> values(static_cast<size_t>(space.width));
  const auto row = connection_->use(Query::embeddings_of_space);
  row->number(space.id);
  while (row->step()) {
    if (!decode_embedding(row->bytes_at(2), row->optional_real_at(1), values))
      fail_damaged(path(), space.model);
    each(row->number_at(0), values);
  }
  return generation->number_at(0);
}

PictureSet Library::picture_set(const Model& model) const {
  const LibrarySpace space = space_of(model);
  PictureSet set{.embeddings = {.width = space.width}};
  std::vector<float> values(static_cast<size_t>(space.width));
  const auto row = connection_->use(Query::embeddings_with_paths);
  row->number(space.id);
  while (row->step()) {
    if (!decode_embedding(row->bytes_at(2), row->optional_real_at(1), values))
      fail_damaged(path(), space.model);
    set.paths.push_back(row->text_at(0));
    set.embeddings.values.insert(set.embeddings.values.end(), values.begin(), values.end());
    ++set.embeddings.rows;
  }
  return set;
}

std::optional<std::string> Library::note(const LibrarySpace& space, const std::string& name) const {
  const auto row = connection_->use(Query::note);
  row->number(space.id).text(name);
  if (!row->step()) return std::nullopt;
  return row->text_at(0);
}

void Library::set_note(const LibrarySpace& space, const std::string& name,
                       const std::string& bytes) {
  connection_->check_writable();
  connection_->use(Query::put_note)->number(space.id).text(name).bytes(bytes).run();
}

}  // namespace tandem
