/** Why an update that a rule took did not count. */
export type SkipReason =
  | 'no_value'
  | 'no_key'
  | 'forgotten'
  | 'nan'
  | 'infinite'
  | 'negative'
  | 'max_step'
  | 'series_limit'
  | 'unpriced'
  | 'too_much_work'
