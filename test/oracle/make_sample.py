#!/usr/bin/env python3
"""make_sample.py > config/examples/sample.jsonl : writes the shipped sample log, the same bytes each time.

The story of one morning: `planner` works well, `coder` falls into a loop on one failing command, somebody gives `reviewer` the
costly model, and a web page talks `researcher` into leaving its sandbox. Between the lines stand those that real logs have too:
plain text, half lines, repeats, colours, and lines that an adversary wrote to break the reader.
"""
import json
import random
import sys
from datetime import datetime, timedelta, timezone

rng = random.Random(20260114)
START = datetime(2026, 1, 14, 9, 0, 0, tzinfo=timezone.utc)
CHEAP, MIDDLE, COSTLY = 'small-model-1', 'middle-model-2', 'grand-model-4'
DOLLARS_PER_TOKEN = {CHEAP: (2.5e-7, 1.25e-6), MIDDLE: (3e-6, 1.5e-5), COSTLY: (1.5e-5, 7.5e-5)}

lines = []
now = START


def put_bytes(raw, end=b'\n'):
    lines.append(raw + end)


def put_text(text):
    put_bytes(text.encode('utf-8', 'surrogatepass'))


def log(event, step_s=1.0, **fields):
    """One good line; the clock moves on first."""
    global now
    now += timedelta(seconds=round(step_s * rng.uniform(0.4, 1.6), 3))
    stamp = now.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (now.microsecond // 1000)
    put_text(json.dumps({'timestamp': stamp, 'level': fields.pop('level', 'info'), 'event': event, **fields}, ensure_ascii=False))


def model_call(agent, model, tokens_in, tokens_out, ms):
    price_in, price_out = DOLLARS_PER_TOKEN[model]
    log('llm_call', ms / 1000, agent=agent, model=model, input_tokens=tokens_in, output_tokens=tokens_out, duration_ms=ms,
        cost_usd=round(tokens_in * price_in + tokens_out * price_out, 6))


def tool_call(agent, tool, status, ms, **more):
    log('tool_invocation', ms / 1000, level='info' if status == 'success' else 'warn', agent=agent, tool_name=tool, status=status,
        duration_ms=ms, **more)


def quiet_run(agent, model, tools, steps):
    """A run as it should be: think, act, done."""
    run_id = '%08x' % rng.getrandbits(32)
    log('agent_run_started', agent=agent, run_id=run_id, trigger_type='webhook')
    total = 0
    for _ in range(steps):
        ms = round(rng.lognormvariate(7, 0.4), 1)
        model_call(agent, model, rng.randint(900, 4000), rng.randint(60, 700), ms)
        total += ms
        ms = round(rng.lognormvariate(5, 1), 1)
        tool_call(agent, rng.choice(tools), rng.choices(['success', 'error'], [19, 1])[0], ms)
        total += ms
        if rng.random() < 0.25:
            log('agent_note', agent=agent, msg='plan step done, cache hit, nothing to report')
    log('agent_run_finished', agent=agent, run_id=run_id, status='success', duration_ms=round(total, 1))


def the_loop():
    """`coder` runs the same failing tests again and again until its budget ends."""
    log('agent_run_started', agent='coder', run_id='10091009', trigger_type='issue')
    tokens = 2000
    for _ in range(38):
        model_call('coder', MIDDLE, tokens, rng.randint(80, 200), round(rng.uniform(900, 2400), 1))
        tool_call('coder', 'run_tests', 'error', round(rng.uniform(2000, 6000), 1), error='1 failed: test_parse_date')
        tokens += 850
    tool_call('coder', 'run_tests', 'timeout', 30000.0)
    log('agent_run_finished', agent='coder', run_id='10091009', level='error', status='aborted', duration_ms=212400.5)


def the_costly_model():
    log('agent_run_started', agent='reviewer', run_id='c0571100', trigger_type='schedule')
    for _ in range(14):
        model_call('reviewer', COSTLY, rng.randint(60000, 120000), rng.randint(900, 2500), round(rng.uniform(9000, 24000), 1))
        tool_call('reviewer', 'read_file', 'success', round(rng.uniform(4, 40), 1))
    log('agent_run_finished', agent='reviewer', run_id='c0571100', status='success', duration_ms=264012.0)


def the_break_out():
    """A page that `researcher` read tells it to send a key away. The sandbox says no."""
    log('agent_run_started', agent='researcher', run_id='bad0bad0', trigger_type='chat')
    tool_call('researcher', 'web_fetch', 'success', 812.4)
    log('prompt_injection_detected', level='warn', agent='researcher', server_name='web', pattern='ignore previous instructions')
    model_call('researcher', MIDDLE, 5210, 344, 2210.0)
    for kind, message in (('filesystem', 'read of /etc/shadow'), ('network', 'connect to 203.0.113.9:443'),
                          ('network', 'connect to 203.0.113.9:80'), ('seccomp', 'ptrace'), ('exec', '/usr/bin/nc')):
        log('sandbox_violation', level='error', agent='researcher', tier='container', kind=kind, message='blocked: ' + message)
    log('sandbox_violation', level='error', agent='researcher', tier='microvm', syscall='bpf', pid=4211, message='blocked by policy')
    log('agent_run_finished', agent='researcher', run_id='bad0bad0', level='error', status='failed', latency_ms=41000)


def other_spellings():
    """The same facts from a gateway that names its fields otherwise."""
    for ms, status in ((137, 'success'), (2341, 'error'), (90, 'ok')):
        log('tool_call', agent_name='support-bot', tool='searchClasses', result_status=status, latency_ms=ms)
    log('tool_call', agent_name='support-bot', tool='searchClasses', success=False)
    log('tool_call', agent_name='support-bot', tool='sendMail')
    log('model_call', agent_name='support-bot', model_id=CHEAP, prompt_tokens=812, completion_tokens=96, latency_ms=640)
    log('model_call', agent_name='support-bot', model_id=CHEAP, input_tokens='1200', output_tokens='350', duration_ms='930.5')
    log('sandbox_execution_finished', agent_name='support-bot', tier='pro', status='success', duration_ms=310)
    log('conversation_ended', agent_name='support-bot', turns=5, escalated=False)
    log('conversation_ended', agent_name='support-bot', turns=12, escalated=True)
    log('error_recovery', agent_name='support-bot', error_type='TimeoutError', recovery_strategy='retry', success=True)
    log('service_started', agent_name='support-bot', version='1.4.0', capabilities='search,mail')
    log('service_started', agent_name='support-bot', version='1.4.1', capabilities='search,mail')


def unknown_events():
    for name in ('http_request', 'http_request', 'cache_stats', 'widget_render'):
        log(name, agent='planner', duration_ms=12)
    log('tool_invocation_v2', agent='planner', tool_name='bash')
    put_text('{"msg":"a line without an event name"}')


def broken_lines():
    put_text('Traceback (most recent call last):')
    put_text('  File "/app/loop.py", line 17, in step')
    put_text('RuntimeError: the model said no')
    put_text('')
    put_text('   \t ')
    put_text('{"event":"tool_invocation","agent":"coder","tool_name":"bash","status":"succ')
    put_text('{"event":"llm_call","agent":"coder","input_tokens":NaN}')
    put_text('{"event":"llm_call","agent":"coder","input_tokens":Infinity}')
    put_text("{'event': 'tool_invocation', 'status': 'success'}")
    put_text('{"event":"tool_invocation"} {"event":"tool_invocation"}')
    put_text('[{"event":"tool_invocation"}]')
    put_text('"tool_invocation"')
    put_text('null')
    put_text('{"event":"sandbox_violation"')


def odd_but_good_lines():
    """Lines that a tolerant reader takes: Windows line ends, a byte order mark, colours, a logger's words before the object."""
    good = '{"event":"tool_invocation","agent":"planner","tool_name":"glob","status":"success","duration_ms":%d}'
    put_bytes((good % 11).encode(), b'\r\n')
    put_bytes(b'\xef\xbb\xbf' + (good % 12).encode())
    put_text('\x1b[32m' + good % 13 + '\x1b[0m')
    put_text('2026-01-14 09:30:00 INFO agent.loop: ' + good % 14)
    put_text('  ' + good % 15 + '  ')
    put_text('{"event":"tool_invocation","agent":"planner","tool_name":"glob","status":"error","status":"success","duration_ms":16}')


def repeated_lines():
    """A logger with two handlers writes all twice: nothing in these lines says that they are one event, so both count."""
    line = '{"event":"tool_invocation","agent":"planner","tool_name":"list_dir","status":"success","duration_ms":21,"request_id":"r-1"}'
    put_text(line)
    put_text(line)


def hostile_lines():
    """What an agent under somebody else's control might write."""
    def call(tool):
        put_text('{"event":"tool_invocation","agent":"mallory","tool_name":%s,"status":"success"}' % json.dumps(tool))

    call('a"} 999\nagent_tool_calls_total{tool="forged')
    call('back\\slash')
    call('nul\x00esc\x1b[31mred')
    call('<script>alert(1)</script>')
    call('\u202egnp.exe')
    call('half \ud800 a character')
    call('__proto__')
    call('x' * 300)
    put_text('{"event":"tool_invocation","agent":{"name":"mallory"},"tool_name":["bash"],"status":"success"}')
    put_text('{"event":"tool_invocation","agent":"mallory","tool_name":"bash","status":"definitely fine"}')
    put_text('{"__proto__":{"event":"tool_invocation"},"constructor":{"prototype":{"agent":"x"}},"event":"__proto__"}')
    put_text('{"event":"tool_invocation","__proto__":{"status":"success","tool_name":"inherited"},"agent":"mallory"}')
    put_text('{"event":"llm_call","agent":"mallory","model":"m","input_tokens":1e999,"output_tokens":5,"cost_usd":1e999}')
    put_text('{"event":"llm_call","agent":"mallory","model":"m","input_tokens":-1000000,"output_tokens":7,"cost_usd":-5}')
    put_text('{"event":"llm_call","agent":"mallory","model":"m","input_tokens":"NaN","output_tokens":{"n":1},"cost_usd":"free"}')
    put_text('{"event":"llm_call","agent":"mallory","model":123456789012345678901234567890,"output_tokens":1}')
    put_text('{"event":["tool_invocation"],"agent":"mallory"}')
    put_text('{"event":"sandbox_violation","agent":"mallory","tier":"container","kind":"nothing to see here"}')
    put_text('{"deep":' + '[' * 300 + ']' * 300 + ',"event":"tool_invocation"}')
    put_bytes(b'{"event":"tool_invocation","agent":"mallory","tool_name":"bad \xff\xc3 utf8","status":"error"}')


TOOLS = ['read_file', 'grep', 'bash', 'web_search', 'edit_file']
quiet_run('planner', CHEAP, TOOLS, 20)
odd_but_good_lines()
the_loop()
broken_lines()
quiet_run('planner', MIDDLE, TOOLS, 18)
the_costly_model()
unknown_events()
the_break_out()
repeated_lines()
other_spellings()
hostile_lines()
quiet_run('planner', CHEAP, TOOLS, 20)
sys.stdout.buffer.write(b''.join(lines))
