// Draws the curves of result files for the documentation: node bench/plot.mjs result.json [more.json …] [--out docs/images].
// What cost and latency do as a room, the number of rooms, a document or its history grows: Scriptorium and the others in one
// picture. The SVG takes its colours from the theme of whoever looks at it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as Plot from '@observablehq/plot'
import { JSDOM } from 'jsdom'

const ours = 'scriptorium'
/** Under this share delivered a server is saturated (report.mjs): its latency only says how long the run was. */
const keptUp = 0.97
/**
 * The same in all pictures, also where a server keeps documents ("… + files"). Colours of middling lightness, so that they can
 * be seen on white and on black; symbols, too, all of them areas, which can be filled or hollow.
 */
const looks = {
  [ours]: ['#e0503a', 'circle'],
  'ws-relay': ['#8a8f98', 'square'],
  'socket-io-relay': ['#a1783c', 'triangle'],
  'y-websocket': ['#3f8fd2', 'diamond'],
  'y-socket-io': ['#2d9d78', 'star'],
  'hocuspocus-3': ['#7a9a3a', 'circle'],
  'hocuspocus-4': ['#b06fc4', 'wye'],
  'hocuspocus-4 flush 20': ['#c9962a', 'cross'],
  'hocuspocus-4 flush 50': ['#5b7fa6', 'hexagon'],
}
const lookOf = (server) => looks[server.split(' + ')[0]] ?? ['#777777', 'circle']
const nameHeight = 14
const style = `
  .bench { color: #24292f; background: transparent; font: 12px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { .bench { color: #d8dee4; } }
`

const cpu = { key: 'cpuPerMillion', label: 'server CPU, s per million deliveries' }
const p99 = { key: 'p99', label: 'p99, ms' }
const openingCpu = { key: 'cpuToState', label: 'server CPU of the first opening, ms' }
const openingMs = { key: 'msToText', label: 'ms until the first has the text' }
const inOneRoom = ({ rooms, perSecond, activity }) => rooms === 1 && perSecond === 5 && activity === 'type'
const inRoomsOfThree = ({ writersPerRoom, activity }) => writersPerRoom === 3 && activity === 'type'
const writers = { x: 'writersPerRoom', label: 'writers in one room, 5 edits/s each', fits: inOneRoom }
const rooms = { x: 'rooms', label: 'rooms of 3 writers, 5 edits/s each', fits: inRoomsOfThree }
const size = { x: 'size', label: 'characters in the document, 20 writers', fits: (point) => point.size !== undefined }
const history = {
  x: 'history',
  label: 'edits behind the document, 20 writers',
  fits: (point) => point.history !== undefined,
}
const opened = { x: 'opened', label: 'edits behind the document', fits: (point) => point.opened !== undefined }
const pictures = {
  'bench-writers-cpu': { ...writers, figure: cpu },
  'bench-writers-p99': { ...writers, figure: p99 },
  'bench-rooms-cpu': { ...rooms, figure: cpu },
  'bench-rooms-p99': { ...rooms, figure: p99 },
  'bench-size-cpu': { ...size, figure: cpu },
  'bench-size-p99': { ...size, figure: p99 },
  'bench-history-cpu': { ...history, figure: cpu },
  'bench-history-p99': { ...history, figure: p99 },
  'bench-cold-cpu': { ...opened, figure: openingCpu },
  'bench-cold-ms': { ...opened, figure: openingMs },
}

function pointsOf(workloads, { x, fits, figure }) {
  return workloads
    .filter(({ point }) => point !== undefined && fits(point))
    .flatMap(({ point, figures }) =>
      Object.entries(figures)
        .filter(([, measured]) => measured[figure.key] !== undefined)
        .map(([server, measured]) => ({
          server,
          x: point[x],
          y: measured[figure.key].median,
          low: measured[figure.key].min,
          high: measured[figure.key].max,
          isSaturated: measured.deliveredShare?.median < keptUp,
        })),
    )
    .sort((a, b) => a.x - b.x)
}

function draw(points, { label, figure }) {
  const servers = [...new Set(points.map(({ server }) => server))]
  const ticks = [...new Set(points.map(({ x }) => x))]
  const width = (point) => (point.server === ours ? 3 : 1.5)
  const line = { x: 'x', y: 'y', stroke: 'server' }
  return Plot.plot({
    document: new JSDOM().window.document,
    className: 'bench',
    width: 760,
    height: 420,
    marginLeft: 56,
    marginBottom: 44,
    marginRight: 150,
    x: { type: 'log', label, ticks, tickFormat: (x) => x.toLocaleString('en'), grid: true },
    y: { type: 'log', label: figure.label, tickFormat: String, ticks: 6, grid: true },
    color: { domain: servers, range: servers.map((server) => lookOf(server)[0]) },
    symbol: { domain: servers, range: servers.map((server) => lookOf(server)[1]) },
    marks: [
      Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: 'server', strokeOpacity: 0.5 }),
      ...servers.map((server) => {
        const own = points.filter((point) => point.server === server)
        return Plot.line(own, { ...line, strokeWidth: width(own[0]) })
      }),
      Plot.dot(
        points.filter((point) => !point.isSaturated),
        { ...line, symbol: 'server', fill: 'server', r: 4 },
      ),
      Plot.dot(
        points.filter((point) => point.isSaturated),
        { ...line, symbol: 'server', fill: 'none', r: 4 },
      ),
      Plot.text(
        servers.map((server) => points.findLast((point) => point.server === server)),
        { x: 'x', y: 'y', text: 'server', fill: 'server', dx: 10, textAnchor: 'start', className: 'names' },
      ),
    ],
  })
}

/** Moves names that stand in each other's way apart. */
function spreadNames(svg) {
  const placeOf = (name) => /translate\(([\d.]+),([\d.]+)\)/.exec(name.getAttribute('transform')).slice(1).map(Number)
  const names = [...svg.querySelectorAll('.names text')].sort((a, b) => placeOf(a)[1] - placeOf(b)[1])
  let lowest = Number.NEGATIVE_INFINITY
  for (const name of names) {
    const [x, y] = placeOf(name)
    lowest = Math.max(y, lowest + nameHeight)
    name.setAttribute('transform', `translate(${x},${lowest})`)
  }
}

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(root, 'docs/images') } },
})
if (positionals.length === 0) {
  console.error('Usage: node bench/plot.mjs result.json [more.json …] [--out docs/images]')
  process.exit(2)
}
const workloads = positionals.flatMap((path) => JSON.parse(readFileSync(path, 'utf8')).workloads)
for (const [name, picture] of Object.entries(pictures)) {
  const points = pointsOf(workloads, picture)
  if (points.length === 0) {
    console.error(`${name}: nothing of it was measured`)
    continue
  }
  const svg = draw(points, picture)
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  svg.querySelector('style').textContent = style
  spreadNames(svg)
  const title = svg.ownerDocument.createElementNS(svg.namespaceURI, 'title')
  title.textContent = `${picture.figure.label}, against ${picture.label}`
  svg.prepend(title)
  const path = join(values.out, `${name}.svg`)
  writeFileSync(path, `${svg.outerHTML}\n`)
  console.log(path)
}
