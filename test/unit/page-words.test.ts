// What the page says: save states, people, chat and times. Pure parts, without a browser.
import { describe, expect, it } from 'vitest'
import { fullness } from '../../client/pages/fullness.ts'
import { groupPeople, labelOf } from '../../client/pages/people.ts'
import { saveWords } from '../../client/pages/save-words.ts'
import { lastNumber, layOutFeed } from '../../client/panels/chat-feed.ts'
import { Notices } from '../../client/panels/notices.ts'
import type { SaveState, ShownChatMessage } from '../../client/sync/types.ts'
import { initialsOf } from '../../client/ui/initials.ts'
import { relativeTime } from '../../client/ui/relative-time.ts'
import { en } from '../../client/words/en.ts'
import { setWords } from '../../client/words/words.ts'
import { type ErrorCode, errorCodes } from '../../shared/errors.ts'
import type { ClientId, PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { PersonEntry, Role } from '../../shared/protocol.ts'

setWords(en)

const entry = (clientId: number, person: string, role: Role = 'edit', name = person): PersonEntry => ({
  clientId: clientId as ClientId,
  personId: person as PersonId,
  name,
  color: 0,
  role,
})

describe('the save state in words', () => {
  const refusal = (code: ErrorCode) => ({ code, message: 'A sentence.' })
  const short = (state: SaveState) => saveWords(state, { isJoined: true }).short

  it('has the words of the design for each state', () => {
    expect(short({ kind: 'saved' })).toBe('Saved')
    expect(short({ kind: 'saving' })).toBe('Saving…')
    expect(short({ kind: 'view-only' })).toBe('View only')
    expect(short({ kind: 'offline', kept: true })).toBe('Offline, changes kept')
    expect(short({ kind: 'offline', kept: false })).toBe('Not saved: offline')
    expect(short({ kind: 'refused', refusal: refusal('protocol-mismatch') })).toBe('Reload needed')
  })

  it('says "Not saved:" for every other refusal, and never "Saved"', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const states: SaveState[] = [
        { kind: 'refused', refusal: refusal(code) },
        { kind: 'delayed', refusal: refusal(code), kept: true },
        { kind: 'delayed', refusal: refusal(code), kept: false },
      ]
      for (const state of states) {
        if (state.kind === 'refused' && code === 'protocol-mismatch') continue
        expect(short(state)).toMatch(/^Not saved: ./)
      }
    }
  })

  it('says nothing about saving before the server has answered once', () => {
    expect(saveWords({ kind: 'saved' }, { isJoined: false }).short).toBe('Connecting…')
    expect(saveWords({ kind: 'offline', kept: true }, { isJoined: false }).short).toBe('Offline, changes kept')
    expect(saveWords({ kind: 'offline', kept: true }, { isJoined: false, hasText: false }).short).toBe('Offline')
  })
})

describe('people', () => {
  it('tabs of one browser are one person, the own one first', () => {
    const people = groupPeople(
      [entry(1, 'a'), entry(2, 'b', 'view'), entry(3, 'b', 'edit'), entry(4, 'c')],
      4 as ClientId,
      new Set([1, 2]),
    )
    expect(people.map(({ personId, tabs }) => [personId, tabs])).toEqual([
      ['c', 1],
      ['a', 1],
      ['b', 2],
    ])
    expect(people.map(({ isSelf }) => isSelf)).toEqual([true, false, false])
    expect(people[2]?.role).toBe('edit')
  })

  it('is away only when every tab is, and oneself never is', () => {
    const entries = [entry(1, 'a'), entry(2, 'a'), entry(3, 'me')]
    const idleOf = (...idle: number[]) => groupPeople(entries, 3 as ClientId, new Set(idle)).map(({ idle }) => idle)
    expect(idleOf(1)).toEqual([false, false])
    expect(idleOf(2)).toEqual([false, false])
    expect(idleOf(1, 2, 3)).toEqual([false, true])
  })

  it('numbers people of one name by arrival, however it is written, and nobody takes a number as his name', () => {
    const called = (...names: string[]) =>
      groupPeople(
        names.map((name, index) => entry(index + 1, `person${index}`, 'edit', name)),
        99 as ClientId,
        new Set(),
      ).map(({ label }) => label)
    expect(called('Kim', 'Ada', 'KIM', '\uff2bim')).toEqual(['Kim', 'Ada', 'KIM (2)', '\uff2bim (3)'])
    expect(called('Kim (2)', 'Kim', 'Kim')).toEqual(['Kim (2)', 'Kim', 'Kim (3)'])
    expect(called('Kim', 'Kim', 'Kim (2)')).toEqual(['Kim', 'Kim (3)', 'Kim (2)'])
  })

  it('what was said is shown under the number only of who is still here under that name', () => {
    const people = groupPeople([entry(1, 'a', 'edit', 'Kim'), entry(2, 'b', 'edit', 'Kim')], 99 as ClientId, new Set())
    const said = (personId: string, name: string) => labelOf(people, { personId: personId as PersonId, name })
    expect([said('b', 'Kim'), said('a', 'Kim'), said('b', 'Bo'), said('c', 'Kim')]).toEqual([
      'Kim (2)',
      'Kim',
      'Bo',
      'Kim',
    ])
  })

  it('has initials in every script, and something where there is no letter', () => {
    expect(initialsOf('Ana Sousa')).toBe('AS')
    expect(initialsOf('  tomás de la cruz ')).toBe('TC')
    expect(initialsOf('李雷')).toBe('李')
    expect(initialsOf('🦊 Fox')).toBe('🦊F')
    expect(initialsOf('')).toBe('?')
  })
})

describe('notices of who came and went', () => {
  const me = 'me' as PersonId
  const seen = (...people: string[]) => people.map((person, index) => entry(index + 1, person))
  const delay = limits.leaveNoticeDelayMs

  it('the first list is no news, who comes later is', () => {
    const notices = new Notices()
    expect(notices.see(seen('me', 'a'), me, 0, 0)).toEqual([])
    expect(notices.see(seen('me', 'a', 'b'), me, 5, 7)).toEqual([
      { kind: 'joined', personId: 'b', name: 'b', at: 5, afterN: 7 },
    ])
  })

  it('a second tab is no arrival, and closing it is no leaving', () => {
    const notices = new Notices()
    notices.see(seen('me', 'a'), me, 0, 0)
    expect(notices.see([...seen('me', 'a'), entry(9, 'a')], me, 1, 0)).toEqual([])
    expect(notices.see(seen('me', 'a'), me, 2, 0)).toEqual([])
    expect(notices.nextSettleAt).toBeUndefined()
  })

  it('who reloads has neither left nor joined; who stays away has left', () => {
    const notices = new Notices()
    notices.see(seen('me', 'a', 'b'), me, 0, 0)
    notices.see(seen('me'), me, 100, 0)
    expect(notices.settle(100 + delay - 1, 0)).toEqual([])
    expect(notices.see(seen('me', 'a'), me, 200, 0)).toEqual([])
    expect(notices.nextSettleAt).toBe(100 + delay)
    expect(notices.settle(100 + delay, 3)).toEqual([{ kind: 'left', personId: 'b', name: 'b', at: 100, afterN: 3 }])
    expect(notices.nextSettleAt).toBeUndefined()
  })

  it('a new name is news once, also of who comes back with it', () => {
    const notices = new Notices()
    notices.see(seen('me', 'a'), me, 0, 0)
    const renamed = [entry(1, 'me'), entry(2, 'a', 'edit', 'b')]
    const told = { kind: 'renamed', personId: 'a', name: 'a', newName: 'b', at: 1, afterN: 0 }
    expect(notices.see(renamed, me, 1, 0)).toEqual([told])
    expect(notices.see(renamed, me, 2, 0)).toEqual([])
    notices.see(seen('me'), me, 3, 0)
    expect(notices.see(seen('me', 'a'), me, 4, 0)).toEqual([{ ...told, name: 'b', newName: 'a', at: 4 }])
    expect(notices.see([entry(1, 'me', 'edit', 'I'), entry(2, 'a')], me, 5, 0)).toEqual([])
  })

  it('oneself is never news', () => {
    const notices = new Notices()
    notices.see(seen('a'), me, 0, 0)
    expect(notices.see(seen('a', 'me'), me, 1, 0)).toEqual([])
  })
})

describe('the chat as it is laid out', () => {
  const line = (n: number | undefined, person: string, at: number): ShownChatMessage => ({
    ...(n === undefined ? {} : { n }),
    id: `${person}-${n ?? 'new'}-${at}`,
    personId: person as PersonId,
    name: person,
    color: 0,
    text: 'text',
    at,
    state: n === undefined ? 'pending' : 'kept',
  })
  const shape = (...args: Parameters<typeof layOutFeed>) =>
    layOutFeed(...args).map((entry) =>
      entry.kind === 'notice' ? entry.notice.name : entry.messages.map(({ n }) => n ?? 'new'),
    )

  it('lines of one person in a row stand under one name, unless minutes lie between', () => {
    const messages = [line(1, 'a', 0), line(2, 'a', 1_000), line(3, 'b', 2_000), line(4, 'b', 1_000_000)]
    expect(shape(messages, [])).toEqual([[1, 2], [3], [4]])
  })

  it('private lines stand apart from those for all', () => {
    const to = { personId: 'b' as PersonId, name: 'b' }
    const messages = [line(1, 'a', 0), { ...line(2, 'a', 1), to }, { ...line(3, 'a', 2), to }, line(4, 'a', 3)]
    expect(shape(messages, [])).toEqual([[1], [2, 3], [4]])
  })

  it('a notice stands behind the line that was last when it came, and splits a run', () => {
    const notice = (name: string, afterN: number) => ({
      kind: 'joined' as const,
      personId: name as PersonId,
      name,
      at: 0,
      afterN,
    })
    const messages = [line(1, 'a', 0), line(2, 'a', 1), line(undefined, 'a', 2)]
    expect(shape(messages, [notice('x', 0), notice('y', 1), notice('z', 2)])).toEqual([
      'x',
      [1],
      'y',
      [2],
      'z',
      ['new'],
    ])
  })

  it('knows the last kept number', () => {
    expect(lastNumber([])).toBe(0)
    expect(lastNumber([line(4, 'a', 0), line(undefined, 'a', 1)])).toBe(4)
  })
})

describe('times and room', () => {
  it('a time is told as people say it', () => {
    const day = 86_400_000
    const now = 1_000 * day
    const of = (age: number) => relativeTime(now - age, now)
    expect([-5_000, 59_000, 60_000, 3_600_000, day, 8 * day, 400 * day].map(of)).toEqual([
      'just now',
      'just now',
      '1 minute ago',
      '1 hour ago',
      'yesterday',
      'last week',
      'last year',
    ])
  })

  it('the fullest of the limits counts', () => {
    const usage = { textLength: 0, stateBytes: 0, structs: limits.structsMax / 2 }
    expect(fullness(usage, 0)).toBe(0.5)
    expect(fullness({ ...usage, textLength: limits.textLengthMax }, 0)).toBe(1)
    expect(fullness(usage, limits.clientsMax)).toBe(1)
  })
})
