#include "sort/action_log.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;

LoggedAction move_of(const std::string& from, const std::string& to) {
  return {.kind = ActionKind::move, .from = from, .to = to, .part = "/p", .source = {7, -8, 9}};
}

TEST(ActionLog, IsReadBackAsWritten) {
  const ScratchFolder folder;
  const std::string path = folder.path("log");
  {
    ActionLog log = ActionLog::create(path);
    auto first = move_of("/a/caf\xe9\n.jpg", "/b/\"x\".jpg");
    log.intend(first);
    first.result = {1, 2, 3};
    log.done(first);
    LoggedAction second{.kind = ActionKind::sidecar,
                        .to = "/c.xmp",
                        .before = std::string("\x00\xff", 2),
                        .digest = "d"};
    log.intend(second);
    log.failed(second);
  }
  const auto actions = read_action_log(path);
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].from, "/a/caf\xe9\n.jpg");
  EXPECT_EQ(actions[0].source, (FileStamp{7, -8, 9}));
  EXPECT_EQ(actions[0].state, LoggedAction::State::done);
  EXPECT_EQ(actions[0].result, (FileStamp{1, 2, 3}));
  EXPECT_EQ(actions[1].before, std::string("\x00\xff", 2));
  EXPECT_EQ(actions[1].state, LoggedAction::State::failed);
}

TEST(ActionLog, ALineThatACrashCutShortIsLeftOut) {
  const ScratchFolder folder;
  const std::string path = folder.path("log");
  {
    ActionLog log = ActionLog::create(path);
    auto action = move_of("/a", "/b");
    log.intend(action);
  }
  const std::string whole = read_file(path);
  for (size_t cut = 1; cut < 30; ++cut) {
    folder.write("log", whole + whole.substr(whole.find('\n') + 1, cut));
    EXPECT_EQ(read_action_log(path).size(), 1u) << cut;
  }
  {
    ActionLog log = ActionLog::append_to(path);
    LoggedAction action{.n = 1};
    log.undone(action);
  }
  EXPECT_EQ(read_action_log(path).at(0).state, LoggedAction::State::undone);
}

TEST(ActionLog, OtherFilesAreRefusedWithTheirLine) {
  const std::string head = "{\"tandem_sort_log\":1}\n";
  for (const std::string& text :
       {std::string(), std::string("no log"), std::string("{}\n"),
        std::string("{\"tandem_sort_log\":2}\n"), head + "{}\n", head + "nonsense\n",
        head + "{\"n\":1,\"do\":\"burn\",\"to\":\"/a\"}\n",
        head + "{\"n\":1,\"do\":\"copy\",\"to\":\"relative\"}\n",
        head + "{\"n\":2,\"do\":\"copy\",\"to\":\"/a\"}\n", head + "{\"done\":1}\n",
        head + "{\"n\":\"1\",\"do\":\"copy\",\"to\":\"/a\"}\n", head + "[1]\n",
        head + "{\"n\":1,\"do\":\"copy\",\"to\":{\"hex\":\"zz\"}}\n"}) {
    const std::string said = refusal([&] { parse_action_log(text, "x.jsonl"); });
    EXPECT_TRUE(said.starts_with("x.jsonl: ")) << text << said;
  }
}

}  // namespace
}  // namespace tandem
