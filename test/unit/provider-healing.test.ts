// The provider against a scripted server: client ids, healing, and the end.
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import { eventually } from '../harness/eventually.ts'
import { beat, heardBy, script, serverText, start, type } from '../harness/scripted-server.ts'

describe('ids', () => {
  it('[J4] a reconnect brings the granted id first, with its token, and the lineage', async () => {
    const provider = start({ socket: { reconnectionDelay: 5 } })
    await provider.whenSynced()
    script.io.disconnectSockets(true)
    await eventually(() => expect(script.joins).toHaveLength(2))
    expect(script.joins[0]?.lineage).toBeUndefined()
    expect(script.joins[1]?.lineage).toBe('L'.repeat(16))
    expect(script.joins[1]?.clients).toEqual([{ id: 0x9000_0000, token: 't' }])
  })

  it('[J6] a replaced tab asks for a new id and does not bring the old one again', async () => {
    const provider = start()
    await provider.whenSynced()
    script.io.emit('closed', { code: 'replaced', message: 'Open elsewhere.' })
    await eventually(() => expect(script.joins).toHaveLength(2))
    expect(script.joins[1]?.clients).toHaveLength(1)
    expect(script.joins[1]?.clients[0]?.id).toBeLessThan(2 ** 31)
  })

  it('[J6] with unsent text the old id is brought along, after the new one', async () => {
    let closed = false
    const honest = script.onUpdate
    script.onUpdate = (bytes, answer, socket) => {
      if (closed) honest(bytes, answer, socket)
      else socket.emit('closed', { code: 'replaced', message: 'Open elsewhere.' })
      closed = true
    }
    const provider = start()
    await provider.whenSynced()
    type(provider, 'mine')
    await provider.whenSaved()
    expect(script.joins[1]?.clients.map(({ id }) => id >= 2 ** 31)).toEqual([false, true])
    expect(serverText()).toBe('mine')
  })
})

describe('the person', () => {
  it('[P5] a name that changes while a join is on its way is told once it is answered', async () => {
    const told: unknown[] = []
    script.io.on('connection', (socket) => socket.on('person', (person) => told.push(person.name)))
    script.onJoin = () => {
      provider.setPerson({ name: 'Later', color: 3 })
      return {}
    }
    const provider = start()
    await provider.whenSynced()
    await eventually(() => expect(told).toEqual(['Later']))
  })
})

describe('healing', () => {
  it('[B7] texts that differ are synced once, and when they still differ the text goes aside as diverged', async () => {
    script.onDigest = () => false
    const provider = start()
    const refused: string[] = []
    provider.on('refused', ({ code }, text) => refused.push(code, text))
    type(provider, 'mine')
    await provider.whenSynced()
    await eventually(() => expect(provider.status).toBe('refused'))
    expect(refused).toEqual(['diverged', 'mine'])
    expect(script.joins).toHaveLength(2)
  })

  it('[B7] texts that are the same are compared once per seq', async () => {
    let asked = 0
    script.onDigest = () => {
      asked++
      return true
    }
    const provider = start()
    type(provider, 'a')
    await provider.whenSaved()
    await eventually(() => expect(asked).toBe(1))
    for (let i = 0; i < 3; i++) {
      await heardBy(provider, () => script.io.emit('heartbeat', beat))
      // The wait for rest that the heartbeat began is over.
      await eventually(() => expect([...script.clock.pending.values()]).not.toContain(limits.digestRestMs))
    }
    await provider.chat.send('a round trip').catch(() => undefined)
    expect(asked).toBe(1)
  })

  it('[P3] heartbeats of an idle document do not put off or repeat the writing of a base', async () => {
    const provider = start()
    await provider.whenSynced()
    await heardBy(provider, () => script.io.emit('heartbeat', { ...beat, seq: 0 }))
    const bases = () => script.clock.waits.filter((ms) => ms === limits.baseRestMs).length
    const before = bases()
    for (let i = 0; i < 3; i++) await heardBy(provider, () => script.io.emit('heartbeat', { ...beat, seq: 0 }))
    expect(bases()).toBe(before)
  })

  it('[B6] a heartbeat with a higher seq makes it join again', async () => {
    const provider = start()
    await provider.whenSynced()
    script.io.emit('heartbeat', { seq: 5, usage: { textLength: 0, stateBytes: 0, structs: 0 } })
    await eventually(() => expect(script.joins.length).toBeGreaterThan(1))
  })
})

describe('a re-sync while own text is on its way', () => {
  it.each([
    ['before', 'answered'],
    ['after', 'joined'],
  ])(
    '[B4] an own commit acknowledged %s the join is answered does not make it join once more',
    async (_when, moment) => {
      let acknowledge: () => void = () => undefined
      script.onUpdate = (bytes, answer, socket) => {
        Y.applyUpdate(script.doc, bytes)
        if (script.updates.length === 1) {
          acknowledge = () => answer({ ok: true, seq: 1, alone: true } as never)
          socket.emit('resync', { reason: 'drained' })
        } else if (moment === 'joined') acknowledge()
      }
      script.onJoin = () => {
        // The commit is made after what this answer has.
        if (script.joins.length === 2) script.doc = new Y.Doc()
        if (script.joins.length === 2 && moment === 'answered') acknowledge()
        return { seq: 0 }
      }
      const provider = start()
      await provider.whenSynced()
      type(provider, 'mine')
      await eventually(() => expect(script.updates).toHaveLength(2))
      await heardBy(provider, () => script.io.emit('heartbeat', beat))
      expect([provider.seq, script.joins.length, provider.unsavedCount]).toEqual([1, 2, 1])
    },
  )
})

describe('the end', () => {
  it('after destroy no timer is left, nothing is sent, and those who wait are told', async () => {
    script.onUpdate = () => undefined
    const provider = start()
    await provider.whenSynced()
    type(provider, 'x')
    const saved = provider.whenSaved()
    provider.disconnect()
    const chat = provider.chat.send('hello')
    await provider.destroy()
    await expect(saved).rejects.toThrow()
    await expect(chat).rejects.toThrow()
    expect(script.clock.pending.size).toBe(0)
    type(provider, 'y')
    expect([provider.status, script.clock.pending.size]).toEqual(['offline', 0])
    await expect(start({ autoConnect: false }).destroy()).resolves.toBeUndefined()
    expect(script.clock.pending.size).toBe(0)
  })

  it('destroyed in the middle of connecting, waiting or joining, it stays quiet', async () => {
    script.onJoin = (_request, socket) => {
      socket.conn.close()
      return {}
    }
    for (const rounds of [0, 1, 2]) {
      const provider = start({ socket: { reconnectionDelay: 5 } })
      const waiting = provider.whenSynced()
      await eventually(() => expect(script.joins.length).toBeGreaterThanOrEqual(rounds))
      await provider.destroy()
      await expect(waiting).rejects.toThrow()
      expect(script.clock.pending.size).toBe(0)
      script.joins = []
    }
  })

  it('observers of the page that throw do not keep remote text out or break the connection', async () => {
    const errors = console.error
    console.error = () => undefined
    script.doc.getText('content').insert(0, 'remote')
    const provider = start()
    provider.doc.getText('content').observe(() => {
      throw new Error('of the page')
    })
    await provider.whenSynced()
    console.error = errors
    expect(provider.doc.getText('content').toString()).toBe('remote')
    expect([provider.status, script.joins.length]).toEqual(['live', 1])
  })
})
