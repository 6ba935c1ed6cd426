#pragma once

#include <expected>
#include <memory>
#include <string>

#include "base/snapshot.h"
#include "config/config.h"
#include "daemon/ask_keeper.h"
#include "daemon/recent_keeper.h"
#include "daemon/worker.h"
#include "page/site.h"

namespace haetae::daemon {

// The listeners of `page.listen`, with a thread and an origin of their own:
//   Host haetae.internal or an address of ours:
//     GET /       the page of the device that asks, and of no other
//     POST /ask   an ask button was pressed
//   any other Host: a name that DNS led here since it is blocked. It is judged anew; 403 and why,
//   or 503 where it is open meanwhile.
// Connections, requests and waiting are bounded (limits::kPage…).
class PageFront {
 public:
  struct Parts {
    const Published& published;
    AskKeeper& asks;
    const RecentKeeper& recent;
  };
  // Null: nothing is to be listened to. Error: one line that says what to do ("page.listen … port
  // 80: …").
  static std::expected<std::unique_ptr<PageFront>, std::string> open(const config::Config& config,
                                                                     const Parts& parts);
  ~PageFront();  // stops

  void start();
  void stop();  // returns when the thread has ended

 private:
  struct Impl;
  explicit PageFront(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
