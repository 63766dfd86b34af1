/** Why an update that a rule took did not count. */
export type SkipReason = 'no_value' | 'nan' | 'infinite' | 'negative' | 'series_limit' | 'unpriced' | 'too_much_work'
