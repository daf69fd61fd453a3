#include "http/tls_source.hpp"

namespace edgeconf::http {

result<std::shared_ptr<tls_source>> tls_source::open(tls_files files) {
    const auto content = tls_content::read(files);
    if (!content) return content.error();
    auto made = tls_context::make(files, *content, std::time(nullptr));
    if (!made) return made.error();
    return std::shared_ptr<tls_source>{new tls_source{std::move(files), std::move(*made), content->hash()}};
}

std::shared_ptr<const tls_context> tls_source::current() const {
    const std::lock_guard lock{mutex_};
    return current_;
}

result<bool> tls_source::reload() {
    const auto failed = [this](const problem& why) -> result<bool> {
        failed_.fetch_add(1, std::memory_order_relaxed);
        return why;
    };
    const auto content = tls_content::read(files_);
    if (!content) return failed(content.error());
    const auto now_made_of = content->hash();
    if (now_made_of == made_of_) return false;
    auto made = tls_context::make(files_, *content, std::time(nullptr));
    if (!made) return failed(made.error());
    made_of_ = now_made_of;
    {
        const std::lock_guard lock{mutex_};
        current_.swap(*made); // the old one ends, if nobody has it, outside the lock
    }
    taken_.fetch_add(1, std::memory_order_relaxed);
    return true;
}

} // namespace edgeconf::http
