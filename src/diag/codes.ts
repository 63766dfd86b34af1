/** The catalogue of diagnostic codes: stable names that users and tools may rely on, each with what it means. */
export const DIAGNOSTIC_CODES = {
  'yaml-syntax': 'The text is not YAML 1.2',
  'file-unreadable': 'A file that is named cannot be read',
  'unknown-key': 'A key that the language does not have',
  'missing-key': 'A key that is needed is not there',
  'bad-type': 'A value of the wrong kind',
  'bad-value': 'A value of the right kind that is not allowed here',
  'bad-path': 'A path that cannot be read',
  'unknown-name': 'A $ name that nothing binds, or a metric that is not there',
  'bad-regex': 'A regular expression that the linear engine refuses',
  'bad-name': 'A metric or label name that Prometheus does not allow',
  'reserved-name': 'A metric or label name that is taken',
  'name-clash': 'Two metrics whose expanded names meet',
  conflict: 'Two definitions that cannot be one',
  'unknown-preset': 'A preset that does not ship',
  'include-cycle': 'Files that include each other',
  'bad-sample': 'An expected sample of a mapping test that cannot be read',
  'bad-case': 'A case of a mapping test that cannot say anything',
  'not-yet': 'A part of the language that this version does not have',
} as const

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES
