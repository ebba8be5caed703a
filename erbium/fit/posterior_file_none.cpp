// SPDX-License-Identifier: Apache-2.0
// erbium/fit/posterior_file_none.cpp: a build without libnetcdf.
#include "erbium/base/check.hpp"
#include "erbium/fit/posterior_file.hpp"

namespace erbium::fit {

bool has_netcdf() noexcept {
    return false;
}

void write_posterior(const std::string& /*path*/, const PosteriorFile& /*file*/) {
    ERBIUM_CHECK(has_netcdf(), "netCDF files are written only where libnetcdf is");
}

}  // namespace erbium::fit
