// The table of a run's keys: each name with the member that it sets, its limits and its meaning.
// Parsing, flags, --help, run.toml and docs/run_config.md all read it.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/config_value.h"
#include "train/run_config.h"

namespace tandem {

/// What numbers a key takes.
struct Limits {
  double low = 0, high = 0;
  bool low_excluded = false, high_excluded = false;

  bool hold(double value) const;
};

/// Relative paths of a file are taken from its folder; which texts are paths depends on the key.
enum class PathKind {
  none,
  path,
  model,         ///< or the name of one
  architecture,  ///< a path where it ends in .json
  data,          ///< a path unless it begins with "pipe:"
  templates,     ///< a path unless it is a set's name
};

template <class T>
using Accessor = T& (*)(RunConfig&);
using Member =
    std::variant<Accessor<bool>, Accessor<int>, Accessor<int64_t>, Accessor<uint64_t>,
                 Accessor<double>, Accessor<std::string>, Accessor<LossKind>, Accessor<DecayRule>,
                 Accessor<ScheduleKind>, Accessor<std::vector<std::string>>,
                 Accessor<std::vector<SourceConfig>>>;

struct KeyBinding {
  std::string name;
  Member member;
  Limits limits;                     ///< of numbers
  std::vector<std::string> choices;  ///< of texts and enumerations; empty: any text
  PathKind path = PathKind::none;
  std::string help;
};

const std::vector<KeyBinding>& key_bindings();
/// The binding of this name, or null.
const KeyBinding* find_key(const std::string& name);
/// "number above 0", "cosine, constant or cooldown".
std::string type_of(const KeyBinding& key);

/// Sets the member from a value; `where` begins the sentence of errors (bad_input).
void read_key(const KeyBinding& key, const ConfigValue& value, const std::string& where,
              RunConfig& config);
/// The member as TOML; of sources: empty, they are written as tables.
std::string written_key(const KeyBinding& key, RunConfig& config);
/// bad_input where the member is outside of its limits or choices.
void check_key(const KeyBinding& key, RunConfig& config);
/// Whether a flag's value may be a bare text.
bool takes_bare_text(const KeyBinding& key);

/// [[data.train]] and [[data.validation]]: a table, a path alone, or a list of these.
std::vector<SourceConfig> read_sources(const ConfigValue& value, const std::string& where);
/// One [[name]] table.
std::string written_source(const SourceConfig& source, const std::string& name);
void check_sources(const std::vector<SourceConfig>& sources, const std::string& name);

/// Every path of the configuration, replaced by what `change` gives.
void change_paths(RunConfig& config,
                  const std::function<std::string(const std::string&, PathKind)>& change);

}  // namespace tandem
