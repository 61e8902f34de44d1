#include "model/text_batch.h"

#include <gtest/gtest.h>

#include "backend/encoder.h"
#include "backend/random_model.h"
#include "model/architectures.h"
#include "tandem/error.h"

namespace tandem {
namespace {

TextTransformerConfig small_text() {
  return {.context_length = 6,
          .vocab_size = 20,
          .transformer = {.width = 12, .layers = 2, .heads = 2, .mlp_width = 24}};
}

// 18 starts, 19 ends, 0 pads.
const std::vector<int32_t> kTexts = {18, 3, 4, 19, 0,  0,  //
                                     18, 3, 5, 19, 0,  0,  //
                                     18, 3, 4, 19, 0,  0,  // the first again
                                     18, 7, 0, 9,  19, 0,  // id 0 inside a text is a word
                                     18, 1, 2, 3,  4,  19};

TEST(TextBatch, PaddedKeepsEveryPosition) {
  const auto batch = make_text_batch(kTexts, small_text(), TextRows::padded);
  EXPECT_EQ(batch.ids, kTexts);
  EXPECT_EQ(batch.pooled_rows, (std::vector<int64_t>{3, 9, 15, 22, 29}));
  EXPECT_EQ(batch.sequences.attends, Sequences::Attends::before);
}

TEST(TextBatch, PackedEndsAtThePooledRow) {
  const auto batch = make_text_batch(kTexts, small_text(), TextRows::packed);
  EXPECT_EQ(batch.sequences.offsets, (std::vector<int64_t>{0, 4, 8, 12, 17, 23}));
  EXPECT_EQ(batch.pooled_rows, (std::vector<int64_t>{3, 7, 11, 16, 22}));
}

TEST(TextBatch, ATrieSharesBeginningsAndWholeTexts) {
  const auto batch = make_text_batch(kTexts, small_text(), TextRows::trie);
  // 18; 3 4 19; 5 19; 7 0 9 19; 1 2 3 4 19
  EXPECT_EQ(batch.sequences.rows(), 15);
  EXPECT_EQ(batch.pooled_rows[0], batch.pooled_rows[2]);
  for (int64_t row = 0; row < batch.sequences.rows(); ++row)
    EXPECT_LT(batch.sequences.parents[row], row);
}

TEST(TextBatch, PoolsAtTheFirstOfTheLargestIds) {
  const std::vector<int32_t> padded_with_end = {18, 3, 19, 19, 19, 19};
  EXPECT_EQ(pooled_position(padded_with_end, small_text()), 2);
}

TEST(TextBatch, PoolsByTheKindThatTheConfigSays) {
  auto config = small_text();
  const std::vector<int32_t> ids = {18, 5, 19, 5, 0, 0};
  config.pool = TextPool::eos;
  config.eos_id = 5;
  EXPECT_EQ(pooled_position(ids, config), 1);
  config.eos_id = 7;  // a row without it pools at 0, as the reference's argmax does
  EXPECT_EQ(pooled_position(ids, config), 0);
  config.pool = TextPool::first;
  EXPECT_EQ(pooled_position(ids, config), 0);
  config.pool = TextPool::last;
  EXPECT_EQ(pooled_position(ids, config), 5);
}

TEST(TextBatch, SavingsAreOffWhereTheyAreNotValid) {
  auto config = small_text();
  config.causal = false;
  EXPECT_EQ(best_rows(config), TextRows::padded);
  EXPECT_EQ(make_text_batch(kTexts, config, TextRows::trie).ids.size(), kTexts.size());
  config = small_text();
  config.class_row = true;  // its pad mask depends on what follows: no trie
  EXPECT_EQ(best_rows(config), TextRows::packed);
}

TEST(TextBatch, AClassRowIsPooledAndSeesWhatTheShiftedMaskShows) {
  auto config = small_text();
  config.class_row = true;
  const std::vector<int32_t> text = {18, 3, 19, 0, 0, 0};
  const auto padded = make_text_batch(text, config, TextRows::padded);
  EXPECT_EQ(padded.ids.back(), -1);
  EXPECT_EQ(padded.sequences.hidden, (std::vector<uint8_t>{0, 0, 0, 0, 1, 1, 1}));
  const auto packed = make_text_batch(text, config, TextRows::packed);
  EXPECT_EQ(packed.positions, (std::vector<int32_t>{0, 1, 2, 3, 6}));
  EXPECT_EQ(packed.sequences.hidden.back(), 1);  // hidden from itself when the text is padded
}

TEST(TextBatch, AnIdOutsideTheVocabularyIsRefused) {
  const std::vector<int32_t> ids = {18, 20, 19, 0, 0, 0};
  for (const auto rows : {TextRows::padded, TextRows::packed, TextRows::trie})
    EXPECT_THROW(make_text_batch(ids, small_text(), rows), Error);
}

// The savings are exact: on the judge, every kind of rows gives the same
// features up to double's rounding, for every architecture option.
TEST(TextBatch, EveryKindOfRowsGivesTheSameFeatures) {
  for (const auto& model : tandem_test::random_models()) {
    const ModelConfig& config = model.config;
    const TensorStore weights = random_weights(config, 3);
    const auto encoder = make_encoder(config, weights, {.backend = BackendKind::ref});
    const auto& text = *config.text;
    std::vector<int32_t> padded;
    for (int t = 0; t < 6; ++t)
      for (int i = 0; i < text.context_length; ++i)
        padded.push_back(i == 0       ? text.vocab_size - 2
                         : i < 2 + t  ? (i * 7 + t / 2) % 20 + 1
                         : i == 2 + t ? text.vocab_size - 1
                                      : text.pad_id);
    const auto features = [&](TextRows rows) {
      std::vector<double> values(static_cast<size_t>(6 * config.embed_dim));
      encoder->encode_text(make_text_batch(padded, text, rows), {.features = values.data()});
      return values;
    };
    const auto plain = features(TextRows::padded);
    for (const auto rows : {TextRows::packed, TextRows::trie}) {
      const auto saved = features(rows);
      for (size_t i = 0; i < plain.size(); ++i) ASSERT_NEAR(saved[i], plain[i], 1e-11) << model.name;
    }
  }
}

}  // namespace
}  // namespace tandem
