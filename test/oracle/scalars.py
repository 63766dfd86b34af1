"""Values of an event as the mapping language reads them: first present of several fields, texts, numbers, label texts, times."""
import hashlib
import math
import re
from datetime import datetime, timezone

NUMERAL = re.compile(r'[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?', re.A)
UNFIT = re.compile('[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
LABEL_LENGTH = 128


def first(event, *fields):
    for field in fields:
        if event.get(field) is not None:
            return event[field]
    return None


def text(value):
    """None for what is missing, an object or a list."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    return None


def number(value):
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        return None
    if value in ('true', 'false'):
        return float(value == 'true')
    return float(value) if NUMERAL.fullmatch(value) else None


def label(value, default='unknown'):
    """The label of a text: nothing that breaks a line, turns its direction or acts on a terminal,
    no half characters, long ones cut with a hash of the whole. Secrets are not looked for: logs that are counted here have none."""
    said = text(value)
    if said is None:
        return default
    units = said.encode('utf-16-le', 'surrogatepass')
    if len(units) // 2 > LABEL_LENGTH:
        mark = '\u2026' + hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:8]
        said = units[: 2 * (LABEL_LENGTH - len(mark))].decode('utf-16-le', 'ignore') + mark
    return UNFIT.sub('\ufffd', said)


def time_s(event):
    """Seconds since the epoch that the event states, None if it states none that can be read here."""
    stated = first(event, 'timestamp', 'ts', 'time', '@timestamp')
    if not isinstance(stated, str):
        return None
    try:
        at = datetime.fromisoformat(stated.replace(' ', 'T').replace('Z', '+00:00'))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


def is_countable(value):
    return value is not None and math.isfinite(value)
