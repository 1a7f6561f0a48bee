// The guard and honest people: what they send passes, however long they were away and however much they changed.
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { PieceSize } from '../../client/sync/piece-size.ts'
import { splitUpdate } from '../../client/sync/split-update.ts'
import { type GuardView, guard, type Verdict } from '../../shared/guard.ts'
import { deleted, struct, text, update } from '../../simulate/hostile/update-writer.ts'

const own = 1001
const other = 2002
const lower = 55

const noUsage = { textLength: 0, stateBytes: 0, structs: 0 }

function view(doc: Y.Doc, owned: number[] = [own], usage: Partial<GuardView['usage']> = {}): GuardView {
  return { doc, owns: (client) => owned.includes(client), usage: { ...noUsage, ...usage } }
}

/** A document as a server holds it. */
function documentBy(edits: [client: number, edit: (content: Y.Text) => void][]): Y.Doc {
  const server = new Y.Doc()
  for (const [client, edit] of edits) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(server))
    // Afterwards: Yjs takes another id when it reads structures of its own from elsewhere.
    doc.clientID = client
    edit(doc.getText('content'))
    Y.applyUpdate(server, Y.encodeStateAsUpdate(doc))
  }
  return server
}

const plain = () => documentBy([[other, (content) => content.insert(0, 'The quick brown fox 😀 jumps.')]])

function apply(doc: Y.Doc, bytes: Uint8Array): void {
  Y.applyUpdate(doc, bytes)
  expect(doc.store.pendingStructs).toBeNull()
  expect(doc.store.pendingDs).toBeNull()
}

const refusal = (verdict: Verdict) => (verdict.ok ? 'accepted' : verdict.reason)

describe('what an honest client sends passes', () => {
  /** Makes the edit as an offline client; the verdict on all it did, which must apply cleanly. */
  function verdictOn(
    server: Y.Doc,
    edit: (content: Y.Text, doc: Y.Doc) => void,
    meanwhile?: (content: Y.Text) => void,
  ) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(server))
    doc.clientID = own
    edit(doc.getText('content'), doc)
    if (meanwhile) {
      server.clientID = other + 1
      meanwhile(server.getText('content'))
    }
    const verdict = verdictOnPieces(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(server)), server)
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(server))
    expect(server.getText('content').toString()).toBe(doc.getText('content').toString())
    return verdict
  }

  /** As our client sends it. The last verdict, or the first that says no. */
  function verdictOnPieces(bytes: Uint8Array, server: Y.Doc): Verdict {
    let verdict: Verdict | undefined
    for (const piece of splitUpdate(bytes, new PieceSize())) {
      verdict = guard(piece, view(server))
      if (!verdict.ok) break
      apply(server, piece)
    }
    return verdict!
  }

  const prose = (letters: number) =>
    'the quick brown fox jumps over the lazy dog\n'.repeat(Math.ceil(letters / 44)).slice(0, letters)
  const accepted = (verdict: Verdict) => expect(verdict, JSON.stringify(verdict)).toMatchObject({ ok: true })

  it('[G15] an empty update is redundant', () => {
    expect(guard(update([]), view(plain()))).toMatchObject({ ok: true, structs: 0, inserted: 0, redundant: true })
  })

  it('[G16] the verdict counts new structures, new text and what is new at all', () => {
    const doc = plain()
    const bytes = update(
      [
        {
          client: own,
          clock: 0,
          structs: [struct(text('a😀'), { origin: { client: other, clock: 3 } }), struct(deleted(7))],
        },
      ],
      [{ client: other, ranges: [[0, 2]] }],
    )
    // Two of its own, and the other's text in four: two letters, two letters, the rest.
    expect(guard(bytes, view(doc))).toMatchObject({ ok: true, structs: 4, inserted: 3, redundant: false })
    apply(doc, bytes)
    expect(guard(bytes, view(doc))).toMatchObject({ ok: true, structs: 0, inserted: 0, redundant: true })
  })

  it('[G17] a retry that has grown since is judged by what is new in it', () => {
    const doc = plain()
    apply(doc, update([{ client: own, clock: 0, structs: [struct(text('abc'))] }]))
    const grown = update([{ client: own, clock: 0, structs: [struct(text('abcdef'))] }])
    expect(guard(grown, view(doc))).toMatchObject({ ok: true, structs: 1, inserted: 3, redundant: false })
    apply(doc, grown)
    expect(doc.getText('content').toString()).toContain('abcdef')
  })

  describe('an update may be kept as it came', () => {
    const typed = { client: own, clock: 0, structs: [struct(text('abc'))] }
    const deletion = { client: other, ranges: [[0, 2] as [number, number]] }
    const verbatim = (bytes: Uint8Array, doc = plain()) => {
      const verdict = guard(bytes, view(doc))
      return verdict.ok && verdict.verbatim
    }

    it('when everything in it is new', () => {
      expect(verbatim(update([typed]))).toBe(true)
      expect(verbatim(update([], [deletion]))).toBe(true)
      expect(verbatim(update([typed], [deletion, { client: own, ranges: [[1, 1]] }]))).toBe(true)
    })

    it('not when a structure or a deletion is known already', () => {
      const doc = plain()
      apply(doc, update([typed], [deletion]))
      expect(verbatim(update([{ ...typed, structs: [struct(text('abcd'))] }]), doc)).toBe(false)
      expect(verbatim(update([], [{ client: other, ranges: [[1, 2]] }]), doc)).toBe(false)
      expect(verbatim(update([], [deletion]), doc)).toBe(false)
    })

    it('not when a number is longer than it need be', () => {
      const bytes = update([typed])
      // The number of blocks, 1, in two bytes.
      const longer = new Uint8Array([0x81, 0x00, ...bytes.subarray(1)])
      expect(guard(longer, view(plain()))).toMatchObject({ ok: true, structs: 1, inserted: 3 })
      expect(verbatim(longer)).toBe(false)
    })

    it('not when it has several structures, which came in an order of their own or could be one', () => {
      const second = { client: lower, clock: 0, structs: [struct(text('d'), { origin: { client: own, clock: 0 } })] }
      const more = struct(text('def'), { origin: { client: own, clock: 2 } })
      for (const bytes of [
        update([typed, second]),
        update([second, typed]),
        update([{ ...typed, structs: [...typed.structs, more] }]),
      ]) {
        const verdict = guard(bytes, view(plain(), [own, lower]))
        expect(verdict).toMatchObject({ ok: true, redundant: false, verbatim: false })
      }
    })

    it('not when something in it was deleted before it was sent, or deletions that touch are not one', () => {
      expect(verbatim(update([{ ...typed, structs: [struct(deleted(3))] }]))).toBe(false)
      const ranges = (...list: [number, number][]) => update([], [{ client: other, ranges: list }])
      expect(verbatim(ranges([0, 2], [3, 1]))).toBe(true)
      expect(verbatim(ranges([0, 2], [2, 1]))).toBe(false)
    })

    it('not when there is nothing in it', () => expect(verbatim(update([]))).toBe(false))
  })

  it('[G18] two own ids in one update, each waiting for the other, are placed', () => {
    const structs = [struct(text('a')), struct(text('c'), { origin: { client: lower, clock: 0 } })]
    const blocks = [
      { client: own, clock: 0, structs },
      { client: lower, clock: 0, structs: [struct(text('b'), { origin: { client: own, clock: 0 } })] },
    ]
    const doc = plain()
    accepted(guard(update(blocks), view(doc, [own, lower])))
    apply(doc, update(blocks))
    expect(doc.getText('content').toString()).toContain('abc')
  })

  it('[G19] a pasted megabyte', () => {
    accepted(verdictOn(plain(), (content) => content.insert(5, prose(1_000_000))))
  })

  it('[G20] a find-and-replace with 20,000 hits in a megabyte', () => {
    const server = documentBy([[other, (content) => content.insert(0, prose(1_000_000))]])
    const replace = (content: Y.Text, doc: Y.Doc) => {
      const whole = content.toString()
      doc.transact(() => {
        for (
          let at = whole.lastIndexOf('fox'), hits = 0;
          at > 0 && hits < 20_000;
          at = whole.lastIndexOf('fox', at - 1), hits++
        ) {
          content.delete(at, 3)
          content.insert(at, 'wolf')
        }
      })
    }
    accepted(verdictOn(server, replace))
    // Again, and undone, in what is now a fragmented document.
    accepted(
      verdictOn(server, (content, doc) => {
        const undo = new Y.UndoManager(content)
        const whole = content.toString()
        doc.transact(() => {
          for (
            let at = whole.lastIndexOf('dog'), hits = 0;
            hits < 2_000;
            at = whole.lastIndexOf('dog', at - 1), hits++
          ) {
            content.delete(at, 3)
            content.insert(at, 'cat')
          }
        })
        undo.undo()
      }),
    )
  })

  it.each(['at the end', 'at the start', 'at random places', 'always at one place'])(
    '[G21] an offline week of 10,000 edits %s, while others wrote as well',
    (where) => {
      const server = documentBy([[other, (content) => content.insert(0, prose(20_000))]])
      let seed = 7
      const random = (below: number) => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
        return seed % below
      }
      const edits = (count: number) => (content: Y.Text) => {
        for (let i = 0; i < count; i++) {
          const at =
            { 'at the end': content.length, 'at the start': 0, 'always at one place': 5_000 }[where] ??
            random(content.length)
          if (i % 5 === 4) content.delete(Math.min(at, content.length - 1), 1)
          else content.insert(at, 'ab')
        }
      }
      accepted(verdictOn(server, edits(10_000), edits(500)))
    },
  )

  it('[G22] ten thousand separate updates, merged without a document', () => {
    const doc = new Y.Doc()
    doc.clientID = own
    const server = plain()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(server))
    const updates: Uint8Array[] = []
    doc.on('update', (bytes: Uint8Array) => updates.push(bytes))
    const content = doc.getText('content')
    for (let i = 0; i < 3_000; i++)
      i % 7 === 3 ? content.delete(content.length - 2, 1) : content.insert(content.length - (i % 3), 'w')
    const merged = Y.mergeUpdates(updates)
    accepted(verdictOnPieces(merged, server))
    expect(server.getText('content').toString()).toBe(content.toString())
  })

  it('[G23] text written before the first join, with that id and then the granted one, in one update', () => {
    const server = plain()
    const doc = new Y.Doc()
    doc.clientID = lower
    doc.getText('content').insert(0, 'before ')
    doc.clientID = own
    doc.getText('content').insert(7, 'and after')
    doc.clientID = lower
    doc.getText('content').insert(3, '-')
    const bytes = Y.encodeStateAsUpdate(doc)
    expect(refusal(guard(bytes, view(server, [own])))).toBe('foreign-client')
    accepted(guard(bytes, view(server, [own, lower])))
    apply(server, bytes)
    expect(server.getText('content').toString()).toContain('bef-ore and after')
  })

  it('[G24] the select-all and delete of a fragmented document', () => {
    const server = plain()
    for (let i = 0; i < 20; i++) {
      const doc = new Y.Doc()
      doc.clientID = 3000 + (i % 4)
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(server))
      for (let k = 0; k < 500; k++) doc.getText('content').insert((k * 7919) % 25, 'qw')
      Y.applyUpdate(server, Y.encodeStateAsUpdate(doc))
    }
    accepted(verdictOn(server, (content) => content.delete(0, content.length)))
  })
})
