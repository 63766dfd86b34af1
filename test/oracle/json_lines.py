"""Bytes of a log -> what becomes of each line, by the words of the mapping language and in nobody's code but Python's.

`outcomes(data)` yields ('event', dict), ('blank', None) or ('rejected', reason) for each line, an unterminated last one too.
"""
import json
import re

MAX_LINE_BYTES = 8 * 1024 * 1024
MAX_VALUES = 100_000
MAX_DEPTH = 256
ANSI = re.compile(r'\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])')
SPACE = bytes(range(0x21)).replace(b'\x1b', b'')


def outcomes(data, max_line_bytes=MAX_LINE_BYTES):
    lines = data.split(b'\n')
    if lines[-1] == b'':
        lines.pop()
    for line in lines:
        yield outcome(line, max_line_bytes)


def outcome(line, max_line_bytes=MAX_LINE_BYTES):
    if len(line) > max_line_bytes:
        return 'rejected', 'too_long'
    rest = line.rstrip(SPACE)
    while True:
        before = rest
        rest = rest.lstrip(SPACE)
        if rest.startswith(b'\xef\xbb\xbf'):
            rest = rest[3:]
        if rest == before:
            break
    if not rest:
        return 'blank', None
    excess = excess_of(rest)
    if excess:
        return 'rejected', excess
    text = rest.decode('utf-8', 'replace')
    if text.startswith('{'):
        return judged(parsed(text) if parsed(text) is not None else parsed(without_colours(text)), 'malformed')
    plain = without_colours(text).strip()
    if not plain:
        return 'blank', None
    brace = plain.find('{')
    body = parsed(plain[brace:]) if brace >= 0 else None
    if isinstance(body, dict):
        return 'event', body
    return 'rejected', 'not_object' if is_json(plain) else 'not_json'


def judged(body, otherwise):
    return ('event', body) if isinstance(body, dict) else ('rejected', otherwise)


def without_colours(text):
    return ANSI.sub('', text).replace('\x1b', '')


def refuse(word):
    raise ValueError(word + ' is no JSON')


def parsed(text):
    """The object, else None. Python's own leniency (NaN, Infinity) is switched off."""
    try:
        body = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def is_json(text):
    try:
        json.loads(text, parse_constant=refuse)
        return True
    except (ValueError, RecursionError):
        return False


def excess_of(rest):
    """Depth and number of values, over the bytes outside of strings (Python's own parser may not be asked: it recurses)."""
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b'0', rest, flags=re.S)
    depth = values = 0
    for token in re.findall(rb'[\[{\]},]|[^\s\[{\]},:]+', bare):
        if token in b'[{':
            depth += 1
            if depth > MAX_DEPTH:
                return 'too_deep'
        elif token in b']}':
            depth -= 1
        values += token == b','
        if values > MAX_VALUES:
            return 'too_many_values'
    return None
