/**
 * Each form of secret with texts in which it is masked and texts that only come near. The secrets are put together at run time; `[masked]`
 * stands in each expectation where exactly one of them stood.
 */
import { describe, expect, test } from 'vitest'
import { Masks } from '../../src/mask/masks.ts'
import { ALNUM, BASE32, BASE64, drawn, HEX, KINDS, privateKey, randomOf, URL_SAFE, webToken } from './made-up.ts'

const masks = new Masks()
const random = randomOf(20_260_114)
const of = (alphabet: string, length: number): string => drawn(random, alphabet, length)
const basic = (text: string): string => Buffer.from(text).toString('base64')
const pem = privateKey(random)

interface Pattern {
  /** Text with a secret, and what is left of it. */
  readonly hits: readonly (readonly [string, string])[]
  readonly misses: readonly string[]
}

/** What comes near the tokens that begin with a lead: too short, part of a word, a word itself. */
const NEAR: Readonly<Record<string, readonly string[]>> = {
  openai: [
    `sk-${of(ALNUM, 15)}`,
    `task-${of(ALNUM, 48)}`,
    'sk-learn-compatible-v2-transformers',
    'sk-SK',
    'disk-0123456789abcdef0123',
  ],
  'openai, of a project': ['sk-proj-short1', 'sk-project-management-tools', `risk-proj-${of(ALNUM, 40)}`],
  anthropic: ['sk-ant-colony-optimization-demo', 'sk-ant-api03-', `task-ant-${of(ALNUM, 40)}`],
  openrouter: ['sk-or-v1-', 'sk-or-not-sk-either-way', `disk-or-${of(HEX, 64)}`],
  deepseek: [`sk-${of(HEX, 12)}`, `sk-${of(HEX, 8)}-${of(HEX, 8)}`, `mask-${of(HEX, 32)}`],
  langfuse: [`pk-lf-${of(HEX, 8)}`, 'sk-lf-', 'sk-lf-written-out-in-words'],
  google: [`AIza${of(URL_SAFE, 20)}`, 'AIzabella', `x1AIza${of(ALNUM, 35)}`],
  'google, access': ['ya29.', 'ya29.short1', `maya29.${of(ALNUM, 40)}`],
  'google, client': ['GOCSPX-', 'GOCSPX-short1', 'gocspx-in-small-letters-1-2-3-4-5'],
  xai: ['xai-grok-4', `xai-${of(ALNUM, 12)}`, `maxai-${of(ALNUM, 80)}`],
  groq: ['gsk_short', `gsk_${of(ALNUM, 10)}_${of(ALNUM, 10)}`, `agsk_${of(ALNUM, 52)}`],
  'hugging face': ['hf_hub_download', `hf_${of(ALNUM, 12)}`, `shf_${of(ALNUM, 34)}`],
  perplexity: ['pplx-70b-online', `pplx-${of(ALNUM, 10)}`, `applx-${of(ALNUM, 48)}`],
  replicate: ['r8_', `r8_${of(ALNUM, 10)}`, `var8_${of(ALNUM, 37)}`],
  nvidia: ['nvapi-', `nvapi-${of(ALNUM, 12)}`, 'nvapi-gateway-documentation-and-examples'],
  tavily: ['tvly-search', `tvly-${of(ALNUM, 10)}`, 'tvly-in-words-and-nothing-else-here'],
  langsmith: ['lsv2_', 'lsv2_pt_short1', `xlsv2_pt_${of(HEX, 40)}`],
  elevenlabs: [`sk_${of(HEX, 16)}`, 'sk_test_user', `task_${of(HEX, 48)}`],
  'github, classic': [`ghp_${of(ALNUM, 12)}`, `xghp_${of(ALNUM, 36)}`, 'ghp_import_export_of_pages_in_many_words'],
  'github, oauth': ['gho_', `gho_${of(ALNUM, 12)}`, `logho_${of(ALNUM, 36)}`],
  'github, user': ['ghu_', `ghu_${of(ALNUM, 12)}`, `aghu_${of(ALNUM, 36)}`],
  'github, server': ['ghs_', `ghs_${of(ALNUM, 12)}`, `highs_${of(ALNUM, 36)}`],
  'github, server with a web token': ['ghs_1_', 'ghs_1234567_eyJ', `laughs_1_${of(ALNUM, 36)}`],
  'github, refresh': ['ghr_', `ghr_${of(ALNUM, 12)}`, `xghr_${of(ALNUM, 76)}`],
  'github, fine-grained': ['github_pat_', 'github_pat_or_a_classic_token_in_the_settings', `github_pat_${of(ALNUM, 10)}`],
  gitlab: ['glpat-your-token', `glpat-${of(ALNUM, 12)}`, `xglpat-${of(ALNUM, 20)}`],
  'gitlab, routable': ['glpat-.', 'glpat-a.b.c', 'glpat-written-in-words-and-only-in-words'],
  'gitlab, runner': ['glrt-', `glrt-${of(ALNUM, 10)}`, 'glrt-runner-of-the-whole-group'],
  npm: ['npm_config_registry', `npm_${of(ALNUM, 12)}`, 'npm_package_dependencies_typescript'],
  pypi: ['pypi-publish', `pypi-${of(ALNUM, 30)}`, `xpypi-${of(ALNUM, 120)}`],
  docker: ['dckr_pat_', 'dckr_pat_short1', 'dckr_pat_written_out_in_words'],
  'aws, id': ['AKIA', `AKIA${of(BASE32, 15)}`, `AKIA${of(BASE32, 17)}`, `XAKIA${of(BASE32, 16)}`, `AKIA${of(BASE32, 16)}s`],
  'aws, temporary id': ['ASIAPACIFIC', `ASIA${of(BASE32, 12)}`, `EURASIA${of(BASE32, 16)}`],
  digitalocean: ['dop_v1_', `dop_v1_${of(HEX, 30)}`, `xdop_v1_${of(HEX, 64)}`],
  vault: ['hvs.example', `hvs.${of(ALNUM, 12)}`, `chvs.${of(ALNUM, 90)}`],
  grafana: ['glsa_', `glsa_${of(ALNUM, 20)}`, 'glsa_dashboards_and_alerts_in_so_many_words'],
  age: ['AGE-SECRET-KEY-1', `AGE-SECRET-KEY-1${of(BASE32, 30)}`, `XAGE-SECRET-KEY-1${of(BASE32, 58)}`],
  'slack, bot': ['xoxb-', 'xoxb-your-token-here-please', `xxoxb-${of(ALNUM, 40)}`],
  'slack, user': ['xoxp-', 'xoxp-12-34', `foxoxp-${of(ALNUM, 40)}`],
  'slack, app': ['xapp-', 'xapp-version', `maxapp-${of(ALNUM, 40)}`],
  'slack, cookie': ['xoxd-', 'xoxd-short', `axoxd-${of(ALNUM, 40)}`],
  sendgrid: ['SG.', 'SG.net', `MSG.${of(ALNUM, 66)}`],
  'stripe, live': ['sk_live_', 'sk_live_mode', `task_live_${of(ALNUM, 24)}`],
  'stripe, restricted': ['rk_test_', 'rk_test_results', `work_test_${of(ALNUM, 24)}`],
  'stripe, webhook': ['whsec_', 'whsec_rotation', `xwhsec_${of(ALNUM, 32)}`],
  shopify: ['shpat_', `shpat_${of(HEX, 20)}`, `xshpat_${of(HEX, 32)}`],
  'web token': [
    Buffer.from('{"alg":"HS256"}').toString('base64url'),
    `${Buffer.from('{"page":12345678}').toString('base64url')}.json`,
    `eyJ.eyJ.${of(URL_SAFE, 43)}`,
    `heyJ${webToken(random).slice(3)}`,
  ],
}

/** In the middle of other text, each of them leaves it as it was. */
const AROUND: readonly (readonly [string, string])[] = [
  ['', ''],
  ['use ', ' for it'],
  ['"', '"'],
  ['(', ')'],
  ['https://host.example/?x=', '&page=2'],
  ['it was ', '.'],
  ['line\\n', '\\n'],
  ['prefix_', ' suffix'],
  ['%3D', ' '],
]

describe.each(Object.entries(KINDS))('%s', (kind, make) => {
  test('is masked wherever it stands', () => {
    for (let i = 0; i < 40; i++)
      for (const [before, after] of AROUND) {
        const secret = make(random)
        // Of some a full stop or an equals sign that follows may be a part.
        expect([secret, masks.text(before + secret + after).replace('[masked] ', '[masked]')]).toEqual([
          secret,
          `${before}[masked]${after}`.replace('[masked] ', '[masked]'),
        ])
      }
  })

  test.each(NEAR[kind] ?? [])('is not %s', (text) => expect(masks.text(text)).toBe(text))

  test('has three texts at least that come near', () => expect(NEAR[kind]?.length).toBeGreaterThanOrEqual(3))
})

const PATTERNS: Readonly<Record<string, Pattern>> = {
  'a private key': {
    hits: [
      [`a ${pem} b`, 'a [masked] b'],
      [pem.replaceAll('\n', '\\n'), '[masked]'],
      [`x ${pem.slice(0, 150)}`, 'x [masked]'],
      [`${privateKey(random, '')}\n${privateKey(random, 'OPENSSH ')}`, '[masked]\n[masked]'],
      [`-----BEGIN PGP PRIVATE KEY BLOCK-----\n${of(BASE64, 64)}\n-----END PGP PRIVATE KEY BLOCK-----.`, '[masked].'],
    ],
    misses: [
      `-----BEGIN PUBLIC KEY-----\n${of(BASE64, 64)}\n-----END PUBLIC KEY-----`,
      '-----BEGIN CERTIFICATE-----',
      'the PRIVATE KEY stands there',
      '-----END RSA PRIVATE KEY-----',
      '---- BEGIN PRIVATE KEY ----',
    ],
  },
  'what follows Bearer': {
    hits: [
      [`Bearer ${of(URL_SAFE, 32)}`, 'Bearer [masked]'],
      [`sent bearer ${of(ALNUM, 12)}1 to it`, 'sent bearer [masked] to it'],
      ['BEARER abc123def456==', 'BEARER [masked]'],
    ],
    misses: [
      'Bearer authentication is required',
      'bearer of bad news',
      'the token is a Bearer',
      'Bearer realm',
      'token_type=bearer scope=read',
    ],
  },
  'what follows Basic': {
    hits: [
      [`Basic ${basic('user:hunter2')}`, 'Basic [masked]'],
      [`with basic ${basic('a:b')} it works`, 'with basic [masked] it works'],
      [`BASIC ${basic(`${of(ALNUM, 30)}:${of(ALNUM, 300)}`)}`, 'BASIC [masked]'],
    ],
    misses: ['Basic authentication', 'basic knowledge', 'Basic HTML5', 'BASIC is a language', 'basic arithmetic'],
  },
  'a password in a URL': {
    hits: [
      ['postgres://app:hunter2@db.example:5432/x', 'postgres://app:[masked]@db.example:5432/x'],
      ['redis://:pa@ss@cache', 'redis://:[masked]@cache'],
      ['git clone https://s3cr3tvalueQ0123@host.example/x.git', 'git clone https://[masked]@host.example/x.git'],
      ['see https://a.b:c%40d@host/path?x=1 there', 'see https://a.b:[masked]@host/path?x=1 there'],
      ['"u":"amqp:\\/\\/me:secret1@mq\\/v"', '"u":"amqp:\\/\\/me:[masked]@mq\\/v"'],
    ],
    misses: [
      'http://host:8080/a@b',
      'http://[::1]:9090/',
      'ssh://git@github.example/x',
      'https://first.last@host.example/',
      'https://a-deployment-user@host.example/',
      'https://host.example/@s3cr3tvalueQ0123/x',
      'https://host.example?mail=s3cr3tvalueQ0123@host.example',
      'https://host/path:a@b',
      'mailto:me@host',
      'http://a:1 b@c',
    ],
  },
  'a webhook': {
    hits: [
      [
        `https://hooks.slack.com/services/T${of(BASE32, 8)}/B${of(BASE32, 8)}/${of(ALNUM, 24)}`,
        'https://hooks.slack.com/services/[masked]',
      ],
      [`https://hooks.slack.com/workflows/T1/A2/3/${of(ALNUM, 24)} x`, 'https://hooks.slack.com/workflows/[masked] x'],
      [
        `https://discord.com/api/webhooks/${of('123456789', 18)}/${of(URL_SAFE, 68)}`,
        'https://discord.com/api/webhooks/[masked]',
      ],
    ],
    misses: [
      'https://hooks.slack.com/services/',
      'https://api.slack.com/messaging/webhooks',
      'https://discord.com/api/webhooks/123',
      'https://hooks.slack.com/services/T/B',
    ],
  },
  'a bot of Telegram': {
    hits: [
      [`1234567890:AA${of(URL_SAFE, 33)}`, '1234567890:[masked]'],
      [
        `https://api.telegram.org/bot987654321:AA${of(URL_SAFE, 33)}/getMe`,
        'https://api.telegram.org/bot987654321:[masked]/getMe',
      ],
      [`bot 123456:AA${of(ALNUM, 33)}.`, 'bot 123456:[masked].'],
    ],
    misses: ['12:30:AAPL', '1234567:AAAA', `name:AA${of(ALNUM, 33)}`, `12345:AA${of(ALNUM, 33)}`],
  },
  'an assignment': {
    hits: [
      ['password=hunter2', 'password=[masked]'],
      ['api_key: xyz, next', 'api_key: [masked], next'],
      ['PGPASSWORD=a\\b psql', 'PGPASSWORD=[masked] psql'],
      ['?q=1&access_token=abc&page=2', '?q=1&access_token=[masked]&page=2'],
      ['{"user":"a","password":"b \\" c","x":1}', '{"user":"a","password":"[masked]","x":1}'],
      ['{\\"clientSecret\\": \\"a \\\\\\" b\\", \\"x\\":1}', '{\\"clientSecret\\": \\"[masked]\\", \\"x\\":1}'],
      ["{'secret': 'it is', 'b': 2}", "{'secret': '[masked]', 'b': 2}"],
      ['"secret":{"a":["x","}"],"b":{}},"c":1', '"secret":[masked],"c":1'],
      ['"password":12345}', '"password":[masked]}'],
      ['(passwd := abc)', '(passwd := [masked])'],
      ['"api_key" => "abc"', '"api_key" => "[masked]"'],
      ['"passw\\u006frd":"abc"', '"passw\\u006frd":"[masked]"'],
      ['"password":"half of it', '"password":"[masked]'],
      ['text\\npassword: abc\\nmore', 'text\\npassword: [masked]'],
      ['{"msg":"password=\\"abc","next":"shown"}', '{"msg":"password=\\"[masked]","next":"shown"}'],
      ['aws_secret_access_key = abc/def', 'aws_secret_access_key = [masked]'],
      ['{"name":"Authorization","value":"abc def"},{"name":"b"}', '{"name":"Authorization","value":"[masked]"},{"name":"b"}'],
      ['{"key":"password","value":{"stringValue":"x"}}', '{"key":"password","value":[masked]}'],
    ],
    misses: [
      'token_type=bearer',
      'input_tokens=512 output_tokens=12',
      'max_tokens: 5',
      '"cached_tokens":100,"token_count":3',
      'secretary: Ann',
      'password_length=12',
      'passwordless: no1',
      'Enter the password:',
      'password: ',
      'if (password == null)',
      'Secret::new(1)',
      'the password is not told',
      '"is_secret":true,"password":null,"secret":false',
      '"password":"","api_key":{},"cookie":[]',
      '"last":"password:","next":"shown"',
      '{"name":"model","value":"shown"}',
    ],
  },
  'a header': {
    hits: [
      ['Authorization: Bearer abc', 'Authorization: [masked]'],
      ['curl -H "X-Api-Key: abc" https://x', 'curl -H "X-Api-Key: [masked]" https://x'],
      ["-H 'Authorization: token a b c' y", "-H 'Authorization: [masked]' y"],
      ['Cookie: a=1; session="x y"; b=2\nHost: x', 'Cookie: [masked]\nHost: x'],
      ['\\"Set-Cookie: a=\\"b\\"; Path=/\\"', '\\"Set-Cookie: [masked]\\"'],
      ['"authorization":["Bearer x","y"],"z":1', '"authorization":[masked],"z":1'],
    ],
    misses: [
      'Content-Type: application/json',
      'Set-Cookie2-Version: 1',
      'WWW-Authenticate: Basic',
      'authorization_url: https://x/y',
    ],
  },
  'a flag': {
    hits: [
      ['mysql --password hunter2 -h x', 'mysql --password [masked] -h x'],
      ['run --api-key "a b" --fast', 'run --api-key "[masked]" --fast'],
      ['run --client-secret=abc', 'run --client-secret=[masked]'],
    ],
    misses: [
      'docker login --password-stdin -u me',
      'run --password --fast',
      'run --max-tokens 5',
      'a --- b',
      'tell --secretary Ann',
    ],
  },
}

describe.each(Object.entries(PATTERNS))('%s', (_, { hits, misses }) => {
  test.each(hits)('%j becomes %j', (text, expected) => expect(masks.text(text)).toBe(expected))
  test.each(misses)('%j stays', (text) => expect(masks.text(text)).toBe(text))
  test('has three of both at least', () => expect(Math.min(hits.length, misses.length)).toBeGreaterThanOrEqual(3))
})
