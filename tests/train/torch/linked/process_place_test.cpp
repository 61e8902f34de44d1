// Which process the environment says that this is.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tandem/error.h"
#include "train/torch/communicator.h"

namespace tandem_test {
namespace {

using namespace tandem::torch_train;

using Variables = std::vector<std::pair<const char*, const char*>>;

class ProcessPlaceTest : public testing::Test {
 protected:
  // The tests themselves may run under a launcher.
  ProcessPlaceTest() {
    for (const char* name :
         {"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT",
          "TORCHELASTIC_USE_AGENT_STORE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
          "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE", "PMIX_NAMESPACE",
          "OMPI_MCA_ess_base_jobid", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID",
          "SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_JOB_ID", "SLURM_STEP_ID"})
      ::unsetenv(name);
  }

  ProcessPlace place_in(const Variables& variables) {
    for (const auto& [name, value] : variables) ::setenv(name, value, 1);
    struct Unset {
      const Variables& variables;
      ~Unset() {
        for (const auto& variable : variables) ::unsetenv(variable.first);
      }
    } unset{variables};
    return place_from_environment();
  }

  std::string sentence_in(const Variables& variables) {
    try {
      place_in(variables);
    } catch (const tandem::Error& error) {
      EXPECT_EQ(error.kind(), tandem::ErrorKind::bad_input);
      return error.what();
    }
    return "no sentence";
  }
};

TEST_F(ProcessPlaceTest, NothingSaidIsOneProcess) {
  const ProcessPlace place = place_in({});
  EXPECT_EQ(place.size, 1);
  EXPECT_EQ(place.rank, 0);
}

TEST_F(ProcessPlaceTest, Torchrun) {
  Variables variables = {{"RANK", "3"},
                         {"WORLD_SIZE", "4"},
                         {"LOCAL_RANK", "1"},
                         {"MASTER_ADDR", "node1"},
                         {"MASTER_PORT", "29500"}};
  const ProcessPlace place = place_in(variables);
  EXPECT_EQ(place.rank, 3);
  EXPECT_EQ(place.size, 4);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.address, "node1");
  EXPECT_EQ(place.port, 29500);
  // There torchrun itself listens.
  variables.emplace_back("TORCHELASTIC_USE_AGENT_STORE", "True");
  EXPECT_EQ(place_in(variables).port, 29501);
}

TEST_F(ProcessPlaceTest, OpenMpiOnOneMachine) {
  const ProcessPlace place = place_in({{"OMPI_COMM_WORLD_RANK", "1"},
                                       {"OMPI_COMM_WORLD_SIZE", "2"},
                                       {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                       {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                                       {"PMIX_NAMESPACE", "123456"},
                                       {"SLURM_PROCID", "0"},
                                       {"SLURM_NTASKS", "8"}});
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(place.size, 2);
  EXPECT_EQ(place.address, "127.0.0.1");
  EXPECT_GE(place.port, 20000);
  EXPECT_LT(place.port, 30000);
}

TEST_F(ProcessPlaceTest, SlurmsFirstNodeIsTheMeetingPoint) {
  const std::pair<const char*, const char*> cases[] = {
      {"node7", "node7"},           {"node7,node9", "node7"},       {"gpu[07-09,12]", "gpu07"},
      {"gpu[3,12],login1", "gpu3"}, {"rack[1-2]-ib,x", "rack1-ib"}, {"a,b[1-2]", "a"},
  };
  for (const auto& [nodes, first] : cases) {
    const ProcessPlace place = place_in({{"SLURM_PROCID", "5"},
                                         {"SLURM_NTASKS", "8"},
                                         {"SLURM_LOCALID", "1"},
                                         {"SLURM_JOB_ID", "4711"},
                                         {"SLURM_JOB_NODELIST", nodes}});
    EXPECT_EQ(place.address, first);
    EXPECT_EQ(place.rank, 5);
    EXPECT_EQ(place.local_rank, 1);
  }
}

TEST_F(ProcessPlaceTest, TheJobsNumberDecidesThePort) {
  const auto port = [&](const char* job) {
    return place_in({{"SLURM_PROCID", "0"},
                     {"SLURM_NTASKS", "2"},
                     {"SLURM_JOB_ID", job},
                     {"SLURM_JOB_NODELIST", "n"}})
        .port;
  };
  EXPECT_EQ(port("4711"), port("4711"));
  EXPECT_NE(port("4711"), port("4712"));
}

TEST_F(ProcessPlaceTest, ContradictionsAreSentences) {
  const std::pair<Variables, const char*> cases[] = {
      {{{"RANK", "2"}, {"WORLD_SIZE", "2"}}, "this is process 2 of 2"},
      {{{"RANK", "0"}}, "RANK is set and WORLD_SIZE is not"},
      {{{"WORLD_SIZE", "2"}}, "WORLD_SIZE is set and RANK is not"},
      {{{"RANK", "x"}, {"WORLD_SIZE", "2"}}, "RANK is \"x\""},
      {{{"RANK", "-1"}, {"WORLD_SIZE", "2"}}, "RANK is \"-1\""},
      {{{"RANK", "0"}, {"WORLD_SIZE", "0"}}, "WORLD_SIZE is \"0\""},
      {{{"RANK", "0"}, {"WORLD_SIZE", "2"}}, "set MASTER_ADDR"},
      {{{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}}, "set MASTER_PORT"},
      {{{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "70000"}},
       "MASTER_PORT is \"70000\""},
      {{{"OMPI_COMM_WORLD_RANK", "0"},
        {"OMPI_COMM_WORLD_SIZE", "4"},
        {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}},
       "set MASTER_ADDR"},
  };
  for (const auto& [variables, sentence] : cases) {
    const std::string said = sentence_in(variables);
    EXPECT_NE(said.find(sentence), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace tandem_test
