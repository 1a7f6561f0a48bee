// A data folder with two documents, for tests that damage it and call the doctor. Importing it makes one before each test.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { doctor } from '../../server/commands/doctor.ts'
import { encodeKey, type KeyPart } from '../../server/store/key.ts'
import { openLevelStore } from '../../server/store/level.ts'
import type { Store } from '../../server/store/store.ts'
import { RawClient } from './client.ts'
import { createDocument, startServer, type TestDocument, temporaryFolder, textOnServer } from './server.ts'

type Finding = { documentId?: string; kind: string; what: string; remedy?: string }
type Verdict = {
  sound: boolean
  documents: number
  commits: number
  chatLines: number
  files: { file: string; what: string }[]
  findings: Finding[]
  newKeys: { documentId: string; key: string }[]
  setAside: number
  copy?: string
}

export let root: string
export let dataDir: string
export let broken: TestDocument
export let other: TestDocument
beforeEach(async () => {
  root = await temporaryFolder()
  dataDir = join(root, 'data')
  const server = await startServer({ dataDir })
  broken = await createDocument(server.url, { title: 'Broken' })
  other = await createDocument(server.url, { title: 'Other', text: 'untouched' })
  const ada = new RawClient(server.url)
  await ada.join(broken)
  for (const letter of 'abcdef') await ada.type(letter)
  for (const text of ['one', 'two']) await ada.ask('chat', { id: `id-${text}`, text })
  ada.close()
  await server.app.close()
})
afterEach(() => rm(root, { recursive: true, force: true }))

export async function run(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const [said, complained]: string[][] = [[], []]
  const output = {
    say: (text: string) => void said!.push(text),
    complain: (text: string) => void complained!.push(text),
    progress: () => undefined,
  }
  const code = await doctor(args, { DATA_DIR: dataDir }, output)
  return { code, said: said!.join('\n'), complained: complained!.join('\n') }
}

export async function verdict(...args: string[]): Promise<Verdict & { code: number }> {
  const { code, said, complained } = await run('--json', ...args)
  expect(complained).toBe('')
  return { code, ...(JSON.parse(said) as Verdict) }
}

export async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openLevelStore({ folder: dataDir, durability: 'fsync' })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

export const keyOf = (...parts: KeyPart[]) => encodeKey(['doc', broken.id, ...parts])
export const remove = (...parts: KeyPart[]) =>
  withStore((store) => store.commit([{ type: 'del', key: keyOf(...parts) }]))
/** Changes the last byte of a stored value. */
export const spoil = (...parts: KeyPart[]) =>
  withStore(async (store) => {
    const value = (await store.get(keyOf(...parts)))!
    value[value.length - 1]! ^= 1
    await store.commit([{ type: 'put', key: keyOf(...parts), value }])
  })
export const damages = ({ findings }: Verdict) =>
  findings.filter(({ kind }) => kind === 'damage').map(({ what }) => what)
export const lineage = () =>
  withStore(async (store) => Buffer.from((await store.get(keyOf('meta')))!).toString('latin1'))

/** Checked, repaired, checked again and served: what a host goes through. Resolves with the texts of both documents. */
export async function checkRepairServe(): Promise<{ first: Verdict; repaired: Verdict; text: string }> {
  const first = await verdict()
  expect([first.code, first.sound]).toEqual([1, false])
  expect(await verdict(), 'a check changes nothing').toEqual(first)
  const repaired = await verdict('--repair')
  expect(repaired.code).toBe(0)
  const again = await verdict()
  expect(damages(again), 'after the repair').toEqual([])
  expect([again.code, again.sound]).toEqual([0, true])
  const server = await startServer({ dataDir })
  try {
    expect(await textOnServer(server.url, other)).toBe('untouched')
    const newKey = repaired.newKeys[0]?.key as TestDocument['keys']['own'] | undefined
    const document = newKey === undefined ? broken : { ...broken, keys: { ...broken.keys, view: newKey } }
    return { first, repaired, text: await textOnServer(server.url, document) }
  } finally {
    await server.app.close()
  }
}
