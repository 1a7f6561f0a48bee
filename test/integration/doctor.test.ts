// `scriptorium doctor` on folders that a real server wrote: what it says, what it repairs, and that nothing is thrown away.
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { encodeKey, prefixRange } from '../../server/store/key.ts'
import { recordWrite, snapshotWrite, UpdateLog } from '../../server/update-log.ts'
import { digestOf } from '../../shared/text.ts'
import { RawClient } from '../harness/client.ts'
import {
  broken,
  checkRepairServe,
  damages,
  dataDir,
  keyOf,
  lineage,
  remove,
  run,
  spoil,
  verdict,
  withStore,
} from '../harness/damaged-folder.ts'
import { apiGet, startServer } from '../harness/server.ts'

test('a sound folder is sound, in words and in JSON', async () => {
  const { code, said } = await run()
  expect(code).toBe(0)
  expect(said).toMatch(/2 documents, 7 commits, 2 chat lines.*\n\nSound\.$/s)
  expect(await verdict('--repair')).toMatchObject({ code: 0, sound: true, documents: 2, commits: 7, chatLines: 2 })
})

describe('one document that is damaged', () => {
  test('a commit that cannot be read: the text ends before it, under a new lineage, and its bytes are kept', async () => {
    await remove('snapshot')
    await spoil('record', 4)
    const before = await lineage()
    const { first, text } = await checkRepairServe()
    expect(damages(first)).toEqual([
      'Commit 4 cannot be used (the checksum is wrong).',
      expect.stringMatching(/^Commit 4 cannot be used.*ends with commit 3.*the 3 behind it/),
    ])
    expect(text).toBe('abc')
    expect(await lineage()).not.toBe(before)
    const aside = await withStore(async (store) => {
      for await (const [, value] of store.range(prefixRange(['aside']))) return Buffer.from(value).toString('latin1')
      return ''
    })
    expect(aside).toContain('the checksum is wrong')
    expect(aside).toContain(broken.id)
  })

  test('a missing commit: the same', async () => {
    await remove('snapshot')
    await remove('record', 2)
    const { first, text } = await checkRepairServe()
    expect(damages(first)).toEqual([expect.stringMatching(/^Commit 2 is missing: the text ends with commit 1/)])
    expect(text).toBe('a')
  })

  test('a commit before the snapshot: the text is whole, the lineage stays, the gap is told', async () => {
    await spoil('record', 2)
    const before = await lineage()
    const { first, text } = await checkRepairServe()
    expect(damages(first)).toEqual(['Commit 2 cannot be used (the checksum is wrong).'])
    expect(text).toBe('abcdef')
    expect(await lineage()).toBe(before)
    expect((await verdict()).findings).toEqual([
      { documentId: broken.id, kind: 'note', what: expect.stringContaining('Commit 2 is missing in the history') },
    ])
  })

  test('all commits before a snapshot are gone: the text is whole', async () => {
    for (const seq of [1, 2, 3, 4, 5, 6]) await remove('record', seq)
    const { code, findings } = await verdict()
    expect([code, findings.length, findings[0]!.what]).toEqual([
      0,
      1,
      expect.stringContaining('Commits 1 to 6 are missing'),
    ])
  })

  test('a bad snapshot: made anew, nothing lost', async () => {
    await spoil('snapshot')
    const before = await lineage()
    const { first, text } = await checkRepairServe()
    expect(damages(first)).toEqual([expect.stringContaining('Its text is whole without it')])
    expect(text).toBe('abcdef')
    expect(await lineage()).toBe(before)
  })

  test('a snapshot with another text than its commits: both texts, a new lineage', async () => {
    const doc = new Y.Doc()
    await withStore(async (store) => {
      const loaded = await new UpdateLog(store).load(broken.id)
      Y.applyUpdate(doc, loaded.snapshot!.bytes)
      doc.getText('content').insert(0, 'never committed ')
      const text = doc.getText('content').toString()
      const changed = {
        bytes: Y.encodeStateAsUpdate(doc),
        stateVector: Y.encodeStateVector(doc),
        textLength: text.length,
        digest: digestOf(text),
      }
      await store.commit([snapshotWrite(broken.id, { ...loaded.snapshot!, ...changed })])
    })
    const before = await lineage()
    const { first, text } = await checkRepairServe()
    expect(damages(first)).toEqual(['The snapshot and the commits it stands for have different texts.'])
    expect(text).toBe('never committed abcdef')
    expect((await verdict()).findings, 'the commits are the text again').toEqual([])
    expect(await lineage()).not.toBe(before)
  })

  test('a commit with a right checksum that is no update', async () => {
    const parts = [{ clientId: 1, bytes: Uint8Array.of(1, 2, 3) }]
    await withStore((store) => store.commit([recordWrite(broken.id, { seq: 7, time: 1, parts })]))
    const { first, text } = await checkRepairServe()
    expect(damages(first)[0]).toBe('Commit 7 cannot be used (it is no update).')
    expect(text).toBe('abcdef')
  })

  test('a commit that builds on text which is nowhere', async () => {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'x')
    const before = Y.encodeStateVector(doc)
    doc.getText('content').insert(1, 'y')
    const parts = [{ clientId: doc.clientID, bytes: Y.encodeStateAsUpdate(doc, before) }]
    await withStore((store) => store.commit([recordWrite(broken.id, { seq: 7, time: 1, parts })]))
    const { first, text } = await checkRepairServe()
    expect(damages(first)[0]).toBe('Commit 7 cannot be used (it builds on text that is not there).')
    expect(text).toBe('abcdef')
  })

  test.each([
    ['lost', () => remove('meta')],
    ['spoilt', () => spoil('meta')],
  ])('title, links and keys that are %s: a new link opens all of its text', async (_, harm) => {
    await harm()
    const { first, repaired, text } = await checkRepairServe()
    expect(damages(first)).toEqual(['Its title, links and keys are gone: nobody can open it.'])
    expect(first.newKeys).toEqual([])
    expect(repaired.newKeys).toEqual([{ documentId: broken.id, key: expect.stringMatching(/^.{22}$/) }])
    expect(text).toBe('abcdef')
  })

  test('a chat line that cannot be read, and a note that leads nowhere', async () => {
    await withStore((store) => store.commit([{ type: 'put', key: keyOf('chat', 1), value: Buffer.from('{"n":1') }]))
    const { first, text } = await checkRepairServe()
    expect(damages(first)).toEqual(['2 entries of the chat cannot be used.'])
    expect(text).toBe('abcdef')
    const server = await startServer({ dataDir })
    const cid = new RawClient(server.url)
    const joined = await cid.join(broken)
    expect(joined.ok && joined.chat).toMatchObject([{ text: 'two' }])
    cid.close()
    await server.app.close()
  })

  test('a chat line that cannot be read does not keep the document from being opened before it is repaired', async () => {
    await withStore((store) => store.commit([{ type: 'put', key: keyOf('chat', 2), value: Buffer.from('{"n":2') }]))
    const server = await startServer({ dataDir })
    const cid = new RawClient(server.url)
    const joined = await cid.join(broken)
    expect(joined.ok && joined.chat).toMatchObject([{ text: 'one' }])
    expect(cid.text).toBe('abcdef')
    expect(await cid.ask('chat', { id: 'id-three', text: 'three' })).toMatchObject([{ ok: true, message: { n: 3 } }])
    cid.close()
    await server.app.close()
  })

  test('entries under keys that are none of ours, and the secret', async () => {
    await withStore((store) =>
      store.commit([
        { type: 'put', key: Uint8Array.of(7, 7), value: Uint8Array.of(1) },
        { type: 'del', key: encodeKey(['server', 'secret']) },
      ]),
    )
    const { first, repaired } = await checkRepairServe()
    expect(damages(first)).toEqual([expect.stringContaining('1 entry of'), expect.stringContaining('secret')])
    expect(repaired.setAside).toBe(1)
  })
})

test('a deleted document stays deleted, wiped or not, and is not counted', async () => {
  const before = Number((await verdict()).documents)
  for (const wiped of [false, true]) {
    const kept = await withStore(async (store) => {
      const entries: [Uint8Array, Uint8Array][] = []
      for await (const entry of store.range(prefixRange(['doc', broken.id]))) entries.push(entry)
      return entries
    })
    const server = await startServer({ dataDir })
    const url = `${server.url}/api/documents/${broken.id}`
    if (!wiped) {
      const headers = { authorization: `Bearer ${broken.keys.own}` }
      expect((await fetch(url, { method: 'DELETE', headers })).status).toBeLessThan(300)
    }
    await server.app.close()
    // As a server that was killed before it had wiped everything leaves it.
    const meta = Buffer.from(keyOf('meta'))
    const left = kept.filter(([key]) => !meta.equals(key))
    if (!wiped) await withStore((store) => store.commit(left.map(([key, value]) => ({ type: 'put', key, value }))))
    expect(await verdict('--repair')).toMatchObject({
      code: 0,
      sound: true,
      newKeys: [],
      setAside: 0,
      documents: before - 1,
    })
    const again = await startServer({ dataDir })
    expect(await apiGet(again.url, `/api/documents/${broken.id}`, broken.keys.own)).toMatchObject({
      error: { code: 'deleted' },
    })
    await again.app.close()
  }
})

test('a document keeps its title and keys through a repair', async () => {
  await remove('snapshot')
  await spoil('record', 4)
  await checkRepairServe()
  const server = await startServer({ dataDir })
  for (const role of ['own', 'edit', 'view'] as const) {
    expect(await apiGet(server.url, `/api/documents/${broken.id}`, broken.keys[role])).toMatchObject({
      role,
      title: 'Broken',
    })
  }
  await server.app.close()
})
