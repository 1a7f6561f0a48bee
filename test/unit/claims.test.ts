import { describe, expect, test } from 'vitest'
import { acceptClaims, type ClaimContext, checkHistory } from '../../server/claims.ts'
import type { ClientId, ClientToken, Lineage } from '../../shared/ids.ts'
import { grantedClientIdMin } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'

const id = (value: number) => value as ClientId
const granted = (value: number) => id(grantedClientIdMin + value)
const claim = (value: ClientId, token?: string) => ({
  id: value,
  ...(token === undefined ? {} : { token: token as ClientToken }),
})

/** Tokens are right when they say `ok`; random ids count up from 2³¹. */
function contextOf(options: Partial<ClaimContext> = {}): ClaimContext {
  let next = 0
  return {
    lineage: 'lineage-now' as Lineage,
    clocks: new Map(),
    isHeld: () => false,
    isToken: (token) => token === 'ok',
    random: () => new Uint8Array([0, 0, 0, next++]),
    ...options,
  }
}

const accept = (
  claims: ReturnType<typeof claim>[],
  context = contextOf(),
  own: ClientId[] = [],
  preferred?: ClientId,
) => acceptClaims(claims, new Set(own), preferred, context)

describe('[J4] the id to write with', () => {
  test('is the first one, when it was granted and is proven', () => {
    expect(accept([claim(granted(7), 'ok'), claim(granted(8), 'ok')])).toEqual({
      clientId: granted(7),
      owns: new Set([granted(7), granted(8)]),
    })
  })
  test('is a new one without a claim, with a false token, without a token, or for an id below 2³¹', () => {
    for (const claims of [[], [claim(granted(7), 'no')], [claim(granted(7))], [claim(granted(7), '')]]) {
      const { clientId, owns } = accept(claims)
      expect([clientId, [...owns]]).toEqual([granted(0), [granted(0)]])
    }
    expect(accept([claim(id(5))])).toEqual({ clientId: granted(0), owns: new Set([id(5), granted(0)]) })
    expect(accept([claim(id(5), 'ok')])).toEqual({ clientId: granted(0), owns: new Set([id(5), granted(0)]) })
  })
  test('is never one that somebody used or holds', () => {
    const context = contextOf({ clocks: new Map([[granted(0), 3]]), isHeld: (held) => held === granted(1) })
    expect(accept([], context).clientId).toBe(granted(2))
  })
  test('stays when a session syncs again without a claim', () => {
    expect(accept([], contextOf(), [granted(9)], granted(9))).toEqual({
      clientId: granted(9),
      owns: new Set([granted(9)]),
    })
  })
})

describe('[J4] ids below 2³¹', () => {
  test('without a token are accepted unless used or held', () => {
    const context = contextOf({ clocks: new Map([[5, 1]]), isHeld: (held) => held === 6 })
    expect([...accept([claim(id(4)), claim(id(5)), claim(id(6))], context).owns]).toEqual([id(4), granted(0)])
  })
  test('with their token are accepted even then', () => {
    const context = contextOf({ clocks: new Map([[5, 1]]), isHeld: () => true })
    expect(accept([claim(id(5), 'ok')], { ...context, isHeld: (held) => held === 5 }).owns).toContain(id(5))
  })
})

test('a session holds a bounded number of ids, however often it syncs', () => {
  let own: ClientId[] = []
  for (let round = 0; round < 5; round++) {
    const claims = Array.from({ length: limits.clientsPerJoinMax }, (_, i) => claim(id(1 + round * 1_000 + i)))
    own = [...accept(claims, contextOf(), own, own.at(-1)).owns]
  }
  expect(own.length).toBeLessThanOrEqual(limits.clientsPerJoinMax + 1)
})

describe('[J7] history', () => {
  const context = contextOf({ clocks: new Map([[1, 5]]) })
  const check = (claimed: Parameters<typeof checkHistory>[0], owns: number[] = []) =>
    checkHistory(claimed, new Set(owns), context)
  const none = new Map<number, number>()
  test('without a lineage, or with the right one, is fine', () => {
    check({ lineage: undefined, clocks: none })
    check({ lineage: 'lineage-now' as Lineage, clocks: none })
  })
  test('of another lineage is refused', () => {
    expect(() => check({ lineage: 'lineage-old' as Lineage, clocks: none })).toThrow(
      expect.objectContaining({ code: 'lineage-changed' }),
    )
  })
  test('may claim what is there, and of own ids anything; nothing more', () => {
    check({ lineage: undefined, clocks: new Map([[1, 5]]) })
    check({ lineage: undefined, clocks: new Map([[2, 99]]) }, [2])
    for (const clocks of [new Map([[1, 6]]), new Map([[2, 1]])]) {
      expect(() => check({ lineage: undefined, clocks })).toThrow(expect.objectContaining({ code: 'lineage-changed' }))
    }
  })
})
