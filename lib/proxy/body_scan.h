#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "content/body_text.h"
#include "proxy/counters.h"
#include "proxy/request_judge.h"
#include "proxy/response_bodies.h"

namespace haetae::proxy {

// Reads the pages that pass, and judges them by their phrases and by what they say of themselves
// (policy/page.h). A body is judged when it has ended, or every limits::kHeldPageBytes of it; by
// what it says of itself at once. Nothing of one body is left for the next.
//   passes unread     nothing in a page could matter to the profile; it is no text; the guardian
//                     allowed the host
//   cannot be decided a coding that we do not know, or that the body does not have; one that
//                     unpacks to too much; no room. What could be read is judged, else the
//                     profile's rule says
// One worker's; outlives its scans.
class PageScans final : public ResponseBodies {
 public:
  PageScans(RequestJudge& judge, Counters& counters);
  ~PageScans() override;
  std::unique_ptr<BodyScan> begin(const ResponseFacts& facts) noexcept override;

  std::size_t active() const noexcept { return active_.size(); }

 private:
  class Scan;
  struct Work;
  std::unique_ptr<Work> take_work();
  void give_back(std::unique_ptr<Work> work) noexcept;
  bool has_room_for(const IpAddress& client) const noexcept;
  void forget(const Scan& scan) noexcept;

  RequestJudge& judge_;
  Counters& counters_;
  content::DecoderBudget budget_;
  std::unique_ptr<content::BodyRoom> room_;
  std::vector<std::unique_ptr<Work>> kept_;
  std::vector<Scan*> active_;
};

}  // namespace haetae::proxy
