// SPDX-License-Identifier: Apache-2.0
// erbium/fit/posterior_file.cpp: the only place that knows libnetcdf.
#include "erbium/fit/posterior_file.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <numeric>
#include <type_traits>

#include "erbium/base/check.hpp"
#include "erbium/base/error.hpp"

namespace erbium::fit {
namespace {

/// The functions of libnetcdf's C interface that a file needs. The library is loaded when the first
/// file is written, not when the program starts: it brings forty others along, which would make
/// every start ten times as long.
struct NetcdfLibrary {
    int (*create)(const char* path, int mode, int* id){};
    int (*abort)(int id){};
    int (*close)(int id){};
    int (*def_grp)(int id, const char* name, int* group){};
    int (*def_dim)(int group, const char* name, std::size_t size, int* dimension){};
    int (*def_var)(int group, const char* name, int type, int dimension_count,
                   const int* dimensions, int* variable){};
    int (*put_var_int)(int group, int variable, const int* values){};
    int (*put_var_double)(int group, int variable, const double* values){};
    int (*put_att_text)(int group, int variable, const char* name, std::size_t size,
                        const char* text){};

    bool is_complete{};

    NetcdfLibrary() noexcept {
        void* const library = dlopen("libnetcdf.so.19", RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            return;
        }
        is_complete = true;
        const auto find = [&](auto& function, const char* name) {
            function =
                reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
            is_complete = is_complete && function != nullptr;
        };
        find(create, "nc_create");
        find(abort, "nc_abort");
        find(close, "nc_close");
        find(def_grp, "nc_def_grp");
        find(def_dim, "nc_def_dim");
        find(def_var, "nc_def_var");
        find(put_var_int, "nc_put_var_int");
        find(put_var_double, "nc_put_var_double");
        find(put_att_text, "nc_put_att_text");
    }
};

const NetcdfLibrary& netcdf() noexcept {
    static const NetcdfLibrary library;
    return library;
}

// Numbers of netcdf.h.
constexpr int kNoError = 0;
constexpr int kNetcdf4 = 0x1000;  // an existing file is overwritten
constexpr int kInt = 4;
constexpr int kDouble = 6;
constexpr int kGlobal = -1;

/// An open file; closed, and thrown away when an exception passes, at the end of its scope.
class NetcdfFile {
public:
    explicit NetcdfFile(const std::string& path) : path_{path} {
        const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
        if (!folder.empty()) {
            std::filesystem::create_directories(folder);
        }
        check(netcdf().create(path.c_str(), kNetcdf4, &id_), "create");
    }
    ~NetcdfFile() {
        if (id_ >= 0) {
            netcdf().abort(id_);
        }
    }
    NetcdfFile(const NetcdfFile&) = delete;
    NetcdfFile& operator=(const NetcdfFile&) = delete;

    void close() {
        const int result = netcdf().close(id_);
        id_ = -1;
        check(result, "write");
    }
    int group(const std::string& name) {
        int group = 0;
        check(netcdf().def_grp(id_, name.c_str(), &group), "write");
        return group;
    }
    int dimension(int group, const std::string& name, std::size_t size) {
        int dimension = 0;
        check(netcdf().def_dim(group, name.c_str(), size, &dimension), "write");
        // A coordinate: 0, 1, 2, ...
        int variable = 0;
        check(netcdf().def_var(group, name.c_str(), kInt, 1, &dimension, &variable), "write");
        std::vector<int> index(size);
        std::iota(index.begin(), index.end(), 0);
        check(netcdf().put_var_int(group, variable, index.data()), "write");
        return dimension;
    }
    void variable(int group, const std::string& name, const std::vector<int>& dimensions,
                  const std::vector<double>& values) {
        int variable = 0;
        check(netcdf().def_var(group, name.c_str(), kDouble, static_cast<int>(dimensions.size()),
                               dimensions.data(), &variable),
              "write");
        check(netcdf().put_var_double(group, variable, values.data()), "write");
    }
    void attribute(int group, const std::string& name, const std::string& text) {
        check(netcdf().put_att_text(group, kGlobal, name.c_str(), text.size(), text.c_str()),
              "write");
    }

private:
    void check(int result, const char* action) const {
        if (result != kNoError) {
            // Codes above 0 are errno's; what the library calls its own has no number there.
            throw IoError(path_, action, result > 0 ? result : 0);
        }
    }

    std::string path_;
    int id_{-1};
};

}  // namespace

bool has_netcdf() noexcept {
    return netcdf().is_complete;
}

void write_posterior(const std::string& path, const PosteriorFile& content) {
    ERBIUM_CHECK(has_netcdf(), "netCDF files are written only where libnetcdf is");
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
