import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { isEmptyUpdate, Outbox, type Packet } from '../../client/sync/outbox.ts'
import { SeqLedger } from '../../client/sync/seq-ledger.ts'
import { limits } from '../../shared/limits.ts'
import { mergeUpdates } from '../../shared/merge.ts'

/** Updates of one person typing these letters, one each. */
function typed(letters: string, clientId = 1): Uint8Array[] {
  const doc = new Y.Doc()
  doc.clientID = clientId
  const updates: Uint8Array[] = []
  doc.on('update', (bytes) => updates.push(bytes))
  for (const [at, letter] of [...letters].entries()) doc.getText('content').insert(at, letter)
  return updates
}

function read(updates: Uint8Array[]): string {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  expect(doc.store.pendingStructs).toBeNull()
  return doc.getText('content').toString()
}

describe('outbox', () => {
  it('what waits leaves as one packet; no more packets are on their way than the limit', () => {
    const outbox = new Outbox()
    const updates = typed('abcdefghij')
    const packets: Packet[] = []
    for (const [at, bytes] of updates.entries()) {
      outbox.add(bytes, at)
      const packet = at % 2 === 1 ? outbox.take() : undefined
      if (packet) packets.push(packet)
    }
    expect(packets.map(({ rows }) => rows.length)).toEqual([2, 2, 2, 2])
    expect(packets).toHaveLength(limits.updatesInFlightMax)
    expect([outbox.count, outbox.take()]).toEqual([10, undefined])
    expect(outbox.settle(packets[0]!)).toBe(true)
    const last = outbox.take()
    expect(last?.rows).toHaveLength(2)
    expect(read([...packets, last!].map(({ bytes }) => bytes))).toBe('abcdefghij')
  })

  it('taken back, everything unacknowledged leaves again in order, and late answers settle nothing', () => {
    const outbox = new Outbox()
    for (const bytes of typed('abc')) {
      outbox.add(bytes, 0)
      outbox.take()
    }
    outbox.takeBack()
    const again = outbox.take()!
    expect(read([again.bytes])).toBe('abc')
    outbox.takeBack()
    expect(outbox.settle(again)).toBe(false)
    expect(outbox.count).toBe(3)
  })

  it('a packet takes no more than the bytes it may, but always one row', () => {
    const outbox = new Outbox()
    const updates = typed('abc')
    for (const bytes of updates) outbox.add(bytes, 0)
    expect(outbox.take(1)?.rows).toHaveLength(1)
    expect(outbox.take(updates[1]!.length + updates[2]!.length)?.rows).toHaveLength(2)
  })

  it('settled means: everything up to that change, not what came after', () => {
    const outbox = new Outbox()
    const [a, b] = typed('ab')
    outbox.add(a!, 5)
    const packet = outbox.take()!
    const upTo = outbox.newestN
    outbox.add(b!, 7)
    expect([outbox.isSettled(upTo), outbox.since]).toEqual([false, 5])
    outbox.settle(packet)
    expect([outbox.isSettled(upTo), outbox.isSettled(outbox.newestN), outbox.since]).toEqual([true, false, 7])
  })

  it('too many waiting rows are folded into one, which keeps the oldest time, the lowest number and the text', () => {
    const outbox = new Outbox()
    const text = 'x'.repeat(limits.outboxRowsMax)
    let folds = 0
    for (const [at, bytes] of typed(text).entries()) {
      outbox.add(bytes, 100 + at)
      const folded = outbox.fold()
      if (folded === undefined) continue
      folds++
      expect(folded.removed).toHaveLength(limits.outboxRowsMax - 1)
      expect(folded.added).toMatchObject({ n: 1, at: 100 })
    }
    expect([folds, outbox.count]).toEqual([1, 1])
    expect(read([outbox.take()!.bytes])).toBe(text)
  })

  it('nothing in a folded row is settled before the row is', () => {
    const outbox = new Outbox()
    const changes = typed('x'.repeat(limits.outboxRowsMax)).map((bytes) => outbox.add(bytes, 1).n)
    expect(outbox.fold()).toBeDefined()
    expect(changes.filter((n) => outbox.isSettled(n))).toEqual([])
    outbox.settle(outbox.take()!)
    expect(changes.filter((n) => !outbox.isSettled(n))).toEqual([])
  })

  it('restored rows leave before what was typed since', () => {
    const outbox = new Outbox()
    const [old] = typed('o')
    const [fresh] = typed('f', 2)
    const row = outbox.add(fresh!, 1)
    const restored = { n: outbox.nextN(), bytes: old!, at: 0 }
    outbox.restore([restored])
    expect(outbox.rows()).toEqual([restored, row])
  })

  it('merging in groups gives what merging at once gives', () => {
    const updates = typed('abcdefghijklmnopqrstuvwxyz'.repeat(10))
    expect(read([mergeUpdates(updates)])).toBe('abcdefghijklmnopqrstuvwxyz'.repeat(10))
    expect(isEmptyUpdate(Y.encodeStateAsUpdate(new Y.Doc()))).toBe(true)
    expect(isEmptyUpdate(updates[0]!)).toBe(false)
  })
})

describe('seq ledger', () => {
  it('[B4] a broadcast is applied when it goes on from the last one, ignored when it was had, a gap otherwise', () => {
    const ledger = new SeqLedger()
    ledger.reset(5)
    expect(ledger.broadcast(4, 5)).toBe('ignore')
    expect(ledger.broadcast(5, 7)).toBe('apply')
    expect(ledger.broadcast(9, 9)).toBe('gap')
    expect([ledger.last, ledger.isBehind(7), ledger.isBehind(8)]).toEqual([7, false, true])
  })

  it('[B4] own commits are filled in when nobody else wrote in them, in whatever order they are answered', () => {
    const ledger = new SeqLedger()
    ledger.acknowledged(2, true)
    expect(ledger.last).toBe(0)
    ledger.acknowledged(1, true)
    expect(ledger.last).toBe(2)
    expect(ledger.broadcast(3, 3)).toBe('apply')
    ledger.acknowledged(5, true)
    expect(ledger.broadcast(4, 4)).toBe('apply')
    expect(ledger.last).toBe(5)
  })

  it('[B4] a commit that others wrote in, too, is not filled in: their text is still to come', () => {
    const ledger = new SeqLedger()
    ledger.acknowledged(1, false)
    expect(ledger.last).toBe(0)
    expect(ledger.broadcast(1, 1)).toBe('apply')
  })

  it('[B1] [B2] [B4] whoever wrote what, a client that follows the rules ends at the last seq without a gap', () => {
    // Commits by this client alone ('own'), by others ('other'), or by both; broadcast in random runs as [B2] says.
    const commit = fc.constantFrom('own', 'other', 'both')
    fc.assert(
      fc.property(
        fc.array(commit, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 30 }),
        (commits, runs) => {
          const ledger = new SeqLedger()
          const seen = new Set<number>()
          let from = 1
          for (const run of runs) {
            const to = Math.min(from + run - 1, commits.length)
            if (from > to) break
            const part = commits.slice(from - 1, to)
            for (const [at, kind] of part.entries())
              if (kind !== 'other') ledger.acknowledged(from + at, kind === 'own')
            if (part.some((kind) => kind !== 'own')) {
              expect(ledger.broadcast(from, to)).toBe('apply')
              for (let seq = from; seq <= to; seq++) seen.add(seq)
            }
            from = to + 1
          }
          expect(ledger.last).toBe(commits.length)
          for (const [at, kind] of commits.entries()) if (kind !== 'own') expect(seen).toContain(at + 1)
        },
      ),
    )
  })

  it('a join covers everything up to its seq, own answers above it count on', () => {
    const ledger = new SeqLedger()
    ledger.acknowledged(4, true)
    ledger.acknowledged(2, true)
    ledger.reset(3)
    expect(ledger.last).toBe(4)
    ledger.acknowledged(6, true)
    ledger.forgetOwn()
    ledger.reset(5)
    expect(ledger.last).toBe(5)
  })
})
