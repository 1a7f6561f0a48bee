// The report of the simulator as a drawing: nothing of it leaves the page, and nothing that was said becomes markup.
import { expect, test } from 'vitest'
import { faultInWords, showFaults } from '../../simulate/faults/fault-list.ts'
import { histogram } from '../../simulate/report/chart.ts'
import { reportHtml } from '../../simulate/report/page.ts'
import type { RunRecord } from '../../simulate/report/record.ts'

const MB = 1024 * 1024
const second = (atS: number, saved: number) => ({
  atS,
  edits: 40,
  saved,
  savedP50: 12,
  savedP99: 340,
  seenP50: 20,
  seenP99: 400,
  live: 12,
  unsaved: 3,
  serverBytes: 93 * MB,
  toolBytes: 147 * MB,
  lagMs: 1,
})
const latencies = { count: 3, p50: 900, p95: 9_000, p99: 9_900, max: 9_900 }

const record: RunRecord = {
  version: 1,
  verdict: 'FAILED: no errors',
  isGood: false,
  checks: [{ id: 'errors', title: 'No errors', state: 'failed', detail: 'a "quoted" one', failures: ['<img src=x>'] }],
  again: 'npx scriptorium simulate',
  settings: {
    server: 'its own',
    clients: 12,
    seconds: 3,
    seed: 1,
    workload: 'mixed',
    rate: 5,
    transport: 'mixed',
    faults: showFaults({ cuts: 1, delay: 20, throttle: 8_192, kill: 1 }),
  },
  endedAt: '2026-11-21T12:00:00.000Z',
  wallSeconds: 9,
  node: 'v20',
  edits: 120,
  saved: {
    ...latencies,
    bars: [
      [0.1, 1],
      [900, 5],
      [9_900, 2],
    ],
  },
  seen: { ...latencies, bars: [[20, 1]] },
  seconds: [second(0.5, 10), second(1.5, 0), second(2.5, 30)],
  happenings: [
    { atS: 1, untilS: 60, kind: 'kill', what: 'kill -9' },
    { atS: 2, kind: 'cuts', what: '<b>Ada</b>' },
  ],
  faultCounts: { cuts: 1, kill: 1 },
  memory: { toolAtEnd: 147 * MB },
}
const html = reportHtml(record)

test('what was said stands there as text', () => {
  expect(html).not.toMatch(/<img|<b>Ada/)
  expect(html).toContain('&lt;img src=x&gt;')
})

test('no drawing is wider than its place, whatever lasts longer than the run', () => {
  const drawings = [...html.matchAll(/<svg viewBox="0 0 (\d+) \d+".*?<\/svg>/g)]
  expect(drawings).toHaveLength(12)
  for (const [drawing, width] of drawings) {
    for (const [, x, w = '0'] of drawing.matchAll(/<rect class="\w+" x="([\d.-]+)"[^>]* width="([\d.-]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(0)
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(Number(width))
    }
    for (const [, x, anchor, words] of drawing.matchAll(/<text x="([\d.-]+)"[^>]*text-anchor="(\w+)">([^<]*)/g)) {
      const length = words!.length * 6.5
      const behind = anchor === 'start' ? length : anchor === 'middle' ? length / 2 : 0
      expect(Number(x) + behind, words).toBeLessThanOrEqual(Number(width) + 1)
    }
  }
})

test('axes have round numbers, and a person’s units', () => {
  expect(html).toContain('>100 MB<')
  expect(html).not.toMatch(/>\d+\.\d{2,}/)
  expect(html).toContain('>9.9 s<')
})

test('faults that happen are counted, of those that last it is said how much', () => {
  expect(faultInWords('cuts', 1, 10)).toBe('10 × connections reset')
  expect(faultInWords('delay', 20, 1)).toMatch(/^20ms, each way/)
  expect(faultInWords('throttle', 8_192, 3)).toMatch(/^8kB a second, /)
  expect(faultInWords('hostile', 2, 0)).toMatch(/^2 × hostile/)
})

test('bars stand side by side, wherever the axis begins', () => {
  for (const least of [0.1, 3, 40, 2_000]) {
    const drawing = histogram(
      752,
      [
        [least, 5],
        [least * 1.04, 6],
        [least * 50, 1],
      ],
      [],
      String,
      'bars',
    )
    const [first, second] = [...drawing.matchAll(/<rect class="bar" x="([\d.]+)"[^>]* width="([\d.]+)"/g)].map(
      ([, x, width]) => ({ x: Number(x), width: Number(width) }),
    )
    expect(second!.x - first!.x - first!.width, `from ${least}`).toBeLessThanOrEqual(0.1)
  }
})
