#include "list/hyperscan_engine.h"

#include <hs/hs.h>

#include <cstdlib>

#include "list/pattern_cache.h"
#include "list/pattern_self_test.h"

namespace haetae::list {
namespace {

// Found by experiment: 5.4.0's literal API (hs_compile_lit*) can fail a scan with -13, so literals
// are escaped and go through the regex API. Letters are lower-cased on our side instead of
// HS_FLAG_CASELESS, so that both engines fold exactly the same letters. SINGLEMATCH: once is
// enough.
constexpr unsigned kFlags = HS_FLAG_SINGLEMATCH;

struct FreeDatabase {
  void operator()(hs_database_t* database) const noexcept { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const noexcept { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

class HyperscanScratch final : public PatternScratch {
 public:
  HyperscanScratch(const void* owner, std::size_t patterns, Scratch scratch)
      : PatternScratch(owner, patterns), scratch_(std::move(scratch)) {}
  hs_scratch_t* get() noexcept { return scratch_.get(); }
  static int on_match(unsigned id, unsigned long long, unsigned long long, unsigned,
                      void* scratch) noexcept {
    static_cast<HyperscanScratch*>(scratch)->add_hit(static_cast<std::uint16_t>(id));
    return 0;
  }

 private:
  Scratch scratch_;
};

class HyperscanSet final : public PatternSet {
 public:
  HyperscanSet(std::vector<Pattern> patterns, Database database, Scratch prototype)
      : PatternSet(std::move(patterns)),
        database_(std::move(database)),
        prototype_(std::move(prototype)) {}

  Engine engine() const noexcept override { return Engine::Hyperscan; }

  std::unique_ptr<PatternScratch> make_scratch() const override {
    hs_scratch_t* scratch = nullptr;
    if (prototype_ && hs_clone_scratch(prototype_.get(), &scratch) != HS_SUCCESS) {
      throw std::bad_alloc();
    }
    return std::make_unique<HyperscanScratch>(this, patterns().size(), Scratch(scratch));
  }

 protected:
  bool find(std::string_view text, PatternScratch& scratch) const noexcept override {
    if (!database_) return true;
    auto& own = static_cast<HyperscanScratch&>(scratch);
    return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, own.get(),
                   &HyperscanScratch::on_match, &own) == HS_SUCCESS;
  }

 private:
  Database database_;  // none if there are no patterns: Hyperscan refuses an empty set
  Scratch prototype_;
};

std::expected<Database, std::string> compile_database(const std::vector<Pattern>& patterns) {
  std::vector<const char*> expressions;
  std::vector<unsigned> ids;
  for (const Pattern& pattern : patterns) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    expressions.push_back(pattern.expression.c_str());
  }
  const std::vector<unsigned> flags(patterns.size(), kFlags);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                                             static_cast<unsigned>(patterns.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
  if (result == HS_SUCCESS) return Database(database);
  std::string message = "Hyperscan cannot compile the patterns";
  if (error != nullptr) {
    if (error->expression >= 0) message = patterns[static_cast<std::size_t>(error->expression)].id;
    message += std::string(": ") + error->message;
    hs_free_compile_error(error);
  }
  return std::unexpected(message);
}

// Everything that a compiled database depends on.
std::string cache_identity(const std::vector<Pattern>& patterns) {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  std::string identity = std::string("hyperscan ") + hs_version();
  for (const unsigned long long part : {static_cast<unsigned long long>(platform.tune),
                                        static_cast<unsigned long long>(platform.cpu_features),
                                        static_cast<unsigned long long>(kFlags)}) {
    identity += ' ' + std::to_string(part);
  }
  for (const Pattern& pattern : patterns) {
    identity += '\n' + std::to_string(pattern.expression.size()) + ' ' + pattern.expression;
  }
  return identity;
}

Database load(const PatternCache& cache) {
  const auto bytes = cache.read();
  hs_database_t* database = nullptr;
  if (!bytes || hs_deserialize_database(bytes->data(), bytes->size(), &database) != HS_SUCCESS) {
    return nullptr;
  }
  return Database(database);
}

std::string store(const PatternCache& cache, const hs_database_t* database) {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS) {
    return "Hyperscan cannot write its database down";
  }
  const std::unique_ptr<char, decltype(&std::free)> owner(bytes, &std::free);
  const auto written = cache.write({bytes, size});
  return written ? std::string() : written.error();
}

std::expected<PatternSet::Compiled, std::string> with_scratch(std::vector<Pattern> patterns,
                                                              Database database) {
  hs_scratch_t* scratch = nullptr;
  if (database && hs_alloc_scratch(database.get(), &scratch) != HS_SUCCESS) {
    return std::unexpected("Hyperscan cannot make room for scans");
  }
  PatternSet::Compiled compiled;
  compiled.set =
      std::make_shared<HyperscanSet>(std::move(patterns), std::move(database), Scratch(scratch));
  return compiled;
}

}  // namespace

bool hyperscan_runs_here() noexcept {
  return hs_valid_platform() == HS_SUCCESS;
}

std::expected<PatternSet::Compiled, std::string> compile_hyperscan(
    std::vector<Pattern> patterns, const std::filesystem::path& cache_folder) {
  if (patterns.empty()) return with_scratch({}, nullptr);
  const PatternCache cache(cache_folder, cache_identity(patterns));
  if (Database cached = load(cache)) {
    auto compiled = with_scratch(patterns, std::move(cached));
    if (compiled) compiled->from_cache = true;
    // A database that answers wrong is made anew; what is made anew is asked by our caller.
    if (compiled && !first_wrong_answer(*compiled->set)) return compiled;
  }
  auto database = compile_database(patterns);
  if (!database) return std::unexpected(database.error());
  std::string warning = cache_folder.empty() ? std::string() : store(cache, database->get());
  auto compiled = with_scratch(std::move(patterns), std::move(*database));
  if (compiled) compiled->cache_warning = std::move(warning);
  return compiled;
}

}  // namespace haetae::list
