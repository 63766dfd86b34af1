/** Which keys are a secret's: by their last words, in every way of writing words. */
import { expect, test } from 'vitest'
import { isSecretKey } from '../../src/mask/secret-keys.ts'

const SECRETS = [
  // The contract's own list, in the ways in which logs write keys.
  ...[
    'api_key',
    'apikey',
    'secret',
    'password',
    'passwd',
    'authorization',
    'cookie',
    'private_key',
    'access_token',
    'auth_token',
  ],
  ...[
    'refresh_token',
    'apiKey',
    'ApiKey',
    'APIKey',
    'APIkey',
    'API_KEY',
    'api-key',
    'api.key',
    'api key',
    'privateKey',
    'AuthToken',
  ],
  ...['accessToken', 'ACCESS_TOKEN', 'refresh-token', 'Authorization', 'AUTHORIZATION', 'Cookie', 'PassWord', 'pass_word'],
  // Its last word is the secret's.
  ...[
    'client_secret',
    'clientSecret',
    'x-api-key',
    'X-Api-Key',
    'set-cookie',
    'Set-Cookie',
    'userPassword',
    'db.password',
    'OPENAI_API_KEY',
  ],
  ...[
    'proxy-authorization',
    'http.request.header.authorization',
    'github_access_token',
    'oauth_token',
    'xAuthToken',
    'XAuthToken',
    'has a secret',
  ],
  // Without signs between the words.
  ...['PGPASSWORD', 'dbpassword', 'clientsecret', 'openaiapikey', 'accesstoken'],
  // Of the same kind.
  ...[
    'aws_secret_access_key',
    'SecretAccessKey',
    'secret_key',
    'session_token',
    'bearerToken',
    'api_token',
    'passphrase',
    'sshPassphrase',
  ],
  // Numbers and signs at the end are no words.
  ...['password2', 'password_2', 'apiKey1', 'user[password]', 'secret:', `${'long_'.repeat(1000)}password`],
]
const NO_SECRETS = [
  // The contract's own list.
  ...['token_type', 'input_tokens', 'output_tokens', 'max_tokens', 'cached_tokens', 'tokenType', 'inputTokens'],
  // About a secret, or with one above: the last word tells.
  ...[
    'password_length',
    'secret_count',
    'cookie_consent',
    'api_key_id',
    'apiKeyName',
    'secretName',
    'password_hash',
    'authorization_url',
  ],
  ...[
    'access_tokens',
    'refresh_tokens',
    'secrets',
    'cookies',
    'password.min.length',
    'private_key_path',
    'access_token_expires_in',
  ],
  // Other words.
  ...[
    'secretary',
    'passwordless',
    'monkey',
    'key',
    'token',
    'public_key',
    'primary_key',
    'cache_key',
    'next_page_token',
    'keyboard',
  ],
  ...[
    'cookiecutter',
    'unauthorized',
    'reauthorization',
    'fortunecookie',
    'map_i_key',
    'tool_name',
    'model',
    'passed',
    'pwd',
    'auth',
    'author',
  ],
  ...['', '_', '42', '...', 'é', '\u0000', `password${'_x'.repeat(1000)}`],
]

test.each(SECRETS)('%s is a secret’s', (key) => expect(isSecretKey(key)).toBe(true))
test.each(NO_SECRETS)('%j is no secret’s', (key) => expect(isSecretKey(key)).toBe(false))
