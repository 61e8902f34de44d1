// Which process this is, by what torchrun, Open MPI or Slurm put into the environment.
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/fail.h"
#include "train/torch/communicator.h"

namespace tandem::torch_train {
namespace {

constexpr int kMostProcesses = 1 << 20;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<int> number(const char* name, int least, int most) {
  const auto text = variable(name);
  if (!text) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < least || value > most)
    fail(ErrorKind::bad_input, "the environment variable {} is \"{}\" and must be {} to {}", name,
         *text, least, most);
  return value;
}

struct Names {
  const char *rank, *size, *local_rank;
};

// Rank, size and local rank; nothing where neither of the first two is there.
std::optional<ProcessPlace> place_named(const Names& names) {
  const auto rank = number(names.rank, 0, kMostProcesses);
  const auto size = number(names.size, 1, kMostProcesses);
  if (!rank && !size) return std::nullopt;
  if (!rank || !size)
    fail(ErrorKind::bad_input,
         "the environment variable {} is set and {} is not; start all processes by one launcher, "
         "or unset the first",
         rank ? names.rank : names.size, rank ? names.size : names.rank);
  if (*rank >= *size)
    fail(ErrorKind::bad_input,
         "the environment says that this is process {} of {} ({} counts from 0 to {} - 1)", *rank,
         *size, names.rank, names.size);
  ProcessPlace place{.rank = *rank, .size = *size};
  // One machine where nobody says which of its processes this is.
  place.local_rank = number(names.local_rank, 0, kMostProcesses).value_or(*rank);
  return place;
}

// A port from 20000 to 29999, below those that systems give away, the same for all processes of
// a job (FNV-1a, 32 bits).
int port_of_job(std::string_view job) {
  uint32_t hash = 2166136261U;
  for (const char c : job) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619U;
  return 20000 + static_cast<int>(hash % 10000);
}

void set_port(ProcessPlace& place, const std::optional<std::string>& job) {
  if (const auto port = number("MASTER_PORT", 1, 65535))
    place.port = *port;
  else if (job)
    place.port = port_of_job(*job);
  else
    fail(ErrorKind::bad_input,
         "the environment says that {} processes train and not where they meet; set MASTER_PORT to "
         "a free port of the first process' machine",
         place.size);
}

void set_address(ProcessPlace& place, const std::optional<std::string>& otherwise) {
  const auto address = variable("MASTER_ADDR");
  if (!address && !otherwise)
    fail(ErrorKind::bad_input,
         "the environment says that {} processes train and not where they meet; set MASTER_ADDR to "
         "the first process' machine",
         place.size);
  place.address = address ? *address : *otherwise;
}

void meet_by_torchrun(ProcessPlace& place) {
  set_address(place, std::nullopt);
  set_port(place, std::nullopt);
  // There torchrun itself listens, in the protocol of its own version of PyTorch: meet beside it.
  if (variable("TORCHELASTIC_USE_AGENT_STORE") == "True") place.port += place.port < 65535 ? 1 : -1;
}

void meet_by_open_mpi(ProcessPlace& place) {
  const auto here = number("OMPI_COMM_WORLD_LOCAL_SIZE", 1, kMostProcesses);
  set_address(place, here == place.size ? std::optional<std::string>("127.0.0.1") : std::nullopt);
  const auto job = variable("PMIX_NAMESPACE");
  set_port(place, job ? job : variable("OMPI_MCA_ess_base_jobid"));
}

// "gpu[07-09,12],login1" -> "gpu07"
std::string first_node(std::string_view nodes) {
  const size_t bracket = nodes.find('['), comma = nodes.find(',');
  if (bracket == std::string_view::npos || comma < bracket)
    return std::string(nodes.substr(0, comma));
  const std::string_view numbers = nodes.substr(bracket + 1);
  const size_t close = numbers.find(']');
  const size_t after = close == std::string_view::npos ? numbers.size() : close + 1;
  const std::string_view suffix = numbers.substr(after);
  return std::string(nodes.substr(0, bracket)) +
         std::string(numbers.substr(0, numbers.find_first_of("-,]"))) +
         std::string(suffix.substr(0, suffix.find(',')));
}

void meet_by_slurm(ProcessPlace& place) {
  auto nodes = variable("SLURM_STEP_NODELIST");
  if (!nodes) nodes = variable("SLURM_JOB_NODELIST");
  set_address(place, nodes ? std::optional(first_node(*nodes)) : std::nullopt);
  auto job = variable("SLURM_JOB_ID");
  if (job) *job += "." + variable("SLURM_STEP_ID").value_or("");
  set_port(place, job);
}

}  // namespace

ProcessPlace place_from_environment() {
  // Open MPI's before Slurm's: what mpirun starts in a job of Slurm's has both, and the latter
  // count mpirun's helpers.
  const struct {
    Names names;
    void (*meet)(ProcessPlace&);
  } launchers[] = {
      {{"RANK", "WORLD_SIZE", "LOCAL_RANK"}, meet_by_torchrun},
      {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
       meet_by_open_mpi},
      {{"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"}, meet_by_slurm},
  };
  for (const auto& launcher : launchers)
    if (auto place = place_named(launcher.names)) {
      if (place->size > 1) launcher.meet(*place);
      return *place;
    }
  return {};
}

}  // namespace tandem::torch_train
