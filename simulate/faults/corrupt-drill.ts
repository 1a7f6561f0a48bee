// A byte of a database on disk is turned, on a server and folder of their own. It has to be noticed: the server refuses to
// start and says so, or the document gets a new lineage and nobody's text is merged without a word.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/provider.ts'
import { textName } from '../../shared/protocol.ts'
import { hasTornMarks, marksIn } from '../audit.ts'
import { withinMs } from '../client.ts'
import { pause } from '../random.ts'
import { count, type Scene } from '../scene.ts'
import type { startOwnServer } from '../server-process.ts'
import { Target, type TargetDocument } from '../target.ts'

/** Enough for several of the 32 kB blocks of LevelDB's log: with one of them bad, those behind it are still read. */
const commits = 120
const commitLength = 1_500
const waitMsMax = 60_000

export async function corruptByte(scene: Scene, startServer: typeof startOwnServer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-corrupt-'))
  const over = scene.timeline.add('corrupt', 'a byte on the disk of another server is turned')
  const server = await startServer(scene.main, join(folder, 'data'))
  const providers: Provider[] = []
  try {
    const target = new Target(server.url)
    const document = await target.createDocument('')
    const open = () => {
      const options = { url: server.url, documentId: document.id, key: document.keys.edit, doc: new Y.Doc() }
      const provider = new Provider({ ...options, person: { name: 'Ada' }, storage: 'none' })
      providers.push(provider)
      return provider
    }
    const [writer, reader] = [open(), open()]
    await writeCommits(writer)
    await Promise.all(providers.map((provider) => provider.whenSynced()))
    const whole = textOf(writer)
    await withinMs(
      waitMsMax,
      untilSo(() => textOf(reader) === whole),
    )
    await server.kill()
    await turnByte(join(folder, 'data'), `⟦1-${Math.floor(commits / 3)}⟧`)
    const refusal = await server.start().then(
      () => undefined,
      (error: Error) => error.message,
    )
    // It did not open what it cannot trust: as good.
    if (refusal !== undefined && !/damaged|repair/i.test(refusal))
      complain(scene, `the server did not start, and did not say why: ${refusal.slice(0, 300)}`)
    if (refusal === undefined) await compare(scene, target, document, providers, whole, open)
    count(scene, 'corrupt')
  } finally {
    await Promise.all(providers.map((provider) => provider.destroy()))
    await server.kill().catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
    over()
  }
}

const complain = ({ incidents }: Scene, what: string) => incidents.add('corrupt', what)
const textOf = ({ doc }: Provider) => doc.getText(textName).toString()

async function writeCommits(writer: Provider): Promise<void> {
  const content = writer.doc.getText(textName)
  for (let i = 1; i <= commits; i++) {
    content.insert(content.length, `⟦1-${i}⟧${'x'.repeat(commitLength)}\n`)
    await writer.whenSaved()
  }
}

/** What the server has now is a part of what was there, whole edits from the first on; who holds more is told. */
async function compare(
  scene: Scene,
  target: Target,
  document: TargetDocument,
  providers: Provider[],
  whole: string,
  open: () => Provider,
): Promise<void> {
  const text = await target.text(document)
  const isNoticed = await withinMs(
    waitMsMax,
    untilSo(() => providers.every(({ refusal }) => refusal !== undefined)),
  )
  const [before] = providers
  const newcomer = open()
  await withinMs(waitMsMax, newcomer.whenSynced())
  if (text === whole) {
    // It hit nothing that counts: then nothing may have changed for anybody.
    if (providers.some(({ refusal }) => refusal !== undefined))
      complain(scene, 'the text is whole, but its readers were sent away')
    return
  }
  if (!isNoticed) complain(scene, 'commits are missing, and clients that held them were not told')
  if (newcomer.lineage === before?.lineage)
    complain(scene, 'commits are missing, and the lineage is the same as before')
  if (!whole.startsWith(text.slice(0, -1)) || hasTornMarks(text))
    complain(scene, 'what is left is not the beginning of what was written')
  if (marksIn(await target.text(document)).length !== marksIn(text).length)
    complain(scene, 'the text changed after clients with the old one came back')
  if (providers.slice(0, 2).some((provider) => textOf(provider) !== whole))
    complain(scene, 'a client lost the text that it held')
}

/** Turns a byte of the edit with this mark, where it stands in a file of the database. */
async function turnByte(folder: string, mark: string): Promise<void> {
  const path = join(folder, 'leveldb')
  const needle = Buffer.from(mark)
  for (const name of await readdir(path)) {
    const bytes = await readFile(join(path, name))
    const at = bytes.indexOf(needle)
    if (at === -1) continue
    const place = at + needle.length + 10
    bytes[place] = (bytes[place] ?? 0) ^ 0xff
    await writeFile(join(path, name), bytes)
    return
  }
  throw new Error('the edit was not found on disk')
}

async function untilSo(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + waitMsMax; !isSo(); await pause(20))
    if (performance.now() > end) throw new Error('never')
}
