#include "daemon/page_front.h"

#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "base/idn.h"
#include "daemon/clock.h"
#include "daemon/gate_sightings.h"
#include "daemon/http_listener.h"
#include "page/block_page.h"
#include "page/form.h"
#include "page/own_page.h"
#include "policy/decide.h"

namespace haetae::daemon {

namespace asio = boost::asio;

namespace limits {
using namespace haetae::limits;
// Connections, each some 20 KB: DNS may lead every device of a school here. One more is closed.
constexpr std::size_t kPageConnectionsMax = 1024;
// Of one address: a page of a blocked site may ask for dozens of pictures at once.
constexpr std::size_t kPageConnectionsOfAddressMax = 64;
constexpr std::size_t kPageHeadBytesMax = 16 * 1024;  // foreign sites' cookies come with it
constexpr std::size_t kPageBodyBytesMax = 4 * 1024;   // of the form
constexpr seconds kPageIdle{15};
// An old policy is let go of within this time, also where nobody asks for a page.
constexpr seconds kPageRefresh{1};
}  // namespace limits

namespace {

// What a request asks for: of an absolute URL in its first line the URL counts (RFC 9112, section
// 3.2.2).
struct Target {
  std::string_view host;  // without a port
  std::string_view path;  // from the first '/' on
};
Target target_of(const HttpRequest& request) {
  constexpr std::string_view kScheme = "http://";
  if (!request.target.starts_with(kScheme)) {
    return {host_without_port(request.host), request.target};
  }
  const std::string_view rest = request.target.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  return {host_without_port(rest.substr(0, slash)), rest.substr(slash)};
}

}  // namespace

struct PageFront::Impl {
  explicit Impl(const Parts& all)
      : parts(all),
        policy(all.published.policy),
        standing(all.published.standing),
        site(all.published.pages),
        sightings(all.published.lan, *policy),
        scratch(*policy),
        refresh_timer(io) {}

  // Who asks, and all that is needed to answer.
  struct Asker {
    policy::Identity who;
    std::string name;  // page::asker_of
    IpAddress address;
    Time now;
    std::string_view language;
  };

  void refresh() {
    const bool is_new = policy::refresh_together(policy, standing);
    if (is_new) scratch = policy::Scratch(*policy);
    site.refresh();
    sightings.refresh(*policy, is_new);
  }

  void arm_refresh() {
    refresh_timer.expires_after(limits::kPageRefresh);
    refresh_timer.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      refresh();
      arm_refresh();
    });
  }

  HttpResponse answer(const HttpRequest& request) {
    refresh();
    Asker asker;
    asker.address = request.peer.address;
    asker.who = policy->identify(sightings.look(asker.address, {.interface = request.interface}));
    asker.name = page::asker_of(*policy, asker.who, asker.address);
    asker.now = read_clock().wall;
    asker.language = request.accept_language;
    page::Page page = page_for(request, target_of(request), asker);
    HttpResponse response{page.status, {}, std::move(page.html)};
    for (const page::Header& header : site->headers()) {
      response.fields.emplace_back(header.name, header.value);
    }
    if (page.status == kServiceUnavailable) response.fields.emplace_back("Retry-After", "2");
    return response;
  }

  page::Page page_for(const HttpRequest& request, const Target& target, const Asker& asker) {
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    if (!is_ours(target.host)) return page_of_host(target, asker);
    if (target.path == "/" && is_read) return own_page(asker);
    if (target.path == "/ask" && request.method == "POST") return take_ask(request.body, asker);
    return page::not_found_page(*site, asker.language);
  }

  // Also the name that `page.url` has in place of ours.
  bool is_ours(std::string_view host) const {
    if (is_own_name(host)) return true;
    const std::string_view url = site->url();
    return host_without_port(url.substr(url.find("://") + 3)) == host;
  }

  page::Page own_page(const Asker& asker) const {
    const auto facts = page::own_facts(*site, *policy, *standing,
                                       {.who = asker.who,
                                        .address = asker.address,
                                        .now = asker.now,
                                        .recent = parts.recent.of(asker.name)});
    return page::own_page(*site, facts, policy->zone, asker.now, asker.language);
  }

  // What the request says of itself is not believed: the host is judged as any other.
  page::Page page_of_host(const Target& target, const Asker& asker) {
    const auto name = Name::from_text(target.host);
    if (!name) return page::not_found_page(*site, asker.language);
    const list::UrlName url = list::url_name(*name, target.path);
    policy::Request request{.who = asker.who,
                            .kind = policy::Kind::HttpUrl,
                            .now = asker.now,
                            .name = &*name,
                            .url = &url,
                            .path = target.path};
    policy::Verdict verdict = policy::decide(*policy, *standing, request, scratch);
    if (verdict.action != policy::Action::Block) {
      const auto answer_block =
          parts.recent.answer_block(asker.name, *name, policy->generation, asker.now);
      if (!answer_block) return page::opened_page(*site, to_user_text(*name), asker.language);
      verdict = *answer_block;
      request.url = nullptr;  // whatever the path is
    }
    const page::Blocked blocked{*policy, *standing, request, verdict};
    return page::block_page(*site, page::block_facts(blocked, scratch), asker.name, asker.language);
  }

  page::Page take_ask(std::string_view body, const Asker& asker) {
    const std::string text = page::form_value(body, "subject").value_or("");
    const std::string token = page::form_value(body, "token").value_or("");
    const auto subject = page::ask_subject_of(text);
    const auto check = page::check_token(site->key(), token, asker.name, text, asker.now);
    if (!subject || check != page::TokenCheck::Good) return asked_page(page::Asked::Old, {}, asker);
    if (is_open_now(*subject, asker)) {
      return asked_page(page::Asked::OpenNow, subject->host, asker);
    }
    const page::Ask ask{.when = asker.now,
                        .asker = asker.name,
                        .profile = policy->profiles[asker.who.profile].name,
                        .host = subject->host,
                        .is_page = subject->what == page::AskFor::Page,
                        .reason = subject->reason,
                        .category = subject->category};
    return asked_page(parts.asks.ask(ask, asker.now), subject->host, asker);
  }

  page::Page asked_page(page::Asked asked, std::string_view host, const Asker& asker) const {
    return page::asked_page(*site, asked, host, asker.language);
  }

  bool is_open_now(const page::AskSubject& subject, const Asker& asker) {
    switch (subject.what) {
      case page::AskFor::Time:
        return policy::presence(*policy, *standing, asker.who.profile, asker.now).action !=
                   policy::Action::Block &&
               subject.reason != policy::Reason::Focus;
      case page::AskFor::Site: break;
      case page::AskFor::Page:
      case page::AskFor::Nothing: return false;
    }
    const auto name = name_from_user_text(subject.host);
    if (!name) return false;
    const policy::Request request{.who = asker.who, .now = asker.now, .name = &*name};
    return policy::decide(*policy, *standing, request, scratch).action != policy::Action::Block &&
           !parts.recent.answer_block(asker.name, *name, policy->generation, asker.now);
  }

  static constexpr int kServiceUnavailable = 503;

  Parts parts;
  asio::io_context io{1};
  SnapshotReader<policy::Policy> policy;
  SnapshotReader<policy::Standing> standing;
  SnapshotReader<page::Site> site;
  GateSightings sightings;
  policy::Scratch scratch;
  asio::steady_timer refresh_timer;
  std::vector<std::unique_ptr<HttpListener>> listeners;
  std::thread thread;
};

std::expected<std::unique_ptr<PageFront>, std::string> PageFront::open(const config::Config& config,
                                                                       const Parts& parts) {
  if (config.page.listen.empty()) return nullptr;
  auto impl = std::make_unique<Impl>(parts);
  const HttpListener::Limits limits{.connections = limits::kPageConnectionsMax,
                                    .connections_of_address = limits::kPageConnectionsOfAddressMax,
                                    .head_bytes = limits::kPageHeadBytesMax,
                                    .body_bytes = limits::kPageBodyBytesMax,
                                    .idle = limits::kPageIdle};
  for (const config::Endpoint& endpoint : config.page.listen) {
    auto listener = HttpListener::open(
        impl->io, "page.listen", endpoint, limits,
        [front = impl.get()](const HttpRequest& request) { return front->answer(request); });
    if (!listener) return std::unexpected(listener.error());
    impl->listeners.push_back(std::move(*listener));
  }
  return std::unique_ptr<PageFront>(new PageFront(std::move(impl)));
}

PageFront::PageFront(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PageFront::~PageFront() {
  stop();
}

void PageFront::start() {
  impl_->arm_refresh();
  impl_->thread = std::thread([this] { impl_->io.run(); });
}
void PageFront::stop() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace haetae::daemon
