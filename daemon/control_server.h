#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/sockets.h"

namespace haetae::daemon {

// Serves the control socket on the supervisor's thread: a line of JSON in, a line of JSON out, then
// the connection is closed. Root, the filter's own user and members of one group may ask. Requests,
// connections and their time are bounded (limits::kControl…), so that no client can hurt the
// filter.
class ControlServer {
 public:
  // Takes a request without its line end and gives the answer without one.
  using OnRequest = std::function<std::string(std::string_view request)>;

  // socket: of open_control_socket(path). The file at path is removed in the end.
  ControlServer(boost::asio::io_context& io, Descriptor socket, std::filesystem::path path,
                OnRequest on_request);
  ~ControlServer();

  // The group that may ask from now on, beside root and our own user; empty: none. Returns what is
  // wrong with it, for a person; empty if nothing.
  std::string admit_group(const std::string& name);

  void start();
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
