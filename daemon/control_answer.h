#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

// The two lines of JSON of a command: {"command":"pause","words":["minji","30m"]} and
// {"ok":true,"said":["minji is paused until 21:30 (Asia/Seoul)"],"kept":true}, or
// {"ok":false,"error":"there is no profile 'minij'","hint":"did you mean 'minji'?"}.
namespace haetae::daemon {

struct ControlRequest {
  std::string command;
  std::vector<std::string> words;
};
std::string request_line(const ControlRequest& request);
// Error: what is wrong with the line, for a person.
std::expected<ControlRequest, std::string> read_request(std::string_view line);

std::string refusal_line(std::string_view error, std::string_view hint = {});
std::expected<boost::json::object, std::string> read_answer(std::string_view line);

}  // namespace haetae::daemon
