import { expect, test } from 'vitest'
import { type Action, can, grantOf, hashKey } from '../../server/access.ts'
import { makeKey } from '../../shared/ids.ts'
import { type Role, roles } from '../../shared/protocol.ts'

const reading: Action[] = ['join', 'leave', 'presence', 'person', 'digest', 'read', 'chat-history']
const writing: Action[] = ['update', 'slice', 'chat', 'typing', 'settings']
const matrix: Record<Role, Action[]> = {
  view: reading,
  edit: [...reading, ...writing],
  own: [...reading, ...writing, 'chat-delete', 'share', 'delete'],
}
const actions = matrix.own

test('[A1] the whole matrix: what a role may do, and nothing else', () => {
  for (const role of roles) {
    for (const action of actions)
      expect([role, action, can(role, action)]).toEqual([role, action, matrix[role].includes(action)])
  }
})

test('[A1] whatever is not named is refused, for everybody and for nobody', () => {
  for (const action of ['', 'drop', 'toString', '__proto__', 'constructor', 'Update']) {
    for (const role of [...roles, undefined]) expect(can(role, action as Action)).toBe(false)
  }
  for (const action of actions) expect(can(undefined, action)).toBe(false)
})

test('[J2] a key grants the strongest role whose ring has its hash; another one grants nothing', () => {
  const [own, edit, both] = [makeKey(), makeKey(), makeKey()]
  const ring = { own: [hashKey(own), hashKey(both)], edit: [hashKey(both), hashKey(edit)], view: [] }
  expect(grantOf(ring, own)).toEqual({ role: 'own', hash: hashKey(own) })
  expect(grantOf(ring, edit)).toEqual({ role: 'edit', hash: hashKey(edit) })
  expect(grantOf(ring, both)?.role).toBe('own')
  expect(grantOf(ring, makeKey())).toBeUndefined()
  expect(grantOf({ own: [], edit: [], view: [''] }, makeKey())).toBeUndefined()
})

test('[A1] what is kept of a key is not the key', () => {
  const key = makeKey()
  expect(hashKey(key)).not.toContain(key)
  expect(hashKey(key)).toBe(hashKey(key))
})
