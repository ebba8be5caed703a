#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Network generation beside BioNetGen's, in one run, as the rows of bench/netgen.md.

    bench/netgen.py BENCH_NETGEN ERBIUM BNG_FOLDER MODEL.bngl|PACKAGE...

BNG_FOLDER holds BNG2.pl and Perl2/; "-" leaves BioNetGen out. BIONETGEN_CPP may name the program of
BioNetGen's generator in C++ (bng_cpp). Times are CPU times: of Erbium the median of generate() alone, and of
the whole process `erbium net FILE --stats`; of BioNetGen its own "CPU TIME: generate_network" on the same model
printed back as BNGL; of bng_cpp the whole process less that of the same file without the action. Its network
counts as right when it has as many species and reactions as ours.
"""
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time


def child_cpu_s(command: list[str], **more) -> tuple[float, subprocess.CompletedProcess]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def bionetgen_s(bng: pathlib.Path, model: pathlib.Path, limit_s: float) -> str:
    text = model.read_text() + "\ngenerate_network({overwrite=>1})\n"
    model.write_text(text)
    try:
        _, done = child_cpu_s(["perl", str(bng / "BNG2.pl"), model.name], cwd=model.parent,
                              env=dict(os.environ, BNGPATH=str(bng)), timeout=limit_s)
    except subprocess.TimeoutExpired:
        return "> %g s" % limit_s
    found = re.search(r"CPU TIME: generate_network ([0-9.]+)", done.stdout)
    return found.group(1) if found else "failed"


def bng_cpp_s(program: str, model: pathlib.Path, species: int, reactions: int, limit_s: float) -> tuple[str, float]:
    """What to print of bng_cpp's time, and the time (NaN without one)."""
    text = model.read_text()
    seconds = []
    for name, action in (("without", ""), ("with", "\ngenerate_network({overwrite=>1})\n")):
        path = model.with_name(model.stem + "_cpp_" + name + ".bngl")
        path.write_text(text + action)
        try:
            cpu, _ = child_cpu_s([program, path.name], cwd=path.parent, timeout=limit_s)
        except subprocess.TimeoutExpired:
            return "> %g s" % limit_s, float("nan")
        seconds.append(cpu)
    net = model.with_name(model.stem + "_cpp_with.net")
    if not net.exists():
        return "failed", float("nan")
    blocks = {name: len(re.findall(r"^\s*\d+\s", body, re.M)) for name, body in
              re.findall(r"^begin (species|reactions)\n(.*?)^end", net.read_text(), re.M | re.S)}
    if (blocks.get("species"), blocks.get("reactions")) != (species, reactions):
        return "wrong: %s / %s" % (blocks.get("species"), blocks.get("reactions")), float("nan")
    return "%.3g s" % (seconds[1] - seconds[0]), seconds[1] - seconds[0]


def main() -> None:
    bench, erbium, bng = sys.argv[1:4]
    limit_s = float(os.environ.get("BIONETGEN_LIMIT_S", "600"))
    load = os.getloadavg()[0]
    starts = []
    for _ in range(21):
        begin = time.perf_counter()
        cpu, _ = child_cpu_s([erbium, "--version"])
        starts.append((cpu, time.perf_counter() - begin))
    starts.sort()
    print("load average %.1f; erbium --version: median %.1f ms of CPU; least %.1f ms of wall time"
          % (load, 1e3 * starts[10][0], 1e3 * min(s[1] for s in starts)))
    print("| model | species | reactions | generate(), CPU | whole process, CPU | reactions/s | peak memory | "
          "bytes a reaction | bytes a species | BioNetGen, CPU | ratio | its C++ generator | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for model in sys.argv[4:]:
            done = subprocess.run([bench, "--bngl", folder, model], stdout=subprocess.PIPE, text=True)
            row = json.loads(done.stdout)
            whole = json.loads(subprocess.run([erbium, "net", model, "--stats", "--json", "-j", "1"],
                                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                              text=True).stdout)
            printed = pathlib.Path(folder) / (row["model"] + ".bngl")
            cpp, cpp_s = ("-", float("nan")) if "BIONETGEN_CPP" not in os.environ else bng_cpp_s(
                os.environ["BIONETGEN_CPP"], printed, row["species"], row["reactions"], limit_s)
            peer = "-" if bng == "-" else bionetgen_s(pathlib.Path(bng), printed, limit_s)
            try:
                ratio = "%.0f" % (1e3 * float(peer) / row["cpu_ms"])
            except ValueError:
                ratio = "-"
            cpp_ratio = "-" if cpp_s != cpp_s else "%.0f" % (1e3 * cpp_s / row["cpu_ms"])
            print("| %s | %d | %d | %.1f ms | %.0f ms | %.2g | %.1f MB | %d | %d | %s s | %s | %s | %s |" % (
                row["model"], row["species"], row["reactions"], row["cpu_ms"], 1e3 * whole["cpu_s"],
                1e3 * row["reactions"] / row["cpu_ms"], row["peak_mb"], row["bytes_per_reaction"],
                row["bytes_per_species"], peer, ratio, cpp, cpp_ratio), flush=True)


if __name__ == "__main__":
    main()
