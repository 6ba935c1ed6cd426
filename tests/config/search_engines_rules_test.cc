// Faults of rules/search_engines.yaml, as whoever edits it reads them.
#include <gmock/gmock.h>

#include "config/rules_tables.h"
#include "config/shipped_rules.h"

namespace haetae::config {
namespace {

struct Read {
  SearchEnginesFile file;
  std::vector<std::string> faults;
};

Read read(std::string_view yaml) {
  Read read;
  Context context{.file = "search_engines.yaml"};
  const auto root = parse_yaml(yaml, context.file, context.faults);
  if (root) read_section(search_engines_file_table(), {*root, context, ""}, read.file);
  read.faults = test::lines_of(context.faults);
  return read;
}

TEST(SearchEnginesFile, BecomesEngines) {
  const Read made = read(R"(engines:
  - id: one
    hosts: ["=www.one.example", one.example, brand.*]
    searches:
      - {path: /search, parameters: [q, Query]}
      - {path: /tag, in_path: true}
)");
  ASSERT_THAT(made.faults, ::testing::IsEmpty());
  ASSERT_EQ(made.file.engines.size(), 1U);
  const policy::SearchEngine& engine = made.file.engines[0];
  using Scope = policy::SearchHost::Scope;
  ASSERT_EQ(engine.hosts.size(), 3U);
  EXPECT_EQ(engine.hosts[0].text, "www.one.example");
  EXPECT_EQ(engine.hosts[0].scope, Scope::Exact);
  EXPECT_EQ(engine.hosts[1].scope, Scope::Subtree);
  EXPECT_EQ(engine.hosts[2].text, "brand");
  EXPECT_EQ(engine.hosts[2].scope, Scope::AnyCountry);
  ASSERT_EQ(engine.forms.size(), 2U);
  EXPECT_THAT(engine.forms[0].parameters, ::testing::ElementsAre("q", "Query"));
  EXPECT_TRUE(engine.forms[1].in_path);
}

struct FaultCase {
  const char* row;    // of an engine's `searches` or `hosts`
  const char* fault;  // what the line says
};
constexpr FaultCase kFaults[] = {
    {"hosts: [a.b.*], searches: [{path: /, parameters: [q]}]",
     "search_engines.yaml:1: engines[0].hosts[0]: 'a.b.*' is not one label and .*; write it like "
     "google.*"},
    {"hosts: [one.example], searches: [{path: search, parameters: [q]}]",
     "'search' is not a path; write it like /search"},
    {"hosts: [one.example], searches: [{path: \"/search?q=\", parameters: [q]}]", "is not a path"},
    {"hosts: [one.example], searches: [{path: /search}]",
     "nothing says where the words are; add parameters:, or in_path: true"},
    {"hosts: [one.example], searches: [{path: /search, parameters: [q], in_path: true}]",
     "nothing says where the words are"},
    {"hosts: [one.example], searches: [{path: /search, parameter: [q]}]", "parameters"},
    {"hosts: [one.example]", "'searches' is missing"},
    {"searches: [{path: /, parameters: [q]}]", "'hosts' is missing"},
};

TEST(SearchEnginesFile, SaysWhatIsWrongAndWhere) {
  for (const FaultCase& row : kFaults) {
    const Read made = read("engines: [{id: one, " + std::string(row.row) + "}]");
    ASSERT_FALSE(made.faults.empty()) << row.row;
    EXPECT_THAT(made.faults, ::testing::Contains(::testing::HasSubstr(row.fault))) << row.row;
  }
}

}  // namespace
}  // namespace haetae::config
