// Cost of the packet parser against the stock one: encode and decode of an update with 40 bytes.
// npx tsc -p tsconfig.build.json --outDir .tmp/build; node bench/wire.mjs .tmp/build   (default: dist)
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const root = resolve(process.argv[2] ?? 'dist')
const ours = await import(`${root}/shared/wire.js`)
const stock = createRequire(import.meta.url)('socket.io-parser')

const rounds = 9
const iterations = 200_000
const update = Buffer.alloc(40, 0xa5)
const packets = {
  'client update (no header)': { type: 2, nsp: '/', data: ['update', update], id: 4711 },
  'server update (from, to)': { type: 2, nsp: '/', data: ['update', { from: 120345, to: 120347 }, update] },
}
const parsers = { ours: ours.serverWireParser, stock }

function encodeTime(parser, packet) {
  const encoder = new parser.Encoder()
  return time(() => encoder.encode({ ...packet }).length)
}

function decodeTime(parser, packet) {
  const messages = new parser.Encoder().encode({ ...packet })
  const decoder = new parser.Decoder()
  let length = 0
  decoder.on('decoded', (decoded) => {
    length += decoded.data.length
  })
  return time(() => {
    for (const message of messages) decoder.add(message)
    return length
  })
}

/** Nanoseconds of one call. */
function time(call) {
  let sink = 0
  const start = process.hrtime.bigint()
  for (let i = 0; i < iterations; i++) sink += call()
  if (sink === 0) throw new Error('Nothing was done')
  return Number(process.hrtime.bigint() - start) / iterations
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]

for (const [title, packet] of Object.entries(packets)) {
  for (const [step, measure] of Object.entries({ encode: encodeTime, decode: decodeTime })) {
    const times = { ours: [], stock: [] }
    // Interleaved, so that what else the machine does hits both.
    for (let round = 0; round < rounds; round++) {
      for (const [name, parser] of Object.entries(parsers)) times[name].push(measure(parser, packet))
    }
    const [a, b] = [median(times.ours), median(times.stock)]
    console.log(`${title}, ${step}: ours ${a.toFixed(0)} ns, stock ${b.toFixed(0)} ns, ratio ${(a / b).toFixed(2)}`)
  }
}
