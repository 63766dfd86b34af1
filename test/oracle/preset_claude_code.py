"""What the preset `claude-code` should make of session files and stream-json, told a second time: in Python, over all lines at once (the
exporter reads them one by one), from the preset's comments and help texts. Logs of stream-json are expected once each, in order."""
import json
import re

from scalars import label, number, text, time_s
from tally import Tally, sample_key

SECONDS = (.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
RUN_SECONDS = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
COUNT = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
LAST_ACTIVITY = 'agent_session_last_activity_timestamp_seconds'
KINDS = ('input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h')
# Dollars per million tokens in the order of KINDS, by the start of the model's name: list prices of 2026.
PRICES = {'claude-fable-5': (10, 50, 1, 12.5, 20), 'claude-haiku-4-5': (1, 5, .1, 1.25, 2), 'claude-sonnet-4': (3, 15, .3, 3.75, 6),
          'claude-opus-4-1': (15, 75, 1.5, 18.75, 30)}
TURN_ENDS = {'end_turn', 'stop_sequence', 'max_tokens', 'refusal', 'model_context_window_exceeded'}
REJECTED = re.compile("^The user doesn.t want to (proceed|take this action)")
PERMISSION = re.compile('^(claude requested permissions|permission to use|this command requires approval)|has been denied', re.I)
NETWORK = re.compile('could not resolve host|temporary failure in name resolution|network is unreachable'
                     '|blocked.by.(network )?allowlist|ENOTFOUND|EAI_AGAIN', re.I)
FILESYSTEM = re.compile('Operation not permitted|Read-only file system|Permission denied|EACCES|EPERM|EROFS|allowed working director')
FAILURES = (('usage limit|limit reached', 'usage_limit'), (r'rate.?limit|\b429\b', 'rate_limit'), (r'overloaded|\b529\b', 'overloaded'),
            ('billing|credit balance', 'billing'), (r'authenti|oauth|api key|\b401\b|\b403\b', 'authentication'),
            ('prompt is too long|context', 'context_length'), (r'invalid.?request|\b400\b', 'invalid_request'),
            ('timed? ?out|timeout', 'timeout'), ('connection|network|socket|econn|enotfound', 'network'),
            (r'server.?error|\b5\d\d\b', 'server_error'))


def at(value, *steps):
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def failure(said):
    if said is None:
        return 'unknown'
    return next((kind for pattern, kind in FAILURES if re.search(pattern, said.lower())), 'other')


class PresetClaudeCode:
    def __init__(self):
        self.tally = Tally()
        self.skipped, self.unmapped, self.mapped = {}, {}, 0
        self._events = []

    def take(self, event):
        self._events.append(event)

    def _add(self, metric, labels=None, step=1):
        self.tally.add(metric, {'agent': 'claude-code', **(labels or {})}, step)

    def _observe(self, metric, value, bounds, labels=None):
        self.tally.observe(metric, {'agent': 'claude-code', **(labels or {})}, value, bounds)

    def finish(self):
        known = [e for e in self._events if e.get('sessionId') is not None or e.get('session_id') is not None]
        files = [e for e in known if e.get('sessionId') is not None]
        streams = [e for e in known if e.get('session_id') is not None]
        self._messages([e for e in known if e.get('type') == 'assistant'])
        self._results([e for e in streams if e.get('type') == 'result'])
        self._tools(known)
        self._loops(known)
        self._sessions(known, files, streams)
        self._turns(files)
        self._system(known)
        self._activity(files)

    def _messages(self, lines):
        groups = {}
        for line in lines:
            if at(line, 'message', 'model') not in (None, '<synthetic>'):
                groups.setdefault(key_of(line), []).append(line)
        for group in groups.values():
            model = label(group[0]['message']['model'])
            self._add('agent_llm_requests_total', {'model': model})
            stops = [at(line, 'message', 'stop_reason') for line in group]
            stops = [stop for stop in stops if stop is not None]
            if stops:
                self._add('agent_llm_stops_total', {'model': model, 'reason': stops[0]})
            self._usage([line for line in group if line.get('sessionId') is not None], model)
        errors = {key_of(line): line for line in reversed(lines) if line.get('isApiErrorMessage') is True}
        for line in errors.values():
            said = line.get('error') if line.get('error') is not None else at(line, 'message', 'content', 0, 'text')
            self._add('agent_llm_api_errors_total', {'kind': failure(text(said))})

    def _usage(self, group, model):
        if not group:
            return
        sidechain = 'true' if group[0].get('isSidechain') is True else 'false'
        most = [0] * len(KINDS)
        for line in group:
            usage = line['message'].get('usage') or {}
            hour = at(usage, 'cache_creation', 'ephemeral_1h_input_tokens') or 0
            counts = (usage.get('input_tokens') or 0, usage.get('output_tokens') or 0, usage.get('cache_read_input_tokens') or 0,
                      max(0, (usage.get('cache_creation_input_tokens') or 0) - hour), hour)
            most = [max(pair) for pair in zip(most, counts)]
            searches = at(usage, 'server_tool_use', 'web_search_requests') or 0
        for kind, tokens in zip(KINDS, most):
            self._add('agent_llm_tokens_total', {'model': model, 'type': kind, 'sidechain': sidechain}, tokens)
        self._add('agent_llm_web_searches_total', {'model': model}, searches)
        stated = [line['costUSD'] for line in group if line.get('costUSD') is not None]
        prices = next((price for name, price in PRICES.items() if model.startswith(name)), (0,) * len(KINDS))
        dollars = max(stated) if stated else sum(a * b for a, b in zip(most, prices)) / 1e6
        self._add('agent_llm_cost_usd_total', {'model': model}, dollars)

    def _results(self, lines):
        seen, denied, total = set(), set(), {}
        for line in lines:
            session = line['session_id']
            mark = tuple(str(line.get(field)) for field in ('session_id', 'uuid', 'num_turns', 'duration_ms', 'total_cost_usd'))
            for denial in line.get('permission_denials') or []:
                call = (session, denial.get('tool_use_id'))
                if call not in denied:
                    denied.add(call)
                    self._add('agent_permission_denials_total', {'tool': label(denial.get('tool_name'))})
            if mark in seen:
                continue
            seen.add(mark)
            self._run(line)
            for model, usage in (line.get('modelUsage') or {}).items():
                for kind, field in (('input', 'inputTokens'), ('output', 'outputTokens'), ('cache_read', 'cacheReadInputTokens'),
                                    ('cache_write', 'cacheCreationInputTokens'), (None, 'costUSD')):
                    now, before = usage.get(field) or 0, total.get((session, model, field), 0)
                    step = now - before if now >= before else now
                    total[session, model, field] = now
                    if kind is None:
                        self._add('agent_llm_cost_usd_total', {'model': label(model)}, step)
                    else:
                        self._add('agent_llm_tokens_total', {'model': label(model), 'type': kind}, step)

    def _run(self, line):
        outcome = {'success': 'error' if line.get('is_error') is True else 'success', 'error_during_execution': 'error',
                   'error_max_turns': 'max_turns', 'error_max_budget_usd': 'max_budget'}.get(line.get('subtype'), 'other')
        self._add('agent_runs_total', {'outcome': outcome})
        for metric, field, scale, bounds in (('agent_run_duration_seconds', 'duration_ms', 1e3, RUN_SECONDS),
                                             ('agent_run_api_duration_seconds', 'duration_api_ms', 1e3, RUN_SECONDS),
                                             ('agent_run_turns', 'num_turns', 1, COUNT)):
            if line.get(field) is not None:
                self._observe(metric, line[field] / scale, bounds)

    def _tools(self, lines):
        calls, answers = {}, {}
        for line in lines:
            content = at(line, 'message', 'content')
            for block in content if isinstance(content, list) else []:
                if line.get('type') == 'assistant' and block.get('type') == 'tool_use':
                    calls.setdefault(block['id'], []).append((block['name'], line))
                if line.get('type') == 'user' and block.get('type') == 'tool_result':
                    answers.setdefault(block['tool_use_id'], []).append((block, line))
        for call, starts in calls.items():
            name = starts[0][0]
            if call not in answers:
                self._add('agent_tool_calls_in_flight', {'tool': label(name)})
                continue
            block = answers[call][0][0]
            failed = block.get('is_error') is True
            tool = {'tool': label(name)}
            self._add('agent_tool_calls_total', {**tool, 'status': 'error' if failed else 'success'})
            # In a copy the calls have another session and time than their results.
            spans = [(time_s(line), time_s(end)) for _, line in starts for _, end in answers[call] if session_of(line) == session_of(end)]
            if spans and None not in spans[0]:
                self._observe('agent_tool_duration_seconds', max(0, round(spans[0][1] - spans[0][0], 6)), SECONDS, tool)
            said = block.get('content') if isinstance(block.get('content'), str) else at(block, 'content', 0, 'text')
            if failed and said is not None:
                self._problem(said, tool)

    def _loops(self, lines):
        """All lines count as one log: calls are told apart by their session and sub-agent, and a call that is seen again is none."""
        made, seen = {}, set()
        for line in lines:
            content = at(line, 'message', 'content')
            for block in content if isinstance(content, list) and line.get('type') == 'assistant' else []:
                if block.get('type') == 'tool_use' and block['id'] not in seen:
                    seen.add(block['id'])
                    who = (line.get('sessionId') or line.get('session_id'), line.get('agentId') or line.get('parent_tool_use_id'))
                    made.setdefault(who, []).append((block['name'], json.dumps(block.get('input'), sort_keys=True)))
        for kind, times in loops(made.values()):
            self._add('agent_loops_total', {'kind': kind}, times)

    def _problem(self, said, tool):
        if REJECTED.search(said):
            self._add('agent_tool_decisions_total', {**tool, 'decision': 'reject'})
            return
        for pattern, kind in ((PERMISSION, 'permission'), (NETWORK, 'network'), (FILESYSTEM, 'filesystem')):
            if pattern.search(said):
                self._add('agent_sandbox_violations_total', {**tool, 'kind': kind})
                return

    def _sessions(self, known, files, streams):
        told = [e for e in known if e.get('type') in ('user', 'assistant', 'system', 'result')]
        self._add('agent_sessions_total', step=len({e.get('sessionId') or e.get('session_id') for e in told}))
        side = [e for e in files if e.get('type') == 'user' and e.get('isSidechain') is True]
        named = {(e['sessionId'], e['agentId']) for e in side if e.get('agentId') is not None}
        old = {line_of(e) for e in side if e.get('agentId') is None and e.get('parentUuid') is None}
        streamed = {(e['session_id'], e['parent_tool_use_id']) for e in streams
                    if e.get('type') in ('user', 'assistant') and e.get('parent_tool_use_id') is not None}
        self._add('agent_subagents_total', step=len(named) + len(old) + len(streamed))

    def _turns(self, files):
        prompts, aborted, complete = set(), set(), set()
        for event in files:
            if event.get('isSidechain') is True:
                continue
            said = at(event, 'message', 'content')
            first = at(said, 0, 'text') if isinstance(said, list) else said
            if event.get('type') == 'assistant':
                message = event['message']
                if message.get('stop_reason') in TURN_ENDS and message.get('model') not in (None, '<synthetic>'):
                    complete.add(key_of(event))
            if event.get('type') != 'user':
                continue
            if isinstance(first, str) and first.startswith('[Request interrupted by user'):
                aborted.add(line_of(event))
            elif not any(event.get(flag) is True for flag in ('isMeta', 'isCompactSummary')) and at(said, 0, 'type') != 'tool_result' and not (
                    isinstance(said, str) and re.match('<local-command-|<command-|<task-notification|Caveat: ', said)):
                prompts.add(line_of(event))
        self._add('agent_prompts_total', step=len(prompts))
        self._add('agent_turns_total', {'outcome': 'complete'}, len(complete))
        self._add('agent_turns_total', {'outcome': 'aborted'}, len(aborted))

    def _system(self, known):
        lines = {}
        for event in known:
            if event.get('type') == 'system':
                lines.setdefault((event.get('subtype'), line_of(event)), event)
        for (subtype, _), event in lines.items():
            if subtype == 'compact_boundary':
                meta = event.get('compactMetadata') or event.get('compact_metadata') or {}
                self._add('agent_context_compactions_total', {'trigger': meta.get('trigger', 'unknown')})
            elif subtype == 'api_error':
                said = next((v for v in (at(event, 'error', 'status'), at(event, 'error', 'error', 'error', 'type'),
                                         at(event, 'error', 'message'), at(event, 'error', 'cause', 'code')) if v is not None), None)
                self._add('agent_llm_retries_total', {'kind': failure(text(said))})
            elif subtype == 'turn_duration':
                self._observe('agent_turn_duration_seconds', event['durationMs'] / 1000, RUN_SECONDS)
            elif subtype == 'init' and event.get('session_id') is not None:
                for server in event.get('mcp_servers') or []:
                    self.tally.set('agent_mcp_server_up', {'agent': 'claude-code', 'server': server['name']},
                                   1 if server['status'] == 'connected' else 0)

    def _activity(self, files):
        times = [time_s(e) for e in files if e.get('type') in ('user', 'assistant', 'system') and e.get('timestamp') is not None]
        if times:
            self.tally.set(LAST_ACTIVITY, {'agent': 'claude-code'}, max(times))


def key_of(line):
    message = line.get('message') or {}
    return message.get('id') or line.get('requestId') or line.get('uuid')


def session_of(line):
    return line.get('sessionId') or line.get('session_id')


def line_of(line):
    return line.get('uuid') or line.get('timestamp')


def loops(sequences):
    """How often the same stood three times in a row, or a fourth time among twenty."""
    found = {'same_call': 0, 'cycle': 0}
    for steps in sequences:
        row = 0
        for i, step in enumerate(steps):
            row = row + 1 if i > 0 and steps[i - 1] == step else 1
            if row == 3:
                found['same_call'] += 1
            elif row < 3 and steps[max(0, i - 19): i + 1].count(step) == 4:
                found['cycle'] += 1
    return found.items()
