// What a failure leaves behind: every copy, where it differs from the server's, and what everybody went through.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { textDifferences } from '../shared/text.ts'
import { replayCommand } from './options.ts'
import type { Outcome } from './run.ts'

/** Differences of one copy that are written down. */
const differencesMax = 200

/** Writes the folder; files of an earlier run with the same name are replaced. */
export async function writeEvidence(folder: string, outcome: Outcome): Promise<void> {
  const { scene, clients, evidence, verdict } = outcome
  const { serverText = '', newcomerText = '', diskText, copies } = evidence
  await mkdir(join(folder, 'clients'), { recursive: true })
  const write = (name: string, text: string | Uint8Array) => writeFile(join(folder, name), text)
  const others = [
    ...copies.map(({ name, text }) => ({ name, text })),
    { name: 'newcomer', text: newcomerText },
    ...(diskText === undefined ? [] : [{ name: 'disk', text: diskText }]),
  ]
  const differences = others.flatMap(({ name, text }) => describe(name, serverText, text))
  await Promise.all([
    write('server.txt', serverText),
    write('newcomer.txt', newcomerText),
    write('newcomer.yjs', evidence.newcomerState),
    ...(diskText === undefined ? [] : [write('disk.txt', diskText)]),
    write('server.log', scene.server?.output() ?? ''),
    write('differences.txt', differences.length === 0 ? 'All copies are the same.\n' : `${differences.join('\n')}\n`),
    write(
      'verdict.json',
      JSON.stringify(
        {
          again: replayCommand(scene.options),
          verdict,
          incidents: scene.incidents.list,
          happenings: scene.timeline.happenings,
        },
        undefined,
        2,
      ),
    ),
    ...clients.flatMap(({ number, log }, i) => [
      write(join('clients', `${number}.txt`), copies[i]?.text ?? ''),
      write(join('clients', `${number}.yjs`), copies[i]?.state ?? new Uint8Array()),
      write(join('clients', `${number}.log`), log.text),
    ]),
  ])
}

/** Where a copy differs from the server's text, in UTF-16 offsets. */
export function describe(name: string, serverText: string, text: string): string[] {
  const differences = textDifferences(serverText, text)
  if (differences.length === 0) return []
  const lines = differences.slice(0, differencesMax).map(({ index, removed, inserted }) => {
    return `  ${index}–${index + removed.length}: the server has ${JSON.stringify(removed)}, ${name} has ${JSON.stringify(inserted)}`
  })
  return [`${name} differs from the server in ${differences.length} places:`, ...lines]
}
