/** Colours by value, where panels read them: in `fieldConfig.defaults.thresholds`. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { type ThresholdsConfig, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'

export type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text'

/** The colour from the lowest value on, and from where another one holds. */
export type Thresholds = readonly [Colour, ...(readonly [number, Colour])[]]

export function steps([base, ...rest]: Thresholds): Builder<ThresholdsConfig> {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null as unknown as number, color: base }, ...rest.map(([value, color]) => ({ value, color }))])
}

/** No value of it is better than another. */
export const PLAIN: Thresholds = ['blue']
