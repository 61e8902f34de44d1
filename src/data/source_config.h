// Where pairs of pictures and texts come from: one source, as a run's configuration names it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tandem {

/// One way to a caption: a field and how likely it is drawn.
struct TextChoice {
  /// A file of the sample ("txt"), or a field of its JSON, a CSV column, a JSON Lines key
  /// ("caption", "text", "meta.title"). A list counts as its elements, which share the weight;
  /// "text[0]" is its first element. White space at the ends and empty texts do not count.
  std::string field;
  double weight = 1;  ///< relative to the other choices that the sample has
};

struct SourceConfig {
  /// WebDataset tars ("train-{0000..0007}.tar", globs), "pipe:COMMAND" whose output is such a tar
  /// (run once, by sh, and kept in the cache by the command; ranges of numbers are expanded there
  /// too), a .csv, .tsv (first line: names of columns), .jsonl or .ndjson file, or a folder
  /// (pictures beside a .txt or .json of the same name, or one folder a class; links to folders are
  /// not followed). Several files are one source; tars must not be compressed.
  std::string path;
  /// How often a sample comes in an epoch: 2.5 is twice, and a third time for half of them
  /// (which half changes with the epoch). Not negative.
  double weight = 1;
  /// The picture: file extensions in tars and folders, a column or key (a path relative to the
  /// file, or base64) in tables. Empty: the formats that Tandem decodes; "image", "filepath",
  /// "path", "file_name", "filename". Addresses (url) are refused: Tandem downloads nothing.
  std::vector<std::string> image_keys{};
  /// Empty: the first that the sample has of "text", "captions", "caption", "txt", "title" (a
  /// JSON's list may hold more than the one text of a .txt file).
  std::vector<TextChoice> texts{};
  std::string label_key = "label";  ///< else "cls"; of folders: else the first subfolder's name
  /// Sentences with one {} for the label; a sample with a label draws from them too.
  std::vector<std::string> templates{};
  double template_weight = 1;  ///< of all templates together, beside the weights of `texts`
  /// Only samples whose JSON field, column or label has one of these values.
  std::map<std::string, std::vector<std::string>> where{};
};

}  // namespace tandem
