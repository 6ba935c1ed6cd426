#include "daemon/control_answer.h"

#include <boost/json.hpp>

namespace haetae::daemon {

namespace json = boost::json;

namespace {

std::expected<json::object, std::string> read_object(std::string_view line) {
  json::error_code error;
  json::value value = json::parse(line, error);
  if (error) return std::unexpected("this is no JSON: " + error.message());
  if (!value.is_object()) return std::unexpected("this is no JSON object");
  return std::move(value.get_object());
}

}  // namespace

std::string request_line(const ControlRequest& request) {
  json::array words(request.words.begin(), request.words.end());
  return json::serialize(json::object{{"command", request.command}, {"words", std::move(words)}});
}

std::expected<ControlRequest, std::string> read_request(std::string_view line) {
  const auto object = read_object(line);
  if (!object) return std::unexpected(object.error());
  ControlRequest request;
  const json::value* const command = object->if_contains("command");
  if (command == nullptr || !command->is_string()) {
    return std::unexpected("\"command\" must be a string");
  }
  request.command = command->get_string();
  const json::value* const words = object->if_contains("words");
  if (words == nullptr) return request;
  if (!words->is_array()) return std::unexpected("\"words\" must be a list of strings");
  for (const json::value& word : words->get_array()) {
    if (!word.is_string()) return std::unexpected("\"words\" must be a list of strings");
    request.words.emplace_back(word.get_string());
  }
  return request;
}

std::string refusal_line(std::string_view error, std::string_view hint) {
  json::object answer{{"ok", false}, {"error", error}};
  if (!hint.empty()) answer["hint"] = hint;
  return json::serialize(answer);
}

std::expected<json::object, std::string> read_answer(std::string_view line) {
  return read_object(line);
}

}  // namespace haetae::daemon
