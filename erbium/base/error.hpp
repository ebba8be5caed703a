// SPDX-License-Identifier: Apache-2.0
// erbium/base/error.hpp: failures of the world outside (disk, memory), thrown and caught at the
// edge.
#pragma once

#include <stdexcept>
#include <string>

namespace erbium {

/// Base of every exception Erbium throws on purpose. Wrong user input is never an exception
/// (see Outcome and Diagnostics); a failed simulation is never one either (see sim::Status).
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A file or folder could not be read or written. what() is a full sentence with the reason.
class IoError : public Error {
public:
    /// @param path        the file or folder
    /// @param action      what was tried, as in "read" or "create"
    /// @param error_code  the errno of the failure; 0 when there is none
    IoError(std::string path, const std::string& action, int error_code);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] int error_code() const noexcept { return error_code_; }

private:
    std::string path_;
    int error_code_;
};

}  // namespace erbium
