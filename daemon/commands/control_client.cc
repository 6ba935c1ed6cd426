#include "daemon/commands/control_client.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <memory>

#include "base/limits.h"
#include "daemon/commands/common.h"
#include "daemon/control_socket.h"

namespace haetae::daemon {

namespace json = boost::json;

namespace {

constexpr const char* kInstalledConfig = "/etc/haetae/haetae.yaml";
constexpr int kNotKept = 3;

// A filter that refuses may answer and close before it has read all: what it says counts.
void send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::expected<std::string, std::string> receive_line(int socket) {
  std::string text;
  while (text.size() < limits::kControlAnswerBytesMax) {
    std::array<char, 65'536> chunk;
    const ssize_t count = recv(socket, chunk.data(), chunk.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.back() == '\n') return text;
  }
  return std::unexpected("the filter does not answer; look at what it says of itself");
}

std::string text_of(const json::object& answer, std::string_view key) {
  const json::value* const value = answer.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

int complain(const std::string& message) {
  fmt::print(stderr, "haetae: {}\n", message);
  return 1;
}

}  // namespace

void add_running_config_option(CLI::App& command, std::string& config) {
  config = kInstalledConfig;
  command.add_option("-c,--config", config, "the configuration of the running filter")
      ->capture_default_str();
}

std::expected<json::object, std::string> ask_filter(const std::string& config,
                                                    const ControlRequest& request) {
  const std::filesystem::path file = std::filesystem::absolute(config);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return std::unexpected(fmt::format(
        "there is no configuration {}; name that of the running filter by --config", config));
  }
  const auto socket = connect_control_socket(control_path(file));
  if (!socket) return std::unexpected(socket.error());
  send_all(socket->get(), request_line(request) + '\n');
  const auto line = receive_line(socket->get());
  if (!line) return std::unexpected(line.error());
  auto answer = read_answer(*line);
  if (!answer) return std::unexpected("the filter's answer: " + answer.error());
  const json::value* const ok = answer->if_contains("ok");
  if (ok != nullptr && ok->is_bool() && ok->get_bool()) return answer;
  const std::string hint = text_of(*answer, "hint");
  return std::unexpected(text_of(*answer, "error") + (hint.empty() ? "" : "; " + hint));
}

int order(const std::string& config, const ControlRequest& request) {
  const auto answer = ask_filter(config, request);
  if (!answer) return complain(answer.error());
  if (const json::value* said = answer->if_contains("said"); said != nullptr && said->is_array()) {
    for (const json::value& line : said->get_array()) {
      if (line.is_string()) fmt::print("{}\n", std::string_view(line.get_string()));
    }
  }
  const std::string why_not_kept = text_of(*answer, "why_not_kept");
  if (why_not_kept.empty()) return 0;
  fmt::print(stderr, "haetae: not kept: a restart of the filter forgets this: {}\n", why_not_kept);
  return kNotKept;
}

int print_part(const std::string& config, const ControlRequest& request, std::string_view part) {
  const auto answer = ask_filter(config, request);
  if (!answer) return complain(answer.error());
  const json::value* const value = answer->if_contains(part);
  if (value != nullptr) fmt::print("{}\n", json::serialize(*value));
  return 0;
}

CLI::App* add_order_command(CLI::App& app, const char* name, const char* about, const char* words,
                            int& exit_code) {
  auto* const command = app.add_subcommand(name, about);
  const auto options = std::make_shared<ControlOptions>();
  add_running_config_option(*command, options->config);
  command->add_option(words, options->words, "as in the examples of docs/COMMANDS.md")->required();
  command->callback([name, options, &exit_code] {
    exit_code = order(options->config, {.command = name, .words = options->words});
  });
  return command;
}

}  // namespace haetae::daemon
