// tandem doctor: what this installation is and whether it works.

#include "verify/doctor.h"

#include <fmt/core.h>

#include "cli/context.h"
#include "search/neighbour_graph.h"

namespace tandem::cli {
namespace {

OrderedJson to_json(const Diagnosis& found) {
  OrderedJson json{{"cpu", found.cpu},
                   {"instructions", found.instructions},
                   {"isa", found.isa},
                   {"untested_kernels", found.untested},
                   {"threads", found.threads},
                   {"memory_gb", found.memory_gb},
                   {"libraries", OrderedJson::object()},
                   {"missing", OrderedJson::array()},
                   {"models", found.models}};
  for (const auto& library : found.libraries) json["libraries"][library.name] = library.version;
  for (const auto& missing : found.missing)
    json["missing"].push_back({{"name", missing.name}, {"costs", missing.costs}});
  json["gpu"] = {{"cuda_devices", found.torch.cuda_devices}};
  json["torch"] = found.torch.path.empty() ? OrderedJson()
                                           : OrderedJson{{"path", found.torch.path},
                                                         {"version", found.torch.version},
                                                         {"blas", found.torch.blas},
                                                         {"warning", found.torch.warning}};
  json["self_test"] = {{"ok", found.self_test.ok},
                       {"max_abs", found.self_test.max_abs},
                       {"tolerance", found.self_test.tolerance},
                       {"seconds", found.self_test.seconds}};
  return json;
}

void print_table(const Diagnosis& found) {
  fmt::print("CPU         {}, {} threads, {:.1f} GB of memory\n", found.cpu, found.threads,
             found.memory_gb);
  fmt::print("kernels     {}\n", found.isa);
  for (const auto& kernel : found.untested)
    fmt::print("            the {} kernels were never run here: this CPU lacks it\n", kernel);
  for (const auto& library : found.libraries)
    fmt::print("library     {} {}\n", library.name, library.version);
  for (const auto& missing : found.missing)
    fmt::print("missing     {}: {}\n", missing.name, missing.costs);
  if (!found.torch.path.empty())
    fmt::print("torch       {} CUDA devices; products by {}\n", found.torch.cuda_devices,
               found.torch.blas);
  for (const auto& model : found.models) fmt::print("model       {}\n", model);
  fmt::print("self test   {}: cpu against ref {:.2g}, {:.2g} is allowed, {:.2f} s\n",
             found.self_test.ok ? "passed" : "FAILED", found.self_test.max_abs,
             found.self_test.tolerance, found.self_test.seconds);
}

void add_faiss(Diagnosis& found) {
  std::string why;
  if (const std::string path = faiss_library_path(&why); !path.empty())
    found.libraries.push_back({"faiss, by " + path, "graphs for approximate search"});
  else
    found.missing.push_back(
        {"libtandem-faiss.so", "large libraries are searched exactly, not by a graph: " + why});
}

void run(Context& context) {
  Diagnosis found = diagnose();
  add_faiss(found);
  if (context.json)
    context.print(to_json(found));
  else
    print_table(found);
  if (!found.torch.warning.empty()) context.remark(found.torch.warning);
  if (!found.self_test.ok)
    context.complain(
        "the self test failed: do not trust answers of this installation; run `tandem verify "
        "tests/golden` and report what it names");
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "doctor", "says what this installation is and whether it works",
                        "tandem doctor --json");
  add_output_flags(verb, context);
  verb.callback([&context] { run(context); });
}

}  // namespace tandem::cli
