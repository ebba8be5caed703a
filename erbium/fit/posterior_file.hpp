// SPDX-License-Identifier: Apache-2.0
// erbium/fit/posterior_file.hpp: samples as a netCDF-4 file with the groups that ArviZ expects.
// Reads: Samples   Used by: apps
// All contact with libnetcdf, which a machine may lack, is in posterior_file.cpp.
#pragma once

#include <string>
#include <vector>

#include "erbium/fit/sampler.hpp"

namespace erbium::fit {

/// What goes into the file, by group (the schema of ArviZ' InferenceData):
///
///   posterior       a variable chain x draw for each coordinate
///   prior           the same, in one chain
///   log_likelihood  `measurement`, chain x draw x datum: of each measurement by itself
///   sample_stats    `lp`, the negative objective, chain x draw; by chain `acceptance_rate` and
///                   `swap_rate`
///   observed_data   `measurement`, by datum
///
/// Each group has the attributes `inference_library` and `inference_library_version`; a variable of
/// a coordinate has `scale`, on which its values are.
struct PosteriorFile {
    std::string version;                 ///< of the program
    const Samples* samples{};            ///< must outlive the call
    std::vector<std::string> names;      ///< of the coordinates
    std::vector<std::string> scales;     ///< of the coordinates: "linear", "log", "log10"
    std::vector<double> prior;           ///< draws x coordinates; empty: no such group
    std::vector<double> log_likelihood;  ///< chains x draws x data; empty: no such group
    std::vector<double> observed;
    std::vector<std::string> data;  ///< what each datum is; the coordinate of `datum`
};

/// False on a machine without libnetcdf (version 19 of its interface). Loads it at the first call.
[[nodiscard]] bool has_netcdf() noexcept;

/// Errors: throws IoError. Precondition: has_netcdf().
void write_posterior(const std::string& path, const PosteriorFile& file);

}  // namespace erbium::fit
