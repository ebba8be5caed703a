// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/minimum_degree.hpp"

#include <algorithm>
#include <utility>

namespace erbium::math {
namespace {

std::size_t at(std::int32_t i) noexcept {
    return static_cast<std::size_t>(i);
}

/// The quotient graph. Index i is a variable until it is eliminated, then the element of that name.
/// A variable may stand for several rows, those that were merged into it.
class QuotientGraph {
public:
    explicit QuotientGraph(const SparsePattern& pattern)
        : variables_(pattern.size()),
          elements_(pattern.size()),
          weight_(pattern.size(), 1),
          degree_(pattern.size()),
          first_of_degree_(pattern.size() + 1, -1),
          next_of_degree_(pattern.size(), -1),
          before_of_degree_(pattern.size(), -1),
          mark_(pattern.size()),
          element_weight_(pattern.size()),
          outside_(pattern.size()),
          outside_round_(pattern.size()),
          next_merged_(pattern.size(), -1),
          last_merged_(pattern.size()) {
        for (std::size_t j = 0; j < pattern.size(); ++j) {
            last_merged_[j] = static_cast<std::int32_t>(j);
            for (auto e = pattern.column_begins[j]; e < pattern.column_begins[j + 1]; ++e) {
                const std::int32_t i = pattern.row_of_entry[at(e)];
                if (at(i) != j) {
                    variables_[at(i)].push_back(static_cast<std::int32_t>(j));
                    variables_[j].push_back(i);
                }
            }
        }
        for (std::size_t i = 0; i < variables_.size(); ++i) {
            std::vector<std::int32_t>& neighbours = variables_[i];
            std::sort(neighbours.begin(), neighbours.end());
            neighbours.erase(std::unique(neighbours.begin(), neighbours.end()), neighbours.end());
            set_degree(static_cast<std::int32_t>(i), static_cast<std::int32_t>(neighbours.size()));
        }
    }

    Order eliminate() {
        const std::size_t n = variables_.size();
        Order order;
        order.reserve(n);
        while (order.size() < n) {
            while (first_of_degree_[at(least_)] < 0) {
                ++least_;
            }
            const std::int32_t pivot = first_of_degree_[at(least_)];
            forget_degree(pivot);
            append(pivot, order);
            const std::vector<std::int32_t> front = form_element(pivot);
            count_outside(front);
            const auto left = static_cast<std::int32_t>(n - order.size());
            std::vector<std::int32_t> kept;
            for (const std::int32_t i : front) {
                if (update(i, pivot, left)) {
                    kept.push_back(i);
                } else {
                    append(i, order);  // its only neighbours are those of the pivot
                    remove(i);
                }
            }
            merge_alike(kept);
            std::erase_if(kept, [this](std::int32_t i) { return weight_[at(i)] == 0; });
            // From here on the element's variables. Their weight stays what it is: a variable of an
            // element is never eliminated without absorbing the element.
            element_weight_[at(pivot)] = 0;
            for (const std::int32_t i : kept) {
                element_weight_[at(pivot)] += weight_[at(i)];
            }
            variables_[at(pivot)] = std::move(kept);
        }
        return order;
    }

private:
    void set_degree(std::int32_t i, std::int32_t degree) {
        const std::int32_t next = first_of_degree_[at(degree)];
        degree_[at(i)] = degree;
        next_of_degree_[at(i)] = next;
        before_of_degree_[at(i)] = -1;
        if (next >= 0) {
            before_of_degree_[at(next)] = i;
        }
        first_of_degree_[at(degree)] = i;
        least_ = std::min(least_, degree);
    }
    void forget_degree(std::int32_t i) {
        const std::int32_t next = next_of_degree_[at(i)];
        const std::int32_t before = before_of_degree_[at(i)];
        (before >= 0 ? next_of_degree_[at(before)] : first_of_degree_[at(degree_[at(i)])]) = next;
        if (next >= 0) {
            before_of_degree_[at(next)] = before;
        }
    }
    void remove(std::int32_t i) {
        forget_degree(i);
        weight_[at(i)] = 0;
    }
    void append(std::int32_t i, Order& order) const {
        for (std::int32_t row = i; row >= 0; row = next_merged_[at(row)]) {
            order.push_back(row);
        }
    }

    /// The variables next to the pivot, ascending; marked with the pivot's round. The elements it
    /// was in are absorbed.
    std::vector<std::int32_t> form_element(std::int32_t pivot) {
        ++round_;
        std::vector<std::int32_t> front;
        const auto add = [&](std::int32_t i) {
            if (weight_[at(i)] > 0 && i != pivot && mark_[at(i)] != round_) {
                mark_[at(i)] = round_;
                front.push_back(i);
            }
        };
        for (const std::int32_t i : variables_[at(pivot)]) {
            add(i);
        }
        for (const std::int32_t e : elements_[at(pivot)]) {
            for (const std::int32_t i : variables_[at(e)]) {
                add(i);
            }
            variables_[at(e)].clear();
        }
        weight_[at(pivot)] = 0;
        elements_[at(pivot)].clear();
        std::sort(front.begin(), front.end());
        front_weight_ = 0;
        for (const std::int32_t i : front) {
            front_weight_ += weight_[at(i)];
        }
        return front;
    }

    /// For each element next to the front: the weight of its variables that are not in the front.
    void count_outside(const std::vector<std::int32_t>& front) {
        for (const std::int32_t i : front) {
            std::vector<std::int32_t>& elements = elements_[at(i)];
            std::erase_if(elements, [this](std::int32_t e) { return variables_[at(e)].empty(); });
            for (const std::int32_t e : elements) {
                if (outside_round_[at(e)] != round_) {
                    outside_round_[at(e)] = round_;
                    outside_[at(e)] = element_weight_[at(e)];
                }
                outside_[at(e)] -= weight_[at(i)];
            }
        }
    }

    /// New lists and degree of a variable of the front; false when it can be eliminated at once.
    bool update(std::int32_t i, std::int32_t pivot, std::int32_t left) {
        std::vector<std::int32_t>& elements = elements_[at(i)];
        std::int64_t degree = front_weight_ - weight_[at(i)];
        std::size_t kept = 0;
        for (const std::int32_t e : elements) {
            if (outside_[at(e)] == 0) {
                absorbed_.push_back(e);  // the new element contains it
                continue;
            }
            degree += outside_[at(e)];
            elements[kept++] = e;
        }
        elements.resize(kept);
        std::vector<std::int32_t>& variables = variables_[at(i)];
        std::erase_if(variables, [&](std::int32_t v) {
            return weight_[at(v)] == 0 || mark_[at(v)] == round_;
        });
        for (const std::int32_t v : variables) {
            degree += weight_[at(v)];
        }
        if (elements.empty() && variables.empty()) {
            return false;
        }
        elements.push_back(pivot);
        forget_degree(i);
        const std::int64_t grown = std::int64_t{degree_[at(i)]} + front_weight_ - weight_[at(i)];
        set_degree(i, static_cast<std::int32_t>(
                          std::min({degree, grown, std::int64_t{left} - weight_[at(i)]})));
        return true;
    }

    /// Variables of the front with the same neighbours become one.
    void merge_alike(const std::vector<std::int32_t>& front) {
        for (const std::int32_t e : absorbed_) {
            variables_[at(e)].clear();
        }
        absorbed_.clear();
        std::vector<std::pair<std::uint64_t, std::int32_t>> by_sum;
        by_sum.reserve(front.size());
        for (const std::int32_t i : front) {
            std::sort(elements_[at(i)].begin(), elements_[at(i)].end());
            std::uint64_t sum = 0;
            for (const std::int32_t v : variables_[at(i)]) {
                sum += at(v) * 0x9E3779B97F4A7C15U;
            }
            for (const std::int32_t e : elements_[at(i)]) {
                sum += at(e) * 0xBF58476D1CE4E5B9U;
            }
            by_sum.emplace_back(sum, i);
        }
        std::sort(by_sum.begin(), by_sum.end());
        for (std::size_t a = 0; a < by_sum.size(); ++a) {
            const std::int32_t i = by_sum[a].second;
            for (std::size_t b = a + 1;
                 weight_[at(i)] > 0 && b < by_sum.size() && by_sum[b].first == by_sum[a].first;
                 ++b) {
                const std::int32_t j = by_sum[b].second;
                if (weight_[at(j)] > 0 && variables_[at(i)] == variables_[at(j)] &&
                    elements_[at(i)] == elements_[at(j)]) {
                    forget_degree(i);
                    weight_[at(i)] += weight_[at(j)];
                    set_degree(i, degree_[at(i)] - weight_[at(j)]);
                    next_merged_[at(last_merged_[at(i)])] = j;
                    last_merged_[at(i)] = last_merged_[at(j)];
                    remove(j);
                }
            }
        }
    }

    std::vector<std::vector<std::int32_t>> variables_;  // of a variable, or of an element
    std::vector<std::vector<std::int32_t>> elements_;   // of a variable
    std::vector<std::int32_t> weight_;                  // rows it stands for; 0 once eliminated
    std::vector<std::int32_t> degree_;
    // Variables of each degree, the last set first, as doubly linked lists.
    std::vector<std::int32_t> first_of_degree_;
    std::vector<std::int32_t> next_of_degree_;
    std::vector<std::int32_t> before_of_degree_;
    std::vector<std::uint32_t> mark_;
    std::vector<std::int64_t> element_weight_;
    std::vector<std::int64_t> outside_;
    std::vector<std::uint32_t> outside_round_;
    std::vector<std::int32_t> next_merged_;
    std::vector<std::int32_t> last_merged_;
    std::vector<std::int32_t> absorbed_;
    std::int32_t least_{};
    std::int64_t front_weight_{};
    std::uint32_t round_{};
};

}  // namespace

Order approximate_minimum_degree(const SparsePattern& pattern) {
    return QuotientGraph{pattern}.eliminate();
}

}  // namespace erbium::math
