// Faults of the network and of clocks, for each client by chance and rate. Through proxies: the server is not touched.
import type { SimulatedClient } from '../client.ts'
import type { Random } from '../random.ts'
import type { Scene } from '../scene.ts'
import type { Faults } from '../tcp-proxy.ts'
import type { FaultName } from './fault-list.ts'

/** How often it is asked for each client whether something happens. */
const stepMs = 100
const stepsPerMinute = 60_000 / stepMs
const dayMs = 24 * 60 * 60 * 1_000
/** Who is throttled stays so for this long. */
const throttledMs = [3_000, 8_000] as const

export class NetworkFaults {
  private readonly scene: Scene
  private readonly random: Random
  private readonly clients: readonly SimulatedClient[]
  private readonly timers = new Set<NodeJS.Timeout>()
  private stepper: NodeJS.Timeout | undefined

  constructor(scene: Scene, random: Random, clients: readonly SimulatedClient[]) {
    this.scene = scene
    this.random = random
    this.clients = clients
  }

  start(): void {
    const { delay } = this.faults
    if (delay !== undefined) {
      for (const { proxy } of this.clients) proxy.set({ delayMs: this.random.between(0, 2 * delay) })
      this.scene.timeline.add('delay', `every connection waits up to ${2 * delay} ms each way`)
    }
    this.stepper = setInterval(() => this.step(), stepMs)
  }

  /** Nothing new happens from now on; what was broken is healed by whoever heals the clients. */
  stop(): void {
    clearInterval(this.stepper)
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    for (const client of this.clients) client.isTroubled = false
  }

  private get faults() {
    return this.scene.options.faults
  }

  private step(): void {
    for (const client of this.clients) {
      if (client.isAway) continue
      if (this.isDue('cuts')) this.cut(client)
      if (this.isDue('clock')) this.jump(client)
      if (this.isDue('broadcasts') && client.fates.length < 3) client.fates.push('lose')
      if (this.isDue('deletions') && client.fates.length < 3) client.fates.push('lose-deletion')
      if (client.isTroubled) continue
      if (this.isDue('halfopen')) this.fallSilent(client)
      else if (this.isDue('acks')) this.loseAnswers(client)
      else if (this.isDue('slow')) this.stopReading(client)
      else this.reorder(client)
    }
    this.throttleSomebody()
  }

  private isDue(name: FaultName): boolean {
    const rate = this.faults[name]
    return rate !== undefined && this.random.chance(rate / stepsPerMinute)
  }

  private cut(client: SimulatedClient): void {
    this.tell('cuts', client, 'is cut')
    client.proxy.cut()
  }

  private jump(client: SimulatedClient): void {
    const ms = this.random.pick([-dayMs, -3_600_000, -60_000, -1_000, 1_000, 60_000, 3_600_000, dayMs])
    this.tell('clock', client, `has a clock that jumps by ${ms / 1_000} s`)
    client.clock.jump(ms)
  }

  private fallSilent(client: SimulatedClient): void {
    const isCut = this.random.chance(0.5)
    this.trouble(
      'halfopen',
      client,
      'hears and says nothing',
      { frozen: true },
      this.random.between(1_000, 20_000),
      isCut,
    )
  }

  private loseAnswers(client: SimulatedClient): void {
    this.trouble('acks', client, 'loses answers', { deaf: true }, this.random.between(200, 1_500), true)
  }

  private stopReading(client: SimulatedClient): void {
    this.trouble('slow', client, 'stops reading', { deaf: true }, this.random.between(2_000, 12_000), false)
  }

  private reorder(client: SimulatedClient): void {
    const { reorder, delay = 0 } = this.faults
    if (reorder === undefined || !this.random.chance(0.1)) return
    client.proxy.set({ delayMs: this.random.between(0, reorder + 2 * delay) })
    this.scene.tally.set('reorder', (this.scene.tally.get('reorder') ?? 0) + 1)
  }

  private throttleSomebody(): void {
    const { throttle } = this.faults
    if (throttle === undefined || !this.random.chance(stepMs / throttledMs[0])) return
    const client = this.random.pick(this.clients)
    if (client.isTroubled || client.isAway) return
    const ms = this.random.between(...throttledMs)
    this.trouble('throttle', client, `has ${throttle} bytes a second`, { bytesPerSecond: throttle }, ms, false)
  }

  /** For that long; then it is cut, or goes on as if nothing had been. */
  private trouble(
    kind: FaultName,
    client: SimulatedClient,
    what: string,
    faults: Partial<Faults>,
    ms: number,
    isCut: boolean,
  ): void {
    const over = this.tell(kind, client, `${what} for ${(ms / 1_000).toFixed(1)} s`)
    client.isTroubled = true
    client.proxy.set(faults)
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      over()
      if (isCut) client.proxy.cut()
      client.proxy.set({ frozen: false, deaf: false, bytesPerSecond: Number.POSITIVE_INFINITY })
      client.isTroubled = false
    }, ms)
    this.timers.add(timer)
  }

  private tell(kind: FaultName, client: SimulatedClient, what: string): () => void {
    client.log.add(`fault: ${what}`)
    return this.scene.timeline.add(kind, `${client.name} ${what}`)
  }
}
