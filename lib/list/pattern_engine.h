#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haetae::list {

// The seam behind PatternSet: expressions compiled so that one look at a text tells which of them
// match. Immutable, shared by all threads.
class PatternEngine {
 public:
  // One worker's working memory for one engine.
  class Scratch {
   public:
    virtual ~Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    // What the last look found: places of expressions, each once, in no order.
    std::span<const std::uint16_t> found() const noexcept { return {found_.data(), count_}; }

   protected:
    explicit Scratch(std::size_t expression_count) : found_(expression_count) {}
    void clear() noexcept { count_ = 0; }
    // More than there are expressions is impossible: each is told once.
    void add(std::uint16_t place) noexcept {
      if (count_ < found_.size()) found_[count_++] = place;
    }

   private:
    std::vector<std::uint16_t> found_;
    std::size_t count_ = 0;
  };

  virtual ~PatternEngine() = default;
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;
  // scratch: of this engine. False if the engine failed; what it found is then of no use.
  virtual bool find(std::string_view text, Scratch& scratch) const noexcept = 0;
};

// An engine, and how it came to be.
struct EngineBuild {
  std::unique_ptr<const PatternEngine> engine;
  bool from_cache = false;
  std::string cache_warning;  // why the cache could not be written; empty if all went well
};

// Why there is none.
struct EngineFault {
  static constexpr std::size_t kNoExpression = SIZE_MAX;
  std::size_t expression = kNoExpression;  // the place of the one that is to blame
  std::string message;
};

}  // namespace haetae::list
