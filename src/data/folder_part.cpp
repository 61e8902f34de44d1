// Samples of a folder: pictures, with a .txt or .json of the same name beside them, or sorted into
// one folder a class.
#include <algorithm>
#include <filesystem>
#include <set>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "data/picture_names.h"
#include "data/printable.h"
#include "data/record.h"
#include "data/sample_part.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxPictureBytes = 1 << 30, kMaxTextBytes = 16 << 20;

struct FoundFile {
  std::string path;  // relative to the folder
  uint64_t size = 0;
};

/// All plain files below, sorted by path; hidden ones and what links lead to in other folders are
/// left out.
std::vector<FoundFile> files_below(const std::string& folder) {
  std::vector<FoundFile> files;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    check_interrupt();
    const bool hidden = at->path().filename().native().starts_with('.');
    if (hidden && at->is_directory(error)) at.disable_recursion_pending();
    if (!hidden && at->is_regular_file(error))
      files.push_back(
          {at->path().lexically_relative(folder).generic_string(), at->file_size(error)});
    error.clear();  // of one file that went away meanwhile
  }
  if (error)
    fail(ErrorKind::io, "{}: cannot be read ({}); check its permissions", folder, error.message());
  std::sort(files.begin(), files.end(),
            [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
  return files;
}

std::string without_extension(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos || dot < path.rfind('/') + 1 ? path : path.substr(0, dot);
}

class FolderPart : public SamplePart {
 public:
  explicit FolderPart(const PartRequest& request)
      : folder_(request.path),
        config_(*request.config),
        texts_required_(request.texts_required),
        pictures_(request.pictures) {
    while (folder_.size() > 1 && folder_.ends_with('/')) folder_.pop_back();
    const std::vector<FoundFile> files = files_below(folder_);
    std::set<std::string_view> texts;
    for (const FoundFile& file : files)
      if (file.path.ends_with(".txt") || file.path.ends_with(".json")) texts.insert(file.path);
    Digest digest;
    for (const FoundFile& file : files) {
      if (!is_picture(file.path)) continue;
      Entry entry{paths_.size(), static_cast<uint32_t>(file.path.size())};
      const std::string stem = without_extension(file.path);
      entry.has_txt = texts.contains(stem + ".txt");
      entry.has_json = texts.contains(stem + ".json");
      if (!is_sample(entry, file.path)) continue;
      paths_ += file.path;
      entries_.push_back(entry);
      digest.add(file.path);
      digest.add(file.size);
      if (request.progress && entries_.size() % 4096 == 0)
        request.progress(static_cast<int64_t>(entries_.size()));
    }
    fingerprint_ = digest.hex();
  }

  int64_t size() const override { return static_cast<int64_t>(entries_.size()); }
  std::string fingerprint() const override { return fingerprint_; }
  std::string key(int64_t index) const override {
    return key_of(path_of(entries_[static_cast<size_t>(index)]));
  }

  Sample read(int64_t index) const override {
    const Entry& entry = entries_[static_cast<size_t>(index)];
    const std::string path = path_of(entry);
    Sample sample;
    sample.key = key_of(path);
    if (pictures_) {
      const std::string bytes = read_beside(path, kMaxPictureBytes);
      const auto all = std::as_bytes(std::span(bytes));
      sample.picture.assign(all.begin(), all.end());
    }
    fill_texts(record_of(entry, path), config_, texts_required_, sample);
    return sample;
  }

 private:
  struct Entry {
    uint64_t offset = 0;  // of its path in paths_
    uint32_t length = 0;
    bool has_txt = false, has_json = false;
  };

  std::string path_of(const Entry& entry) const {
    return paths_.substr(entry.offset, entry.length);
  }

  std::string key_of(const std::string& path) const {
    return folder_.substr(folder_.rfind('/') + 1) + ": " + printable(path);
  }

  bool is_picture(const std::string& path) const {
    const std::string name = path.substr(path.rfind('/') + 1);
    const std::string extension = split_name(name).extension;
    return !extension.empty() &&
           is_one_of(extension,
                     config_.image_keys.empty() ? picture_extensions() : config_.image_keys);
  }

  bool is_sample(const Entry& entry, const std::string& path) const {
    const bool labelled = path.find('/') != std::string::npos;
    if (texts_required_ && !entry.has_txt && !entry.has_json &&
        (!labelled || config_.templates.empty()))
      return false;
    return is_wanted(config_, [&] { return record_of(entry, path); });
  }

  Record record_of(const Entry& entry, const std::string& path) const {
    Record record;
    const std::string stem = without_extension(path);
    if (entry.has_json) record.set_fields(read_beside(stem + ".json", kMaxTextBytes), key_of(path));
    if (entry.has_txt) record.add("txt", read_beside(stem + ".txt", kMaxTextBytes));
    const size_t slash = path.find('/');
    if (slash != std::string::npos && record.values(config_.label_key).empty())
      record.add(config_.label_key, path.substr(0, slash));
    return record;
  }

  std::string read_beside(const std::string& path, uint64_t limit) const {
    return read_file(folder_ + "/" + path, limit);
  }

  std::string folder_;
  const SourceConfig& config_;
  bool texts_required_, pictures_;
  std::string paths_;
  std::vector<Entry> entries_;
  std::string fingerprint_;
};

}  // namespace

std::unique_ptr<SamplePart> open_folder_part(const PartRequest& request) {
  return std::make_unique<FolderPart>(request);
}

}  // namespace tandem
