#include "config/rules_tables.h"

#include "config/types.h"

namespace haetae::config {
namespace {

constexpr std::size_t kRowsMax = 10'000;
constexpr int kYearsMax = 150;

// {en: "…", ko: "…"}
Type<Texts> texts() {
  return {"text by language", [](const Value& value, Texts& out) {
            if (value.node.kind != Node::Kind::Map || value.node.find("en") == nullptr) {
              return value.fault("a text in English is missing", "write {en: \"…\", ko: \"…\"}");
            }
            for (const Node::Entry& entry : value.node.entries) {
              const Node key{.kind = Node::Kind::Scalar, .line = entry.line, .text = entry.key};
              std::string code;
              language().read({key, value.context, value.path}, code);
              text().read(value.at(entry), out[code]);
            }
          }};
}

Type<std::string> text_or_nothing() {
  return {"text", [](const Value& value, std::string& out) {
            if (!value.node.text.empty()) text().read(value, out);
          }};
}

// {under-7: block, 7-9: allow}; bands that are not named allow.
Type<std::vector<std::string>> blocking_ages() {
  return {"block | allow by age band", [](const Value& value, std::vector<std::string>& out) {
            if (value.node.kind != Node::Kind::Map) {
              return value.fault("a section is wanted here", "write {under-7: block, 7-9: block}");
            }
            for (const Node::Entry& entry : value.node.entries) {
              bool blocks = false;
              choice<bool>({{"block", true}, {"allow", false}}).read(value.at(entry), blocks);
              if (blocks) out.push_back(entry.key);
            }
          }};
}

const Table<CategoryRule>& category_table() {
  using policy::CategoryKind;
  static const Table<CategoryRule> table{{
      row("id", &CategoryRule::id, id(), kRequired, "Its name in configurations; never renamed."),
      row("aliases", &CategoryRule::aliases, list_of(text(), kRowsMax), "[]",
          "Other names for the same thing."),
      row("kind", &CategoryRule::kind,
          choice<CategoryKind>({{"harm", CategoryKind::Harm},
                                {"nuisance", CategoryKind::Nuisance},
                                {"topic", CategoryKind::Topic},
                                {"bypass", CategoryKind::Bypass},
                                {"known-good", CategoryKind::KnownGood},
                                {"locked", CategoryKind::Locked}}),
          kRequired, "What decide() makes of it."),
      row("sensitive", &CategoryRule::sensitive, yes_no(), "false", "true: never itemised."),
      row("leads_to_help", &CategoryRule::leads_to_help, yes_no(), "false",
          "true: words searched for do not block, they lead to help."),
      row("parent", &CategoryRule::parent, texts(), kRequired, "One sentence for a parent."),
      row("child", &CategoryRule::child, texts(), kRequired, "One kind sentence for a child."),
      row("ages", &CategoryRule::blocked_ages, blocking_ages(), "",
          "What a profile of an age band does by default."),
  }};
  return table;
}

const Table<AgeBand>& age_table() {
  using policy::LogLevel;
  using policy::Strictness;
  const Type<Strictness> strictness = choice<Strictness>({{"strict", Strictness::Strict},
                                                          {"moderate", Strictness::Moderate},
                                                          {"off", Strictness::Off}});
  const Type<bool> allow_or_block = choice<bool>({{"allow", false}, {"block", true}});
  const Type<LogLevel> log = choice<LogLevel>(
      {{"none", LogLevel::None}, {"counters", LogLevel::Counters}, {"blocked", LogLevel::Blocked}});
  static const Table<AgeBand> table{{
      row("id", &AgeBand::id, id(), kRequired, "Its name in configurations."),
      row("aliases", &AgeBand::aliases, list_of(id(), kRowsMax), "[]", "Other names for it."),
      row("from", &AgeBand::first_year, number(0, kYearsMax), "", "The first year of age."),
      row("to", &AgeBand::last_year, number(0, kYearsMax), "", "The last year of age."),
      row("about", &AgeBand::about, texts(), kRequired, "One sentence for a parent."),
      row("log", &AgeBand::log, log, kRequired, "What is recorded."),
      row("safe_search", &AgeBand::safe_search, strictness, kRequired, "Search engines."),
      row("youtube", &AgeBand::youtube, strictness, kRequired, "YouTube's restricted mode."),
      row("block_bypass", &AgeBand::block_bypass, yes_no(), kRequired, "Ways round the filter."),
      row("unknown", &AgeBand::unknown_blocked, allow_or_block, kRequired, "Unknown sites."),
      row("undecidable", &AgeBand::undecidable_blocked, allow_or_block, kRequired,
          "Requests that hide what they want."),
      row("threshold", &AgeBand::threshold, number(1, 1000), kRequired, "Points that block."),
      row("phrases", &AgeBand::page_threshold, number_or_off(1000), kRequired,
          "Points of phrases that block a page."),
      row("all", &AgeBand::meant_by_all, yes_no(), "true", "Whether `haetae pause all` means it."),
  }};
  return table;
}

// {prefix: ["www.google."], suffixes: [com, de]} -> every prefix with every suffix, exact.
struct HostTlds {
  std::vector<std::string> prefix;
  std::vector<std::string> suffixes;
};

const Table<HostTlds>& host_tlds_table() {
  static const Table<HostTlds> table{{
      row("prefix", &HostTlds::prefix, list_of(text(), kRowsMax), kRequired, "\"www.google.\""),
      row("suffixes", &HostTlds::suffixes, list_of(text(), kRowsMax), kRequired, "com, co.kr"),
  }};
  return table;
}

void read_host_tlds(const Value& value, SafeSearchEngine& engine) {
  HostTlds hosts;
  read_section(host_tlds_table(), value, hosts);
  if (hosts.prefix.size() * hosts.suffixes.size() > kRowsMax) {
    return value.fault("these are too many names");
  }
  for (const std::string& prefix : hosts.prefix) {
    for (const std::string& suffix : hosts.suffixes) {
      const Node host{.kind = Node::Kind::Scalar, .line = value.node.line, .text = prefix + suffix};
      NameRule rule{.exact = true};
      host_name().read({host, value.context, value.path}, rule.name);
      engine.hosts.push_back(rule);
    }
  }
}

struct LevelRow {
  std::optional<Name> cname;
  std::vector<IpAddress> v4;
  std::vector<IpAddress> v6;
};

const Table<LevelRow>& level_table() {
  static const Table<LevelRow> table{{
      row("cname", &LevelRow::cname, maybe(host_name()), "", "The safe host."),
      row("a", &LevelRow::v4, list_of(v4_address(), kRowsMax), "[]", "Its fixed addresses."),
      row("aaaa", &LevelRow::v6, list_of(v6_address(), kRowsMax), "[]", "Its fixed addresses."),
  }};
  return table;
}

Type<std::optional<SafeSearchTarget>> level() {
  return {"section", [](const Value& value, std::optional<SafeSearchTarget>& out) {
            LevelRow level;
            read_section(level_table(), value, level);
            if (!level.cname && level.v4.empty() && level.v6.empty()) {
              value.fault("the level leads nowhere", "add cname: or a: and aaaa:");
            }
            out = SafeSearchTarget{level.cname, level.v4};
            out->addresses.insert(out->addresses.end(), level.v6.begin(), level.v6.end());
          }};
}

const Table<SafeSearchEngine>& levels_table() {
  static const Table<SafeSearchEngine> table{{
      row("strict", &SafeSearchEngine::strict, level(), "", "Where strict leads."),
      row("moderate", &SafeSearchEngine::moderate, level(), "", "Where moderate leads."),
  }};
  return table;
}

const Table<SafeSearchEngine>& engine_table() {
  static const Table<SafeSearchEngine> table{{
      row("id", &SafeSearchEngine::id, id(), kRequired, "The engine."),
      row("setting", &SafeSearchEngine::is_youtube,
          choice<bool>({{"safe_search", false}, {"youtube", true}}), "safe_search",
          "The key of a profile that rules it."),
      row("hosts", &SafeSearchEngine::hosts, list_of(name_rule(), kRowsMax), "[]",
          "\"=x\" for x alone, x for all below it too."),
      whole_row<SafeSearchEngine>("host_tlds", {"section", read_host_tlds}, "",
                                  "Hosts that differ in their ending only."),
      whole_row("levels", section(levels_table()), kRequired, "Where it leads."),
  }};
  return table;
}

// "x", "=x", or "x.*" for x in any country.
Type<policy::SearchHost> search_host() {
  return {"host", [](const Value& value, policy::SearchHost& out) {
            constexpr std::string_view kAnyCountry = ".*";
            const auto written = value.text("a host");
            if (!written) return;
            if (written->ends_with(kAnyCountry)) {
              const std::string_view label =
                  written->substr(0, written->size() - kAnyCountry.size());
              const auto name = Name::from_text(label);
              if (!name || name->label_count() != 1) {
                return value.fault(fmt::format("'{}' is not one label and .*", *written),
                                   "write it like google.*");
              }
              out = {name->to_text(), policy::SearchHost::Scope::AnyCountry};
              return;
            }
            NameRule rule;
            name_rule().read(value, rule);
            out = {rule.name.to_text(), rule.exact ? policy::SearchHost::Scope::Exact
                                                   : policy::SearchHost::Scope::Subtree};
          }};
}

Type<std::string> url_path() {
  return {"path", [](const Value& value, std::string& out) {
            text().read(value, out);
            if (out.starts_with('/') && out.find_first_of("?#") == out.npos) return;
            value.fault(fmt::format("'{}' is not a path", out),
                        "write it like /search, without what follows a question mark");
          }};
}

const Table<policy::SearchForm>& search_form_table() {
  using policy::SearchForm;
  static const Table<SearchForm> table{{
      row("path", &SearchForm::path, url_path(), kRequired, "That path and all below it."),
      row("parameters", &SearchForm::parameters, list_of(text(), kRowsMax), "[]",
          "Those of the query that hold the words."),
      row("in_path", &SearchForm::in_path, yes_no(), "false",
          "true: the words are the part of the path behind it."),
  }};
  return table;
}

Type<policy::SearchForm> search_form() {
  return {"section", [](const Value& value, policy::SearchForm& out) {
            read_section(search_form_table(), value, out);
            if (out.in_path != out.parameters.empty()) {
              value.fault("nothing says where the words are", "add parameters:, or in_path: true");
            }
          }};
}

const Table<policy::SearchEngine>& search_engine_table() {
  using policy::SearchEngine;
  static const Table<SearchEngine> table{{
      row("id", &SearchEngine::id, id(), kRequired, "The engine."),
      row("hosts", &SearchEngine::hosts, list_of(search_host(), kRowsMax), kRequired,
          "\"x\" for x and all below it, \"=x\" for x alone, \"x.*\" for x in any country."),
      row("searches", &SearchEngine::forms, list_of(search_form(), kRowsMax), kRequired,
          "Where in a URL the words stand."),
  }};
  return table;
}

const Table<SpecialNamesFile::Row>& special_name_table() {
  using Special = SpecialNamesFile::Row;
  using Answer = policy::SpecialAnswer;
  static const Table<Special> table{{
      row("name", &Special::name, host_name(), kRequired, "The name, with all below it."),
      row("answer", &Special::answer,
          choice<Answer>({{"nxdomain", Answer::NxDomain},
                          {"nodata", Answer::NoData},
                          {"local", Answer::Loopback},
                          {"refused", Answer::Refused},
                          {"forward", Answer::Forward}}),
          kRequired, "What is answered."),
      row("when", &Special::filtered_profiles_only,
          choice<bool>({{"filtered", true}, {"always", false}}), "always", "For whom."),
      row("why", &Special::why, text(), kRequired, "The reason or RFC."),
  }};
  return table;
}

const Table<LocalZone>& local_zone_table() {
  static const Table<LocalZone> table{{
      row("name", &LocalZone::name, host_name(), kRequired, "The zone, with all below it."),
      row("why", &LocalZone::why, text(), kRequired, "The reason or RFC."),
  }};
  return table;
}

const Table<HelpLine>& help_line_table() {
  static const Table<HelpLine> table{{
      row("id", &HelpLine::id, id(), kRequired, "The line."),
      row("country", &HelpLine::country, text(), kRequired, "ISO code, or INT."),
      row("topic", &HelpLine::topic, text(), kRequired, "What it helps with."),
      row("name", &HelpLine::name, texts(), kRequired, "What it is called."),
      row("phone", &HelpLine::phone, text_or_nothing(), "", "The number."),
      row("names", &HelpLine::names, list_of(host_name(), kRowsMax), "[]", "Its sites."),
      row("url", &HelpLine::url, text_or_nothing(), "", "Its page."),
  }};
  return table;
}

const Table<HouseName>& house_table() {
  static const Table<HouseName> table{{
      row("name", &HouseName::name, host_name(), kRequired, "The name, with all below it."),
      row("kind", &HouseName::kind,
          choice<std::string>(
              {{"captive", "captive"}, {"time", "time"}, {"wifi-calling", "wifi-calling"}}),
          kRequired, "What a device needs it for."),
  }};
  return table;
}

const Table<Source>& source_table() {
  static const Table<Source> table{{
      row("name", &Source::name, id(), kRequired, "The list."),
      row("url", &Source::url, text(), kRequired, "Where it is fetched from."),
      row("format", &Source::format, text(), "auto", "How its lines are written."),
      row("category", &Source::category, category_id(), kRequired, "Its category."),
      row("licence", &Source::licence, text(), kRequired, "Its licence."),
      row("homepage", &Source::homepage, text_or_nothing(), "", "Its page."),
      row("about", &Source::about, texts(), "", "One sentence about it."),
      row("on_by_default", &Source::on_by_default, yes_no(), "false", "Fetched unasked."),
  }};
  return table;
}

}  // namespace

const Table<CategoriesFile>& categories_file_table() {
  static const Table<CategoriesFile> table{{
      row("categories", &CategoriesFile::categories, list_of(section(category_table()), kRowsMax),
          kRequired, "Every category."),
  }};
  return table;
}

const Table<AgesFile>& ages_file_table() {
  static const Table<AgesFile> table{{
      row("ages", &AgesFile::ages, list_of(section(age_table()), kRowsMax), kRequired,
          "Every age band."),
  }};
  return table;
}

const Table<ServiceRules>& service_table() {
  static const Table<ServiceRules> table{{
      row("id", &ServiceRules::id, id(), kRequired, "The service; the file's name."),
      row("aliases", &ServiceRules::aliases, list_of(id(), kRowsMax), "[]",
          "Other names that people call it by in configurations."),
      row("name", &ServiceRules::name, texts(), kRequired, "What people call it."),
      row("group", &ServiceRules::group, id(), kRequired, "What kind of service it is."),
      row("own", &ServiceRules::own, list_of(name_rule(), kRowsMax), kRequired,
          "Names that are the service's alone; blocking it blocks these."),
      row("shared", &ServiceRules::shared, list_of(name_rule(), kRowsMax), "[]",
          "Names that others use too; never blocked for it."),
      row("samples", &ServiceRules::samples, list_of(host_name(), kRowsMax), kRequired,
          "At least two names that tests run."),
  }};
  return table;
}

const Table<EnginesFile>& engines_file_table() {
  static const Table<EnginesFile> table{{
      row("engines", &EnginesFile::engines, list_of(section(engine_table()), kRowsMax), kRequired,
          "Every search engine that has a safe twin."),
  }};
  return table;
}

const Table<SearchEnginesFile>& search_engines_file_table() {
  static const Table<SearchEnginesFile> table{{
      row("engines", &SearchEnginesFile::engines, list_of(section(search_engine_table()), kRowsMax),
          kRequired, "Every place where people search."),
  }};
  return table;
}

const Table<SpecialNamesFile>& special_names_file_table() {
  static const Table<SpecialNamesFile> table{{
      row("names", &SpecialNamesFile::names, list_of(section(special_name_table()), kRowsMax),
          kRequired, "Names that are answered here."),
      row("local_zones", &SpecialNamesFile::local_zones,
          list_of(section(local_zone_table()), kRowsMax), "[]",
          "Zones whose names may have addresses of the house."),
  }};
  return table;
}

const Table<HelpFile>& help_file_table() {
  static const Table<HelpFile> table{{
      row("help", &HelpFile::help, list_of(section(help_line_table()), kRowsMax), kRequired,
          "People to talk to."),
      row("house", &HelpFile::house, list_of(section(house_table()), kRowsMax), kRequired,
          "Names that every device needs."),
  }};
  return table;
}

const Table<SourcesFile>& sources_file_table() {
  static const Table<SourcesFile> table{{
      row("sources", &SourcesFile::sources, list_of(section(source_table()), kRowsMax), kRequired,
          "Public lists."),
  }};
  return table;
}

}  // namespace haetae::config
