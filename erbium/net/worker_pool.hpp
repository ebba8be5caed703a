// SPDX-License-Identifier: Apache-2.0
// erbium/net/worker_pool.hpp: a few threads that do one task together, again and again.
// Used by: generate
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace erbium::net {

/// Threads that wait between tasks, so that short tasks cost no starting of threads. Worker 0 is
/// the thread that calls run().
class WorkerPool {
public:
    explicit WorkerPool(unsigned workers);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    [[nodiscard]] unsigned size() const noexcept {
        return static_cast<unsigned>(threads_.size()) + 1;
    }

    /// Calls task(w) for each worker w below `used`, side by side; returns when all are done.
    /// What one run writes, the next one sees. The task must not throw.
    void run(unsigned used, const std::function<void(unsigned)>& task);

private:
    void serve(unsigned worker);

    std::mutex mutex_;
    std::condition_variable begins_;
    std::condition_variable ends_;
    const std::function<void(unsigned)>* task_{};
    std::uint64_t round_{};
    unsigned used_{};
    unsigned busy_{};
    bool is_closing_{};
    std::vector<std::thread> threads_;
};

}  // namespace erbium::net
