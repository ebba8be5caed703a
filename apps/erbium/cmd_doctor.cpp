// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_doctor.cpp: what this build has, and whether it works on this machine.
#include <fmt/format.h>

#include <cmath>
#include <thread>

#include "command_line.hpp"
#include "commands.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/report/table.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "inputs.hpp"

namespace erbium::app {
namespace {

/// Text to solution on a problem with a known answer: A -> 0 with rate 1 from 1 gives exp(-1) at 1.
std::string self_test() {
    const auto bound = model::bind_text(
        "begin molecule types\nA()\nend molecule types\nbegin seed species\nA() 1\nend seed "
        "species\n"
        "begin observables\nMolecules a A()\nend observables\nbegin reaction rules\nA() -> 0 1\n"
        "end reaction rules\n");
    if (!bound) {
        return "failed: cannot read a model";
    }
    const auto generated = net::generate(bound.value().model);
    if (!generated) {
        return "failed: cannot generate a network";
    }
    const auto system = eqn::compile(generated.value().network);
    if (!system) {
        return "failed: cannot compile equations";
    }
    sim::Run run;
    run.output_times = {1.0};
    run.recording = sim::Recording::all_observables(system.value());
    const sim::Result result = sim::solve(system.value(), run);
    if (!result.status.ok()) {
        return "failed: " + result.status.message;
    }
    const double error = std::fabs(result.at(0, 0) - std::exp(-1.0));
    return error < 1e-5 ? "ok" : fmt::format("failed: error {} in exp(-1)", error);
}

}  // namespace

Exit run(const DoctorCommand& command) {
    const std::string test = self_test();
    report::Table table{.columns = {{.name = "item"}, {.name = "state"}}};
    const auto add = [&](std::string item, std::string state) {
        table.rows.push_back({.cells = {std::move(item), std::move(state)}});
    };
    add("version", version_text());
    add("compiler", __VERSION__);
    add("threads", std::to_string(std::max(1U, std::thread::hardware_concurrency())));
    add("solver", "Rodas5P, own sparse LU");
    add("CVODE", sim::has_cvode() ? "built in (SUNDIALS with KLU)"
                                  : "not built in: no SUNDIALS was found; --solver cvode is "
                                    "refused, the rest does not need it");
    add("packages", fmt::format("{}", fmt::join(known_packages(), ", ")));
    add("self-test", test);
    print(command.as_json ? report::json(table) + "\n" : report::plain_text(table));
    return test == "ok" ? Exit::ok : Exit::numerical;
}

}  // namespace erbium::app
