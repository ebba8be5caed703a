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
    int (*put_var_string)(int group, int variable, const char* const* values){};
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
        find(put_var_string, "nc_put_var_string");
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
constexpr int kString = 12;
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
    /// A dimension with its coordinate: 0, 1, 2, ...
    int dimension(int group, const std::string& name, std::size_t size) {
        const int dimension = define_dimension(group, name, size);
        const int variable = define(group, name, kInt, {dimension});
        std::vector<int> index(size);
        std::iota(index.begin(), index.end(), 0);
        check(netcdf().put_var_int(group, variable, index.data()), "write");
        return dimension;
    }
    /// A dimension whose coordinate is names.
    int dimension(int group, const std::string& name, const std::vector<std::string>& names) {
        const int dimension = define_dimension(group, name, names.size());
        const int variable = define(group, name, kString, {dimension});
        std::vector<const char*> texts;
        for (const std::string& text : names) {
            texts.push_back(text.c_str());
        }
        check(netcdf().put_var_string(group, variable, texts.data()), "write");
        return dimension;
    }
    /// @return  the variable
    int variable(int group, const std::string& name, const std::vector<int>& dimensions,
                 const std::vector<double>& values) {
        const int variable = define(group, name, kDouble, dimensions);
        check(netcdf().put_var_double(group, variable, values.data()), "write");
        return variable;
    }
    void attribute(int group, const std::string& name, const std::string& text,
                   int variable = kGlobal) {
        check(netcdf().put_att_text(group, variable, name.c_str(), text.size(), text.c_str()),
              "write");
    }

private:
    int define_dimension(int group, const std::string& name, std::size_t size) {
        int dimension = 0;
        check(netcdf().def_dim(group, name.c_str(), size, &dimension), "write");
        return dimension;
    }
    int define(int group, const std::string& name, int type, const std::vector<int>& dimensions) {
        int variable = 0;
        check(netcdf().def_var(group, name.c_str(), type, static_cast<int>(dimensions.size()),
                               dimensions.data(), &variable),
              "write");
        return variable;
    }
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
    const std::size_t n = samples.dimensions;
    ERBIUM_CHECK(content.names.size() == n && content.scales.size() == n,
                 "a name and a scale for each coordinate");
    NetcdfFile file{path};
    const auto group = [&](const std::string& name) {
        const int id = file.group(name);
        file.attribute(id, "inference_library", "erbium");
        file.attribute(id, "inference_library_version", content.version);
        return id;
    };
    /// Of `count` points, the coordinate i at value(point, i).
    const auto coordinates = [&](int id, const std::vector<int>& dimensions, std::size_t count,
                                 const auto& value) {
        std::vector<double> values(count);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t k = 0; k < count; ++k) {
                values[k] = value(k, i);
            }
            const int variable = file.variable(id, content.names[i], dimensions, values);
            file.attribute(id, "scale", content.scales[i], variable);
        }
    };
    const std::size_t draws = samples.chains * samples.draws;
    const int posterior = group("posterior");
    const int chain = file.dimension(posterior, "chain", samples.chains);
    const int draw = file.dimension(posterior, "draw", samples.draws);
    coordinates(posterior, {chain, draw}, draws,
                [&](std::size_t k, std::size_t i) { return samples.x[k * n + i]; });

    const int stats = group("sample_stats");
    const int stats_chain = file.dimension(stats, "chain", samples.chains);
    const int stats_draw = file.dimension(stats, "draw", samples.draws);
    std::vector<double> lp = samples.value;
    for (double& v : lp) {
        v = -v;
    }
    file.variable(stats, "lp", {stats_chain, stats_draw}, lp);
    file.variable(stats, "acceptance_rate", {stats_chain}, samples.acceptance);
    file.variable(stats, "swap_rate", {stats_chain}, samples.swaps);

    if (!content.log_likelihood.empty()) {
        ERBIUM_CHECK(content.log_likelihood.size() == draws * content.observed.size(),
                     "a log likelihood for each draw and datum");
        const int pointwise = group("log_likelihood");
        const int in_chain = file.dimension(pointwise, "chain", samples.chains);
        const int in_draw = file.dimension(pointwise, "draw", samples.draws);
        const int of_datum = file.dimension(pointwise, "datum", content.data);
        file.variable(pointwise, "measurement", {in_chain, in_draw, of_datum},
                      content.log_likelihood);
    }
    if (!content.prior.empty()) {
        const std::size_t count = content.prior.size() / n;
        const int prior = group("prior");
        const int prior_chain = file.dimension(prior, "chain", std::size_t{1});
        const int prior_draw = file.dimension(prior, "draw", count);
        coordinates(prior, {prior_chain, prior_draw}, count,
                    [&](std::size_t k, std::size_t i) { return content.prior[k * n + i]; });
    }
    const int observed = group("observed_data");
    const int datum = file.dimension(observed, "datum", content.data);
    file.variable(observed, "measurement", {datum}, content.observed);
    file.close();
}

}  // namespace erbium::fit
