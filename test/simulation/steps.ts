// What can happen in a life, and how a seed becomes a list of it. A life is its settings and its steps; both are plain
// data, so that a failing one can be made shorter and written down.
import { Random } from '../harness/random.ts'

/** Of each kind how often it happens where it happens at all. */
const weights = {
  // People.
  type: 40,
  burst: 6,
  flood: 1,
  cursor: 4,
  chat: 4,
  chatter: 2,
  whisper: 1,
  deleteLine: 1,
  olderLines: 1,
  settings: 1,
  rename: 1,
  reload: 3,
  close: 2,
  crash: 3,
  offline: 3,
  online: 5,
  // The network.
  cut: 5,
  cutAll: 1,
  halfOpen: 2,
  stall: 2,
  flow: 3,
  unplug: 1,
  slowNetwork: 2,
  fastNetwork: 1,
  loseBroadcast: 1,
  emptyBroadcast: 1,
  // The server and its disk.
  kill: 2,
  powerCut: 2,
  drain: 2,
  diskFull: 3,
  fsyncFails: 3,
  unreadable: 1,
  slowDisk: 2,
  fastDisk: 1,
  compact: 3,
  compactSoon: 3,
  everybodyLeaves: 1,
  loseRecord: 2,
  // Others.
  attack: 2,
  look: 2,
} as const

export type StepKind = keyof typeof weights

/** `a` and `b` are raw numbers, each kind makes of them what it needs; then nothing is begun for `waitMs`. */
export type Step = readonly [kind: StepKind, a: number, b: number, waitMs: number]

export type Settings = {
  /** Whether limits are so small that folding, slices, compaction and full queues happen all the time. */
  smallLimits: boolean
  /** Whether fast typing is refused for a moment again and again. */
  strictRates: boolean
  /** Of the two browsers with two tabs each: whether they have a database. */
  databases: [boolean, boolean]
  /** What the server's own work costs, ms; from this broadcasts and commits have a pace. */
  workMs: number
  skewsMs: [number, number]
  latencyMs: [number, number]
}

export type Life = { seed: number; settings: Settings; steps: readonly Step[] }

/** The life of a seed. */
export function lifeOf(seed: number): Life {
  const random = new Random(seed)
  // A part of what can happen at a time: rare things meet each other more often when the rest keeps away.
  const kinds = (Object.keys(weights) as StepKind[]).filter((kind) => kind === 'type' || random.chance(0.4))
  const bag = kinds.flatMap((kind) => Array.from({ length: weights[kind] }, () => kind))
  const tempo = random.pick([5, 40, 40, 200])
  const count = random.between(10, 60)
  const steps = Array.from({ length: count }, (): Step => {
    const waitMs = random.chance(0.3) ? 0 : random.chance(0.03) ? random.below(6_000) : random.below(tempo)
    return [random.pick(bag), random.below(1_000), random.below(1_000), waitMs]
  })
  return { seed, settings: settingsOf(random), steps }
}

function settingsOf(random: Random): Settings {
  const least = random.pick([0.1, 0.1, 5])
  const smallLimits = random.chance(0.6)
  return {
    smallLimits,
    databases: [random.chance(0.4), random.chance(0.2)],
    workMs: random.pick([0, 0, 0.05, 1, 4]),
    skewsMs: [0, random.pick([0, 0, -3_600_000, 86_400_000])],
    latencyMs: [least, least + random.pick([2, 20, 200])],
    // Not with small limits: a large change in many pieces would take for ever.
    strictRates: !smallLimits && random.chance(0.5),
  }
}

/** A life as a line that can be written into a file. */
export const literalOf = ({ seed, settings, steps }: Life): string =>
  `{ seed: ${seed}, settings: ${JSON.stringify(settings)}, steps: ${JSON.stringify(steps)} }`
