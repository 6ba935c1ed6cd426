#include "build/list_compiler.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "list/import.h"
#include "list/protected.h"

namespace haetae::build {
namespace {

namespace fs = std::filesystem;
using config::ListSource;
using list::ImportReport;
using list::ImportSpec;

constexpr std::string_view kProtectedFile = "protected.txt";

std::expected<list::Protected, std::string> load_protected(const config::Loaded& loaded) {
  return list::Protected::load(loaded.rules->folder / kProtectedFile);
}

std::optional<list::RuleScope> match_of(const ListSource& source) {
  if (source.match == "exact") return list::RuleScope::Exact;
  if (source.match == "subtree") return list::RuleScope::Subtree;
  return std::nullopt;
}

std::vector<ImportReport> read_old_reports(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return {};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return list::read_reports(text).value_or(std::vector<ImportReport>{});
}

const ImportReport* report_of(const std::vector<ImportReport>& reports, std::string_view name) {
  const auto found = std::ranges::find(reports, name, &ImportReport::name);
  return found == reports.end() ? nullptr : &*found;
}

// Rules of each list of the image in use, by its name; nothing if there is none that can be read.
std::map<std::string, std::uint64_t> rule_counts(const fs::path& image_path) {
  std::map<std::string, std::uint64_t> counts;
  const auto image = list::Image::open(image_path);
  if (!image) return counts;
  for (const list::ImageList& held : (*image)->lists()) counts[held.name] = held.rule_count;
  return counts;
}

class BuilderSink final : public list::RuleSink {
 public:
  BuilderSink(list::ImageBuilder& builder, list::ListId list) : builder_(builder), list_(list) {}
  void take(const list::Rule& rule, std::uint32_t /*line*/) override { builder_.add(list_, rule); }
  void take_address(const list::AddressRule& rule, std::uint32_t /*line*/) override {
    builder_.add(list_, rule);
  }

 private:
  list::ImageBuilder& builder_;
  list::ListId list_;
};

// Writes a small file beside its place and renames it in.
bool write_whole(const fs::path& path, std::string_view content) {
  const fs::path temporary = path.string() + ".tmp";
  {
    std::ofstream out(temporary, std::ios::binary);
    out << content;
    if (!out.flush()) return false;
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  return !error;
}

// Held while compiling: `explain` and the daemon's builder may come at the same time, and both
// write the same temporary file. The kernel lets go of it whatever becomes of us.
class BuildLock {
 public:
  explicit BuildLock(const fs::path& path)
      : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)) {
    if (fd_ >= 0) (void)flock(fd_, LOCK_EX);
  }
  ~BuildLock() {
    if (fd_ >= 0) close(fd_);
  }
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;

 private:
  int fd_;
};

// One run over all lists, and again where one of them turned out to be refused: its rules are in
// the builder by then, and a builder forgets nothing.
class Compiler {
 public:
  Compiler(const config::Loaded& loaded, const ListFiles& files, const list::Protected& names)
      : loaded_(loaded),
        files_(files),
        names_(names),
        sources_(list_sources(loaded)),
        states_(sources_.size()) {}

  std::expected<Compiled, std::string> run(const std::function<HashKey()>& fresh_key) {
    std::error_code error;
    fs::create_directories(files_.good_sources, error);
    if (error) {
      return std::unexpected(fmt::format("{} cannot be made: {}; let this user write there",
                                         files_.good_sources.string(), error.message()));
    }
    const BuildLock lock(files_.image.string() + ".lock");
    rule_counts_ = rule_counts(files_.image);
    // Each list is demoted at most twice, and a collision of 64-bit keys hardly comes twice.
    for (std::size_t round = 0; round < 2 * sources_.size() + kCollisionsMax; ++round) {
      list::ImageBuilder builder(fresh_key());
      if (!import_all(builder)) continue;
      if (std::ranges::any_of(known_names(), [&](const Name& n) { return builder.confuses(n); })) {
        continue;
      }
      auto stats = builder.write(files_.image);
      if (stats) return finish(*stats);
      if (stats.error().kind != list::BuildError::Kind::Collision) {
        return std::unexpected(stats.error().message);
      }
    }
    return std::unexpected("the lists cannot be compiled: fingerprints collide again and again");
  }

 private:
  static constexpr std::size_t kCollisionsMax = 3;

  enum class Use : std::uint8_t { Source, LastGood, Nothing };
  struct State {
    Use use = Use::Source;
    ImportReport report;  // of the configured source, also when another one is used
  };

  fs::path good_source(const ListSource& source) const { return files_.good_sources / source.name; }

  std::vector<Name> known_names() const {
    std::vector<Name> names;
    for (const config::ServiceRules& service : loaded_.rules->services) {
      for (const auto& rule : service.own) names.push_back(rule.name);
      for (const auto& rule : service.shared) names.push_back(rule.name);
    }
    for (const config::SafeSearchEngine& engine : loaded_.rules->engines) {
      for (const auto& rule : engine.hosts) names.push_back(rule.name);
    }
    return names;
  }

  // False if a list had to be demoted: start over.
  bool import_all(list::ImageBuilder& builder) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const ListSource& source = sources_[i];
      const list::ListId id = builder.add_list({source.name, source.category, 0, 0});
      if (states_[i].use == Use::Nothing) continue;
      ImportSpec spec = import_spec(source, &names_);
      if (states_[i].use == Use::LastGood) {
        spec.path = good_source(source);
      } else {
        spec.previous_rule_count = rule_counts_[source.name];
      }
      BuilderSink sink(builder, id);
      auto report = list::import_list(spec, sink);
      if (!report || report->refused()) {
        demote(i, std::move(report));
        return false;
      }
      builder.set_list_counts(id, report->import_digest, report->rule_count);
      if (states_[i].use == Use::Source) states_[i].report = std::move(*report);
    }
    return true;
  }

  // The list's source cannot be used: fall back to the last good one, then to nothing.
  void demote(std::size_t i, std::expected<ImportReport, std::string> failed) {
    State& state = states_[i];
    if (state.use == Use::LastGood) {
      state.use = Use::Nothing;
      return;
    }
    if (failed) {
      state.report = std::move(*failed);
    } else {
      state.report.name = sources_[i].name;
      state.report.category = sources_[i].category;
      state.report.refusal = failed.error();
      // So that is_current() knows it again and it is not tried at every start.
      if (const auto digest = list::digest_of_file(sources_[i].path)) {
        state.report.import_digest =
            list::import_digest_of(import_spec(sources_[i], &names_), *digest);
      }
    }
    state.use = fs::exists(good_source(sources_[i])) ? Use::LastGood : Use::Nothing;
  }

  std::expected<Compiled, std::string> finish(const list::BuildStats& stats) {
    Compiled compiled;
    compiled.stats = stats;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (states_[i].use == Use::Source) keep_source(sources_[i]);
      compiled.reports.push_back(std::move(states_[i].report));
    }
    if (!write_whole(files_.reports, list::write_reports(compiled.reports))) {
      return std::unexpected(
          fmt::format("{} cannot be written; is the disk full?", files_.reports.string()));
    }
    return compiled;
  }

  // A copy for the day when the next version is refused. Failing to keep it harms nothing today.
  void keep_source(const ListSource& source) const {
    const fs::path kept = good_source(source);
    const fs::path temporary = kept.string() + ".tmp";
    std::error_code error;
    if (fs::exists(kept) && fs::file_size(kept, error) == fs::file_size(source.path, error) &&
        list::digest_of_file(kept) == list::digest_of_file(source.path)) {
      return;
    }
    fs::copy_file(source.path, temporary, fs::copy_options::overwrite_existing, error);
    if (!error) fs::rename(temporary, kept, error);
    if (error) fs::remove(temporary, error);
  }

  const config::Loaded& loaded_;
  const ListFiles& files_;
  const list::Protected& names_;
  std::vector<ListSource> sources_;
  std::map<std::string, std::uint64_t> rule_counts_;  // of the image in use
  std::vector<State> states_;
};

}  // namespace

ListFiles ListFiles::below(const fs::path& state) {
  return {state / "lists.image", state / "lists.reports", state / "sources"};
}

std::vector<ListSource> list_sources(const config::Loaded& loaded) {
  std::vector<ListSource> sources = loaded.config.lists;
  if (loaded.config.start_lists) {
    sources.insert(sources.end(), loaded.rules->start_lists.begin(),
                   loaded.rules->start_lists.end());
  }
  return sources;
}

ImportSpec import_spec(const ListSource& source, const list::Protected* names) {
  ImportSpec spec;
  spec.name = source.name;
  spec.path = source.path;
  spec.format = list::format_of(source.format).value_or(list::Format::Auto);
  spec.category = source.category;
  spec.match = match_of(source);
  spec.protected_names = names;
  return spec;
}

std::expected<Compiled, std::string> compile_lists(const config::Loaded& loaded,
                                                   const ListFiles& files,
                                                   const std::function<HashKey()>& fresh_key) {
  const auto names = load_protected(loaded);
  if (!names) return std::unexpected(names.error());
  return Compiler(loaded, files, *names).run(fresh_key);
}

bool is_current(const list::Image& image, const config::Loaded& loaded, const ListFiles& files) {
  const auto names = load_protected(loaded);
  if (!names) return false;
  const std::vector<ListSource> sources = list_sources(loaded);
  if (image.lists().size() != sources.size()) return false;
  const std::vector<ImportReport> reports = read_old_reports(files.reports);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const list::ImageList& held = image.lists()[i];
    if (held.name != sources[i].name || held.category != sources[i].category) return false;
    const ImportReport* const report = report_of(reports, sources[i].name);
    const auto digest = list::digest_of_file(sources[i].path);
    // A source that cannot be read now could not be read then either, or it was and its rules
    // stand.
    if (!digest) continue;
    const std::uint64_t wanted = list::import_digest_of(import_spec(sources[i], &*names), *digest);
    const bool was_refused =
        report != nullptr && report->refused() && report->import_digest == wanted;
    if (held.source_digest != wanted && !was_refused) return false;
  }
  return true;
}

}  // namespace haetae::build
