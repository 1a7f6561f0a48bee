// The provider's small parts alone: transfers, the local copy, save state, page events.
import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { type Clock, jitter } from '../../client/sync/clock.ts'
import { type Journal, NoJournal } from '../../client/sync/journal.ts'
import { LocalCopy } from '../../client/sync/local-copy.ts'
import { listenToPage } from '../../client/sync/page-events.ts'
import { Provider } from '../../client/sync/provider.ts'
import { saveStateOf } from '../../client/sync/save-state.ts'
import { Download, upload } from '../../client/sync/transfer.ts'
import type { Lineage } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, UpdateAnswer } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

/** The harness's clock with what a page adds to it. */
function pageClock(): Clock & FakeClock {
  const clock = new FakeClock()
  return Object.assign(clock, { frame: (call: () => void) => clock.after(limits.frameMs, call), random: () => 0.5 })
}

describe('transfers', () => {
  it('[J9] slices are put together in order; any other is refused', () => {
    const download = new Download({ id: 1, bytes: 5 })
    const header = (offset: number, bytes = 5) => ({ transfer: 1, offset, bytes })
    expect(download.take(header(0), new Uint8Array([1, 2, 3]))).toBeUndefined()
    expect(download.progress).toEqual({ direction: 'down', bytes: 3, of: 5 })
    for (const [wrong, length] of [
      [header(2), 1],
      [header(3, 6), 1],
      [header(3), 3],
      [header(3), 0],
    ] as const) {
      expect(() => download.take(wrong, new Uint8Array(length))).toThrow(
        expect.objectContaining({ code: 'bad-request' }),
      )
    }
    expect(download.take(header(3), new Uint8Array([4, 5]))).toEqual(new Uint8Array([1, 2, 3, 4, 5]))
    expect(() => new Download({ id: 1, bytes: 3 * limits.stateBytesMax })).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    )
  })

  it('[U9] an upload has two slices on their way, ends with the last answer or the first refusal', () => {
    const bytes = new Uint8Array(3 * limits.sliceBytes + 10)
    const took: ((answer: Answer<Partial<UpdateAnswer>>) => void)[] = []
    const offsets: number[] = []
    const answers: Answer<UpdateAnswer>[] = []
    const host = {
      send: ({ offset }: { offset: number }, _slice: Uint8Array, answered: (typeof took)[0]) => {
        offsets.push(offset)
        took.push(answered)
      },
      progressed: () => undefined,
      answered: (answer: Answer<UpdateAnswer>) => answers.push(answer),
    }
    upload(1, bytes, host)
    expect(offsets).toEqual([0, limits.sliceBytes])
    took[0]!({ ok: true })
    took[1]!({ ok: true })
    expect(offsets).toEqual([0, 1, 2, 3].map((slice) => slice * limits.sliceBytes))
    took[2]!({ ok: true })
    took[3]!({ ok: true, seq: 4, alone: true })
    expect(answers).toEqual([{ ok: true, seq: 4, alone: true }])
    upload(2, bytes, host)
    took[4]!({ ok: false, error: { code: 'busy', message: '' } })
    took[5]!({ ok: true })
    expect(answers).toHaveLength(2)
    expect(offsets).toHaveLength(6)
  })
})

describe('local copy', () => {
  it('own text that comes back does not make Yjs take another client id', () => {
    const host = { edited: () => undefined, recovered: () => undefined }
    const copy = new LocalCopy(new Y.Doc(), new NoJournal(), pageClock(), host)
    const before = new Y.Doc()
    before.clientID = copy.doc.clientID
    before.getText('content').insert(0, 'mine')
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    copy.applyRemote(Y.encodeStateAsUpdate(before))
    log.mockRestore()
    expect([copy.text, copy.doc.clientID]).toEqual(['mine', before.clientID])
    copy.close()
  })

  it('a base is written again only when something came after it', () => {
    const saved: number[] = []
    const journal = Object.assign(new NoJournal(), {
      rowCount: 0,
      saveBase: ({ seq }: { seq: number }) => {
        saved.push(seq)
        journal.rowCount = 0
      },
      received: () => {
        journal.rowCount++
      },
    }) as unknown as Omit<Journal, 'rowCount'> & { rowCount: number }
    const host = { edited: () => undefined, recovered: () => undefined }
    const copy = new LocalCopy(new Y.Doc(), journal, pageClock(), host)
    copy.lineage = 'L'.repeat(16) as Lineage
    for (let i = 0; i < 2; i++) copy.saveBase({ seq: 1, title: 'T', language: 'markdown' })
    expect(saved).toEqual([1])
    copy.saveBase({ seq: 1, title: 'Renamed', language: 'markdown' })
    expect(saved).toEqual([1, 1])
    copy.applyRemote(Y.encodeStateAsUpdate(new Y.Doc()))
    for (let i = 0; i < 2; i++) copy.saveBase({ seq: 1, title: 'Renamed', language: 'markdown' })
    expect(saved).toEqual([1, 1, 1])
    copy.close()
  })

  it('text that is in the document already when it is given to a provider counts as unsaved', () => {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'before')
    const author = doc.clientID
    const copy = new LocalCopy(doc, new NoJournal(), pageClock(), {
      edited: () => undefined,
      recovered: () => undefined,
    })
    expect(copy.outbox.count).toBe(1)
    expect(copy.claimList().map(({ id }) => id)).toEqual([doc.clientID, author])
    copy.close()
  })
})

describe('words for the page', () => {
  const facts = {
    status: 'live',
    refusal: undefined,
    delayed: undefined,
    role: 'edit',
    isJoined: true,
    unsavedCount: 0,
    kept: true,
  } as const
  const refusal = { code: 'degraded', message: '' } as const

  it('"saved" is said only when nothing is unacknowledged', () => {
    expect(saveStateOf(facts)).toEqual({ kind: 'saved' })
    expect(saveStateOf({ ...facts, unsavedCount: 1 })).toEqual({ kind: 'saving' })
    expect(saveStateOf({ ...facts, unsavedCount: 1, delayed: refusal })).toEqual({
      kind: 'delayed',
      refusal,
      kept: true,
    })
    expect(saveStateOf({ ...facts, status: 'offline', unsavedCount: 1, kept: false })).toEqual({
      kind: 'offline',
      kept: false,
    })
    expect(saveStateOf({ ...facts, status: 'offline', kept: false })).toEqual({ kind: 'offline', kept: true })
    expect(saveStateOf({ ...facts, role: 'view' })).toEqual({ kind: 'view-only' })
    expect(saveStateOf({ ...facts, refusal, status: 'refused' })).toEqual({ kind: 'refused', refusal })
  })

  it('a page that has nothing yet never says "saved", and says so while its join is refused', () => {
    const before = { ...facts, role: undefined, isJoined: false }
    expect(saveStateOf({ ...before, status: 'connecting' })).toEqual({ kind: 'saving' })
    expect(saveStateOf(before)).toEqual({ kind: 'saving' })
    const delayed = { kind: 'delayed', refusal, kept: true }
    expect(saveStateOf({ ...before, delayed: refusal })).toEqual(delayed)
    expect(saveStateOf({ ...facts, isJoined: false, delayed: refusal })).toEqual(delayed)
    expect(saveStateOf({ ...facts, delayed: refusal })).toEqual({ kind: 'saved' })
  })

  it('waits are spread over half to one and a half times as long', () => {
    const clock = pageClock()
    expect([0, 0.5, 1].map((random) => jitter(100, { ...clock, random: () => random }))).toEqual([50, 100, 150])
  })

  it('page events reach the provider until it ends, and their absence harms nothing', () => {
    const target = new EventTarget()
    const heard: string[] = []
    const listener = {
      wake: () => heard.push('wake'),
      hide: () => heard.push('hide'),
      leave: () => heard.push('leave'),
      back: () => heard.push('back'),
    }
    listenToPage(listener)()
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
    const end = listenToPage(listener)
    for (const name of ['online', 'pagehide', 'pageshow']) target.dispatchEvent(new Event(name))
    expect(heard).toEqual(['wake', 'leave', 'back'])
    end()
    target.dispatchEvent(new Event('online'))
    expect(heard).toHaveLength(3)
    vi.unstubAllGlobals()
  })
})

describe('a doc of another copy of Yjs', () => {
  it('is refused at once: its text would arrive and not be shown', () => {
    class Foreign {}
    const doc = new Foreign() as unknown as Y.Doc
    const options = { url: 'http://127.0.0.1:1', documentId: 'd', key: 'k', doc, autoConnect: false }
    expect(() => new Provider({ ...options, person: { name: 'A' } })).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    )
  })
})
