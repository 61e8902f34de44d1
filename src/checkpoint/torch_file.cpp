#include "checkpoint/torch_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "checkpoint/extent.h"
#include "checkpoint/field_reader.h"
#include "checkpoint/quote.h"
#include "checkpoint/zip.h"

namespace tandem {
namespace {

// Facts of torch/serialization.py: MAGIC_NUMBER, little endian as LONG1 writes it, and
// PROTOCOL_VERSION.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr int64_t kLegacyProtocol = 1001;

// ---- zip ----

// The folder that all records of an archive lie in, known by its data.pkl.
std::string find_record_folder(const ZipEntries& entries, const std::string& name) {
  constexpr std::string_view kRoot = "/data.pkl";
  std::string folder;
  for (const auto& [path, entry] : entries) {
    if (!path.ends_with(kRoot) || path.find('/') != path.size() - kRoot.size()) continue;
    if (!folder.empty())
      fail(ErrorKind::bad_model, "{}: holds two archives of torch, {} and {}; split them", name,
           quote_name(folder), quote_name(path));
    folder = path.substr(0, path.size() - kRoot.size() + 1);
  }
  if (folder.empty())
    fail(ErrorKind::bad_model,
         "{}: is a zip archive without data.pkl in a folder, so torch.save did not write it; give "
         "a checkpoint of torch",
         name);
  return folder;
}

std::span<const std::byte> bytes_of(const ZipEntry& entry, TorchFile& file) {
  if (!entry.is_deflated) return entry.packed;
  return file.buffers.emplace_back(inflate_entry(entry, file.name));
}

void check_byte_order(const ZipEntries& entries, const std::string& folder, TorchFile& file) {
  const auto at = entries.find(folder + "byteorder");
  if (at == entries.end()) return;  // little before it was recorded
  const auto bytes = bytes_of(at->second, file);
  const std::string_view order(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (order != "little")
    fail(ErrorKind::unsupported,
         "{}: is of byte order {} where little is read; load and save it on a little-endian "
         "machine",
         file.name, quote_name(order));
}

void parse_archive(std::span<const std::byte> bytes, TorchFile& file) {
  const ZipEntries entries = parse_zip(bytes, file.name);
  const std::string folder = find_record_folder(entries, file.name);
  check_byte_order(entries, folder, file);
  file.pickle = parse_pickle(bytes_of(entries.find(folder + "data.pkl")->second, file), file.name);
  for (const auto& [key, storage] : file.pickle.storages) {
    const auto at = entries.find(folder + "data/" + key);
    if (at == entries.end())
      fail(ErrorKind::bad_model, "{}: lacks the storage {}; get the whole file", file.name,
           quote_name(key));
    const std::string where = fmt::format("{}: the storage {}", file.name, quote_name(key));
    const uint64_t expected = checked_bytes(storage.dtype, {storage.elements}, where);
    if (at->second.size < expected)
      fail(ErrorKind::bad_model, "{} has {} bytes where {} are expected; get the file again", where,
           at->second.size, expected);
    file.storages[key] = bytes_of(at->second, file).first(expected);
  }
}

// ---- legacy ----

bool is_legacy_magic(const Pickle& pickle) {
  const auto* magic = pickle.root->as<PickleLong>();
  return magic != nullptr && magic->bytes == kMagic;
}

void check_legacy_system(const PickleValue& info, const std::string& name) {
  const auto* dict = info.as<PickleDict>();
  if (dict == nullptr)
    fail(ErrorKind::bad_model, "{}: has no description of the system that wrote it; get it again",
         name);
  for (const auto& [key, value] : dict->items) {
    const auto* text = key->as<std::string>();
    const auto* flag = value->as<bool>();
    if (text != nullptr && *text == "little_endian" && (flag == nullptr || !*flag))
      fail(ErrorKind::unsupported,
           "{}: is of big-endian byte order; load and save it on a little-endian machine", name);
  }
}

// The next pickle of the file.
Pickle take_pickle(FieldReader& in, const std::string& name) {
  Pickle pickle = parse_pickle(in.rest(), name);
  in.take(pickle.bytes_read);
  return pickle;
}

void take_legacy_storage(FieldReader& in, const std::string& key, TorchFile& file) {
  const auto storage = file.pickle.storages.find(key);
  const bool is_new = storage != file.pickle.storages.end() && !file.storages.contains(key);
  if (!is_new)
    fail(ErrorKind::bad_model, "{}: has the storage {} twice or for no tensor; get it again",
         file.name, quote_name(key));
  const std::string where = fmt::format("{}: the storage {}", file.name, quote_name(key));
  const auto elements = in.number<int64_t>();
  if (elements != storage->second.elements)
    fail(ErrorKind::bad_model, "{} has {} elements where {} are expected; get the file again",
         where, elements, storage->second.elements);
  file.storages[key] = in.take(checked_bytes(storage->second.dtype, {elements}, where));
}

void parse_legacy(std::span<const std::byte> bytes, TorchFile& file) {
  FieldReader in(bytes, file.name);
  if (!is_legacy_magic(take_pickle(in, file.name)))
    fail(ErrorKind::bad_model,
         "{}: is a pickle but not of torch (its magic number is missing); save the state dict with "
         "torch.save",
         file.name);
  const Pickle protocol = take_pickle(in, file.name);
  const auto* version = protocol.root->as<int64_t>();
  if (version == nullptr || *version != kLegacyProtocol)
    fail(ErrorKind::unsupported,
         "{}: is of another version of torch's legacy format than {}; load and save it with "
         "PyTorch",
         file.name, kLegacyProtocol);
  const Pickle system = take_pickle(in, file.name);
  check_legacy_system(*system.root, file.name);
  file.pickle = take_pickle(in, file.name);
  const Pickle keys = take_pickle(in, file.name);
  const auto* list = keys.root->as<PickleList>();
  for (const PickleValue* key : list == nullptr ? PickleItems{} : list->items) {
    const auto* text = key->as<std::string>();
    if (text == nullptr)
      fail(ErrorKind::bad_model, "{}: lists a storage by what is no text; get it again", file.name);
    take_legacy_storage(in, *text, file);
  }
  if (file.storages.size() != file.pickle.storages.size())
    fail(ErrorKind::bad_model, "{}: has {} of {} storages; get the whole file", file.name,
         file.storages.size(), file.pickle.storages.size());
  if (in.left() != 0)
    fail(ErrorKind::bad_model, "{}: has {} bytes behind its last storage; get it again", file.name,
         in.left());
}

bool is_tar(std::span<const std::byte> bytes) {
  constexpr size_t kAt = 257;  // of "ustar" in a header of POSIX tar
  if (bytes.size() < kAt + 5) return false;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()) + kAt, 5) == "ustar";
}

}  // namespace

TorchFile parse_torch_file(std::span<const std::byte> bytes, const std::string& name) {
  TorchFile file;
  file.name = name;
  file.file_bytes = bytes.size();
  if (bytes.empty()) fail(ErrorKind::bad_model, "{}: is empty; get it again", name);
  if (is_zip(bytes)) {
    parse_archive(bytes, file);
  } else if (is_tar(bytes)) {
    fail(ErrorKind::unsupported,
         "{}: is a tar as PyTorch wrote before version 0.1.10; load and save it with PyTorch",
         name);
  } else if (bytes[0] == std::byte{0x80}) {  // PROTO begins every pickle of protocol 2 and above
    parse_legacy(bytes, file);
  } else {
    fail(ErrorKind::bad_model,
         "{}: is no checkpoint of torch (neither a zip archive nor a pickle); give the file that "
         "torch.save wrote",
         name);
  }
  return file;
}

}  // namespace tandem
