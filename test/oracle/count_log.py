#!/usr/bin/env python3
"""count_log.py agent|bench|claude-code|codex FILE... : the samples that a right exporter shows after these logs, as JSON on standard output.

`samples` by `name{labels}`, `lines` and `rejected` by outcome and reason, `unmapped` by event name, `skipped` by "metric reason".
Series that stand at 0 are not listed. Shares no code with the exporter and uses Python's own JSON parser.
"""
import json
import sys

sys.dont_write_bytecode = True
from bench_families import BenchFamilies
from json_lines import outcomes
from preset_agent import PresetAgent
from preset_claude_code import PresetClaudeCode
from preset_codex import PresetCodex


def count(families, paths):
    lines = {'event': 0, 'blank': 0, 'rejected': 0}
    rejected = {}
    for path in paths:
        if hasattr(families, 'begin'):
            families.begin(path)
        with open(path, 'rb') as log:
            data = log.read()
        for kind, what in outcomes(data):
            lines[kind] += 1
            if kind == 'event':
                families.take(what)
            elif kind == 'rejected':
                rejected[what] = rejected.get(what, 0) + 1
    families.finish()
    samples = {key: value for key, value in families.tally.samples.items() if value != 0}
    return {'samples': samples, 'lines': lines, 'rejected': rejected, 'unmapped': families.unmapped, 'skipped': families.skipped,
            'mapped': families.mapped}


if __name__ == '__main__':
    known = {'agent': PresetAgent, 'bench': BenchFamilies, 'claude-code': PresetClaudeCode, 'codex': PresetCodex}
    made = known.get(sys.argv[1] if len(sys.argv) > 2 else '')
    if made is None:
        sys.exit(__doc__)
    json.dump(count(made(), sys.argv[2:]), sys.stdout, indent=1, sort_keys=True)
