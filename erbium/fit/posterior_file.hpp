// SPDX-License-Identifier: Apache-2.0
// erbium/fit/posterior_file.hpp: samples as a netCDF-4 file with the groups that ArviZ expects.
// Reads: Samples   Used by: apps
// All contact with libnetcdf, which a machine may lack, is in posterior_file.cpp.
#pragma once

#include <string>
#include <vector>

#include "erbium/fit/sampler.hpp"

namespace erbium::fit {

/// What goes into the file. Groups: `posterior` (a variable chain x draw for each coordinate),
/// `sample_stats` (`lp`, the negative objective, and by chain `acceptance_rate` and `swap_rate`),
/// `observed_data` (`measurement`).
struct PosteriorFile {
    std::string program;             ///< attribute `inference_library`
    const Samples* samples{};        ///< must outlive the call
    std::vector<std::string> names;  ///< of the coordinates
    std::vector<double> observed;
};

/// False on a machine without libnetcdf (version 19 of its interface). Loads it at the first call.
[[nodiscard]] bool has_netcdf() noexcept;

/// Errors: throws IoError. Precondition: has_netcdf().
void write_posterior(const std::string& path, const PosteriorFile& file);

}  // namespace erbium::fit
