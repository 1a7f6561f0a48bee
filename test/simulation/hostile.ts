// A client that means no good, beside the honest ones: bad updates, forged claims, events of no shape, bytes that are no
// packet. Whatever it does is its own affair: the checks of a life look at everybody else.

import { badUpdates } from '../harness/bad-updates.ts'
import { Random } from '../harness/random.ts'
import type { Network } from './network.ts'
import type { ClientEnd } from './socket-end.ts'
import { ProcessClock } from './timeline.ts'
import type { VirtualServer } from './virtual-server.ts'

type Target = { network: Network; server(): VirtualServer | undefined; documentId: string; key: string }

/** Stays so long, ms. */
const stayMs = 3_000
const junk: unknown[] = [
  null,
  0,
  -1,
  2 ** 53,
  '',
  'x'.repeat(3_000),
  [],
  {},
  { ok: true },
  true,
  [[[[[]]]]],
  { length: 1e9 },
]
const events = ['join', 'update', 'slice', 'presence', 'person', 'chat', 'digest', 'leave', 'constructor', 'toString']

/** Comes, does what this number says, and goes. */
export function attack(number: number, target: Target): void {
  const random = new Random(number)
  const clock = new ProcessClock(target.network.timeline)
  const connection = target.network.dial(clock)
  const { client } = connection
  const leave = () => {
    client.disconnect()
    clock.stop()
  }
  client.on('connect', () => {
    if (random.chance(0.2)) return void misbehave(client, random)
    const { documentId, key } = target
    const secret = `hostile${'h'.repeat(15)}`
    const request = { documentId, key, clients: forgedClaims(random, target), person: { secret, name: 'x', color: 0 } }
    client.emit('join', request, Uint8Array.of(0), (answer: { ok: boolean; clientId: number }) => {
      if (answer.ok && random.chance(0.7)) sendBadUpdate(client, answer.clientId, random, target)
      else misbehave(client, random)
    })
    if (random.chance(0.1)) connection.up.send(Uint8Array.from({ length: 40 }, () => random.below(256)))
  })
  client.connect()
  clock.after(stayMs, leave)
}

/** Claims ids of others, without proof or with a wrong one. */
function forgedClaims(random: Random, target: Target): { id: number; token?: string }[] {
  if (random.chance(0.5)) return []
  const held = [...(target.server()?.rooms.live() ?? [])].flatMap((room) => [...room.document.clocks.keys()])
  const token = 'A'.repeat(22)
  return held.slice(0, 3).map((id) => (random.chance(0.5) ? { id } : { id, token }))
}

function sendBadUpdate(client: ClientEnd, clientId: number, random: Random, target: Target): void {
  const [room] = target.server()?.rooms.live() ?? []
  if (room === undefined) return
  const { doc } = room.document
  const others = [...doc.store.clients.keys()].filter((id) => id !== clientId)
  const bad = random.pick(badUpdates).make(doc, clientId, others[0] ?? 1)
  if (bad.length < limitBytes) client.emit('update', bad, () => misbehave(client, random))
}

/** Bombs that are only large are for the tests of the guard. */
const limitBytes = 20_000

function misbehave(client: ClientEnd, random: Random): void {
  for (let i = random.below(6); i > 0; i--) {
    const args = Array.from({ length: random.below(3) }, () => random.pick(junk))
    if (random.chance(0.4)) args.push(Uint8Array.from({ length: random.below(30) }, () => random.below(256)))
    if (random.chance(0.6)) args.push(() => undefined)
    client.emit(random.pick(events), ...args)
  }
}
