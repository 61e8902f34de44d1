// Text to token ids: CLIP's byte-pair encoding with the cleaning of whoever made the
// checkpoint.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// What is done to text before it is split.
enum class Cleaning {
  openai,                 ///< ftfy.fix_text, html.unescape twice, strip, white space, lower case
  open_clip,              ///< open_clip's _clean_lower
  canonicalize,           ///< open_clip's clean="canonicalize": also without punctuation
  whitespace,             ///< open_clip's clean="whitespace": no lower case
  whitespace_underscore,  ///< the same, and '_' becomes a space
  hugging_face,           ///< tokenizer.json's normalizer: NFC, white space, lower case
};

/// One text as a tower sees it, before padding.
struct TokenRow {
  std::vector<int32_t> ids;  ///< with start and end token, at most context_length
  bool truncated = false;
};

/// The files that a checkpoint brings, or one file on its own.
struct TokenizerFiles {
  std::string tokenizer_json;      ///< Hugging Face's tokenizer.json, or empty
  std::string vocab, merges;       ///< vocab.json + merges.txt, or empty
  std::string tokenizer_config;    ///< tokenizer_config.json, or empty
  std::string special_tokens_map;  ///< special_tokens_map.json, or empty
  std::string bpe_vocab;           ///< bpe_simple_vocab_16e6.txt(.gz), or empty
  /// open_clip's additional_special_tokens: they get the ids after the
  /// vocabulary's. '.' in one matches any character, as in open_clip, which joins
  /// them to its pattern unescaped; other operators are unsupported.
  std::vector<std::string> additional_specials = {};
};

struct TokenizerState;  // in tokenizer_state.h

/// Immutable after loading; safe from many threads at once.
class Tokenizer {
 public:
  /// tokenizer.json where given (its own pipeline), else vocab + merges or
  /// bpe_vocab with `cleaning` (or the one that tokenizer_config.json notes, in
  /// folders that Tandem wrote; vocab + merges with Cleaning::hugging_face take
  /// the pipeline that CLIPTokenizerFast makes of them). `vocab_size` cuts
  /// bpe_vocab's merges (0: all 49,408). Errors: bad_model naming the file;
  /// unsupported, by name, for the tokenizer of another family.
  static Tokenizer load(const TokenizerFiles& files, Cleaning cleaning = Cleaning::openai,
                        int vocab_size = 0);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Ids without start and end token. Linear in the text's length. Bytes that
  /// are no UTF-8 are bad_input with their offset.
  std::vector<int32_t> encode(std::string_view text) const;
  /// Start token, ids, end token, cut to context_length with the end token
  /// last; with truncate false a longer text is bad_input as in the reference.
  TokenRow encode_row(std::string_view text, int context_length, bool truncate = true) const;
  /// The reference's decode: ids to text ("</w>" to blanks; Hugging Face's also
  /// strips the ends). `skip_specials` leaves out start, end and other special
  /// tokens. Errors: bad_input for an id outside the vocabulary.
  std::string decode(const std::vector<int32_t>& ids, bool skip_specials = false) const;
  /// The text after cleaning, as it is split. Errors as for encode.
  std::string clean(std::string_view text) const;
  /// The vocabulary's spelling of an id ("photo</w>").
  std::string token(int32_t id) const;

  int vocab_size() const;
  int32_t start_id() const;
  int32_t end_id() const;
  /// 0 for OpenAI's and open_clip's; as the files say for Hugging Face's (the end
  /// token where they do not).
  int32_t pad_id() const;
  Cleaning cleaning() const;
  /// One line that names everything which changes ids: part of the
  /// fingerprint's recipe. Includes a hash of vocabulary and merges.
  std::string describe() const;
  /// Writes what a model folder needs: vocab.json, merges.txt,
  /// tokenizer_config.json, special_tokens_map.json (and tokenizer.json where
  /// it was loaded from one, byte for byte).
  void write(const std::string& folder) const;

 private:
  explicit Tokenizer(std::unique_ptr<const TokenizerState> state);
  std::unique_ptr<const TokenizerState> state_;
};

}  // namespace tandem
