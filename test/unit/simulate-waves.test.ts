// People who leave and come back in waves, more often than a wave takes.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SimulatedClient } from '../../simulate/client.ts'
import { wave } from '../../simulate/faults/crowd-faults.ts'
import { Random } from '../../simulate/random.ts'
import type { Scene } from '../../simulate/scene.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Somebody, and what he does, in order. */
class Visitor {
  readonly mayLeave = true
  readonly isTroubled = false
  isAway = false
  readonly did: string[] = []

  leave(): Promise<boolean> {
    this.isAway = true
    this.did.push('leaves')
    return Promise.resolve(true)
  }
  comeBack(): void {
    this.isAway = false
    this.did.push('comes back')
  }
  type(): void {
    this.did.push('types')
  }
}

test('who is taken by two waves at once leaves once, and is back before the next', async () => {
  const visitors = Array.from({ length: 3 }, () => new Visitor())
  const people = visitors as unknown as SimulatedClient[]
  const scene = { timeline: { add: () => () => undefined }, tally: new Map() } as unknown as Scene
  const random = new Random(1)
  const waves = Promise.all(Array.from({ length: 12 }, () => wave(scene, random, people)))
  await vi.runAllTimersAsync()
  await waves
  for (const { did } of visitors) expect(did.join(' ')).toMatch(/^(leaves comes back types ?)+$/)
})
