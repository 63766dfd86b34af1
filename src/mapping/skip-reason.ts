/** Why an update that a rule took did not count. */
export type SkipReason = 'no_value' | 'nan' | 'infinite' | 'negative' | 'series_limit' | 'too_much_work'
