#include "data/teacher_files.h"

#include <fmt/core.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/half.h"
#include "base/json.h"

namespace tandem {
namespace {

constexpr std::string_view kFormat = "tandem teacher store 1";
constexpr std::string_view kMagic = "TANDEMT1";
constexpr size_t kFront = 8 + 32 + 2 * sizeof(uint64_t);
constexpr int kMaxWidth = 1 << 16, kMaxViews = 1 << 16;

[[noreturn]] void fail_for(const std::string& path, const char* what) {
  fail(ErrorKind::bad_model, "{}: {}; make the store again", path, what);
}

uint64_t word_at(std::span<const std::byte> bytes, size_t at) {
  uint64_t word;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

/// Every number of an augmentation by its name, for reading and writing.
template <class A, class Visit>
void visit_fields(A& a, Visit visit) {
  visit("scale_min", a.scale_min);
  visit("scale_max", a.scale_max);
  visit("ratio_min", a.ratio_min);
  visit("ratio_max", a.ratio_max);
  visit("flip", a.flip);
  visit("brightness", a.brightness);
  visit("contrast", a.contrast);
  visit("saturation", a.saturation);
  visit("hue", a.hue);
  visit("color_jitter_probability", a.color_jitter_probability);
  visit("gray", a.gray);
  visit("low_resolution", a.low_resolution);
  visit("low_resolution_side", a.low_resolution_side);
}

template <class Number>
std::string bytes_of(std::span<const Number> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

}  // namespace

std::string teacher_facts_path(const std::string& folder) { return folder + "/teacher.json"; }

std::string teacher_part_path(const std::string& folder, int64_t part) {
  return fmt::format("{}/part-{:05}.f16", folder, part);
}

std::string to_json(const TeacherFacts& facts) {
  OrderedJson json;
  json["format"] = kFormat;
  json["dataset"] = facts.dataset;
  json["teacher"] = facts.teacher;
  json["samples"] = facts.samples;
  json["width"] = facts.width;
  json["views"] = facts.views;
  json["logit_scale"] = facts.logit_scale;
  json["seed"] = facts.seed;
  json["preprocess"] = facts.preprocess;
  visit_fields(facts.augmentation,
               [&](const char* name, double value) { json["augmentation"][name] = value; });
  return to_line(json) + "\n";
}

TeacherFacts read_teacher_facts(const std::string& folder) {
  const std::string path = teacher_facts_path(folder);
  TeacherFacts facts;
  try {
    const Json json = parse_json(read_file(path, 1 << 20), path);
    if (json.at("format") != kFormat) fail_for(path, "is of another format");
    facts.dataset = json.at("dataset");
    facts.teacher = json.at("teacher");
    facts.samples = json.at("samples");
    facts.width = json.at("width");
    facts.views = json.at("views");
    facts.logit_scale = json.at("logit_scale");
    facts.seed = json.at("seed");
    facts.preprocess = json.at("preprocess");
    visit_fields(facts.augmentation, [&](const char* name, double& value) {
      value = json.at("augmentation").at(name);
    });
  } catch (const Json::exception&) {
    fail_for(path, "lacks a field, or has one of another type");
  }
  if (facts.samples < 0 || facts.width < 1 || facts.width > kMaxWidth || facts.views < 1 ||
      facts.views > kMaxViews)
    fail_for(path, "has a number out of range");
  return facts;
}

TeacherPart::TeacherPart(const std::string& path, const TeacherFacts& facts,
                         const std::string& settings, int64_t samples)
    : file_(path), samples_(samples), width_(facts.width), views_(facts.views) {
  const auto bytes = file_.bytes();
  const auto count = static_cast<uint64_t>(samples);
  const size_t front = kFront + (count + 1) * sizeof(uint64_t);
  if (bytes.size() < front || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0 ||
      word_at(bytes, kFront - 16) != count)
    fail_for(path, "is damaged");
  if (std::memcmp(bytes.data() + kMagic.size(), settings.data(), 32) != 0)
    fail_for(path, "belongs to another store");
  const uint64_t texts = word_at(bytes, kFront - 8);
  const uint64_t rows = count * static_cast<uint64_t>(views_);
  const uint64_t all_rows =
      (bytes.size() - front) / sizeof(uint16_t) / static_cast<uint64_t>(width_);
  if (all_rows < rows || all_rows - rows != texts ||
      bytes.size() - front != all_rows * sizeof(uint16_t) * static_cast<uint64_t>(width_) ||
      text_begin(0) != 0 || text_begin(samples) != texts)
    fail_for(path, "is damaged");
  for (int64_t i = 0; i < samples; ++i)
    if (text_begin(i) > text_begin(i + 1)) fail_for(path, "is damaged");
}

uint64_t TeacherPart::text_begin(int64_t sample) const {
  return word_at(file_.bytes(), kFront + static_cast<size_t>(sample) * sizeof(uint64_t));
}

void TeacherPart::row(uint64_t number, float* out) const {
  const size_t front = kFront + static_cast<size_t>(samples_ + 1) * sizeof(uint64_t);
  const std::byte* from =
      file_.bytes().data() + front + number * static_cast<size_t>(width_) * sizeof(uint16_t);
  for (int i = 0; i < width_; ++i) {
    uint16_t bits;
    std::memcpy(&bits, from + static_cast<size_t>(i) * sizeof bits, sizeof bits);
    out[i] = float_from_f16(bits);
  }
}

void TeacherPart::image(int64_t sample, int view, float* out) const {
  row(static_cast<uint64_t>(sample * views_ + view), out);
}

void TeacherPart::text(int64_t sample, int text, float* out) const {
  const uint64_t number = text_begin(sample) + static_cast<uint64_t>(text);
  if (text < 0 || number >= text_begin(sample + 1))
    fail_for(file_.path(), "has fewer texts for a sample than the data, which has changed");
  row(static_cast<uint64_t>(samples_ * views_) + number, out);
}

std::string teacher_part_bytes(const std::string& settings, std::span<const uint64_t> text_begins,
                               std::span<const uint16_t> images, std::span<const uint16_t> texts) {
  const uint64_t counts[] = {text_begins.size() - 1, text_begins.back()};
  std::string bytes(kMagic);
  bytes += settings;
  bytes += bytes_of(std::span<const uint64_t>(counts));
  bytes += bytes_of(text_begins);
  bytes += bytes_of(images);
  return bytes + bytes_of(texts);
}

}  // namespace tandem
