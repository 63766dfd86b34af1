/** Numbers as people read them: 12,034 · 1.2 MB · 3.4/s · 5 min. */
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB']

export function count(value: number): string {
  return GROUPED.format(value)
}

/** `1 line`, `2 lines`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

export function bytes(value: number): string {
  if (value < 1000) return `${count(value)} B`
  let scaled = value
  let unit = -1
  while (scaled >= 999.5 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${scaled < 9.95 ? scaled.toFixed(1) : scaled.toFixed(0)} ${BYTE_UNITS[unit]}`
}

export function rate(perSecond: number): string {
  if (perSecond === 0) return '0'
  if (perSecond < 0.1) return '< 0.1'
  return perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)
}

export function duration(seconds: number): string {
  if (seconds < 1) return '< 1 s'
  if (seconds < 120) return `${Math.floor(seconds)} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${count(Math.floor(seconds / 86_400))} d`
}

/** A share of a whole, as whole percent; what is there is never 0 %, what is not all never 100 %. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (part / whole) * 100
  if (share > 0 && share < 1) return '< 1 %'
  if (share < 100 && share > 99) return '> 99 %'
  return `${Math.round(share)} %`
}
