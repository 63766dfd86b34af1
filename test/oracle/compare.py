#!/usr/bin/env python3
"""compare.py EXPECTED.json EXPOSITION.txt [IGNORED_METRIC...] : exit 0 if every expected sample is exposed with its value (1e-9 of it)
and every exposed sample of a mapped family that is not 0 is expected. Own metrics are compared with the expected line counts if they
are exposed. Prints what differs."""
import json
import re
import sys

sys.dont_write_bytecode = True
from tally import sample_key

OWN = ('agentlog_', 'process_', 'nodejs_')
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)')
PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
UNESCAPED = {'\\\\': '\\', '\\"': '"', '\\n': '\n'}


def parse(text):
    samples = {}
    for line in text.split('\n'):
        if not line or line.startswith('#'):
            continue
        name, pairs, value = SAMPLE.fullmatch(line).groups()
        assert PAIR.sub('', pairs or '') == '', line
        labels = {key: re.sub(r'\\[\\"n]', lambda m: UNESCAPED[m.group()], said) for key, said in PAIR.findall(pairs or '')}
        key = sample_key(name, labels)
        assert key not in samples, 'twice: ' + key
        samples[key] = float(value)
    return samples


def differs(a, b):
    return not abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def own_expected(counted, samples):
    """What the exporter must say about itself, for whichever source it read; {} if it does not expose itself here."""
    source = re.search(r'agentlog_lines_total\{outcome="event",source="((?:[^"\\]|\\.)*)"', '\n'.join(samples))
    if source is None:
        return {}
    of = {'source': source.group(1)}
    want = {sample_key('agentlog_lines_total', {**of, 'outcome': k}): v for k, v in counted['lines'].items()}
    want |= {sample_key('agentlog_rejected_lines_total', {**of, 'reason': k}): v for k, v in counted['rejected'].items()}
    want |= {sample_key('agentlog_unmapped_events_total', {'event': k}): v for k, v in counted['unmapped'].items()}
    for key, value in counted['skipped'].items():
        metric, reason = key.split(' ')
        want[sample_key('agentlog_updates_skipped_total', {'metric': metric, 'reason': reason})] = value
    want[sample_key('agentlog_events_total', {**of, 'outcome': 'mapped'})] = counted['mapped']
    return want


def problems(counted, samples, ignored):
    want = {**counted['samples'], **own_expected(counted, samples)}
    for key, value in sorted(want.items()):
        if key not in samples:
            yield f'missing: {key} {value}'
        elif differs(samples[key], value):
            yield f'wrong: {key} is {samples[key]}, should be {value}'
    # Of the own metrics only those that name what happened to lines and events can be too many.
    judged = ('agentlog_rejected_lines_total', 'agentlog_unmapped_events_total', 'agentlog_updates_skipped_total')
    for key, value in sorted(samples.items()):
        name = key.split('{')[0]
        is_judged = name in judged or (not name.startswith(OWN) and name not in ignored)
        if is_judged and value != 0 and key not in want:
            yield f'not expected: {key} {value}'


if __name__ == '__main__':
    with open(sys.argv[1], encoding='utf-8') as expected, open(sys.argv[2], encoding='utf-8', newline='') as exposition:
        counted, samples = json.load(expected), parse(exposition.read())
    found = list(problems(counted, samples, sys.argv[3:]))
    print('\n'.join(found[:20]) or 'all %d samples right' % len(counted['samples']))
    if found:
        print('%d differ' % len(found))
    sys.exit(1 if found else 0)
