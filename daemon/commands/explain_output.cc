#include "daemon/commands/explain_output.h"

#include <fmt/format.h>
#include <unicode/unistr.h>

#include <boost/json.hpp>

#include "base/idn.h"

namespace haetae::daemon {
namespace {

namespace json = boost::json;

// Input lines may hold any octets; JSON must be UTF-8 (RFC 8259, section 8.1). An octet that is not
// part of a well-formed sequence becomes U+FFFD.
std::string json_text(std::string_view text) {
  std::string safe;
  icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())}).toUTF8String(safe);
  return safe;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string_view headline(const policy::Verdict& verdict) {
  switch (verdict.action) {
    case policy::Action::Allow: return "allowed";
    case policy::Action::Block: return "BLOCKED";
    case policy::Action::Rewrite: return "answered with its safe version";
  }
  return "";
}

const std::string& help_of(const Explanation& explanation) {
  return explanation.policy.categories[explanation.verdict.help].id;
}

// What is judged here and stays unseen where the address travels encrypted.
bool is_unseen(std::string_view input, const policy::Verdict& verdict) {
  const bool is_of_page =
      verdict.rule_kind == policy::RuleKind::Pattern && verdict.text != list::PatternText::Host;
  return input.starts_with("https:") && (is_of_page || verdict.help != policy::kNoCategory);
}

}  // namespace

policy::Description describe(const Explanation& explanation) {
  return policy::describe(explanation.policy, explanation.profile, explanation.request,
                          explanation.verdict);
}

void write_json(std::string_view input, const Explanation& explanation, std::string_view page,
                std::string& out) {
  const policy::Verdict& verdict = explanation.verdict;
  const policy::Description words = describe(explanation);
  json::array also;
  for (const policy::Description::Other& other : words.also) {
    also.push_back({{"category", text_or_null(other.category)},
                    {"list", text_or_null(other.list)},
                    {"rule", text_or_null(other.rule)}});
  }
  json::object line{
      {"input", json_text(input)},
      {"verdict", policy::to_text(verdict.action)},
      {"reason", policy::to_text(verdict.reason)},
      {"category", text_or_null(words.category)},
      {"list", text_or_null(words.list)},
      {"rule", text_or_null(words.rule)},
      {"profile", explanation.profile.name},
      {"until", verdict.valid_until == kNever
                    ? json::value(nullptr)
                    : json::value(explanation.policy.zone.rfc3339(verdict.valid_until))},
      {"also", std::move(also)},
  };
  if (verdict.watched) line["watched"] = true;
  if (verdict.help != policy::kNoCategory) line["help"] = help_of(explanation);
  if (!page.empty()) line["page"] = json::parse(page);
  out += json::serialize(line);
  out += '\n';
}

void write_json_error(std::string_view input, std::string_view error, std::string& out) {
  const json::object line{{"input", json_text(input)}, {"verdict", nullptr},
                          {"reason", nullptr},         {"category", nullptr},
                          {"list", nullptr},           {"rule", nullptr},
                          {"profile", nullptr},        {"until", nullptr},
                          {"also", json::array()},     {"error", error}};
  out += json::serialize(line);
  out += '\n';
}

void write_text(std::string_view input, const Explanation& explanation,
                std::optional<std::uint32_t> list_line, std::string& out) {
  const policy::Verdict& verdict = explanation.verdict;
  const policy::Description words = describe(explanation);
  out += fmt::format("{}: {} for {}\n", input, headline(verdict), explanation.profile.name);
  out += fmt::format("  why       {}\n", policy::sentence(verdict.reason));
  if (verdict.watched) {
    out += "            It would be blocked, but this profile or list only watches.\n";
  }
  if (!words.category.empty()) out += fmt::format("  category  {}\n", words.category);
  if (!words.list.empty()) {
    out += fmt::format("  list      {}{}\n", words.list,
                       list_line ? fmt::format(", line {}", *list_line) : "");
  }
  if (!words.rule.empty()) out += fmt::format("  rule      {}\n", words.rule);
  for (const policy::Description::Other& other : words.also) {
    out += fmt::format("  also      {} ({}) {}\n", other.list, other.category, other.rule);
  }
  if (verdict.help != policy::kNoCategory) {
    out += fmt::format(
        "  help      The words call for help ({}): they do not block, and are never recorded.\n",
        help_of(explanation));
  }
  if (is_unseen(input, verdict)) {
    out +=
        "  note      Of https:// the filter sees the host alone; what stands behind it stays "
        "unseen.\n";
  }
  if (verdict.valid_until != kNever) {
    out += fmt::format("  until     {}\n", explanation.policy.zone.rfc3339(verdict.valid_until));
  }
}

}  // namespace haetae::daemon
