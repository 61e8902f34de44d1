#include "data/feeder.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "data/bad_samples.h"
#include "data/feed_schedule.h"
#include "data/pair_maker.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

/// A portion that is being made. Threads take its places one by one.
struct Work {
  int64_t number = 0;
  MicroBatch batch;
  std::vector<PlaceOutcome> outcomes;
  bool has_memory = false;
  int64_t taken = 0, done = 0;
  std::exception_ptr error;
  int64_t error_at = 0;  // of the errors the one at the first place counts

  bool is_done() const { return has_memory && done == batch.size; }
};

}  // namespace

// Threads open portions in order, at most `queue` at a time, and make the places of the first
// portion that has some left. next() takes the first portion once all its places are made, so what
// it sees does not depend on who made what.
class Feeder::Impl {
 public:
  Impl(const Dataset& dataset, const Order& order, const Tokenizer& tokenizer, const FeedPlan& plan,
       const FeederOptions& options)
      : options_(options),
        maker_(dataset, order, tokenizer, options_),
        schedule_(plan),
        last_needed_(schedule_.size() - 1),
        bad_(dataset, options.bad_limit) {
    check();
    const int threads = options.threads > 0 ? options.threads : thread_count();
    try {
      for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
    } catch (...) {
      stop();
      throw;
    }
  }

  ~Impl() { stop(); }

  MicroBatch next(MicroBatch spent) {
    std::unique_lock lock(mutex_);
    if (spent.pixels.capacity() > 0 && spent_.size() < static_cast<size_t>(options_.queue))
      spent_.push_back(std::move(spent));
    if (failure_) std::rethrow_exception(failure_);
    if (next_ >= schedule_.size())
      fail(ErrorKind::bad_input, "all {} portions of the plan were taken; plan more steps",
           schedule_.size());
    const auto began = Clock::now();
    ready_.wait(lock, [&] { return !works_.empty() && works_.front()->is_done(); });
    waited_ += std::chrono::duration<double>(Clock::now() - began).count();
    const std::unique_ptr<Work> work = std::move(works_.front());
    works_.pop_front();
    ++next_;
    try {
      if (work->batch.pass == 0) count_bad(*work);
      if (work->error) std::rethrow_exception(work->error);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
    lock.unlock();
    room_.notify_all();
    return std::move(work->batch);
  }

  double waited_seconds() const {
    const std::lock_guard lock(mutex_);
    return waited_;
  }

  std::vector<BadSample> take_bad_samples() {
    const std::lock_guard lock(mutex_);
    return bad_.take();
  }

  int64_t bad_count() const {
    const std::lock_guard lock(mutex_);
    return bad_.count();
  }

 private:
  void check() const {
    const FeederOptions& o = options_;
    if (o.preprocess.width < 1 || o.preprocess.height < 1 || o.context_length < 2 || o.queue < 1 ||
        o.threads < 0 || !(o.bad_limit >= 0))
      fail(ErrorKind::bad_input,
           "pictures of {}x{}, {} tokens, a queue of {} portions, {} threads and a limit of {} bad "
           "samples cannot be fed; give positive numbers",
           o.preprocess.width, o.preprocess.height, o.context_length, o.queue, o.threads,
           o.bad_limit);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      Work* work = nullptr;
      room_.wait(lock, [&] { return stopping_ || (work = find_work()) != nullptr || may_open(); });
      if (stopping_) return;
      if (!work) {
        open(lock);
        continue;
      }
      const int64_t place = work->taken++;
      lock.unlock();
      PlaceOutcome outcome;
      std::exception_ptr error;
      try {
        outcome = make(*work, place);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      work->outcomes[static_cast<size_t>(place)] = std::move(outcome);
      if (error) note_error(*work, place, std::move(error));
      if (++work->done == work->batch.size) ready_.notify_all();
    }
  }

  Work* find_work() {
    for (const auto& work : works_)
      if (work->number <= last_needed_ && work->has_memory && work->taken < work->batch.size)
        return work.get();
    return nullptr;
  }

  bool may_open() const {
    return opened_ <= last_needed_ && works_.size() < static_cast<size_t>(options_.queue);
  }

  // Memory is taken outside the lock: clearing it takes as long as some pictures.
  void open(std::unique_lock<std::mutex>& lock) {
    works_.push_back(std::make_unique<Work>());
    Work& work = *works_.back();
    work.number = opened_++;
    if (!spent_.empty()) {
      work.batch = std::move(spent_.back());
      spent_.pop_back();
    }
    lock.unlock();
    std::exception_ptr error;
    try {
      take_memory(work);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    work.has_memory = true;
    if (error) {
      work.taken = work.done = work.batch.size;
      note_error(work, 0, std::move(error));
      ready_.notify_all();
    }
    room_.notify_all();
  }

  void take_memory(Work& work) const {
    const Portion portion = schedule_.at(work.number);
    MicroBatch& batch = work.batch;
    batch.step = portion.step;
    batch.pass = portion.pass;
    batch.first_position = portion.first_position;
    batch.size = portion.size;
    const auto pairs = static_cast<size_t>(portion.size);
    work.outcomes.resize(pairs);
    batch.pixels.resize(pairs * static_cast<size_t>(maker_.pixels_a_pair()));
    batch.tokens.resize(pairs * static_cast<size_t>(options_.context_length));
    batch.keys.resize(pairs);
    batch.meanings.resize(pairs);
    const size_t width =
        options_.teacher ? static_cast<size_t>(options_.teacher->width()) : size_t{0};
    batch.teacher_images.resize(pairs * width);
    batch.teacher_texts.resize(pairs * width);
  }

  PlaceOutcome make(Work& work, int64_t place) const {
    MicroBatch& batch = work.batch;
    const auto row = [&](auto& values) {
      const size_t width = values.size() / static_cast<size_t>(batch.size);
      return std::span(values).subspan(static_cast<size_t>(place) * width, width);
    };
    const auto at = static_cast<size_t>(place);
    return maker_.make(batch.first_position + place,
                       {row(batch.pixels), row(batch.tokens), &batch.keys[at], &batch.meanings[at],
                        row(batch.teacher_images), row(batch.teacher_texts)});
  }

  // What comes after a portion that failed is never asked for.
  void note_error(Work& work, int64_t place, std::exception_ptr error) {
    if (work.error && work.error_at < place) return;
    work.error = std::move(error);
    work.error_at = place;
    last_needed_ = std::min(last_needed_, work.number);
  }

  void count_bad(const Work& work) {
    const int64_t good = work.error ? work.error_at : work.batch.size;
    for (int64_t i = 0; i < good; ++i) {
      const PlaceOutcome& outcome = work.outcomes[static_cast<size_t>(i)];
      bad_.add_place(outcome.bad, outcome.good);
    }
  }

  const FeederOptions options_;
  const PairMaker maker_;
  const FeedSchedule schedule_;

  mutable std::mutex mutex_;  // guards all that follows; places being made are their thread's
  std::condition_variable room_, ready_;
  std::deque<std::unique_ptr<Work>> works_;
  std::vector<MicroBatch> spent_;  // whose memory is free
  int64_t opened_ = 0, next_ = 0, last_needed_;
  bool stopping_ = false;
  double waited_ = 0;
  std::exception_ptr failure_;
  BadSamples bad_;
  std::vector<std::thread> threads_;
};

Feeder::Feeder(const Dataset& dataset, const Order& order, const Tokenizer& tokenizer,
               const FeedPlan& plan, const FeederOptions& options)
    : impl_(std::make_unique<Impl>(dataset, order, tokenizer, plan, options)) {}
Feeder::~Feeder() = default;

MicroBatch Feeder::next(MicroBatch spent) { return impl_->next(std::move(spent)); }
double Feeder::waited_seconds() const { return impl_->waited_seconds(); }
std::vector<BadSample> Feeder::take_bad_samples() { return impl_->take_bad_samples(); }
int64_t Feeder::bad_count() const { return impl_->bad_count(); }

}  // namespace tandem
