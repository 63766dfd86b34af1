#!/usr/bin/env python3
"""What stands in logs of each format, counted without the exporter: `formats.py FORMAT FILE`. Prints samples in the order of their text.

otlp: an ExportLogsServiceRequest per line. documents: JSON texts one after the other. shorthand: OpenShell's lines for people.
as-logfmt: JSON lines, written as Go's slog writes them in text, to standard output. objects: how many lines are objects, and how many not.
"""
import json
import re
import sys
from collections import Counter


def value_of(any_value):
    kind, value = next(iter(any_value.items()))
    if kind == 'intValue':
        return int(value)
    if kind == 'arrayValue':
        return [value_of(one) for one in value['values']]
    if kind == 'kvlistValue':
        return fields_of(value['values'])
    return value


def fields_of(attributes):
    return {one['key']: value_of(one['value']) for one in attributes}


def otlp(text, counts):
    for line in text.splitlines():
        for of_resource in json.loads(line)['resourceLogs']:
            resource = fields_of(of_resource.get('resource', {}).get('attributes', []))
            for of_scope in of_resource['scopeLogs']:
                for record in of_scope['logRecords']:
                    attributes = fields_of(record['attributes'])
                    name = record.get('eventName') or attributes.get('event.name') or 'none'
                    labels = {'event': name, 'service': resource['service.name'], 'scope': of_scope['scope']['name']}
                    counts[sample('x_events_total', labels)] += 1
                    for kind in ('input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_creation_tokens'):
                        if kind in attributes:
                            counts[sample('x_tokens_total', {'type': kind})] += attributes[kind]
                    if 'duration_ms' in attributes:
                        counts['x_milliseconds_total'] += attributes['duration_ms']
                    last = int(record['timeUnixNano']) / 1e9
                    counts['x_last_timestamp_seconds'] = max(counts['x_last_timestamp_seconds'], last)


def documents(text, counts):
    decoder, at = json.JSONDecoder(), 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return
        document, at = decoder.raw_decode(text, at)
        attributes = document.get('attributes')
        attributes = attributes if isinstance(attributes, dict) else {}
        counts[sample('x_events_total', {'event': attributes.get('event.name', 'none')})] += 1
        for kind in ('input_token_count', 'output_token_count', 'cached_content_token_count', 'thoughts_token_count'):
            if attributes.get('event.name') == 'gemini_cli.api_response':
                counts[sample('x_tokens_total', {'type': kind})] += attributes[kind]


def shorthand(text, counts):
    for line in text.splitlines():
        found = re.search(r'(?:^|\s)([A-Z]+):([A-Z]+) \[(\w+)\](?: (ALLOWED|DENIED))?', line)
        if found is None:
            counts[sample('x_events_total', {'class': 'none'})] += 1
            continue
        kind, activity, severity, action = found.groups()
        labels = {'class': kind, 'activity': activity, 'severity': severity, **({'action': action} if action else {})}
        counts[sample('x_events_total', labels)] += 1


def as_logfmt(text, _):
    def pairs(fields, prefix=''):
        for name, value in fields.items():
            if isinstance(value, dict):
                yield from pairs(value, f'{prefix}{name}.')
            else:
                written = value if isinstance(value, str) else json.dumps(value)
                quoted = written == '' or re.search(r'[\s"=]', written)
                yield f'{prefix}{name}={json.dumps(written) if quoted else written}'

    for line in text.splitlines():
        print(' '.join(pairs(json.loads(line))))


def objects(text, counts):
    for line in text.splitlines():
        if line.strip() == '':
            continue
        try:
            counts['objects' if isinstance(json.loads(line), dict) else 'others'] += 1
        except ValueError:
            counts['others'] += 1


def sample(name, labels):
    return f"{name}{{{','.join(f'{label}={json.dumps(text)}' for label, text in labels.items())}}}"


def main():
    format_name, path = sys.argv[1:]
    counts = Counter()
    readers = {'otlp': otlp, 'documents': documents, 'shorthand': shorthand, 'as-logfmt': as_logfmt, 'objects': objects}
    with open(path, encoding='utf-8', newline='\n') as file:
        readers[format_name](file.read(), counts)
    for name, value in sorted(counts.items()):
        print(name, repr(value) if isinstance(value, int) or value % 1 else int(value))


main()
