#include "index/queries.h"

#include <array>

namespace tandem {
namespace {

// Described for other programs in docs/library_format.md.
const char* const kVersion1 = R"(
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 16),
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  taken_at INTEGER,
  latitude REAL,
  longitude REAL,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pictures_by_hash ON pictures (hash);
CREATE TABLE spaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  space TEXT NOT NULL,
  recipe TEXT NOT NULL,
  model TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  logit_scale REAL NOT NULL,
  logit_bias REAL,
  generation INTEGER NOT NULL DEFAULT 0,
  pictures INTEGER NOT NULL DEFAULT 0,
  UNIQUE (space, recipe)
) STRICT;
CREATE TABLE embeddings (
  space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
  scale REAL,
  vector BLOB NOT NULL,
  PRIMARY KEY (space, picture)
) STRICT, WITHOUT ROWID;
CREATE INDEX embeddings_by_picture ON embeddings (picture);
CREATE TRIGGER embedding_came AFTER INSERT ON embeddings BEGIN
  UPDATE spaces SET pictures = pictures + 1 WHERE id = new.space;
END;
CREATE TRIGGER embedding_went AFTER DELETE ON embeddings BEGIN
  UPDATE spaces SET pictures = pictures - 1 WHERE id = old.space;
END;
CREATE TABLE tags (
  picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (picture, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);
CREATE TABLE errors (
  path BLOB PRIMARY KEY NOT NULL,
  sentence TEXT NOT NULL,
  size INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
  space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (space, name)
) STRICT;
)";

#define PICTURE_COLUMNS \
  "id, path, size, modified_ns, hash, width, height, taken_at, latitude, longitude"

struct Text {
  Query query;
  const char* sql;
};

constexpr Text kTexts[] = {
    {Query::count_pictures, "SELECT count(*) FROM pictures"},
    {Query::picture_by_id, "SELECT " PICTURE_COLUMNS " FROM pictures WHERE id = ?1"},
    {Query::picture_by_path, "SELECT " PICTURE_COLUMNS " FROM pictures WHERE path = ?1"},
    {Query::pictures_by_hash,
     "SELECT " PICTURE_COLUMNS " FROM pictures WHERE hash = ?1 ORDER BY id"},
    {Query::pictures_by_filter,
     "SELECT id, path, latitude, longitude FROM pictures WHERE"
     " (?1 IS NULL OR coalesce(taken_at, modified_ns / 1000000000) >= ?1)"
     " AND (?2 IS NULL OR coalesce(taken_at, modified_ns / 1000000000) < ?2)"
     " AND (?3 IS NULL OR size >= ?3) AND (?4 IS NULL OR size <= ?4)"
     " AND (?5 IS NULL OR min(width, height) >= ?5)"
     // The orientation: the sign of width - height, or NULL for any.
     " AND (?6 IS NULL OR sign(width - height) = ?6)"
     " AND (?7 = 0 OR (latitude IS NOT NULL AND longitude IS NOT NULL)) ORDER BY id"},
    {Query::pictures_under,
     "SELECT id, path FROM pictures WHERE path >= ?1 AND path < ?2 AND path > ?3"
     " ORDER BY path LIMIT ?4"},
    {Query::count_under, "SELECT count(*) FROM pictures WHERE path >= ?1 AND path < ?2"},
    {Query::pictures_all,
     "SELECT " PICTURE_COLUMNS ", recorded_at FROM pictures WHERE id > ?1 ORDER BY id LIMIT ?2"},
    {Query::dated_by_path, "SELECT " PICTURE_COLUMNS ", recorded_at FROM pictures WHERE path = ?1"},
    {Query::totals,
     "SELECT count(*), coalesce(sum(size), 0), count(taken_at), count(latitude),"
     " (SELECT count(DISTINCT tag) FROM tags) FROM pictures"},
    {Query::known_at_path,
     "SELECT p.id, p.size, p.modified_ns, EXISTS (SELECT 1 FROM embeddings e"
     " WHERE e.space = ?2 AND e.picture = p.id) FROM pictures p WHERE p.path = ?1"},
    {Query::insert_picture,
     "INSERT INTO pictures (path, size, modified_ns, hash, width, height, taken_at, latitude,"
     " longitude, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
    {Query::update_picture,
     "UPDATE pictures SET path = ?2, size = ?3, modified_ns = ?4, hash = ?5, width = ?6,"
     " height = ?7, taken_at = ?8, latitude = ?9, longitude = ?10, recorded_at = ?11"
     " WHERE id = ?1"},
    {Query::touch_picture, "UPDATE pictures SET modified_ns = ?2, recorded_at = ?3 WHERE id = ?1"},
    {Query::delete_picture, "DELETE FROM pictures WHERE id = ?1"},
    {Query::spaces,  // the last column: pictures that failed and so lack an embedding
     "SELECT id, space, recipe, model, width, logit_scale, logit_bias, generation, pictures,"
     " (SELECT count(*) FROM errors f JOIN pictures p ON p.path = f.path WHERE NOT EXISTS"
     "  (SELECT 1 FROM embeddings e WHERE e.space = s.id AND e.picture = p.id))"
     " FROM spaces s ORDER BY id"},
    {Query::space_bytes,
     "SELECT coalesce(sum(length(vector)), 0), count(scale) FROM embeddings WHERE space = ?1"},
    {Query::space_by_fingerprint, "SELECT id FROM spaces WHERE space = ?1 AND recipe = ?2"},
    {Query::insert_space,
     "INSERT INTO spaces (space, recipe, model, width, logit_scale, logit_bias)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
    {Query::delete_space, "DELETE FROM spaces WHERE id = ?1"},
    {Query::generation, "SELECT generation FROM spaces WHERE id = ?1"},
    {Query::bump_generation, "UPDATE spaces SET generation = generation + 1 WHERE id = ?1"},
    {Query::bump_generations_of,
     "UPDATE spaces SET generation = generation + 1 WHERE id IN"
     " (SELECT space FROM embeddings WHERE picture = ?1)"},
    {Query::embeddings_of_space,
     "SELECT picture, scale, vector FROM embeddings WHERE space = ?1 ORDER BY picture"},
    {Query::pictures_with_embeddings,
     "SELECT p.id, p.path, p.size, p.modified_ns, p.hash, p.width, p.height, p.taken_at,"
     " p.latitude, p.longitude, e.scale, e.vector FROM embeddings e JOIN pictures p"
     " ON p.id = e.picture WHERE e.space = ?1 ORDER BY e.picture"},
    {Query::embeddings_with_paths,
     "SELECT p.path, e.scale, e.vector FROM embeddings e JOIN pictures p ON p.id = e.picture"
     " WHERE e.space = ?1 ORDER BY e.picture"},
    {Query::embedding_of_content,
     "SELECT e.scale, e.vector FROM pictures p JOIN embeddings e ON e.space = ?2 AND"
     " e.picture = p.id WHERE p.hash = ?1 LIMIT 1"},
    {Query::has_embedding, "SELECT 1 FROM embeddings WHERE space = ?1 AND picture = ?2"},
    {Query::embeddings_of_picture,
     "SELECT space, scale, vector FROM embeddings WHERE picture = ?1"},
    {Query::put_embedding,
     "INSERT INTO embeddings (space, picture, scale, vector) VALUES (?1, ?2, ?3, ?4)"
     " ON CONFLICT DO UPDATE SET scale = excluded.scale, vector = excluded.vector"},
    {Query::delete_embedding, "DELETE FROM embeddings WHERE space = ?1 AND picture = ?2"},
    {Query::delete_lost_embeddings,
     "DELETE FROM embeddings WHERE picture NOT IN (SELECT id FROM pictures)"
     " OR space NOT IN (SELECT id FROM spaces)"},
    {Query::mend_counts,
     "UPDATE spaces AS s SET pictures = (SELECT count(*) FROM embeddings e WHERE e.space = s.id)"
     " WHERE pictures <> (SELECT count(*) FROM embeddings e WHERE e.space = s.id)"},
    {Query::tags_of, "SELECT tag FROM tags WHERE picture = ?1 ORDER BY tag"},
    {Query::has_tag, "SELECT 1 FROM tags WHERE picture = ?1 AND tag = ?2"},
    {Query::put_tag, "INSERT OR IGNORE INTO tags (picture, tag) VALUES (?1, ?2)"},
    {Query::delete_tags, "DELETE FROM tags WHERE picture = ?1"},
    {Query::delete_lost_tags, "DELETE FROM tags WHERE picture NOT IN (SELECT id FROM pictures)"},
    {Query::errors_all,
     "SELECT path, sentence, size, modified_ns, recorded_at FROM errors ORDER BY path"},
    {Query::put_error,
     "INSERT OR REPLACE INTO errors (path, sentence, size, modified_ns, recorded_at)"
     " VALUES (?1, ?2, ?3, ?4, ?5)"},
    {Query::delete_error, "DELETE FROM errors WHERE path = ?1"},
    {Query::errors_under,
     "SELECT path, size, modified_ns FROM errors WHERE path >= ?1 AND path < ?2 ORDER BY path"},
    {Query::error_at_path, "SELECT size, modified_ns FROM errors WHERE path = ?1"},
    {Query::add_work, "INSERT INTO temp.work (path) VALUES (?1)"},
    {Query::next_work, "SELECT id, path FROM temp.work WHERE id > ?1 ORDER BY id LIMIT ?2"},
    {Query::note, "SELECT bytes FROM notes WHERE space = ?1 AND name = ?2"},
    {Query::put_note, "INSERT OR REPLACE INTO notes (space, name, bytes) VALUES (?1, ?2, ?3)"},
    {Query::delete_lost_notes, "DELETE FROM notes WHERE space NOT IN (SELECT id FROM spaces)"},
};

constexpr bool in_order() {
  int at = 0;
  for (const Text& text : kTexts)
    if (text.query != static_cast<Query>(at++)) return false;
  return at == static_cast<int>(Query::count_);
}
static_assert(in_order(), "kTexts follows the order of Query");

}  // namespace

const char* const kWorkTable =
    "DROP TABLE IF EXISTS temp.work; CREATE TEMP TABLE work (id INTEGER PRIMARY KEY, path BLOB)";

const char* const kMigrations[kLibraryVersion] = {kVersion1};

const char* sql_of(Query query) { return kTexts[static_cast<int>(query)].sql; }

}  // namespace tandem
