// Who the other processes are, and which of them is missing when a call has failed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "train/torch/beacon.h"
#include "train/torch/c10d.h"

#ifdef TANDEM_C10D

namespace tandem::torch_train {

/// How long others' answers are waited for after a failure.
inline constexpr std::chrono::milliseconds kGrace{1000};

class Peers {
 public:
  /// Tells the store where this rank is and waits for all others to do so. Error: io naming those
  /// who did not come within `timeout`, or whose address leads nowhere.
  Peers(c10::intrusive_ptr<c10d::Store> store, int rank, int size, const std::string& address,
        std::chrono::milliseconds timeout);

  /// Two halves of what follows a failed call, between which this rank leaves the group: the
  /// others' calls then fail as well, and they come here too.
  void announce_failure(bool timed_out);
  /// "rank 2 of 3 (on node7) has ended" or "... did not come"; "" where all are there.
  std::string who_is_missing();

  /// Rank 0 says that its work alone is over; the others wait for that, false where rank 0 is gone.
  void end_turn(int64_t turn);
  bool wait_for_turn(int64_t turn);

 private:
  struct Place {
    Endpoint beacon;
    std::string host;
  };

  Place published(int rank);
  std::vector<int> all_ranks() const;
  std::vector<int> without_key(std::vector<int> ranks, const char* prefix,
                               std::chrono::milliseconds wait);
  std::vector<int> ended() const;
  void see_others_off();
  std::string named(const std::vector<int>& ranks) const;

  c10::intrusive_ptr<c10d::Store> store_;
  Beacon beacon_;
  int rank_, size_;
  std::vector<Place> places_;  // by rank
};

}  // namespace tandem::torch_train

#endif
