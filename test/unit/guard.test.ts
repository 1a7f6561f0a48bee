// The guard, rule by rule: what no honest client sends is refused and changes nothing, what an honest one sends passes.
import { beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type GuardView, guard, type Verdict } from '../../shared/guard.ts'
import { limits } from '../../shared/limits.ts'
import { struct, text, update } from '../../simulate/hostile/update-writer.ts'
import { badUpdates, honestUpdate } from '../harness/bad-updates.ts'

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

const documents: Record<string, () => Y.Doc> = {
  'a document of one other client': plain,
  'a document of three clients with deletions': () =>
    documentBy([
      [other, (content) => content.insert(0, 'The quick brown fox 😀 jumps.')],
      [own, (content) => content.insert(4, 'very ')],
      [lower, (content) => content.delete(6, 9)],
      [other, (content) => content.insert(6, 'over')],
      [lower, (content) => content.insert(0, 'End')],
    ]),
}

function everythingOf(doc: Y.Doc) {
  return {
    text: doc.share.has('content') ? doc.getText('content').toString() : undefined,
    vector: Buffer.from(Y.encodeStateVector(doc)).toString('hex'),
    state: Buffer.from(Y.encodeStateAsUpdate(doc)).toString('hex'),
    types: [...doc.share.keys()],
  }
}

function apply(doc: Y.Doc, bytes: Uint8Array): void {
  Y.applyUpdate(doc, bytes)
  expect(doc.store.pendingStructs).toBeNull()
  expect(doc.store.pendingDs).toBeNull()
}

const refusal = (verdict: Verdict) => (verdict.ok ? 'accepted' : verdict.reason)

describe('what no honest client sends is refused and changes nothing', () => {
  for (const [kind, make] of Object.entries(documents)) {
    it.each(badUpdates.map((bad) => [bad.name, bad] as const))(`[G1] ${kind}: %s`, (_name, bad) => {
      const doc = make()
      const bytes = bad.make(doc, own, other)
      const before = everythingOf(doc)
      const verdict = guard(bytes, view(doc))
      expect(refusal(verdict)).not.toBe('accepted')
      if (bad.reason !== undefined) expect(refusal(verdict)).toBe(bad.reason)
      expect(everythingOf(doc)).toEqual(before)
    })
  }

  it('[G2] a document that has no text yet stays without one, whatever is asked', () => {
    const doc = new Y.Doc()
    for (const bad of badUpdates) {
      const bytes = bad.make(documents['a document of one other client']!(), own, other)
      expect(refusal(guard(bytes, view(doc)))).not.toBe('accepted')
    }
    expect(guard(honestUpdate(doc, own), view(doc)).ok).toBe(true)
    expect(everythingOf(doc).types).toEqual([])
  })

  it('[G3] a circle through two own clients is refused', () => {
    const a = { client: own, clock: 0 }
    const b = { client: lower, clock: 0 }
    const blocks = [
      { ...a, structs: [struct(text('a'), { origin: b })] },
      { ...b, structs: [struct(text('b'), { rightOrigin: a })] },
    ]
    expect(refusal(guard(update(blocks), view(plain(), [own, lower])))).toBe('unknown-origin')
  })

  it('[G4] a right side that stands left of the left side is refused', () => {
    const place = { origin: { client: other, clock: 9 }, rightOrigin: { client: other, clock: 4 } }
    const bytes = update([{ client: own, clock: 0, structs: [struct(text('a'), place)] }])
    expect(refusal(guard(bytes, view(plain())))).toBe('unknown-origin')
  })

  it('[G4] sides that were never next to each other are refused: replicas would disagree about the place', () => {
    // b was written right of a, so nobody who knew b ever saw a and c side by side.
    const b = struct(text('b'), { origin: { client: other, clock: 3 }, rightOrigin: { client: other, clock: 4 } })
    const c = struct(text('c'), { origin: { client: lower, clock: 0 }, rightOrigin: { client: other, clock: 4 } })
    const between = update([
      { client: lower, clock: 0, structs: [b] },
      { client: 77, clock: 0, structs: [c] },
    ])
    const places = [
      { origin: { client: other, clock: 3 }, rightOrigin: { client: 77, clock: 0 } },
      { origin: { client: lower, clock: 0 }, rightOrigin: { client: other, clock: 5 } },
      { rightOrigin: { client: 77, clock: 0 } },
      { origin: { client: lower, clock: 0 } },
    ]
    for (const place of places) {
      const doc = plain()
      apply(doc, between)
      const bytes = update([{ client: own, clock: 0, structs: [struct(text('z'), place)] }])
      expect(refusal(guard(bytes, view(doc))), JSON.stringify(place)).toBe('unknown-origin')
    }
  })

  it('[G4] so are sides with something between that the left one was written beside', () => {
    const [a, d] = [
      { client: other, clock: 3 },
      { client: other, clock: 4 },
    ]
    const between = { origin: a, rightOrigin: d }
    const doc = plain()
    apply(
      doc,
      update([
        { client: 77, clock: 0, structs: [struct(text('m'), between)] },
        { client: 78, clock: 0, structs: [struct(text('r'), between)] },
        { client: lower, clock: 0, structs: [struct(text('l'), { origin: a, rightOrigin: { client: 77, clock: 0 } })] },
      ]),
    )
    expect(doc.getText('content').toString().slice(3, 8)).toBe(' lmrq')
    const place = { origin: { client: lower, clock: 0 }, rightOrigin: { client: 78, clock: 0 } }
    const bytes = update([{ client: own, clock: 0, structs: [struct(text('z'), place)] }])
    expect(refusal(guard(bytes, view(doc)))).toBe('unknown-origin')
  })

  it.each(['origin', 'rightOrigin'] as const)(
    '[G5] splitting a surrogate pair by %s is refused, known structures too',
    (side) => {
      const doc = documents['a document of three clients with deletions']!()
      const clock = 20 + (side === 'origin' ? 0 : 1)
      for (const at of [0, Y.getState(doc.store, own)]) {
        const bytes = update([
          { client: own, clock: at, structs: [struct(text('a'), { [side]: { client: other, clock } })] },
        ])
        expect(refusal(guard(bytes, view(doc)))).toBe('foreign-content')
      }
      const half = update([], [{ client: other, ranges: [[20, 1]] }])
      expect(refusal(guard(half, view(doc)))).toBe('foreign-content')
      const whole = update([], [{ client: other, ranges: [[20, 2]] }])
      expect(refusal(guard(whole, view(doc)))).toBe('accepted')
    },
  )

  it('[G6] items of another root are no place to stand and nothing to delete', () => {
    const doc = plain()
    doc.clientID = lower
    doc.getText('other').insert(0, 'hidden')
    const beside = update([
      { client: own, clock: 0, structs: [struct(text('a'), { origin: { client: lower, clock: 2 } })] },
    ])
    expect(refusal(guard(beside, view(doc)))).toBe('unknown-origin')
    expect(refusal(guard(update([], [{ client: lower, ranges: [[0, 3]] }]), view(doc)))).toBe('unknown-deletion')
  })

  it('[G7] a view that fails makes a refusal, not a throw', () => {
    const broken = {
      ...view(plain()),
      owns: () => {
        throw new Error('no access')
      },
    }
    expect(refusal(guard(honestUpdate(plain(), own), broken))).toBe('malformed')
  })
})

describe('work is bounded, by count and not by clock', () => {
  it("[G8] deletions that each cover the same structures again are no encoder's", () => {
    const ranges = Array.from({ length: 900 }, (): [number, number] => [0, 20])
    expect(refusal(guard(update([], [{ client: other, ranges }]), view(plain())))).toBe('malformed')
    const twice = { client: other, ranges: [[0, 20]] as [number, number][] }
    expect(refusal(guard(update([], [twice, twice]), view(plain())))).toBe('malformed')
  })

  it('[G9] structures that each search a long run of others at one place are too much work', () => {
    const doc = new Y.Doc()
    const at = (client: number, clock: number) => (clock < 0 ? {} : { rightOrigin: { client, clock } })
    const before = Array.from({ length: 8_000 }, (_, i) => struct(text('x'), at(other, i - 1)))
    apply(doc, update([{ client: other, clock: 0, structs: before }]))
    const structs = Array.from({ length: 900 }, (_, i) => struct(text('z'), at(other, i)))
    expect(refusal(guard(update([{ client: own, clock: 0, structs }]), view(doc)))).toBe('too-much-work')
  })
})

describe('a document of hundreds of thousands of structures by one client', () => {
  const letters = 'abcd'
  const count = 450_000
  let doc: Y.Doc
  beforeAll(() => {
    doc = new Y.Doc()
    // Each before the last one: Yjs cannot join them.
    for (let from = 0; from < count; from += 50_000) {
      const structs = Array.from({ length: 50_000 }, (_, i) =>
        struct(text(letters), from + i === 0 ? {} : { rightOrigin: at(from + i - 1) }),
      )
      apply(doc, update([{ client: other, clock: from * letters.length, structs }]))
    }
  })
  const at = (i: number, clock = 0) => ({ client: other, clock: i * letters.length + clock })
  const deletions = (steps: number) =>
    update([], [{ client: other, ranges: Array.from({ length: steps }, (_, i) => [at(i, 1).clock, 1]) }])

  it('[G25] takes no update that splits hundreds of them, but smaller pieces of it', () => {
    expect(refusal(guard(deletions(limits.updateStepsMax), view(doc)))).toBe('too-much-work')
    expect(refusal(guard(deletions(limits.updateStepsMax / 4), view(doc)))).toBe('accepted')
  })

  it('[G26] counts twice what is split for a place that turns out to be elsewhere, for it is joined again', () => {
    // Behind the first letter: the rest of that structure has the same place, and stays before it if its id is lower.
    const structs = Array.from({ length: 100 }, (_, i) => struct(text('x'), { origin: at(i + 1), rightOrigin: at(i) }))
    const work = (client: number) => {
      const verdict = guard(update([{ client, clock: 0, structs }]), view(doc, [client]))
      expect(verdict).toMatchObject({ ok: true })
      return verdict.ok ? verdict.workNs : 0
    }
    expect(work(other + 1) / work(other - 1)).toBeGreaterThan(1.9)
  })
})

describe('a full document', () => {
  const deletion = update([], [{ client: other, ranges: [[4, 6]] }])
  const insertion = update([
    { client: own, clock: 0, structs: [struct(text('a'), { origin: { client: other, clock: 3 } })] },
  ])
  const full = [
    { textLength: limits.textLengthMax },
    { stateBytes: limits.stateBytesMax },
    { structs: limits.structsMax },
  ]

  it.each(full)('[G12] at %o takes no text, but deletions and what it has already', (usage) => {
    const doc = plain()
    expect(refusal(guard(insertion, view(doc, [own], usage)))).toBe('too-large')
    expect(refusal(guard(deletion, view(doc, [own], usage)))).toBe('accepted')
    apply(doc, insertion)
    expect(guard(insertion, view(doc, [own], usage))).toMatchObject({ ok: true, redundant: true, inserted: 0 })
  })

  it('[G13] is not split without end by deletions, but whole items may always go', () => {
    const usage = { structs: limits.structsHardMax }
    expect(refusal(guard(deletion, view(plain(), [own], usage)))).toBe('too-large')
    const all = update([], [{ client: other, ranges: [[0, 29]] }])
    expect(refusal(guard(all, view(plain(), [own], usage)))).toBe('accepted')
  })

  it('[G27] of as many clients as there may be takes no other, but those who wrote in it, and deletions', () => {
    const doc = new Y.Doc()
    const clients = Array.from({ length: limits.clientsMax }, (_, i) => 10_000 + i)
    const blocks = clients.map((client) => ({ client, clock: 0, structs: [struct(text('a'))] }))
    const typed = (client: number, clock: number) =>
      update([{ client, clock, structs: [struct(text('b'), { rightOrigin: { client: 10_000, clock: 0 } })] }])
    apply(doc, update(blocks.slice(1)))
    const last = update([blocks[0]!])
    expect(refusal(guard(last, view(doc, [10_000])))).toBe('accepted')
    apply(doc, last)
    expect(refusal(guard(typed(own, 0), view(doc)))).toBe('too-many-clients')
    expect(refusal(guard(typed(10_000, 1), view(doc, [10_000])))).toBe('accepted')
    expect(refusal(guard(update([], [{ client: 10_000, ranges: [[0, 1]] }]), view(doc)))).toBe('accepted')
    // From before there was this bound.
    apply(doc, typed(own, 0))
    expect(refusal(guard(typed(own, 1), view(doc)))).toBe('accepted')
    // Whatever the ids and the clocks are.
    expect(limits.clientsMax * 2 * 5 + 3).toBeLessThan(limits.stateVectorBytesMax)
  })

  it('[G14] the last letter that fits still passes', () => {
    expect(guard(insertion, view(plain(), [own], { textLength: limits.textLengthMax - 1 })).ok).toBe(true)
    expect(guard(insertion, view(plain(), [own], { structs: limits.structsMax - 2 })).ok).toBe(true)
  })
})
