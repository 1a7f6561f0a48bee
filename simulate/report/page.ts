// The report: one page in one file, with nothing to load. For a host to show to a colleague.
import { type FaultName, faultInWords, faultNames, faultTable, parseFaults } from '../faults/fault-list.ts'
import { ms } from '../words.ts'
import { type Band, escapeHtml, histogram, type Lane, lanes, type Series, type Tone, timeChart } from './chart.ts'
import type { RunRecord } from './record.ts'
import { reportStyle } from './style.ts'

const widths = { wide: 752, narrow: 342 }
const signs = { ok: '✓', failed: '✗', open: '–' } as const
const toMB = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 1024 / 1024)
const plain = (value: number) => String(Math.round(value * 10) / 10)
/** Latencies as an axis writes them. */
const shortMs = (value: number) => (value >= 1_000 ? `${value / 1_000} s` : `${value} ms`)

/** The whole page as HTML. */
export function reportHtml(record: RunRecord): string {
  const { isGood, settings } = record
  const title = isGood ? 'Converged, nothing lost' : 'Failed'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}: Scriptorium simulation ${settings.seed}</title>
<style>${reportStyle}</style>
<main>
<div class="brand"><span>Scriptorium simulation</span><span>${escapeHtml(record.endedAt.replace('T', ' ').slice(0, 16))} UTC</span></div>
${summary(record, title)}
${checks(record)}
${savedChart(record)}
${overTime(record)}
${throughput(record)}
${people(record)}
${memory(record)}
${faults(record)}
${howAgain(record)}
</main>
</html>
`
}

function summary(record: RunRecord, title: string): string {
  const { isGood, settings, edits, saved, seen, wallSeconds } = record
  const happened = faultNames.reduce((sum, name) => sum + (record.faultCounts[name] ?? 0), 0)
  const figures: [string, string][] = [
    ['edits', edits.toLocaleString('en')],
    ['saved in, half of them', ms(saved.p50)],
    ['saved in, 99 of 100', ms(saved.p99)],
    ...(seen.count > 0 ? [['seen by others in, half', ms(seen.p50)] as [string, string]] : []),
    ['faults', happened.toLocaleString('en')],
    ['from start to verdict', ms(wallSeconds * 1_000)],
  ]
  const what = `${settings.clients} people wrote for ${settings.seconds} seconds in one document${happened > 0 ? ', while connections were cut and the server was not left in peace' : ''}. Then everything was healed, and every copy compared.${happened > 0 ? ' Times include all waiting for what was broken.' : ''}`
  return `<section class="${isGood ? 'good' : 'bad'}"><h1><span class="sign" aria-hidden="true">${isGood ? '✓' : '✗'}</span><span>${title}</span></h1>
<p>${escapeHtml(what)}</p>
<dl class="figures">${figures.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl></section>`
}

function checks({ checks: all }: RunRecord): string {
  const rows = all.map(({ state, title, detail, failures }) => {
    const shown = failures
      .slice(0, 20)
      .map((failure) => escapeHtml(failure))
      .join('<br>')
    const open = state === 'open' ? 'not looked at: ' : ''
    return `<li class="${state}"><span aria-label="${state}">${signs[state]}</span><div><b>${escapeHtml(title)}</b><div class="detail">${open}${escapeHtml(detail)}</div>${shown === '' ? '' : `<div class="failures">${shown}</div>`}</div></li>`
  })
  return `<section><h2>What was looked at</h2><ul class="checks">${rows.join('')}</ul></section>`
}

/** One drawing for wide pages and one for narrow ones: scaled text could not be read. */
const both = (draw: (width: number) => string) =>
  (['wide', 'narrow'] as const).map((name) => `<div class="${name}">${draw(widths[name])}</div>`).join('')

const key = (entries: [tone: Tone | 'shade', name: string][]) =>
  `<div class="key">${entries.map(([tone, name]) => `<span><i class="${tone}"></i>${escapeHtml(name)}</span>`).join('')}</div>`

function savedChart({ saved }: RunRecord): string {
  const marks: [string, number][] = [
    [`half ${ms(saved.p50)}`, saved.p50],
    [`99 % ${ms(saved.p99)}`, saved.p99],
  ]
  return `<section><h2>How long saving took</h2><p class="note">From an edit to its acknowledgement, which comes when it is on disk. Edits made while nothing could be reached are in it with all of their wait.</p>${both((width) => histogram(width, saved.bars, marks, shortMs, 'Edits by the time that saving took'))}</section>`
}

function chart(
  record: RunRecord,
  series: Series[],
  format: (value: number) => string,
  title: string,
  isLog = false,
): string {
  const atS = record.seconds.map((second) => second.atS)
  const bands = downTimes(record)
  const untilS = Math.max(1, ...atS)
  return both((width) => timeChart({ width, atS, untilS, series, bands, format, isLog, title }))
}

const shadeKey = (record: RunRecord): [Tone | 'shade', string][] =>
  downTimes(record).length > 0 ? [['shade', 'the server is down, or its disk full']] : []

/** When the server could not serve. */
function downTimes({ happenings }: RunRecord): Band[] {
  const kinds: readonly string[] = faultNames.filter(
    (name) => faultTable[name].scope === 'server' && name !== 'corrupt',
  )
  return happenings
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ atS, untilS = atS + 1, what }) => ({ from: atS, to: untilS, what }))
}

function overTime(record: RunRecord): string {
  const { seconds } = record
  const series: Series[] = [
    {
      name: 'saved, half',
      tone: 'a',
      values: seconds.map(({ saved, savedP50 }) => (saved > 0 ? savedP50 : undefined)),
    },
    {
      name: 'saved, 99 of 100',
      tone: 'b',
      values: seconds.map(({ saved, savedP99 }) => (saved > 0 ? savedP99 : undefined)),
    },
    {
      name: 'seen by others, half',
      tone: 'c',
      values: seconds.map(({ seenP50 }) => (seenP50 > 0 ? seenP50 : undefined)),
    },
  ]
  const entries = series.map(({ tone, name }): [Tone, string] => [tone, name])
  return `<section><h2>Saving over time</h2>${key([...entries, ...shadeKey(record)])}${chart(record, series, shortMs, 'Time until saved, over the run', true)}</section>`
}

function throughput(record: RunRecord): string {
  const { seconds } = record
  const series: Series[] = [
    { name: 'edits a second', tone: 'a', values: seconds.map(({ edits }) => edits), isArea: true },
    { name: 'saved a second', tone: 'b', values: seconds.map(({ saved }) => saved) },
  ]
  const entries = series.map(({ tone, name }): [Tone, string] => [tone, name])
  return `<section><h2>Edits</h2>${key([...entries, ...shadeKey(record)])}${chart(record, series, plain, 'Edits and saved edits, each second')}</section>`
}

function people(record: RunRecord): string {
  const { seconds } = record
  const series: Series[] = [
    { name: 'people connected', tone: 'c', values: seconds.map(({ live }) => live), isArea: true },
  ]
  return `<section><h2>People</h2>${key([['c', 'connected'], ...shadeKey(record)])}${chart(record, series, plain, 'People connected, each second')}</section>`
}

function memory(record: RunRecord): string {
  const { seconds } = record
  if (seconds.every(({ serverBytes }) => serverBytes === undefined)) return ''
  const series: Series[] = [
    { name: 'server', tone: 'a', values: seconds.map(({ serverBytes }) => toMB(serverBytes)), isArea: true },
    {
      name: 'the simulated people, in one process',
      tone: 'd',
      values: seconds.map(({ toolBytes }) => toMB(toolBytes)),
    },
  ]
  const entries = series.map(({ tone, name }): [Tone, string] => [tone, name])
  return `<section><h2>Memory</h2>${key([...entries, ...shadeKey(record)])}${chart(record, series, (value) => `${plain(value)} MB`, 'Resident memory over the run')}</section>`
}

function faults(record: RunRecord): string {
  const { happenings, seconds } = record
  const untilS = Math.max(1, ...seconds.map(({ atS }) => atS))
  const settings = parseFaults(record.settings.faults, true)
  const shown = faultNames.filter((name) => happenings.some(({ kind, atS }) => kind === name && atS <= untilS))
  if (shown.length === 0) return ''
  const all: Lane[] = shown.map((name: FaultName) => ({
    name,
    spans: happenings
      .filter(({ kind, atS }) => kind === name && atS <= untilS)
      .map(({ atS, untilS: to = name === 'delay' ? untilS : atS, what }) => ({ from: atS, to, what })),
  }))
  const words = faultNames.flatMap((name) => {
    const number = settings[name]
    if (number === undefined) return []
    return `<dt>${name}</dt><dd>${escapeHtml(faultInWords(name, number, record.faultCounts[name] ?? 0))}</dd>`
  })
  return `<section><h2>What was broken, and when</h2><dl class="settings">${words.join('')}</dl>${both((width) => lanes(width, untilS, all, 'Faults over the run'))}</section>`
}

function howAgain({ settings, again, node }: RunRecord): string {
  const rows = Object.entries({ ...settings, node })
  // Long lists break behind a comma.
  const breakable = (value: string) => escapeHtml(value).replaceAll(',', ',<wbr>')
  return `<section><h2>The same again</h2><dl class="settings">${rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${breakable(String(value))}</dd>`).join('')}</dl><code>${breakable(again)}</code></section>`
}
