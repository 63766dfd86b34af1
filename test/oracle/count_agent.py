#!/usr/bin/env python3
"""Counts a log as the preset `agent` should, sharing no code with the product: JSON of `name{label="value",...}` to value.

usage: count_agent.py LOG... > truth.json     Counters and histogram counts and sums only; label texts that the product cleans
(control characters, length) are left out of the comparison by giving only their sum.
"""
import json
import re
import sys

STATUS = {"ok": "success", "succeeded": "success", "completed": "success", "complete": "success", "true": "success", "fail": "error", "failed": "error", "failure": "error", "false": "error", "timed_out": "timeout", "canceled": "cancelled", "aborted": "cancelled"}
CLOSED = ["success", "error", "timeout", "cancelled"]
samples = {}


def add(name, value, **labels):
    key = name + "{" + ",".join('%s="%s"' % pair for pair in sorted(labels.items())) + "}"
    samples[key] = samples.get(key, 0) + value


def text(event, names, missing="unknown"):
    for name in names:
        value = event.get(name)
        if value is None:
            continue
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return repr(value)
        if isinstance(value, str):
            return value
        return missing
    return missing


def number(event, names):
    for name in names:
        if event.get(name) is not None:
            try:
                return float(event[name])
            except (TypeError, ValueError):
                return None
    return None


def status_of(event):
    given = text(event, ["result_status", "status", "outcome"], "success").lower()
    given = STATUS.get(given, given)
    return given if given in CLOSED else "other"


def observe(name, milliseconds, **labels):
    if milliseconds is not None:
        add(name + "_count", 1, **labels)
        add(name + "_sum", milliseconds / 1000, **labels)


def count(name, value, **labels):
    if value is not None and 0 <= value < float("inf"):
        add(name, value, **labels)


def take(event):
    kind = event.get("event") or event.get("type") or event.get("event_type")
    agent = text(event, ["agent_name", "agent"])
    if kind in ("tool_invocation", "tool_call"):
        tool = text(event, ["tool_name", "tool"])
        if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", tool) or len(tool) > 128:
            tool = "*"
        add("agent_tool_calls_total", 1, agent=agent, tool=tool, status=status_of(event))
        observe("agent_tool_duration_seconds", number(event, ["duration_ms", "latency_ms"]), agent=agent, tool=tool)
    elif kind in ("llm_call", "model_call"):
        model = text(event, ["model_id", "model"])
        add("agent_llm_requests_total", 1, agent=agent, model=model)
        observe("agent_llm_request_duration_seconds", number(event, ["duration_ms", "latency_ms"]), agent=agent, model=model)
        count("agent_llm_tokens_total", number(event, ["input_tokens", "prompt_tokens"]), agent=agent, model=model, type="input")
        count("agent_llm_tokens_total", number(event, ["output_tokens", "completion_tokens"]), agent=agent, model=model, type="output")
        count("agent_llm_cost_usd_total", number(event, ["cost_usd"]), agent=agent, model=model)
    elif kind == "sandbox_violation":
        add("agent_sandbox_violations_total", 1, agent=agent, tier=text(event, ["tier"]), kind=text(event, ["kind", "violation_type", "syscall"]))
    elif kind == "prompt_injection_detected":
        add("agent_prompt_injections_total", 1, agent=agent, server=text(event, ["server_name", "server"]))
    elif kind == "agent_run_started":
        add("agent_runs_started_total", 1, agent=agent)
    elif kind in ("agent_run_finished", "agent_run_end", "agent_run_ended", "agent_run_completed"):
        add("agent_runs_total", 1, agent=agent, outcome=status_of(event))
        observe("agent_run_duration_seconds", number(event, ["duration_ms"]), agent=agent)


def refuse(constant):
    raise ValueError(constant)


for path in sys.argv[1:]:
    for line in open(path, "rb").read().decode("utf-8", "replace").split("\n"):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip().lstrip("\ufeff\x00")
        start = plain.find("{")
        if start < 0 or plain.startswith("["):
            continue
        try:
            event = json.loads(plain[start:], parse_constant=refuse)
        except ValueError:
            continue
        if isinstance(event, dict):
            take(event)
json.dump(samples, sys.stdout, indent=1, sort_keys=True)
