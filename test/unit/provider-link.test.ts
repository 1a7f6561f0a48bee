// The provider against a scripted server: answers that come late, not at all, or say no.
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import { eventually } from '../harness/eventually.ts'
import { beat, heardBy, refusal, script, serverText, start, type } from '../harness/scripted-server.ts'

describe('answers that come late or not at all', () => {
  it('nothing is sent before the join is answered', async () => {
    const heard: string[] = []
    script.io.removeAllListeners('connection')
    script.io.on('connection', (socket) => socket.onAny((event: string) => heard.push(event)))
    const provider = start()
    type(provider, 'early')
    await eventually(() => expect(heard).toEqual(['join']))
    const frames = script.clock.frames
    type(provider, 'more')
    await eventually(() => expect(script.clock.frames).toBeGreaterThan(frames))
    // What was sent with that frame would be heard before the answer to this.
    for (const socket of await script.io.fetchSockets()) await heardBy(provider, () => socket.emit('heartbeat', beat))
    expect(heard).toEqual(['join'])
    expect(provider.unsavedCount).toBe(2)
  })

  it('[J3] [B4] broadcasts that come before the answer are held: what it covers is ignored, the rest applied', async () => {
    const other = new Y.Doc()
    const broadcasts: Uint8Array[] = []
    other.on('update', (bytes) => broadcasts.push(bytes))
    for (const letter of ['a', 'b']) other.getText('content').insert(0, letter)
    script.onJoin = (_request, socket) => {
      Y.applyUpdate(script.doc, broadcasts[0]!)
      socket.emit('update', { from: 1, to: 1 }, broadcasts[0]!)
      socket.emit('update', { from: 2, to: 2 }, broadcasts[1]!)
      return { seq: 1 }
    }
    const provider = start()
    await provider.whenSynced()
    expect([provider.doc.getText('content').toString(), provider.seq, script.joins.length]).toEqual(['ba', 2, 1])
  })

  it('[U9] nothing overtakes a large change on its way, also when an earlier edit is answered meanwhile', async () => {
    const slices: (() => void)[] = []
    let answerFirst: () => void = () => undefined
    script.io.on('connection', (socket) =>
      socket.on('slice', (_header, _bytes, took) => slices.push(() => took({ ok: true }))),
    )
    script.onUpdate = (_bytes, answer) => {
      answerFirst = () => answer({ ok: true, seq: 1, alone: true } as never)
    }
    const provider = start()
    await provider.whenSynced()
    type(provider, 'first')
    await eventually(() => expect(script.updates).toHaveLength(1))
    type(provider, 'x'.repeat(limits.updateBytesMax + 1))
    await eventually(() => expect(slices).toHaveLength(limits.slicesInFlightMax))
    answerFirst()
    await eventually(() => expect(provider.unsavedCount).toBe(1))
    const frames = script.clock.frames
    type(provider, 'last')
    await eventually(() => expect(script.clock.frames).toBeGreaterThan(frames))
    for (const socket of await script.io.fetchSockets()) await heardBy(provider, () => socket.emit('heartbeat', beat))
    expect(script.updates).toHaveLength(1)
  })

  it('edits are pipelined: four packets go without an answer, the rest merges into one', async () => {
    const answers: (() => void)[] = []
    script.onUpdate = (bytes, answer) => {
      Y.applyUpdate(script.doc, bytes)
      answers.push(() => answer({ ok: true, seq: answers.length, alone: false } as never))
    }
    const provider = start()
    await provider.whenSynced()
    for (const letter of 'abcd') {
      const sent = script.updates.length
      type(provider, letter)
      await eventually(() => expect(script.updates.length).toBe(sent + 1))
    }
    for (const letter of 'efgh') type(provider, letter)
    expect(provider.unsavedCount).toBe(8)
    answers[0]!()
    await eventually(() => expect(script.updates).toHaveLength(5))
    expect(serverText()).toBe('abcdefgh')
    for (const answer of answers) answer()
    await provider.whenSaved()
  })

  it('an update that is never answered is sent again on a new connection', async () => {
    let ignored = 0
    const honest = script.onUpdate
    script.onUpdate = (...args) => (ignored++ === 0 ? undefined : honest(...args))
    const provider = start()
    await provider.whenSynced()
    type(provider, 'insist')
    await provider.whenSaved()
    expect(ignored).toBe(2)
    expect(serverText()).toBe('insist')
  })
})

describe('listeners of the page that end it', () => {
  it.each(['destroy', 'disconnect'] as const)(
    '%s in a status listener leaves no timer and no connection',
    async (end) => {
      script.io.use((_socket, next) => next(new Error('not now')))
      const provider = start()
      const ended = new Promise<void>((resolve) => {
        provider.on('status', (status) => {
          if (status === 'offline') resolve(void provider[end]())
        })
      })
      await ended
      provider.whenSynced().catch(() => undefined)
      expect([...script.clock.pending.values()].filter((ms) => ms <= limits.reconnectDelayMsMax)).toEqual([])
      expect(provider.status).toBe('offline')
    },
  )
})

describe('refusals that may pass', () => {
  it('[E2] degraded again and again: the waits grow, nothing is lost, and the save state says so until it is over', async () => {
    let refusals = 6
    const honest = script.onUpdate
    script.onUpdate = (bytes, answer, socket) =>
      refusals-- > 0 ? answer(refusal('degraded')) : honest(bytes, answer, socket)
    const provider = start()
    await provider.whenSynced()
    const states = new Set<string>()
    provider.on('saved', ({ kind }) => states.add(kind))
    script.clock.waits.length = 0
    type(provider, 'kept')
    await provider.whenSaved()
    expect(serverText()).toBe('kept')
    expect(states).toEqual(new Set(['saving', 'delayed', 'saved']))
    expect(script.clock.waits).toEqual(expect.arrayContaining([1_000, 2_000, 4_000, 8_000]))
    expect(script.joins).toHaveLength(7)
  })

  it('[E2] nobody comes back before the time that a refusal names, however the chance falls', async () => {
    script.clock.random = () => 0
    let refusals = 1
    const honest = script.onUpdate
    script.onUpdate = (bytes, answer, socket) =>
      refusals-- > 0 ? answer(refusal('busy', { retryAfterMs: 3_333 })) : honest(bytes, answer, socket)
    let handshakes = 0
    script.io.use((_socket, next) => {
      const error = new Error('busy')
      next(handshakes++ > 0 ? undefined : Object.assign(error, { data: { code: 'busy', retryAfterMs: 5_555 } }))
    })
    const provider = start()
    await provider.whenSynced()
    type(provider, 'kept')
    await provider.whenSaved()
    const least = [5_555 + limits.reconnectDelayMsMin / 2, 3_333 + limits.refusalDelayMs / 2]
    expect(script.clock.waits).toEqual(expect.arrayContaining(least))
  })

  it('[U4] not-synced: script.joins again at once twice, then backs off', async () => {
    let refusals = 4
    const honest = script.onUpdate
    script.onUpdate = (bytes, answer, socket) =>
      refusals-- > 0 ? answer(refusal('not-synced')) : honest(bytes, answer, socket)
    const provider = start()
    await provider.whenSynced()
    script.clock.waits.length = 0
    type(provider, 'kept')
    await provider.whenSaved()
    expect(script.joins).toHaveLength(5)
    expect(script.clock.waits.filter((ms) => ms === 1_000)).toHaveLength(1)
    expect(script.clock.waits.filter((ms) => ms === 2_000).length).toBeGreaterThanOrEqual(1)
  })

  it('[U4] of several refused packets only the first makes it join again; late refusals are void', async () => {
    const refusals: (() => void)[] = []
    const honest = script.onUpdate
    script.onUpdate = (bytes, answer, socket) => {
      if (script.joins.length > 1) honest(bytes, answer, socket)
      else refusals.push(() => answer(refusal('not-synced')))
    }
    const provider = start()
    await provider.whenSynced()
    for (const letter of 'abc') {
      const waiting = refusals.length
      type(provider, letter)
      await eventually(() => expect(refusals.length).toBe(waiting + 1))
    }
    for (const refuse of refusals) refuse()
    await provider.whenSaved()
    expect([serverText(), script.joins.length]).toEqual(['abc', 2])
  })

  it('[U3] a viewer sends nothing: what he typed stays unsaved, and is not called saved', async () => {
    script.onJoin = () => ({ role: 'view' })
    const provider = start()
    await provider.whenSynced()
    const { frames } = script.clock
    type(provider, 'mine')
    await eventually(() => expect(script.clock.frames).toBeGreaterThan(frames))
    await heardBy(provider, () => script.io.emit('heartbeat', { ...beat, seq: 0 }))
    expect(script.updates).toEqual([])
    expect([provider.unsavedCount, provider.saveState.kind]).toEqual([1, 'view-only'])
  })

  it('[E2] a page whose first join is refused for the moment says so, and never "saved"', async () => {
    const honest = script.onJoin
    script.onJoin = (...args) => (script.joins.length < 3 ? { refuse: 'degraded' } : honest(...args))
    const provider = start()
    const states = new Set<string>()
    provider.on('saved', ({ kind }) => states.add(kind))
    let whileOut = ''
    provider.on('status', () => {
      whileOut = [...states].join()
    })
    await provider.whenSynced()
    expect(whileOut).toContain('delayed')
    expect(whileOut).not.toContain('saved')
    expect(provider.saveState).toEqual({ kind: 'saved' })
  })

  it('[C2] a handshake refused for the protocol version ends the trying', async () => {
    let handshakes = 0
    script.io.use((_socket, next) => {
      handshakes++
      next(Object.assign(new Error('old'), { data: { code: 'protocol-mismatch', message: 'Reload.' } }))
    })
    const provider = start()
    await expect(provider.whenSynced()).rejects.toMatchObject({ code: 'protocol-mismatch' })
    expect([provider.status, provider.refusal?.message, handshakes]).toEqual(['refused', 'Reload.', 1])
  })

  it('[C7] a server that drains is come back to after the time it asked for', async () => {
    const provider = start()
    await provider.whenSynced()
    script.clock.waits.length = 0
    script.io.emit('closed', { code: 'draining', message: 'Restarting.', retryAfterMs: 1_234 })
    await eventually(() => expect(script.joins).toHaveLength(2))
    await eventually(() => expect(provider.status).toBe('live'))
    expect(script.clock.waits).toContain(1_234 + limits.reconnectDelayMsMin)
  })
})
