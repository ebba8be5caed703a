#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs BioNetGen over published models, for the columns "BioNetGen run" of docs/conformance/bngl.md.

    make_references.py BNGL_FOLDER BNG_FOLDER OUT [seconds per model]

BNGL_FOLDER is conformance/bngl; BNG_FOLDER holds BNG2.pl, Perl2/ and, for simulations,
bin/run_network. For each model of its sets OUT/<set>/<name>/m.bngl is the model with

  - its own deterministic actions, at tight tolerances where they name no steady state; what samples at
    random, draws or writes other formats is left out;
  - generate_network first and writeNetwork({suffix=>"made"}) after it;
  - a simulation of its own when none is left: 10 steps, to the end time of the first one left out or 10;

and BioNetGen's files of it lie beside it. Models already done are left alone.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

SETS = ["bng_validate", "bng_models2", "fceri", "nfsim_basic"]
ACTION = re.compile(
    r"^\s*(generate_network|simulate\w*|write\w+|read\w+|visualize|saveConc\w*|resetConc\w*|"
    r"setConc\w*|addConc\w*|setParam\w*|saveParam\w*|resetParam\w*|parameter_scan|bifurcate|"
    r"generate_hybrid_model|quit)\b")
RANDOM = re.compile(r"simulate_(ssa|nf|pla|psa|rm)|method\s*=>\s*[\"'](ssa|nf|pla|psa)")
GENERATE = "generate_network({%soverwrite=>1})\nwriteNetwork({suffix=>\"made\",overwrite=>1})"
TIGHT = {"atol": "1e-10", "rtol": "1e-10"}


def split_actions(text: str) -> tuple[str, list[str]]:
    """The model's lines, and its actions as one line each, wherever they stand."""
    kept, actions, block, depth = [], [], None, ""
    for line in text.split("\n"):
        code = re.sub(r"#(?![^\"]*\"\s*[,)}]).*", "", line)
        if depth:
            depth = depth[:-1] if depth.endswith("\\") else depth
            depth += " " + code.strip()
        elif re.match(r"\s*(begin|end)\s+actions", code):
            continue
        else:
            begin = re.match(r"\s*begin\s+(.*\S)", code)
            end = re.match(r"\s*end\s+(.*\S)", code)
            if begin and begin.group(1) != "model":
                block = begin.group(1)
            if end and end.group(1) != "model":
                block = None
            if block is not None or not ACTION.match(code):
                kept.append(line)
                continue
            depth = code.strip()
        if not depth.endswith("\\"):
            actions += re.findall(r"\w+\(.*?\)\s*(?:;|$)", depth) or [depth]
            depth = ""
    return "\n".join(kept), [a.strip().rstrip(";") for a in actions]


def tightened(action: str) -> str:
    if "steady_state" in action or not action.startswith(("simulate", "parameter_scan", "bifurcate")):
        return action
    if 'method=>"protocol"' in action:
        return action
    for option, value in TIGHT.items():
        found = re.search(option + r"\s*=>\s*([0-9.eE+-]+)", action)
        if not found:
            action = action.replace("({", "({%s=>%s," % (option, value), 1)
        elif float(found.group(1)) > float(value):
            action = action[:found.start(1)] + value + action[found.end(1):]
    return action


def reference_model(text: str) -> str:
    model, actions = split_actions(text)
    kept, end_time, generates = [], "10", ""
    for action in actions:
        if action.startswith("generate_network"):
            asked = re.search(r"max_(?:iter|agg)\s*=>\s*\d+|max_stoich\s*=>\s*\{[^}]*\}", action)
            generates = asked.group(0) + "," if asked else ""
        elif RANDOM.search(action):
            found = re.search(r"t_end\s*=>\s*([0-9.eE+*/-]+)", action)
            end_time = end_time if not found or end_time != "10" else found.group(1)
        elif not action.startswith(("write", "visualize", "read", "generate_hybrid", "quit")):
            kept.append(tightened(action))
    if not any(a.startswith(("simulate", "parameter_scan", "bifurcate")) for a in kept):
        kept = ['simulate({method=>"ode",t_end=>%s,n_steps=>10,atol=>1e-10,rtol=>1e-10})' % end_time]
    return "\n".join([model, GENERATE % generates, *kept, ""])


def main() -> None:
    root, bng, out = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    limit_s = float(sys.argv[4]) if len(sys.argv) > 4 else 150.0
    for models in SETS:
        for source in sorted((root / models).rglob("*.bngl")):
            folder = out / models / source.stem
            if (folder / "done").exists() or "DAT_validate" in source.parts:
                continue
            folder.mkdir(parents=True, exist_ok=True)
            for table in [*source.parent.glob("*.tfun"), *source.parent.glob("DAT_validate/*.dat")]:
                (folder / table.relative_to(source.parent)).parent.mkdir(exist_ok=True)
                shutil.copy(table, folder / table.relative_to(source.parent))
            (folder / "m.bngl").write_text(reference_model(source.read_text(errors="replace")))
            with open(folder / "log", "w") as log:
                try:
                    subprocess.run(["perl", str(bng / "BNG2.pl"), "m.bngl"], cwd=folder, stdout=log,
                                   stderr=subprocess.STDOUT, timeout=limit_s,
                                   env=dict(os.environ, BNGPATH=str(bng)), check=False)
                except subprocess.TimeoutExpired:
                    log.write("\nmake_references: takes too long\n")
            (folder / "done").touch()


if __name__ == "__main__":
    main()
