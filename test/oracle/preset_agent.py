"""What the preset `agent` should make of a log, told a second time: by hand, in Python, from the preset's comments and help texts."""
import math

from scalars import first, is_countable, label, number, text, time_s
from tally import Tally, sample_key

SECONDS = (.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
MODEL_SECONDS = (.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
RUN_SECONDS = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
COUNT = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
KINDS = {'filesystem', 'network', 'process', 'syscall', 'permission', 'resource', 'policy'}
KIND_OF = {'seccomp': 'syscall', 'file': 'filesystem', 'fs': 'filesystem', 'path': 'filesystem', 'egress': 'network', 'exec': 'process',
           'memory': 'resource', 'cpu': 'resource'}
OUTCOME_OF = {'ok': 'success', 'succeeded': 'success', 'completed': 'success', 'complete': 'success', 'true': 'success', 'fail': 'error',
              'failed': 'error', 'failure': 'error', 'false': 'error', 'timed_out': 'timeout', 'canceled': 'cancelled',
              'aborted': 'cancelled'}
OUTCOMES = {'success', 'error', 'timeout', 'cancelled'}
RUN_ENDS = {'agent_run_finished', 'agent_run_end', 'agent_run_ended', 'agent_run_completed'}
ACTIVE = RUN_ENDS | {'tool_invocation', 'tool_call', 'llm_call', 'model_call', 'agent_run_started'}
LAST_ACTIVITY = 'agent_session_last_activity_timestamp_seconds'


class PresetAgent:
    def __init__(self):
        self.tally = Tally()
        self.skipped = {}
        self.unmapped = {}
        self.mapped = 0
        self._version_of = {}
        self._timeless = set()

    def take(self, event):
        name = text(first(event, 'event', 'type', 'event_type'))
        agent = label(first(event, 'agent_name', 'agent'))
        handler = HANDLERS.get(name)
        if handler is None:
            known = label(name, '_none')
            self.unmapped[known] = self.unmapped.get(known, 0) + 1
            return
        self.mapped += 1
        handler(self, event, {'agent': agent})
        if name in ACTIVE:
            self._activity(agent, time_s(event))

    def finish(self):
        """Samples that depend on when the log was read (events that state no time) are left out."""
        for agent in self._timeless:
            self.tally.samples.pop(sample_key(LAST_ACTIVITY, {'agent': agent}), None)

    def _activity(self, agent, at):
        if at is None:
            self._timeless.add(agent)
            return
        key = sample_key(LAST_ACTIVITY, {'agent': agent})
        self.tally.samples[key] = max(at, self.tally.samples.get(key, -math.inf))

    def _skip(self, metric, reason):
        self.skipped[f'{metric} {reason}'] = self.skipped.get(f'{metric} {reason}', 0) + 1

    def _step(self, metric, labels, value):
        if value is None:
            return
        if not math.isfinite(value):
            self._skip(metric, 'infinite')
        elif value < 0:
            self._skip(metric, 'negative')
        else:
            self.tally.add(metric, labels, value)

    def _duration(self, metric, event, labels, bounds):
        stated = first(event, 'duration_ms', 'latency_ms')
        if stated is None:
            return
        ms = number(stated)
        if is_countable(ms):
            self.tally.observe(metric, labels, ms / 1000, bounds)
        else:
            self._skip(metric, 'no_value' if ms is None else 'infinite')

    def tool(self, event, labels):
        labels = {**labels, 'tool': label(first(event, 'tool_name', 'tool'))}
        status = outcome(first(event, 'result_status', 'status', 'outcome', 'success'))
        self.tally.add('agent_tool_calls_total', {**labels, 'status': status})
        self._duration('agent_tool_duration_seconds', event, labels, SECONDS)

    def model(self, event, labels):
        labels = {**labels, 'model': label(first(event, 'model_id', 'model'))}
        self.tally.add('agent_llm_requests_total', labels)
        self._duration('agent_llm_request_duration_seconds', event, labels, MODEL_SECONDS)
        stated = {'input': first(event, 'input_tokens', 'prompt_tokens'), 'output': first(event, 'output_tokens', 'completion_tokens')}
        numbers = {kind: number(value) for kind, value in stated.items()}
        for kind, tokens in numbers.items():
            self._step('agent_llm_tokens_total', {**labels, 'type': kind}, tokens)
        if all(n is None for n in numbers.values()) and any(v is not None for v in stated.values()):
            self._skip('agent_llm_tokens_total', 'no_value')
        cost = event.get('cost_usd')
        if cost is not None and number(cost) is None:
            self._skip('agent_llm_cost_usd_total', 'no_value')
        self._step('agent_llm_cost_usd_total', labels, number(cost))

    def violation(self, event, labels):
        said = first(event, 'kind', 'violation_type')
        if said is None:
            kind = 'unknown' if text(event.get('syscall')) is None else 'syscall'
        elif text(said) is None:
            kind = 'unknown'
        else:
            word = text(said).lower()
            kind = KIND_OF.get(word, word)
            kind = kind if kind in KINDS else 'other'
        self.tally.add('agent_sandbox_violations_total', {**labels, 'tier': label(event.get('tier')), 'kind': kind})

    def execution(self, event, labels):
        labels = {**labels, 'tier': label(event.get('tier')), 'status': outcome(first(event, 'result_status', 'status'))}
        self.tally.add('agent_sandbox_executions_total', labels)

    def injection(self, event, labels):
        self.tally.add('agent_prompt_injections_total', {**labels, 'server': label(first(event, 'server_name', 'server'))})

    def run_start(self, event, labels):
        self.tally.add('agent_runs_started_total', labels)

    def run_end(self, event, labels):
        ended = outcome(first(event, 'result_status', 'status', 'outcome', 'success'))
        self.tally.add('agent_runs_total', {**labels, 'outcome': ended})
        self._duration('agent_run_duration_seconds', event, labels, RUN_SECONDS)

    def conversation(self, event, labels):
        escalated = text(event.get('escalated'))
        escalated = escalated if escalated in ('true', 'false') else 'unknown'
        self.tally.add('agent_conversations_total', {**labels, 'escalated': escalated})
        turns = number(event.get('turns'))
        if is_countable(turns):
            self.tally.observe('agent_conversation_turns', labels, turns, COUNT)

    def recovery(self, event, labels):
        labels = {**labels, 'strategy': label(event.get('recovery_strategy')), 'status': outcome(first(event, 'success', 'status'))}
        self.tally.add('agent_error_recoveries_total', labels)

    def started(self, event, labels):
        """The newest version replaces the one before."""
        if event.get('version') is None:
            return
        old = self._version_of.get(labels['agent'])
        if old is not None:
            self.tally.samples.pop(old, None)
        labels = {**labels, 'version': label(event['version'])}
        self._version_of[labels['agent']] = sample_key('agent_info', labels)
        self.tally.set('agent_info', labels, 1)


def outcome(said):
    word = text(said)
    if word is None:
        return 'unknown'
    word = OUTCOME_OF.get(word.lower(), word.lower())
    return word if word in OUTCOMES else 'other'


HANDLERS = {
    'tool_invocation': PresetAgent.tool, 'tool_call': PresetAgent.tool, 'llm_call': PresetAgent.model, 'model_call': PresetAgent.model,
    'sandbox_violation': PresetAgent.violation, 'sandbox_execution_finished': PresetAgent.execution,
    'prompt_injection_detected': PresetAgent.injection, 'agent_run_started': PresetAgent.run_start,
    'conversation_ended': PresetAgent.conversation, 'error_recovery': PresetAgent.recovery, 'service_started': PresetAgent.started,
    **{name: PresetAgent.run_end for name in RUN_ENDS},
}
