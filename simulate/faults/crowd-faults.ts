// What crowds do to a server: leave and come back in waves, and open a document that nobody has open, all at once.
import * as Y from 'yjs'
import { Provider } from '../../client/sync/provider.ts'
import { textName } from '../../shared/protocol.ts'
import { marksIn } from '../audit.ts'
import { type SimulatedClient, withinMs } from '../client.ts'
import { pause, type Random } from '../random.ts'
import { count, type Scene } from '../scene.ts'
import type { TargetDocument } from '../target.ts'

const coldCrowd = 20
const coldMsMax = 60_000
/** How many documents a run opens cold: they are made beforehand, and an address may make so many. */
export const coldDocumentsMax = 20

/** A third goes within a second, and is back after some more. */
export async function wave(scene: Scene, random: Random, clients: readonly SimulatedClient[]): Promise<void> {
  const there = clients.filter((client) => client.mayLeave && !client.isAway && !client.isTroubled)
  const leaving = random.shuffled(there).slice(0, Math.ceil(clients.length / 3))
  const over = scene.timeline.add('waves', `${leaving.length} people leave and come back`)
  const pauses = leaving.map(() => [random.below(1_000), random.between(500, 4_000)] as const)
  await Promise.all(
    leaving.map(async (client, i) => {
      const [beforeMs, awayMs] = pauses[i]!
      await pause(beforeMs)
      // Another wave has taken him meanwhile, and will bring him back.
      if (client.isAway) return
      if (await client.leave()) {
        count(scene, 'left')
        await pause(awayMs)
        client.comeBack()
      }
      client.type()
    }),
  )
  over()
}

const baseText = 'Once upon a time'

/** A document that nobody has open. */
export const makeColdDocument = (scene: Scene): Promise<TargetDocument> =>
  scene.target.createDocument(baseText, 'Opened by many at once')

/** Twenty open it in one moment, each writes before or after he sees what is there: one room, one text, nothing lost. */
export async function openCold(scene: Scene, random: Random, document: TargetDocument): Promise<void> {
  const over = scene.timeline.add('cold', `${coldCrowd} people open a document at once`)
  const { target } = scene
  const providers = Array.from({ length: coldCrowd }, (_, i) => {
    const options = { url: target.origin, documentId: document.id, key: document.keys.edit, doc: new Y.Doc() }
    return new Provider({ ...options, person: { name: `Visitor ${i}` }, storage: 'none' })
  })
  const waits = providers.map(() => random.chance(0.5))
  const textOf = ({ doc }: Provider) => doc.getText(textName).toString()
  const write = async (provider: Provider, i: number) => {
    if (waits[i]) await provider.whenSynced()
    provider.doc.getText(textName).insert(0, `⟦${i}-1⟧`)
    await provider.whenSaved()
  }
  try {
    const areSaved = await withinMs(coldMsMax, Promise.all(providers.map(write)))
    const isWhole = (text: string) =>
      text.includes(baseText) && new Set(marksIn(text)).size === coldCrowd && marksIn(text).length === coldCrowd
    const end = performance.now() + coldMsMax
    const areSame = () =>
      providers.every((provider) => textOf(provider) === textOf(providers[0]!)) && isWhole(textOf(providers[0]!))
    while (areSaved && !areSame() && performance.now() < end) await pause(50)
    if (!areSaved) scene.incidents.add('cold', 'what was written in a document opened by many at once was never saved')
    else if (!areSame()) {
      const texts = new Set(providers.map(textOf))
      scene.incidents.add(
        'cold',
        `${coldCrowd} people who opened a document at once have ${texts.size} texts: ${[...texts].map((text) => JSON.stringify(text.slice(0, 300))).join(' | ')}`,
      )
    }
    count(scene, 'cold')
  } finally {
    await Promise.all(providers.map((provider) => provider.destroy()))
    over()
  }
}
