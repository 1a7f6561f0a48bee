// P1 and P3 when a host puts an older copy of the data folder back while people have newer text in their pages.
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { Provider } from '../../client/sync/index.ts'
import { eventually } from '../harness/eventually.ts'
import { report } from '../harness/figures.ts'
import { createDocument, startServer, temporaryFolder, textOnServer } from '../harness/server.ts'

test('a restored older backup: nobody is merged silently, every page keeps its text, and can start over', async () => {
  const root = await temporaryFolder()
  const [dataDir, backup] = [join(root, 'data'), join(root, 'backup')]
  const first = await startServer({ dataDir })
  const port = Number(new URL(first.url).port)
  const document = await createDocument(first.url, { text: 'in the backup. ' })
  const connect = () => {
    const { id: documentId, keys } = document
    const socket = { reconnectionDelay: 20, reconnectionDelayMax: 100 }
    const options = { url: first.url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name: 'Ada' }, socket }
    return new Provider({ ...options, storage: 'none' })
  }
  const [ada, bob] = [connect(), connect()]
  const textOf = (provider: Provider) => provider.doc.getText('content').toString()
  const type = (provider: Provider, text: string) =>
    provider.doc.getText('content').insert(textOf(provider).length, text)
  try {
    await Promise.all([ada.whenSynced(), bob.whenSynced()])
    await first.app.close()
    await cp(dataDir, backup, { recursive: true })
    const second = await startServer({ dataDir, port })
    for (const [who, provider] of [ada, bob].entries()) {
      type(provider, `saved after it by ${who}. `)
      await provider.whenSaved()
    }
    await eventually(() => expect(textOf(ada)).toBe(textOf(bob)))
    const newer = textOf(ada)
    await second.app.close()
    type(ada, 'typed while it was away. ')
    const newest = textOf(ada)
    await rm(dataDir, { recursive: true })
    await rename(backup, dataDir)
    const third = await startServer({ dataDir, port })
    try {
      await eventually(() => expect([ada.status, bob.status]).toEqual(['refused', 'refused']))
      expect([ada.refusal?.code, bob.refusal?.code]).toEqual(['lineage-changed', 'lineage-changed'])
      expect(await textOnServer(third.url, document)).toBe('in the backup. ')
      expect([textOf(ada), textOf(bob)]).toEqual([newest, newer])
      const again = ada.startOver()
      await again.whenSynced()
      // Both are in the page's hands: what the document has now, and what the person had.
      expect([textOf(again), again.offered?.text]).toEqual(['in the backup. ', newest])
      await again.destroy()
      report('restored older backup', { 'pages refused as lineage-changed': 2, 'characters lost from pages': 0 })
    } finally {
      await third.app.close()
    }
  } finally {
    await Promise.all([ada.destroy(), bob.destroy()])
    await rm(root, { recursive: true, force: true })
  }
})

test('[J7] a restored older backup of a document that one person wrote alone: it is not called saved, and the text is kept', async () => {
  const root = await temporaryFolder()
  const [dataDir, backup] = [join(root, 'data'), join(root, 'backup')]
  const first = await startServer({ dataDir })
  const port = Number(new URL(first.url).port)
  const document = await createDocument(first.url)
  const { id: documentId, keys } = document
  const socket = { reconnectionDelay: 20, reconnectionDelayMax: 100 }
  const options = { url: first.url, documentId, key: keys.edit, doc: new Y.Doc(), person: { name: 'Ada' }, socket }
  const ada = new Provider({ ...options, storage: 'none' })
  const text = ada.doc.getText('content')
  try {
    await ada.whenSynced()
    text.insert(0, 'one ')
    await ada.whenSaved()
    await first.app.close()
    await cp(dataDir, backup, { recursive: true })
    const second = await startServer({ dataDir, port })
    await eventually(() => expect(ada.status).toBe('live'))
    text.insert(text.length, 'two ')
    await ada.whenSaved()
    await second.app.close()
    await rm(dataDir, { recursive: true })
    await rename(backup, dataDir)
    const third = await startServer({ dataDir, port })
    await eventually(() => expect(ada.status).toBe('refused'))
    expect([ada.refusal?.code, ada.saveState.kind, text.toString()]).toEqual(['lineage-changed', 'refused', 'one two '])
    expect(await textOnServer(third.url, document)).toBe('one ')
    await third.app.close()
  } finally {
    await ada.destroy()
    await rm(root, { recursive: true, force: true })
  }
})
