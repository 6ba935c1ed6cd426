#include "page/ask_subject.h"

#include <fmt/format.h>

#include <algorithm>

namespace haetae::page {
namespace {

constexpr std::string_view kNone = "-";

std::string_view word_of(AskFor what) {
  switch (what) {
    case AskFor::Site: return "site";
    case AskFor::Page: return "page";
    case AskFor::Time: return "time";
    case AskFor::Nothing: break;
  }
  return kNone;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

std::optional<policy::Reason> reason_of(std::string_view text) {
  for (std::size_t i = 0; i < policy::kReasonsCount; ++i) {
    const auto reason = static_cast<policy::Reason>(i);
    if (policy::to_text(reason) == text) return reason;
  }
  return std::nullopt;
}

std::string to_text(const AskSubject& subject) {
  const auto or_none = [](const std::string& text) { return text.empty() ? kNone : text; };
  return fmt::format("{} {} {} {}", word_of(subject.what), policy::to_text(subject.reason),
                     or_none(subject.category), or_none(subject.host));
}

std::optional<AskSubject> ask_subject_of(std::string_view text) {
  AskSubject subject;
  const std::string_view what = take_word(text);
  for (const AskFor one : {AskFor::Site, AskFor::Page, AskFor::Time}) {
    if (word_of(one) == what) subject.what = one;
  }
  const auto reason = reason_of(take_word(text));
  const std::string_view category = take_word(text);
  if (subject.what == AskFor::Nothing || !reason || text.empty()) return std::nullopt;
  subject.reason = *reason;
  if (category != kNone) subject.category = category;
  if (text != kNone) subject.host = text;
  const bool names_site = !subject.host.empty();
  if (names_site == (subject.what == AskFor::Time)) return std::nullopt;
  return subject;
}

}  // namespace haetae::page
