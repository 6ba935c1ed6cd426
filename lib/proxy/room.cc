#include "proxy/room.h"

#include <cstring>

namespace haetae::proxy {

MutableBytes Window::space() {
  if (!room_) room_ = rooms_->lend();
  // Moving is for heads in pieces and for pages that wait: what is ready leaves first.
  if (end_ == rooms_->bytes() && start_ > 0) {
    std::memmove(room_.get(), room_.get() + start_, end_ - start_);
    ready_ -= start_;
    end_ -= start_;
    start_ = 0;
  }
  return {room_.get() + end_, rooms_->bytes() - end_};
}

void Window::give_back_if_empty() {
  if (room_ && is_empty()) clear();
}

void Window::drop(std::size_t bytes) {
  release(bytes);
  leave(bytes);
}

void Window::leave(std::size_t bytes) {
  start_ += static_cast<std::uint32_t>(bytes);
  if (is_empty()) clear();
}

void Window::clear() {
  start_ = ready_ = end_ = 0;
  if (room_) rooms_->take_back(std::move(room_));
}

}  // namespace haetae::proxy
