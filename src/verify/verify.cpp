#include "verify/verify.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "verify/pixels_stage.h"
#include "verify/tokens_stage.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

void run_stage(const std::string& stage, const std::string& folder, const Json& case_json,
               const VerifyOptions& options, const VerifyReport& report) {
  if (stage == "tokens") return verify_tokens(folder, case_json, report);
  if (stage == "pixels") return verify_pixels(folder, case_json, report);
  if (stage == "towers") return verify_towers(folder, case_json, options, report);
  if (stage == "zero_shot") return verify_zero_shot(folder, case_json, options, report);
  if ((stage == "loss" || stage == "train") && options.load.backend != "torch")
    return report({.ok = true, .skipped = "training runs on libtorch; choose --backend torch"});
  if (stage == "loss") return verify_loss(folder, case_json, options, report);
  if (stage == "train") return verify_train(folder, case_json, options, report);
  fail(ErrorKind::unsupported, "{}: the stage \"{}\" is none that Tandem knows; use a newer Tandem",
       folder, stage);
}

}  // namespace

std::vector<std::string> find_cases(const std::string& path) {
  std::vector<std::string> cases;
  std::error_code error;
  if (!fs::exists(path, error))
    fail(ErrorKind::io, "{}: there is no such folder; check the path", path);
  if (fs::exists(fs::path(path) / "case.json", error)) return {path};
  for (fs::recursive_directory_iterator
           at(path, fs::directory_options::follow_directory_symlink, error),
       end;
       !error && at != end; at.increment(error))
    if (at->path().filename() == "case.json") cases.push_back(at->path().parent_path().string());
  if (cases.empty())
    fail(ErrorKind::bad_input,
         "{}: holds no golden case; name a folder with case.json at any depth", path);
  std::sort(cases.begin(), cases.end());
  return cases;
}

void verify_case(const std::string& folder, const VerifyOptions& options,
                 const std::function<void(const CaseLine&)>& report) {
  CaseLine at{.folder = folder, .stage = "unknown"};
  int lines = 0;
  const auto with_case = [&](const VerifyLine& line) {
    ++lines;
    at.line = line;
    report(at);
  };
  try {
    const Json case_json = read_json((fs::path(folder) / "case.json").string());
    at.stage = case_json.at("stage").get<std::string>();
    run_stage(at.stage, folder, case_json, options, with_case);
    if (lines == 0) with_case({.detail = "the case compares nothing; get it again"});
  } catch (const Error& error) {
    with_case({.detail = error.what()});
  } catch (const Json::exception& error) {
    with_case({.detail = std::string("case.json is not of the known form (") + error.what() + ")"});
  } catch (const std::exception& error) {  // out of memory, for one
    with_case({.detail = std::string("could not be run (") + error.what() + ")"});
  }
}

}  // namespace tandem
