/** Numbers as the text formats want them. */

/** A sample's value: shortest digits that give the same number again. */
export function valueText(value: number): string {
  if (Number.isFinite(value)) return `${value}`
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** A bound or quantile as a float, as OpenMetrics has them in labels: "1.0", "0.05", "1e+06". */
export function floatText(value: number): string {
  const text = boundText(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

/**
 * A bound or quantile in a label, as Go's %g prints it ("0.05", "1", "1e+06", "1e-05"): what other exporters have in their
 * labels, so that series of both can be matched.
 */
export function boundText(value: number): string {
  if (!Number.isFinite(value)) return valueText(value)
  const [digits, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  // Where Go turns to exponents.
  if (exponent >= -4 && exponent < 6) return `${value}`
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
