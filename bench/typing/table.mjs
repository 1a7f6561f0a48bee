// The figures of all keys as quantiles, and those as tables for people.

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]

function distribution(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99), max: sorted.at(-1) }
}

const median = (values) => distribution(values).p50

/** Of all rounds together: each part of a key's latency as quantiles, the rest as medians. */
export function summarise(runs) {
  const keys = runs.flatMap((run) => run.keys)
  return {
    ...Object.fromEntries(
      ['handlers', 'frame', 'work', 'shown'].map((part) => [part, distribution(keys.map((key) => key[part]))]),
    ),
    cpuMsPerKey: median(runs.map((run) => run.cpuMsPerKey)),
    textAtMs: median(runs.map(({ textAtMs }) => textAtMs)),
    heapMB: median(runs.map(({ heapMB }) => heapMB)),
  }
}

const quantiles = ({ p50, p95, p99, max }) => [p50, p95, p99, max].map((value) => value.toFixed(1)).join(' / ')
const lengthOf = (size) => (size < 1_000 ? `${size} kB` : `${size / 1_000} MB`)

export function toMarkdown({ machine, command, quick, rounds, keys, documents }) {
  const { packages } = machine
  const cells = documents.flatMap((document) => document.cells)
  return `${[
    `\`${command}\``,
    '',
    `${machine.date.slice(0, 10)}, Scriptorium ${machine.scriptorium} (${machine.commit}), Chromium ${machine.browser}, Node ${machine.node}, yjs ${packages.yjs}.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}. ${rounds} rounds of ${keys} keys for each row, pages in turns.`,
    ...(quick ? ['**Quick run: too short to be quoted.**'] : []),
    '',
    '| text | cursors | page | work ms: p50 / p95 / p99 / max | shown after ms: p50 / p95 / p99 / max | p95 of the work: handlers, frame | CPU ms a key |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...cells.flatMap(({ size, count, runs }) =>
      Object.entries(runs).map(([page, list]) => {
        const { handlers, frame, work, shown, cpuMsPerKey } = summarise(list)
        const parts = `${handlers.p95.toFixed(1)}, ${frame.p95.toFixed(1)}`
        return `| ${lengthOf(size)} | ${count} | ${page} | ${quantiles(work)} | ${quantiles(shown)} | ${parts} | ${cpuMsPerKey.toFixed(1)} |`
      }),
    ),
    '',
    '| text | structures | state | page | ms to the text | JS heap MB |',
    '| --- | --- | --- | --- | --- | --- |',
    ...documents.flatMap(({ size, written, cells }) =>
      Object.keys(cells[0].runs).map((page) => {
        const { textAtMs, heapMB } = summarise(cells.flatMap(({ runs }) => runs[page]))
        const document = page === 'plain' ? '— | —' : `${written.structs} | ${(written.stateBytes / 1e6).toFixed(1)} MB`
        return `| ${lengthOf(size)} | ${document} | ${page} | ${Math.round(textAtMs)} | ${heapMB.toFixed(1)} |`
      }),
    ),
  ].join('\n')}\n`
}
