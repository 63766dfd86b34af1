"""The six families of the benchmark, counted a second time from its log (the generator's own truth is the first)."""
from tally import Tally

BOUNDS = (.05, .1, .25, .5, 1, 2, 5, 10)


class BenchFamilies:
    def __init__(self):
        self.tally = Tally()
        self.skipped = {}
        self.unmapped = {}
        self.mapped = 0

    def take(self, event):
        name = event.get('event')
        add = self.tally.add
        if name == 'tool_invocation':
            add('agent_tool_calls_total', {'tool_name': event['tool_name'], 'status': event['status']})
            seconds = event['duration_ms'] / 1000
            self.tally.observe('agent_tool_call_duration_seconds', {'tool_name': event['tool_name']}, seconds, BOUNDS)
        elif name == 'llm_call':
            add('agent_token_usage_total', {'model_id': event['model'], 'token_type': 'input'}, event['input_tokens'])
            add('agent_token_usage_total', {'model_id': event['model'], 'token_type': 'output'}, event['output_tokens'])
            add('agent_estimated_cost_dollars', {'model_id': event['model']}, event['cost_usd'])
        elif name == 'sandbox_violation':
            add('sandbox_violations_total', {'tier': event['tier']})
        elif name == 'agent_run_end':
            self.tally.observe('agent_run_duration_seconds', {'agent': event['agent']}, event['duration_ms'] / 1000, BOUNDS)
        else:
            return
        self.mapped += 1

    def finish(self):
        pass
