// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/worker_pool.hpp"

#include <algorithm>

namespace erbium::net {

WorkerPool::WorkerPool(unsigned workers) {
    for (unsigned w = 1; w < workers; ++w) {
        threads_.emplace_back([this, w] { serve(w); });
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock{mutex_};
        is_closing_ = true;
    }
    begins_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void WorkerPool::run(unsigned used, const std::function<void(unsigned)>& task) {
    const unsigned others = std::min(used, size()) - 1;
    if (others > 0) {
        const std::lock_guard lock{mutex_};
        task_ = &task;
        used_ = others + 1;
        busy_ = others;
        ++round_;
    }
    if (others > 0) {
        begins_.notify_all();
    }
    task(0);
    if (others > 0) {
        std::unique_lock lock{mutex_};
        ends_.wait(lock, [this] { return busy_ == 0; });
    }
}

void WorkerPool::serve(unsigned worker) {
    std::uint64_t seen = 0;
    for (;;) {
        std::unique_lock lock{mutex_};
        begins_.wait(lock, [&] { return is_closing_ || round_ != seen; });
        if (is_closing_) {
            return;
        }
        seen = round_;
        if (worker >= used_) {
            continue;
        }
        const std::function<void(unsigned)>* task = task_;
        lock.unlock();
        (*task)(worker);
        lock.lock();
        if (--busy_ == 0) {
            ends_.notify_one();
        }
    }
}

}  // namespace erbium::net
