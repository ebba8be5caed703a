// SPDX-License-Identifier: Apache-2.0
// erbium/fit/posterior_file_netcdf.cpp: the only place that includes libnetcdf.
#include <netcdf.h>

#include <filesystem>
#include <numeric>

#include "erbium/base/check.hpp"
#include "erbium/base/error.hpp"
#include "erbium/fit/posterior_file.hpp"

namespace erbium::fit {
namespace {

/// An open file; closed, and thrown away when an exception passes, at the end of its scope.
class NetcdfFile {
public:
    explicit NetcdfFile(const std::string& path) : path_{path} {
        const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
        if (!folder.empty()) {
            std::filesystem::create_directories(folder);
        }
        check(nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &id_), "create");
    }
    ~NetcdfFile() {
        if (id_ >= 0) {
            nc_abort(id_);
        }
    }
    NetcdfFile(const NetcdfFile&) = delete;
    NetcdfFile& operator=(const NetcdfFile&) = delete;

    void close() {
        const int result = nc_close(id_);
        id_ = -1;
        check(result, "write");
    }
    int group(const std::string& name) {
        int group = 0;
        check(nc_def_grp(id_, name.c_str(), &group), "write");
        return group;
    }
    int dimension(int group, const std::string& name, std::size_t size) {
        int dimension = 0;
        check(nc_def_dim(group, name.c_str(), size, &dimension), "write");
        // A coordinate: 0, 1, 2, ...
        int variable = 0;
        check(nc_def_var(group, name.c_str(), NC_INT, 1, &dimension, &variable), "write");
        std::vector<int> index(size);
        std::iota(index.begin(), index.end(), 0);
        check(nc_put_var_int(group, variable, index.data()), "write");
        return dimension;
    }
    void variable(int group, const std::string& name, const std::vector<int>& dimensions,
                  const std::vector<double>& values) {
        int variable = 0;
        check(nc_def_var(group, name.c_str(), NC_DOUBLE, static_cast<int>(dimensions.size()),
                         dimensions.data(), &variable),
              "write");
        check(nc_put_var_double(group, variable, values.data()), "write");
    }
    void attribute(int group, const std::string& name, const std::string& text) {
        check(nc_put_att_text(group, NC_GLOBAL, name.c_str(), text.size(), text.c_str()), "write");
    }

private:
    void check(int result, const char* action) const {
        if (result != NC_NOERR) {
            // Codes above 0 are errno's; what the library calls its own has no number there.
            throw IoError(path_, action, result > 0 ? result : 0);
        }
    }

    std::string path_;
    int id_{-1};
};

}  // namespace

bool has_netcdf() noexcept {
    return true;
}

void write_posterior(const std::string& path, const PosteriorFile& content) {
    const Samples& samples = *content.samples;
    ERBIUM_CHECK(content.names.size() == samples.dimensions, "a name for each coordinate");
    NetcdfFile file{path};
    const int posterior = file.group("posterior");
    file.attribute(posterior, "inference_library", content.program);
    const int chain = file.dimension(posterior, "chain", samples.chains);
    const int draw = file.dimension(posterior, "draw", samples.draws);
    std::vector<double> values(samples.chains * samples.draws);
    for (std::size_t i = 0; i < samples.dimensions; ++i) {
        for (std::size_t c = 0; c < samples.chains; ++c) {
            for (std::size_t d = 0; d < samples.draws; ++d) {
                values[c * samples.draws + d] = samples.at(c, d, i);
            }
        }
        file.variable(posterior, content.names[i], {chain, draw}, values);
    }
    const int stats = file.group("sample_stats");
    const int stats_chain = file.dimension(stats, "chain", samples.chains);
    const int stats_draw = file.dimension(stats, "draw", samples.draws);
    std::vector<double> lp = samples.value;
    for (double& v : lp) {
        v = -v;
    }
    file.variable(stats, "lp", {stats_chain, stats_draw}, lp);
    file.variable(stats, "acceptance_rate", {stats_chain}, samples.acceptance);
    file.variable(stats, "swap_rate", {stats_chain}, samples.swaps);
    const int observed = file.group("observed_data");
    const int datum = file.dimension(observed, "datum", content.observed.size());
    file.variable(observed, "measurement", {datum}, content.observed);
    file.close();
}

}  // namespace erbium::fit
