// Intervals: months, days and nanoseconds that do not turn into each other. Their text is Arrow's: `1 mons 2 days 3 hours`.

import { type IntervalValue, parseInterval } from '../sql/temporal.ts'

export { type IntervalValue, parseInterval }

export function formatInterval({ months, days, nanos }: IntervalValue): string {
  const parts: string[] = []
  if (months !== 0) parts.push(`${months} mons`)
  if (days !== 0) parts.push(`${days} days`)
  const seconds = nanos / 1_000_000_000n
  const minutes = seconds / 60n
  const hours = minutes / 60n
  if (hours !== 0n) parts.push(`${hours} hours`)
  if (minutes % 60n !== 0n) parts.push(`${minutes % 60n} mins`)
  const fraction = nanos % 1_000_000_000n
  if (seconds % 60n !== 0n || fraction !== 0n) {
    const digits = String(fraction < 0n ? -fraction : fraction).padStart(9, '0')
    const whole = seconds % 60n
    parts.push(`${nanos < 0n ? '-' : ''}${whole < 0n ? -whole : whole}.${digits} secs`)
  }
  return parts.length === 0 ? '0 secs' : parts.join(' ')
}
