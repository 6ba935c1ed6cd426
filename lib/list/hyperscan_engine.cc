#include "list/hyperscan_engine.h"

#include <hs/hs.h>

#include <cstdlib>

#include "list/pattern_cache.h"
#include "list/pattern_language.h"

namespace haetae::list {
namespace {

// Found by experiment: 5.4.0's literal API (hs_compile_lit*) can fail a scan with -13, so literals
// are escaped and go through the regex API. Letters are lower-cased on our side instead of
// HS_FLAG_CASELESS, so that both engines fold exactly the same letters. SINGLEMATCH: once is
// enough, except for a finder that is asked where strings stand.
constexpr unsigned kOnce = HS_FLAG_SINGLEMATCH;
constexpr unsigned kEach = 0;

struct FreeDatabase {
  void operator()(hs_database_t* database) const noexcept { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const noexcept { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using ScratchSpace = std::unique_ptr<hs_scratch_t, FreeScratch>;

std::expected<ScratchSpace, EngineFault> make_space(const hs_database_t* database) {
  hs_scratch_t* space = nullptr;
  if (hs_alloc_scratch(database, &space) == HS_SUCCESS) return ScratchSpace(space);
  return std::unexpected(
      EngineFault{EngineFault::kNoExpression, "Hyperscan cannot make room for scans"});
}

ScratchSpace clone_space(const ScratchSpace& prototype) {
  hs_scratch_t* space = nullptr;
  if (hs_clone_scratch(prototype.get(), &space) != HS_SUCCESS) throw std::bad_alloc();
  return ScratchSpace(space);
}

class HyperscanScratch final : public PatternEngine::Scratch {
 public:
  HyperscanScratch(std::size_t expressions, ScratchSpace space)
      : Scratch(expressions), space_(std::move(space)) {}
  hs_scratch_t* space() noexcept { return space_.get(); }
  using Scratch::clear;
  static int on_match(unsigned id, unsigned long long, unsigned long long, unsigned,
                      void* scratch) noexcept {
    static_cast<HyperscanScratch*>(scratch)->add(static_cast<std::uint16_t>(id));
    return 0;
  }

 private:
  ScratchSpace space_;
};

class HyperscanEngine final : public PatternEngine {
 public:
  HyperscanEngine(Database database, ScratchSpace prototype, std::size_t expressions)
      : database_(std::move(database)),
        prototype_(std::move(prototype)),
        expressions_(expressions) {}

  std::unique_ptr<Scratch> make_scratch() const override {
    return std::make_unique<HyperscanScratch>(expressions_, clone_space(prototype_));
  }

  bool find(std::string_view text, Scratch& scratch) const noexcept override {
    auto& own = static_cast<HyperscanScratch&>(scratch);
    own.clear();
    return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, own.space(),
                   &HyperscanScratch::on_match, &own) == HS_SUCCESS;
  }

 private:
  Database database_;
  ScratchSpace prototype_;
  std::size_t expressions_;
};

std::expected<Database, EngineFault> compile_database(const std::vector<std::string>& expressions,
                                                      unsigned flags_of_each) {
  std::vector<const char*> texts;
  std::vector<unsigned> ids;
  for (const std::string& expression : expressions) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(expression.c_str());
  }
  const std::vector<unsigned> flags(expressions.size(), flags_of_each);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result =
      hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()),
                       HS_MODE_BLOCK, nullptr, &database, &error);
  if (result == HS_SUCCESS) return Database(database);
  EngineFault fault{EngineFault::kNoExpression, "Hyperscan cannot compile the patterns"};
  if (error != nullptr) {
    if (error->expression >= 0) fault.expression = static_cast<std::size_t>(error->expression);
    fault.message = error->message;
    hs_free_compile_error(error);
  }
  return std::unexpected(std::move(fault));
}

// Everything that a compiled database depends on.
std::string cache_identity(const std::vector<std::string>& expressions, unsigned flags) {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  std::string identity = std::string("hyperscan ") + hs_version();
  for (const unsigned long long part : {static_cast<unsigned long long>(platform.tune),
                                        static_cast<unsigned long long>(platform.cpu_features),
                                        static_cast<unsigned long long>(flags)}) {
    identity += ' ' + std::to_string(part);
  }
  for (const std::string& expression : expressions) {
    identity += '\n' + std::to_string(expression.size()) + ' ' + expression;
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

// A database from the cache or made anew, with room for its scans.
struct Ready {
  Database database;
  ScratchSpace space;
  bool from_cache = false;
  std::string cache_warning;
};

std::expected<Ready, EngineFault> make_ready(const std::vector<std::string>& expressions,
                                             unsigned flags, const DatabaseCache& cache) {
  const PatternCache file(cache.folder, cache_identity(expressions, flags));
  Ready ready;
  if (cache.may_read) ready.database = load(file);
  ready.from_cache = ready.database != nullptr;
  if (!ready.from_cache) {
    auto compiled = compile_database(expressions, flags);
    if (!compiled) return std::unexpected(std::move(compiled.error()));
    ready.database = std::move(*compiled);
    if (!cache.folder.empty()) ready.cache_warning = store(file, ready.database.get());
  }
  auto space = make_space(ready.database.get());
  if (!space) return std::unexpected(std::move(space.error()));
  ready.space = std::move(*space);
  return ready;
}

class FinderScratch final : public LiteralFinder::Scratch {
 public:
  explicit FinderScratch(ScratchSpace space) : space_(std::move(space)) {}
  hs_scratch_t* space() noexcept { return space_.get(); }

 private:
  ScratchSpace space_;
};

class HyperscanFinder final : public LiteralFinder {
 public:
  HyperscanFinder(Database database, ScratchSpace prototype, std::uint32_t literals)
      : database_(std::move(database)), prototype_(std::move(prototype)), literals_(literals) {}

  EngineKind engine() const noexcept override { return EngineKind::Hyperscan; }

  std::unique_ptr<Scratch> make_scratch() const override {
    return std::make_unique<FinderScratch>(clone_space(prototype_));
  }

  bool find(std::string_view text, Scratch& scratch, Sink& sink) const noexcept override {
    Told told{sink, literals_};
    return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0,
                   static_cast<FinderScratch&>(scratch).space(), &on_match, &told) == HS_SUCCESS;
  }

 private:
  struct Told {
    Sink& sink;
    std::uint32_t literals;  // places from here on are padding
  };
  static int on_match(unsigned id, unsigned long long, unsigned long long end, unsigned,
                      void* context) noexcept {
    const auto& told = *static_cast<Told*>(context);
    if (id < told.literals) told.sink.on_literal(id, static_cast<std::size_t>(end));
    return 0;
  }

  Database database_;
  ScratchSpace prototype_;
  std::uint32_t literals_;
};

// Found by experiment: with 250 to 800 strings this engine looks at every fourth octet of a text,
// takes what is there for too many of them and comes to a third of the speed that it has with more,
// when it looks at every second. Strings of octets that stand in no text make up the number.
void pad(std::vector<std::string>& expressions) {
  constexpr std::size_t kManyStrings = 810;
  for (std::size_t i = 0; expressions.size() < kManyStrings; ++i) {
    const auto octet = [i](std::size_t divisor) {
      return static_cast<char>(0x0e + i / divisor % 16);
    };
    expressions.push_back(
        {'\x01', '\x02', '\x03', octet(256), octet(16), octet(1), '\x04', '\x05'});
  }
}

}  // namespace

bool hyperscan_runs_here() noexcept {
  return hs_valid_platform() == HS_SUCCESS;
}

std::expected<EngineBuild, EngineFault> compile_hyperscan(
    const std::vector<std::string>& expressions, const DatabaseCache& cache) {
  auto ready = make_ready(expressions, kOnce, cache);
  if (!ready) return std::unexpected(std::move(ready.error()));
  return EngineBuild{std::make_unique<HyperscanEngine>(std::move(ready->database),
                                                       std::move(ready->space), expressions.size()),
                     ready->from_cache, std::move(ready->cache_warning)};
}

std::expected<FinderBuild, EngineFault> compile_hyperscan_finder(
    const std::vector<std::string>& literals, const DatabaseCache& cache) {
  std::vector<std::string> expressions;
  for (const std::string& literal : literals) expressions.push_back(escape_literal(literal));
  const auto count = static_cast<std::uint32_t>(expressions.size());
  pad(expressions);
  auto ready = make_ready(expressions, kEach, cache);
  if (!ready) return std::unexpected(std::move(ready.error()));
  return FinderBuild{
      std::make_unique<HyperscanFinder>(std::move(ready->database), std::move(ready->space), count),
      ready->from_cache, std::move(ready->cache_warning)};
}

}  // namespace haetae::list
