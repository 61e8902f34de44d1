// What a picture's file name says of it: words that a text shares with it. People name pictures by
// what they are for, and no training is needed to read that.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem {

/// Lower-case words of a name or a text: cut at everything but letters, at digits, and where
/// a capital follows a small letter ("ZebraFish_02"); shorter than three letters are left out.
std::vector<std::string> name_words(std::string_view name);

/// How much of a file name a text has: the sum over the name's words that the text has of how rare
/// they are among the names, ln(names / names with it) / ln(names), over the root of the name's
/// number of words. A word is there where the text has one that begins with it or that it begins
/// with, from four letters on ("Iturbi", "Iturbide"), as file names shorten. Words that cameras and
/// programs write (IMG, scan) are no words.
class FileNameScores {
 public:
  /// Names without folders; endings are left out.
  explicit FileNameScores(std::span<const std::string> names);

  /// The pictures whose names the text has something of, by index, with their scores.
  std::vector<std::pair<size_t, double>> found(std::string_view text) const;
  /// Whether a picture's name has a word that not every name has.
  bool tells(size_t picture) const { return tells_[picture]; }

 private:
  struct Word {
    double rarity = 0;
    std::vector<size_t> pictures;
  };
  std::map<std::string, Word> words_;
  std::vector<double> lengths_;  ///< roots of the names' numbers of words
  std::vector<bool> tells_;
};

}  // namespace tandem
