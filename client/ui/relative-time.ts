// Times as people say them.
import { words } from '../words/words.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** "just now", "5 minutes ago", "yesterday", "3 weeks ago"; times in ms since epoch. A clock that is ahead is "just now". */
export function relativeTime(at: number, now: number): string {
  const age = now - at
  const relative = new Intl.RelativeTimeFormat(words().locale, { numeric: 'auto' })
  if (age < minuteMs) return words().common.justNow
  if (age < hourMs) return relative.format(-Math.floor(age / minuteMs), 'minute')
  if (age < dayMs) return relative.format(-Math.floor(age / hourMs), 'hour')
  const days = Math.floor(age / dayMs)
  if (days < 7) return relative.format(-days, 'day')
  if (days < 30) return relative.format(-Math.floor(days / 7), 'week')
  if (days < 365) return relative.format(-Math.floor(days / 30), 'month')
  return relative.format(-Math.floor(days / 365), 'year')
}

/** "14:05" today, "Mon 14:05" within a week, else "3 May, 14:05": in the reader's own zone. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at)
  const { locale } = words()
  const time = date.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })
  if (date.toDateString() === new Date(now).toDateString()) return time
  if (now - at < 6 * dayMs) return `${date.toLocaleDateString(locale, { weekday: 'short' })} ${time}`
  return `${date.toLocaleDateString(locale, { day: 'numeric', month: 'short' })}, ${time}`
}
