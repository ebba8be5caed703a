// SPDX-License-Identifier: Apache-2.0
// erbium/math/sparse_pattern.hpp: where a square sparse matrix may differ from zero.
// Used by: math (orderings, LU), sim
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace erbium::math {

/// A square pattern in compressed columns: rows of column j are
/// row_of_entry[column_begins[j], column_begins[j + 1]), ascending. A view; owns nothing.
struct SparsePattern {
    std::span<const std::int32_t> column_begins;  ///< size + 1
    std::span<const std::int32_t> row_of_entry;

    [[nodiscard]] std::size_t size() const noexcept { return column_begins.size() - 1; }
    [[nodiscard]] std::size_t entry_count() const noexcept { return row_of_entry.size(); }
};

/// Position `new` holds the old index: order[new] = old.
using Order = std::vector<std::int32_t>;

/// A matrix of bits, row by row.
class BitMatrix {
public:
    explicit BitMatrix(std::size_t size)
        : size_{size}, words_{(size + 63) / 64}, bits_(size * words_) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void set(std::size_t row, std::size_t column) noexcept {
        bits_[row * words_ + column / 64] |= std::uint64_t{1} << (column % 64);
    }
    void clear(std::size_t row, std::size_t column) noexcept {
        bits_[row * words_ + column / 64] &= ~(std::uint64_t{1} << (column % 64));
    }
    [[nodiscard]] bool test(std::size_t row, std::size_t column) const noexcept {
        return (bits_[row * words_ + column / 64] >> (column % 64) & 1U) != 0;
    }
    /// row |= other row, columns >= from only.
    void merge(std::size_t row, std::size_t other_row, std::size_t from) noexcept {
        std::uint64_t mask = ~std::uint64_t{0} << (from % 64);
        for (std::size_t w = from / 64; w < words_; ++w) {
            bits_[row * words_ + w] |= bits_[other_row * words_ + w] & mask;
            mask = ~std::uint64_t{0};
        }
    }
    /// row |= other row; `fresh` receives the columns that were not set before, ascending.
    void merge_new(std::size_t row, std::size_t other_row, std::vector<std::size_t>& fresh) {
        fresh.clear();
        for (std::size_t w = 0; w < words_; ++w) {
            std::uint64_t word = bits_[other_row * words_ + w] & ~bits_[row * words_ + w];
            bits_[row * words_ + w] |= word;
            for (; word != 0; word &= word - 1) {
                fresh.push_back(w * 64 + static_cast<std::size_t>(__builtin_ctzll(word)));
            }
        }
    }
    /// First set column >= from, or size().
    [[nodiscard]] std::size_t next(std::size_t row, std::size_t from) const noexcept {
        if (from >= size_) {
            return size_;
        }
        std::size_t w = from / 64;
        std::uint64_t word = bits_[row * words_ + w] & (~std::uint64_t{0} << (from % 64));
        while (word == 0) {
            if (++w == words_) {
                return size_;
            }
            word = bits_[row * words_ + w];
        }
        return w * 64 + static_cast<std::size_t>(__builtin_ctzll(word));
    }
    /// Number of set bits in the row.
    [[nodiscard]] std::size_t count(std::size_t row) const noexcept {
        std::size_t total = 0;
        for (std::size_t w = 0; w < words_; ++w) {
            total += ones(bits_[row * words_ + w]);
        }
        return total;
    }
    /// Columns that are set in this row and not in the other.
    [[nodiscard]] std::size_t count_missing(std::size_t row, std::size_t other_row) const noexcept {
        std::size_t total = 0;
        for (std::size_t w = 0; w < words_; ++w) {
            total += ones(bits_[row * words_ + w] & ~bits_[other_row * words_ + w]);
        }
        return total;
    }
    /// Columns that are set in one of two rows.
    [[nodiscard]] std::size_t count_differences(std::size_t row,
                                                std::size_t other_row) const noexcept {
        std::size_t total = 0;
        for (std::size_t w = 0; w < words_; ++w) {
            total += ones(bits_[row * words_ + w] ^ bits_[other_row * words_ + w]);
        }
        return total;
    }

private:
    /// Set bits, without the function call that this is where machines need not have popcnt.
    [[nodiscard]] static std::size_t ones(std::uint64_t word) noexcept {
        word -= (word >> 1U) & 0x5555555555555555U;
        word = (word & 0x3333333333333333U) + ((word >> 2U) & 0x3333333333333333U);
        word = (word + (word >> 4U)) & 0x0F0F0F0F0F0F0F0FU;
        return word * 0x0101010101010101U >> 56U;
    }

    std::size_t size_;
    std::size_t words_;
    std::vector<std::uint64_t> bits_;
};

/// The pattern under a symmetric permutation, as rows of bits.
[[nodiscard]] BitMatrix permuted_rows(const SparsePattern& pattern, const Order& order);

/// Fills `rows` with the pattern of L + U of an LU factorisation with diagonal pivots.
void fill_in(BitMatrix& rows);

/// Multiplications and additions of a factorisation whose L + U has this pattern.
[[nodiscard]] double factor_flops(const BitMatrix& filled);

}  // namespace erbium::math
