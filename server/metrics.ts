// What the server counts, as Prometheus metrics. Rooms and doors tell events; only this file knows their names outside.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { DocumentId } from '../shared/ids.ts'
import type { Logger } from './log.ts'

/** What rooms tell of themselves. Must be cheap: some are called for every packet. */
export interface RoomEvents {
  /** One broadcast to that many sessions. */
  broadcast(sessions: number): void
  refused(event: string, code: string): void
  /** The guard refused an update for this reason. */
  guarded(reason: string): void
  /** Yjs threw on an update that the guard had let through. */
  broken(id: DocumentId, error: unknown): void
  /** Texts differed at equal seq. */
  digestDiffered(id: DocumentId): void
}

/** Numbers that are read when somebody asks for /metrics. */
export type Gauges = {
  sessions(): number
  rooms(): number
  degraded(): boolean
  commits(): { batches: number; writes: number; bytes: number }
}

export class Metrics implements RoomEvents {
  readonly #registry = new Registry()
  readonly #log: Logger
  readonly #broadcasts: Counter
  readonly #deliveries: Counter
  readonly #updates: Counter
  readonly #refusals: Counter<'event' | 'code'>
  readonly #guarded: Counter<'reason'>
  readonly #broken: Counter
  readonly #digests: Counter
  readonly #stale: Counter

  constructor(log: Logger) {
    this.#log = log
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    const counter = (name: string, help: string) => new Counter({ name: `scriptorium_${name}`, help, registers })
    this.#broadcasts = counter('broadcasts_total', 'Update packets sent to rooms')
    this.#deliveries = counter('deliveries_total', 'Update packets times the sessions they went to')
    this.#updates = counter('updates_total', 'Updates received')
    this.#broken = counter('documents_rebuilt_total', 'Documents built again because Yjs threw after the guard')
    this.#digests = counter('digests_differed_total', 'Times a client at rest held another text than the server')
    this.#stale = counter('sessions_stale_total', 'Sessions that read too slowly')
    this.#refusals = new Counter({
      name: 'scriptorium_refusals_total',
      help: 'Requests refused, by event and code',
      labelNames: ['event', 'code'],
      registers,
    })
    this.#guarded = new Counter({
      name: 'scriptorium_guard_refusals_total',
      help: 'Updates refused by the guard, by reason',
      labelNames: ['reason'],
      registers,
    })
  }

  broadcast(sessions: number): void {
    this.#broadcasts.inc()
    this.#deliveries.inc(Math.max(0, sessions))
  }

  received(): void {
    this.#updates.inc()
  }

  stale(): void {
    this.#stale.inc()
  }

  refused(event: string, code: string): void {
    this.#refusals.inc({ event, code })
  }

  guarded(reason: string): void {
    this.#guarded.inc({ reason })
  }

  broken(id: DocumentId, error: unknown): void {
    this.#broken.inc()
    this.#log.error({ documentId: id, err: error }, 'an update broke the live document; it is read again from the log')
  }

  /** Something that should not happen, happened while answering this event. */
  failed(event: string, error: unknown): void {
    this.#log.error({ event, err: error }, 'a request failed')
  }

  digestDiffered(id: DocumentId): void {
    this.#digests.inc()
    // Not a warning: whoever may read can say so as often as he likes. The counter is what to watch.
    this.#log.debug({ documentId: id }, 'a client at rest holds another text; it is told to re-sync')
  }

  /** Adds what is read at the moment of asking. Called once. */
  watch(gauges: Gauges): void {
    const registers = [this.#registry]
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `scriptorium_${name}`,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    gauge('sessions', 'Sessions in rooms', gauges.sessions)
    gauge('rooms', 'Documents live in this process', gauges.rooms)
    gauge('degraded', '1 while the disk refuses writes', () => (gauges.degraded() ? 1 : 0))
    gauge('commit_batches', 'Batches committed since the start', () => gauges.commits().batches)
    gauge('commit_writes', 'Writes in those batches', () => gauges.commits().writes)
    gauge('commit_bytes', 'Bytes in those batches', () => gauges.commits().bytes)
  }

  /** Prometheus text format 0.0.4. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() }
  }
}
