// Charts as SVG text: lines and areas over time, a histogram, and faults on lanes. Pure. Colours are names of CSS classes,
// so that one drawing serves light and dark.
import { bucketGrowth } from '../measure.ts'

/** A line or area: one value a point of time; `undefined` leaves a gap. */
export type Series = { name: string; tone: Tone; values: (number | undefined)[]; isArea?: boolean }
export type Tone = 'a' | 'b' | 'c' | 'd'

/** A stretch of time behind a chart, in seconds. */
export type Band = { from: number; to: number; what: string }

export type TimeChart = {
  width: number
  /** Seconds since the run began, one for each value. */
  atS: number[]
  untilS: number
  series: Series[]
  bands: Band[]
  /** How a value is written. */
  format: (value: number) => string
  /** Latencies span decades. */
  isLog?: boolean
  /** For those who do not see it. */
  title: string
}

const height = 190
const left = 58
const right = 8
const top = 10
const bottom = 24
const pointsMax = 400

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Text as it may stand in HTML and SVG, attributes included. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter)

const round = (value: number) => Math.round(value * 10) / 10

type Scale = { at: (value: number) => number; ticks: number[] }

/** Places from `low` to `high` for values, and round numbers to write beside them. */
function linear(most: number, low: number, high: number): Scale {
  const step = niceStep(most / 4)
  const end = Math.max(step, Math.ceil(most / step) * step)
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step)
  return { at: (value) => low + ((high - low) * value) / end, ticks }
}

function logarithmic(least: number, most: number, low: number, high: number): Scale {
  const from = Math.floor(Math.log10(Math.max(least, 0.1)))
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(most, 1))))
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  const share = (value: number) => (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from)
  return { at: (value) => low + (high - low) * share(value), ticks }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10
  return step * power
}

function open(width: number, ofHeight: number, title: string): string {
  return `<svg viewBox="0 0 ${width} ${ofHeight}" width="${width}" height="${ofHeight}" role="img" aria-label="${escapeHtml(title)}">`
}

const line = (x1: number, y1: number, x2: number, y2: number, tone: string) =>
  `<line class="${tone}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`

const text = (x: number, y: number, anchor: 'start' | 'middle' | 'end', words: string) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(words)}</text>`

/** Words below a drawing at `x`, moved inwards where they would leave it. */
function label(x: number, base: number, width: number, words: string): string {
  const half = widthOf(words) / 2
  return text(Math.min(x, width - half), base + 16, 'middle', words)
}

/** About as wide are so many letters of the charts' size. */
const widthOf = (words: string) => words.length * 6.5

/** Seconds below a chart. */
function timeAxis(untilS: number, width: number, base: number): { x: (s: number) => number; drawing: string } {
  const scale = linear(untilS, left, width - right)
  const x = (s: number) => left + ((width - right - left) * s) / untilS
  const ticks = scale.ticks.filter((s) => s <= untilS)
  return { x, drawing: ticks.map((s) => label(x(s), base, width, `${round(s)} s`)).join('') }
}

export function timeChart({ width, atS, untilS, series, bands, format, isLog = false, title }: TimeChart): string {
  const base = height - bottom
  const axis = timeAxis(untilS, width, base)
  const values = series.flatMap((one) => one.values.filter((value) => value !== undefined))
  const most = Math.max(0, ...values)
  const y = isLog
    ? logarithmic(Math.min(most, ...values.filter((value) => value > 0)), most, base, top)
    : linear(most, base, top)
  const grid = y.ticks.map(
    (tick) =>
      line(left, y.at(tick), width - right, y.at(tick), 'grid') + text(left - 8, y.at(tick) + 4, 'end', format(tick)),
  )
  const shades = bands.map(({ from, to, what }) => {
    const x = axis.x(from)
    return `<rect class="band" x="${round(x)}" y="${top}" width="${round(Math.max(2, axis.x(Math.min(to, untilS)) - x))}" height="${base - top}"><title>${escapeHtml(what)}</title></rect>`
  })
  const every = Math.ceil(atS.length / pointsMax)
  const drawn = series.map((one) => curve(one, atS, axis.x, y.at, base, every, isLog))
  return `${open(width, height, title)}${shades.join('')}${grid.join('')}${axis.drawing}${drawn.join('')}</svg>`
}

/** Of so many points the worst one is shown, so that no peak is lost. */
function curve(
  { tone, values, isArea }: Series,
  atS: number[],
  x: (s: number) => number,
  y: (value: number) => number,
  base: number,
  every: number,
  isLog: boolean,
): string {
  const runs: [number, number][][] = [[]]
  for (let i = 0; i < values.length; i += every) {
    const some = values.slice(i, i + every).filter((value) => value !== undefined)
    if (some.length === 0 || (isLog && Math.max(...some) === 0)) runs.push([])
    else runs.at(-1)!.push([round(x(atS[i]!)), round(y(Math.max(...some)))])
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => {
      const points = run.map(([px, py]) => `${px} ${py}`).join('L')
      const area = `<path class="area ${tone}" d="M${run[0]![0]} ${base}L${points}L${run.at(-1)![0]} ${base}Z"/>`
      const top =
        run.length === 1
          ? `<circle class="dot ${tone}" cx="${run[0]![0]}" cy="${run[0]![1]}" r="2"/>`
          : `<path class="line ${tone}" d="M${points}"/>`
      return isArea ? area + top : top
    })
    .join('')
}

/** How many took how long: bars over a logarithmic axis, and a line at each of `marks`. */
export function histogram(
  width: number,
  bars: [ms: number, count: number][],
  marks: [name: string, ms: number][],
  format: (ms: number) => string,
  title: string,
): string {
  const base = height - bottom
  if (bars.length === 0)
    return `${open(width, height, title)}${text(width / 2, height / 2, 'middle', 'nothing was measured')}</svg>`
  const x = logarithmic(bars[0]![0], bars.at(-1)![0], left, width - right)
  const most = Math.max(...bars.map(([, count]) => count))
  const y = linear(most, base, top + 34)
  const grid = y.ticks.map(
    (tick) =>
      line(left, y.at(tick), width - right, y.at(tick), 'grid') + text(left - 8, y.at(tick) + 4, 'end', String(tick)),
  )
  const ticks = x.ticks.map((tick) => label(x.at(tick), base, width, format(tick)))
  // As far as the next bucket, and a little over it: between two bars there is no gap.
  const wide = Math.max(1, x.at(bars[0]![0] * bucketGrowth) - x.at(bars[0]![0])) + 0.4
  const drawn = bars.map(
    ([ms, count]) =>
      `<rect class="bar" x="${round(x.at(ms) - wide / 2)}" y="${round(y.at(count))}" width="${round(wide)}" height="${round(base - y.at(count))}"/>`,
  )
  const lines = marks.map(([, ms], i) => line(x.at(ms), top + 2 + i * 15, x.at(ms), base, 'mark'))
  // Over all lines, each in a row of its own, on the side that has room.
  const names = marks.map(([name, ms], i) => {
    const isLeft = x.at(ms) + 4 + widthOf(name) > width
    return text(x.at(ms) + (isLeft ? -4 : 4), top + 10 + i * 15, isLeft ? 'end' : 'start', name)
  })
  return `${open(width, height, title)}${grid.join('')}${ticks.join('')}${drawn.join('')}${lines.join('')}${names.join('')}</svg>`
}

export type Lane = { name: string; spans: Band[] }

const laneHeight = 20
const laneLeft = 92

/** What happened when, a lane for each kind. */
export function lanes(width: number, untilS: number, all: Lane[], title: string): string {
  const base = all.length * laneHeight + 4
  const x = (s: number) => laneLeft + ((width - right - laneLeft) * s) / untilS
  const ticks = linear(untilS, 0, 1).ticks.filter((s) => s <= untilS)
  const grid = ticks.map((s) => line(x(s), 2, x(s), base, 'grid') + label(x(s), base, width, `${round(s)} s`))
  const rows = all.map(({ name, spans }, i) => {
    const y = i * laneHeight + 4
    const marks = spans.map(
      ({ from, to, what }) =>
        `<rect class="span" x="${round(x(from))}" y="${y + 3}" width="${round(Math.max(3, x(Math.min(to, untilS)) - x(from)))}" height="${laneHeight - 8}" rx="2"><title>${escapeHtml(`${round(from)} s: ${what}`)}</title></rect>`,
    )
    return text(laneLeft - 10, y + 13, 'end', name) + marks.join('')
  })
  return `${open(width, base + bottom, title)}${grid.join('')}${rows.join('')}</svg>`
}
