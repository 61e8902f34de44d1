// README.md of an exported run: what a reader must know before using the model.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/files.h"
#include "base/json.h"
#include "train/report_curve.h"
#include "train/run_config_keys.h"
#include "train/run_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

// The last two parts of a path: what names the data, without whose machine it was.
std::string shortened(const std::string& text, PathKind kind) {
  if (kind == PathKind::data && text.starts_with("pipe:")) return "pipe:...";
  const fs::path path = fs::path(text).lexically_normal();
  if (!path.is_absolute()) return text;
  const fs::path name = path.has_filename() ? path.filename() : path.parent_path().filename();
  const fs::path folder = path.parent_path().filename();
  return folder.empty() || folder == name ? name.string() : (folder / name).string();
}

// A command with its absolute paths shortened.
std::string shortened_command(const std::string& command) {
  std::istringstream words(command);
  std::string text;
  for (std::string word; words >> word;) {
    const size_t path = word.find_first_not_of('\'');
    const bool quoted = path != 0;
    if (path != std::string::npos && word[path] == '/') word = shortened(word.substr(path), {});
    text += (text.empty() ? "" : " ") + std::string(quoted && word[0] != '\'' ? "'" : "") + word;
  }
  return text;
}

// A cell of a table: one line, no bar.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe;
}

std::string text_of(const Json& facts, const char* key) {
  const auto found = facts.find(key);
  return found != facts.end() && found->is_string() ? found->get<std::string>() : "";
}

int64_t count_of(const Json& facts, const char* key) {
  const auto found = facts.find(key);
  return found != facts.end() && found->is_number() ? found->get<int64_t>() : 0;
}

struct Card {
  std::string name;
  int64_t step = 0;
  Layout layout = Layout::open_clip;
  RunConfig config;  // with short paths
  Json facts;
  RunLog log;
};

Card card_of(const std::string& run, int64_t step, Layout layout) {
  Card card{.step = step, .layout = layout};
  card.config = read_run_config((fs::path(run) / "run.toml").string(), {});
  change_paths(card.config, shortened);
  card.facts = read_json((fs::path(run) / "run.json").string());
  card.log = read_run_log(run);
  card.name = card.log.name;
  const auto later = [&](const auto& entry) { return entry.first > step; };
  std::erase_if(card.log.steps, [&](const StepRecord& record) { return record.step > step; });
  std::erase_if(card.log.metrics, later);
  return card;
}

std::string front_matter(const Card& card) {
  const bool hugging_face = card.layout == Layout::hugging_face;
  return fmt::format(
      "---\nlibrary_name: {}\npipeline_tag: zero-shot-image-classification\ntags:\n- clip\n"
      "- tandem\n---\n\n",
      hugging_face ? "transformers" : "open_clip");
}

std::string beginning(const Card& card) {
  const auto& model = card.config.model;
  std::string architecture = model.architecture;
  if (architecture.empty()) architecture = shortened(text_of(card.facts, "architecture"), {});
  std::string text =
      fmt::format("# {}\n\nA CLIP model: pictures and texts in one space. ", card.name);
  text += model.start.empty() ? fmt::format("Architecture {}, trained from scratch", architecture)
                              : fmt::format("Trained further from {}", shortened(model.start, {}));
  if (const int64_t parameters = count_of(card.facts, "parameters"))
    text += fmt::format(", {} parameters", grouped(parameters));
  return text + fmt::format(". Trained with Tandem {}.\n\n", text_of(card.facts, "tandem"));
}

std::string use(const Card& card) {
  std::string text =
      "## Use\n\n```sh\ntandem classify picture.jpg --labels \"a cat, a dog\" --model THIS_FOLDER\n"
      "```\n\n```python\n";
  if (card.layout == Layout::hugging_face)
    text +=
        "from transformers import CLIPModel, CLIPProcessor\n"
        "model = CLIPModel.from_pretrained(\"THIS_FOLDER\")\n"
        "processor = CLIPProcessor.from_pretrained(\"THIS_FOLDER\")\n";
  else
    text +=
        "import open_clip\n"
        "model, preprocess = open_clip.create_model_from_pretrained(\"local-dir:THIS_FOLDER\")\n"
        "tokenizer = open_clip.get_tokenizer(\"local-dir:THIS_FOLDER\")\n";
  return text + "```\n\n";
}

std::string sources_table(const Json& sources) {
  std::string text = "| source | samples | weight | fingerprint |\n|---|---:|---:|---|\n";
  for (const auto& source : sources)
    text += fmt::format("| {} | {} | {} | `{}` |\n",
                        cell(shortened(text_of(source, "path"), PathKind::data)),
                        grouped(count_of(source, "samples")),
                        source.contains("weight") ? to_line(source.at("weight")) : "1",
                        text_of(source, "fingerprint"));
  return text + "\n";
}

std::string data(const Card& card) {
  std::string text = "## Data\n\n";
  const auto sources = card.facts.find("data");
  if (sources != card.facts.end() && sources->is_array()) {
    text += sources_table(*sources);
  } else {
    for (const auto& source : card.config.data.train)
      text += fmt::format("- {}\n", shortened(source.path, PathKind::data));
    text += "\n";
  }
  text += "A fingerprint is a hash of the names, sizes and places of all samples.\n";
  if (!card.log.steps.empty() && card.log.steps.back().bad_samples > 0)
    text += fmt::format("{} samples could not be used and were left out.\n",
                        grouped(card.log.steps.back().bad_samples));
  const auto validation = card.facts.find("validation");
  if (validation != card.facts.end() && validation->is_array() && !validation->empty())
    text += "\nValidation:\n\n" + sources_table(*validation);
  return text + "\n";
}

std::string training(const Card& card) {
  const auto& config = card.config;
  double seconds = 0;
  for (const auto& record : card.log.steps)
    if (std::isfinite(record.seconds)) seconds += record.seconds;
  std::string text = "## Training\n\n| | |\n|---|---|\n";
  const auto row = [&](const char* what, const std::string& value) {
    text += fmt::format("| {} | {} |\n", what, cell(value));
  };
  row("steps", grouped(card.step));
  row("pairs seen", grouped(card.step * config.compute.batch_size));
  if (!card.log.steps.empty()) row("epochs", fmt::format("{:.4g}", card.log.steps.back().epoch));
  row("batch size", grouped(config.compute.batch_size));
  row("loss", config.loss.kind == LossKind::infonce ? "symmetric InfoNCE" : "SigLIP's sigmoid");
  row("learning rate",
      fmt::format("{}, warm-up of {} steps", config.optimizer.lr, grouped(config.schedule.warmup)));
  row("optimiser",
      fmt::format("AdamW, betas {} and {}, eps {}, weight decay {}", config.optimizer.beta1,
                  config.optimizer.beta2, config.optimizer.eps, config.optimizer.weight_decay));
  if (config.optimizer.ema > 0)
    row("weights", fmt::format("averaged, decay {}", config.optimizer.ema));
  row("device",
      fmt::format("{}, {}, processes: {}", config.compute.device, config.compute.precision,
                  std::max<int64_t>(1, count_of(card.facts, "processes"))));
  row("time", fmt::format("{:.3g} hours of steps", seconds / 3600));
  if (!text_of(card.facts, "began").empty()) row("began", text_of(card.facts, "began"));
  return text + "\n";
}

std::string results(const Card& card) {
  std::string text = "## Results\n\n";
  if (card.log.metrics.empty() && card.log.steps.empty()) return text + "Nothing was measured.\n\n";
  text += "| | value | at step |\n|---|---:|---:|\n";
  if (!card.log.steps.empty()) {
    const auto& last = card.log.steps.back();
    text += fmt::format("| loss of the last batch | {:.4f} | {} |\n", last.loss, last.step);
    text += fmt::format("| logit scale | {:.2f} | {} |\n", last.logit_scale, last.step);
  }
  if (!card.log.metrics.empty())
    for (const auto& [name, value] : card.log.metrics.back().second)
      text +=
          fmt::format("| {} | {:.4g} | {} |\n", cell(name), value, card.log.metrics.back().first);
  return text + "\n";
}

std::string limits(const Card& card) {
  std::string text =
      "## Limits\n\n"
      "- What is not in the table of results was not measured: neither accuracy on other data, nor "
      "robustness, nor fairness between groups of people.\n"
      "- The model has learned what its data show, with their errors, gaps and prejudices. Nobody "
      "has described those here: whoever publishes the model should.\n"
      "- Answers depend on the words of the labels; a probability compares the labels given and "
      "says nothing of others.\n"
      "- It is not fit for decisions about people, nor for recognising or watching them.\n"
      "- Licence: that of the data and of the start must allow what is done with the model; none "
      "is "
      "given here.\n";
  const bool measured =
      std::any_of(card.log.metrics.begin(), card.log.metrics.end(), [](const auto& entry) {
        return std::any_of(entry.second.begin(), entry.second.end(), [](const auto& metric) {
          return !metric.first.starts_with("validation/");
        });
      });
  if (!measured) text += "- No evaluation but the loss was run.\n";
  return text + "\n";
}

std::string reproduction(const Card& card) {
  std::string text = "## Configuration\n\n";
  if (const auto command = text_of(card.facts, "command"); !command.empty())
    text += fmt::format("Begun with:\n\n```sh\n{}\n```\n\n", shortened_command(command));
  return text +
         fmt::format("`run.toml`, with paths shortened:\n\n```toml\n{}```\n", to_toml(card.config));
}

}  // namespace

std::string model_card(const std::string& run, int64_t step, Layout layout) {
  const Card card = card_of(run, step, layout);
  return front_matter(card) + beginning(card) + use(card) + data(card) + training(card) +
         results(card) + limits(card) + reproduction(card);
}

}  // namespace tandem
