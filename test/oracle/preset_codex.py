"""What the preset `codex` should make of rollouts and of `codex exec --json`, told a second time: in Python, log by log, from the preset's
comments and help texts."""
import json
import re

from preset_claude_code import LAST_ACTIVITY, RUN_SECONDS, SECONDS, at, loops
from scalars import label, text, time_s
from tally import Tally

MODEL_SECONDS = (.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
KINDS = ('input', 'output', 'cache_read', 'cache_write')
# Dollars per million tokens in the order of KINDS: what is written to the cache is paid as any input.
PRICES = {'gpt-5-codex': (1.25, 10, .125, 1.25)}
FAILURES = (('usage.?limit', 'usage_limit'), (r'rate.?limit|\b429\b', 'rate_limit'), (r'overloaded|\b503\b', 'overloaded'),
            (r'unauthorized|authenti|\b401\b|\b403\b', 'authentication'), ('context.?window|context length', 'context_length'),
            (r'bad.?request|invalid|\b400\b', 'invalid_request'), ('timed? ?out|timeout', 'timeout'), ('connect|stream|network', 'network'),
            (r'server.?error|\b5\d\d\b', 'server_error'))
STOPPED = (('^[a-z_]+ failed[^\n]*rejected', 'policy'), ('read-only file system|permission denied|operation not permitted', 'filesystem'),
           ('could not resolve host|temporary failure in name resolution|network is unreachable', 'network'))
HEAD = r'^(Chunk ID: [^\n]*\n)?(Wall time: [^\n]*\n)?'
ITEMS = {'UserMessage': 'user_message', 'AgentMessage': 'agent_message', 'Reasoning': 'reasoning', 'CommandExecution': 'command_execution',
         'McpToolCall': 'mcp_tool_call', 'FileChange': 'file_change', 'WebSearch': 'web_search'}
STATUS = {'completed': 'success', 'failed': 'error', 'declined': 'declined'}


def failure(said):
    if said is None:
        return 'unknown'
    return next((kind for pattern, kind in FAILURES if re.search(pattern, said.lower())), 'other')


class PresetCodex:
    def __init__(self):
        self.tally = Tally()
        self.skipped, self.unmapped, self.mapped = {}, {}, 0
        self._logs = []
        self._seen = set()
        self._high = {}
        self._last = []

    def begin(self, path):
        self._logs.append((path, []))

    def take(self, event):
        self._logs[-1][1].append(event)

    def _add(self, metric, labels=None, step=1):
        self.tally.add(metric, {'agent': 'codex', **(labels or {})}, step)

    def _observe(self, metric, value, bounds, labels=None):
        self.tally.observe(metric, {'agent': 'codex', **(labels or {})}, value, bounds)

    def _set(self, metric, value, labels=None):
        self.tally.set(metric, {'agent': 'codex', **(labels or {})}, value)

    def _once(self, *key):
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def finish(self):
        for path, events in self._logs:
            if any(e.get('type') == 'thread.started' for e in events):
                self._exec(path, events)
            else:
                self._rollout(path, events)
        if self._last:
            self._set(LAST_ACTIVITY, max(self._last))

    def _rollout(self, path, events):
        metas = [e for e in events if e.get('type') == 'session_meta']
        meta = metas[0]['payload'] if metas else {}
        thread = meta.get('id', path)
        is_fork = any(at(meta, *steps) is not None for steps in (('forked_from_id',), ('parent_thread_id',), ('source', 'subagent')))
        born = time_s(metas[0]) if metas else None
        for other in metas:
            other = other['payload']
            if at(other, 'source', 'subagent') is not None:
                if self._once('subagent', other['id']):
                    self._add('agent_subagents_total')
            elif self._once('session', other['id']):
                self._add('agent_sessions_total')
        own = []
        model, has_records, has_items = None, False, False
        inherited = None
        for event in events:
            is_replayed = is_fork and time_s(event) < born + 1
            kind, payload = event.get('type'), event.get('payload') or {}
            if kind == 'turn_context':
                model = payload.get('model', model)
            has_records |= kind == 'token_usage_record'
            has_items |= payload.get('type') == 'item_completed'
            if kind in ('event_msg', 'response_item', 'token_usage_record', 'turn_context') and event.get('timestamp'):
                self._last.append(time_s(event))
            if kind == 'token_usage_record':
                if self._once('response', payload['response_id']):
                    self._add('agent_llm_requests_total', {'model': label(model)})
                self._tokens(('response', payload['response_id']), payload['usage'], model)
            elif kind == 'event_msg' and payload.get('type') == 'token_count' and not has_records:
                total = at(payload, 'info', 'total_token_usage')
                if total is not None:
                    self._tokens(('thread', thread), total, model, counts=not is_replayed)
                    if is_replayed:
                        inherited = total['total_tokens']
                    elif total['total_tokens'] != inherited and self._once('total', thread, total['total_tokens']):
                        self._add('agent_llm_requests_total', {'model': label(model)})
            if not is_replayed:
                own.append(event)
                self._event(thread, model, event, has_items)
        self._calls(thread, own)

    def _tokens(self, key, usage, model, counts=True):
        cached, written = usage.get('cached_input_tokens') or 0, usage.get('cache_write_input_tokens') or 0
        now = {'input': max(0, usage['input_tokens'] - cached - written), 'output': usage['output_tokens'], 'cache_read': cached,
               'cache_write': written, 'reasoning': usage.get('reasoning_output_tokens') or 0}
        dollars = 0
        for kind, tokens in now.items():
            step = max(0, tokens - self._high.get((key, kind), 0))
            self._high[key, kind] = max(tokens, self._high.get((key, kind), 0))
            if not counts or step == 0:
                continue
            if kind == 'reasoning':
                self._add('agent_llm_reasoning_tokens_total', {'model': label(model)}, step)
                continue
            self._add('agent_llm_tokens_total', {'model': label(model), 'type': kind}, step)
            dollars += step * PRICES.get(model, (0,) * 4)[KINDS.index(kind)] / 1e6
        if dollars:
            self._add('agent_llm_cost_usd_total', {'model': label(model)}, dollars)

    def _event(self, thread, model, event, has_items):
        payload = event.get('payload') or {}
        what = payload.get('type')
        if event.get('type') == 'compacted' and self._once('compacted', thread, event['timestamp']):
            self._add('agent_context_compactions_total')
        if event.get('type') != 'event_msg':
            return
        if what in ('task_complete', 'turn_complete', 'turn_aborted'):
            self._turn(thread, model, event)
        elif what in ('error', 'stream_error') and self._once(what, thread, event['timestamp']):
            said = payload.get('codex_error_info') if payload.get('codex_error_info') is not None else payload.get('message')
            metric = 'agent_llm_api_errors_total' if what == 'error' else 'agent_llm_retries_total'
            self._add(metric, {'kind': failure(text(said))})
        elif what == 'user_message' and not has_items and self._once('prompt', thread, event['timestamp']):
            self._add('agent_prompts_total')
        elif what == 'item_completed':
            item = payload['item']
            if self._once('item', thread, payload['turn_id'], item['id']):
                self._add('agent_items_total', {'item': ITEMS.get(item['type'], item['type']), 'status': item.get('status', 'none')})
                if item['type'] == 'UserMessage':
                    self._add('agent_prompts_total')
        elif what == 'token_count':
            for window in ('primary', 'secondary'):
                used = at(payload, 'rate_limits', window, 'used_percent')
                if used is not None:
                    self._set('agent_rate_limit_used_ratio', used / 100, {'window': window})
            room = at(payload, 'info', 'model_context_window')
            if room:
                self._set('agent_context_window_used_ratio', payload['info']['last_token_usage']['total_tokens'] / room)

    def _turn(self, thread, model, event):
        payload = event['payload']
        if not self._once('turn', thread, payload.get('turn_id') or event['timestamp']):
            return
        self._add('agent_turns_total', {'outcome': 'aborted' if payload['type'] == 'turn_aborted' else 'complete'})
        if payload.get('duration_ms') is not None:
            self._observe('agent_turn_duration_seconds', payload['duration_ms'] / 1000, RUN_SECONDS, {'model': label(model)})
        if payload.get('time_to_first_token_ms') is not None and payload['type'] != 'turn_aborted':
            seconds = payload['time_to_first_token_ms'] / 1000
            self._observe('agent_time_to_first_token_seconds', seconds, MODEL_SECONDS, {'model': label(model)})

    def _calls(self, thread, events):
        calls, outputs, items, steps = {}, {}, {}, []
        for event in events:
            payload = event.get('payload') or {}
            what = payload.get('type')
            if event.get('type') == 'response_item' and what in ('function_call', 'custom_tool_call', 'local_shell_call'):
                if payload['call_id'] not in calls and ('call', thread, payload['call_id']) not in self._seen:
                    steps.append(tuple(str(payload.get(field)) for field in ('namespace', 'name', 'arguments', 'input', 'action')))
                calls.setdefault(payload['call_id'], event)
            elif event.get('type') == 'response_item' and what in ('function_call_output', 'custom_tool_call_output'):
                outputs.setdefault(payload['call_id'], event)
            elif what == 'item_completed' and payload['item']['type'] in ('CommandExecution', 'McpToolCall'):
                items.setdefault(payload['item']['id'], event)
        for kind, times in loops([steps]):
            self._add('agent_loops_total', {'kind': kind}, times)
        for call, output in outputs.items():
            said = said_by(output)
            kind = next((kind for pattern, kind in STOPPED if re.search(pattern, said.lower())), None)
            if kind and not ended_well(said) and self._once('stopped', thread, call):
                self._add('agent_sandbox_violations_total', {'kind': kind})
        for call, begin in calls.items():
            if not self._once('call', thread, call):
                continue
            payload = begin['payload']
            name = payload.get('name', 'local_shell')
            tool = {'tool': payload['namespace'] + '__' + name if payload.get('namespace') else name}
            end = items.get(call) or outputs.get(call)
            if end is None:
                self._add('agent_tool_calls_in_flight', tool)
                continue
            status, seconds = judged(end)
            self._add('agent_tool_calls_total', {**tool, 'status': status})
            self._observe('agent_tool_duration_seconds', max(0, round(time_s(end) - time_s(begin), 6)) if seconds is None else seconds,
                          SECONDS, tool)

    def _exec(self, path, events):
        thread, begun = None, {}
        for event in events:
            kind, item = event.get('type'), event.get('item') or {}
            if kind == 'thread.started':
                for other in begun.values():
                    self._add('agent_tool_calls_total', {'tool': other, 'status': 'unanswered'})
                thread, begun = event['thread_id'], {}
                if self._once('session', thread):
                    self._add('agent_sessions_total')
            elif kind == 'turn.completed':
                self._add('agent_turns_total', {'outcome': 'complete'})
                self._tokens(('exec', thread), event['usage'], None)
            elif kind == 'turn.failed':
                self._add('agent_turns_total', {'outcome': 'failed'})
            elif kind == 'error':
                is_retry = event['message'].startswith('Reconnecting')
                self._add('agent_llm_retries_total' if is_retry else 'agent_llm_api_errors_total',
                          {'kind': 'network' if is_retry else failure(event['message'])})
            elif kind == 'item.started' and item['type'] in STEPS:
                begun[item['id']] = tool_of(item)
            elif kind == 'item.completed':
                self._exec_item(item)
                begun.pop(item['id'], None)
        for tool in begun.values():
            self._add('agent_tool_calls_in_flight', {'tool': tool})

    def _exec_item(self, item):
        self._add('agent_items_total', {'item': item['type'], 'status': item.get('status', 'none')})
        if item.get('status') == 'declined':
            self._add('agent_sandbox_violations_total', {'kind': 'policy'})
        if item['type'] == 'command_execution' and item['status'] == 'failed':
            kind = next((kind for pattern, kind in STOPPED if re.search(pattern, item['aggregated_output'].lower())), None)
            if kind:
                self._add('agent_sandbox_violations_total', {'kind': kind})
        if item['type'] in STEPS:
            self._add('agent_tool_calls_total', {'tool': tool_of(item), 'status': STATUS.get(item.get('status', 'completed'), 'other')})


STEPS = ('command_execution', 'mcp_tool_call', 'file_change', 'web_search')


def tool_of(item):
    return 'mcp__%s__%s' % (item['server'], item['tool']) if item['type'] == 'mcp_tool_call' else item['type']


def said_by(output):
    said = output['payload'].get('output')
    return said if isinstance(said, str) else at(said, 0, 'text') or ''


def ended_well(said):
    return exit_of(said) == 0


def exit_of(said):
    """What a command ended with, by any of the three ways to say it; None if nothing says it."""
    try:
        inner = json.loads(said)
        return inner['metadata']['exit_code']
    except (ValueError, TypeError, KeyError):
        found = re.match(HEAD + r'(?:Exit code: |Process exited with code )(-?[0-9]+)', said)
        return int(found.group(3)) if found else None


def judged(end):
    """Status and, if the log states it, seconds."""
    payload = end['payload']
    if payload['type'] == 'item_completed':
        item = payload['item']
        took = item.get('duration')
        return STATUS.get(item.get('status'), 'other'), None if took is None else took['secs'] + took['nanos'] / 1e9
    said = said_by(end)
    code = exit_of(said)
    wall = re.match(r'^(?:Chunk ID: [^\n]*\n)?(?:Exit code: [^\n]*\n)?Wall time: ([0-9.]+) seconds', said)
    seconds = float(wall.group(1)) if wall else None
    if code is not None:
        return 'success' if code == 0 else 'error', seconds
    is_bad = re.match('[a-z_]+ failed|[a-z_]+ verification failed|failed to |unsupported |execution error|err: |aborted|rejected', said)
    return 'error' if is_bad else 'success', seconds
