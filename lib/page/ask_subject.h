#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace haetae::page {

// What somebody who was stopped may ask for.
enum class AskFor : std::uint8_t {
  Nothing,  // what nobody at home can open, or what stays private
  Site,
  Page,  // of a site that is open otherwise
  Time,  // pause, focus, bedtime, quota: the site is not the point
};

// What an ask button says when it is pressed.
struct AskSubject {
  AskFor what = AskFor::Nothing;
  policy::Reason reason = policy::Reason::NoRuleMatched;  // why it was closed
  std::string category;                                   // id; empty: none
  std::string host;                                       // empty with Time
};
// "site category games game.example": a field of the form, and back. Nothing: none of ours.
std::string to_text(const AskSubject& subject);
std::optional<AskSubject> ask_subject_of(std::string_view text);

// Of policy::to_text; nothing: no reason is called so.
std::optional<policy::Reason> reason_of(std::string_view text);

}  // namespace haetae::page
