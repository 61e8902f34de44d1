#include "train/torch/peers.h"

#ifdef TANDEM_C10D

#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <thread>

#include "base/fail.h"

namespace tandem::torch_train {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Keys of the store: one a rank, but for the last two.
constexpr const char* kPlace = "tandem/place/";    // "ADDRESS PORT HOST"
constexpr const char* kFailed = "tandem/failed/";  // has come here after a failed call
constexpr const char* kRead = "tandem/read/";      // has seen who else has
constexpr const char* kTurn = "tandem/turn/";      // one a turn of rank 0 alone, from 0
constexpr const char* kTimedOut = "tandem/timed_out";

std::string key(const char* prefix, int64_t number) { return prefix + std::to_string(number); }

std::vector<uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

}  // namespace

Peers::Peers(c10::intrusive_ptr<c10d::Store> store, int rank, int size, const std::string& address,
             milliseconds timeout)
    : store_(std::move(store)), beacon_(address), rank_(rank), size_(size) {
  store_->set(key(kPlace, rank),
              bytes(fmt::format("{} {} {}", address, beacon_.port(), host_name())));
  const auto missing = without_key(all_ranks(), kPlace, timeout);
  if (!missing.empty())
    fail(ErrorKind::io, "{} did not come within {} seconds; see that all of them were started",
         named(missing), timeout.count() / 1000);
  for (const int peer : all_ranks()) places_.push_back(published(peer));
  for (const Place& place : places_)
    if (is_loopback(place.beacon.address) && place.host != places_[rank].host)
      fail(ErrorKind::io,
           "{} takes part by its address {}, which other machines cannot reach; set "
           "GLOO_SOCKET_IFNAME there to the network interface that leads to them",
           place.host, place.beacon.address);
}

Peers::Place Peers::published(int rank) {
  const auto value = store_->get(key(kPlace, rank));
  std::istringstream text(std::string(value.begin(), value.end()));
  Place place;
  text >> place.beacon.address >> place.beacon.port >> place.host;
  return place;
}

std::vector<int> Peers::all_ranks() const {
  std::vector<int> ranks(static_cast<size_t>(size_));
  std::iota(ranks.begin(), ranks.end(), 0);
  return ranks;
}

// Those of `ranks` whose key has not come after `wait`. Asks again and again: a wait of the store's
// that ends by time-out leaves its connection unusable.
std::vector<int> Peers::without_key(std::vector<int> ranks, const char* prefix, milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  while (true) {
    std::erase_if(ranks, [&](int rank) { return store_->check({key(prefix, rank)}); });
    if (ranks.empty() || Clock::now() >= deadline) return ranks;
    std::this_thread::sleep_for(milliseconds(10));
  }
}

std::vector<int> Peers::ended() const {
  std::vector<Endpoint> beacons;
  for (const Place& place : places_) beacons.push_back(place.beacon);
  const auto lives = listening(beacons, static_cast<int>(kGrace.count()));
  std::vector<int> ranks;
  for (int rank = 0; rank < size_; ++rank)
    if (!lives[rank]) ranks.push_back(rank);
  return ranks;
}

void Peers::announce_failure(bool timed_out) {
  try {
    store_->set(key(kFailed, rank_), bytes("1"));
    if (timed_out) store_->set(kTimedOut, bytes("1"));
  } catch (const std::exception&) {
    // The store went with rank 0, which its beacon will tell.
  }
}

// The store ends with rank 0, so that it goes last of those who have failed.
void Peers::see_others_off() {
  const auto absent = without_key(all_ranks(), kFailed, milliseconds(0));
  auto readers = all_ranks();
  std::erase_if(readers, [&](int rank) {
    return std::find(absent.begin(), absent.end(), rank) != absent.end();
  });
  without_key(readers, kRead, kGrace);
}

std::string Peers::who_is_missing() {
  // A process that is being killed closes one connection after the other.
  std::this_thread::sleep_for(milliseconds(100));
  std::vector<int> gone = ended(), late;
  try {
    // Sets a time-out for what is asked next as well: rank 0 may be there and not answer.
    store_->wait({key(kPlace, rank_)}, kGrace);
    // Who has failed as we have, and then ended, is not to blame.
    gone = without_key(gone, kFailed, milliseconds(0));
    // Who has not failed never came to the call; before a time-out it may be on its way.
    if (gone.empty() && store_->check({kTimedOut}))
      late = without_key(all_ranks(), kFailed, kGrace);
    store_->set(key(kRead, rank_), bytes("1"));
    if (rank_ == 0) see_others_off();
  } catch (const std::exception&) {
    if (gone.empty()) late = {0};
  }
  if (!gone.empty()) return named(gone) + (gone.size() == 1 ? " has ended" : " have ended");
  return late.empty() ? "" : named(late) + " did not come";
}

std::string Peers::named(const std::vector<int>& ranks) const {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (size_t i = 0; i < ranks.size(); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == ranks.size() ? " and " : ", ", ranks[i]);
  text += fmt::format(" of {}", size_);
  if (ranks.size() == 1 && !places_.empty())
    text += fmt::format(" (on {})", places_[ranks[0]].host);
  return text;
}

void Peers::end_turn(int64_t turn) { store_->set(key(kTurn, turn), bytes("1")); }

bool Peers::wait_for_turn(int64_t turn) {
  constexpr std::chrono::milliseconds kLook{50};
  try {
    while (!store_->check({key(kTurn, turn)})) std::this_thread::sleep_for(kLook);
    return true;
  } catch (const std::exception&) {  // rank 0 keeps the store
    return false;
  }
}

}  // namespace tandem::torch_train

#endif
