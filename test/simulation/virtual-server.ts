// One server process of the simulation: everything that server/server.ts puts together, but for HTTP and the socket
// library, on a virtual clock, disk and network. It can be killed at any moment, or drained.
import { CommitQueue } from '../../server/commit-queue.ts'
import { Chat } from '../../server/features/chat.ts'
import { Documents } from '../../server/features/documents.ts'
import { DocumentSettings } from '../../server/features/settings.ts'
import { type Fold, foldHere } from '../../server/fold.ts'
import { loadIdentity } from '../../server/identity.ts'
import type { Logger } from '../../server/log.ts'
import { MetaChanges } from '../../server/meta-changes.ts'
import type { Metrics } from '../../server/metrics.ts'
import { Rooms } from '../../server/rooms.ts'
import type { Session } from '../../server/session.ts'
import { Callers } from '../../server/socket/callers.ts'
import { Connection, type ConnectionTools } from '../../server/socket/connection.ts'
import { broadcasterOf } from '../../server/socket/door.ts'
import { QueueWatch } from '../../server/socket/queue-watch.ts'
import type { ScriptoriumServer, ScriptoriumSocket } from '../../server/socket/types.ts'
import type { Store } from '../../server/store/store.ts'
import { UpdateLog } from '../../server/update-log.ts'
import { WrongKeys } from '../../server/wrong-keys.ts'
import { type DocumentId, platformRandom } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { VirtualDisk } from './disk.ts'
import type { Listening, Network } from './network.ts'
import { Adapter, type ServerEnd } from './socket-end.ts'
import type { ProcessClock, Timeline } from './timeline.ts'

/** What a process stands on. */
export type Machine = {
  timeline: Timeline
  disk: VirtualDisk
  network: Network
  /** Whether something other than the server took a commit from the disk. */
  readonly isDamaged: boolean
}

/** What no server may ever say, whatever happens around it. */
const expectedErrors = /a commit failed; it is kept|could not be written/

export class VirtualServer implements Listening {
  readonly clock: ProcessClock
  readonly adapter = new Adapter()
  readonly rooms: Rooms
  readonly queue: CommitQueue
  readonly documents: Documents
  isDraining = false
  readonly #machine: Machine
  readonly #store: Store
  readonly #tools: ConnectionTools
  readonly #callers: Callers
  readonly #watch: QueueWatch

  private constructor(
    machine: Machine,
    clock: ProcessClock,
    store: Store,
    identity: ConnectionTools['identity'],
    complain: (words: string) => void,
  ) {
    const { timeline } = machine
    this.#machine = machine
    this.#store = store
    this.clock = clock
    const random = platformRandom
    const log = logTo(complain, machine)
    const metrics = metricsTo(complain, () => machine.network.hasEmptied)
    let workedMs = 0
    this.queue = new CommitQueue({
      store,
      clock,
      log,
      stopwatch: () => {
        workedMs += timeline.random.below(1_000) / 1_000
        return workedMs
      },
      turn: (call) => void clock.after(0, call),
    })
    const updateLog = new UpdateLog(store)
    const io = { to: (room: string) => this.adapter.to([room]), of: () => ({ adapter: this.adapter }) }
    const sockets = new WeakMap<Session, ScriptoriumSocket>()
    const broadcasterFor = (id: DocumentId) => broadcasterOf(io as unknown as ScriptoriumServer, sockets, id)
    const { queue } = this
    // As another thread does it: some time later.
    const fold: Fold = (log, seq) =>
      new Promise((resolve) => void clock.after(timeline.random.below(50), () => resolve(foldHere(log, seq))))
    this.rooms = new Rooms({ store, updateLog, queue, clock, random, log, events: metrics, fold, broadcasterFor })
    const { rooms } = this
    this.documents = new Documents({ updateLog, queue, rooms, clock, random })
    const chat = new Chat({ store, queue, clock, broadcasterFor })
    const settings = new DocumentSettings({ metaChanges: new MetaChanges(rooms, queue), broadcasterFor })
    const isDraining = () => this.isDraining
    const wrongKeys = new WrongKeys()
    const { documents } = this
    this.#tools = {
      rooms,
      documents,
      chat,
      settings,
      clock,
      random,
      identity,
      updateLog,
      metrics,
      wrongKeys,
      isDraining,
      sockets,
    }
    this.#callers = new Callers(clock)
    this.#watch = new QueueWatch(clock)
  }

  /** Resolves when it listens. `complain` is told of what should never be said. */
  static async start(machine: Machine, clock: ProcessClock, complain: (words: string) => void): Promise<VirtualServer> {
    const store = await machine.disk.open(clock)
    const identity = await untilRead(() => loadIdentity(store), store, clock)
    const server = new VirtualServer(machine, clock, store, identity, complain)
    machine.network.server = server
    return server
  }

  accept(end: ServerEnd): void {
    const socket = end as unknown as ScriptoriumSocket
    const shares = this.#callers.sharesOf('10.0.0.1')
    const connection = new Connection(socket, { address: '10.0.0.1', shares }, this.#tools)
    this.#watch.add(connection)
    end.on('disconnect', () => {
      this.#watch.delete(connection)
      connection.close()
    })
  }

  /** Gone in this instant: nothing of it happens any more. */
  kill(isSilent = false): void {
    this.clock.stop()
    this.#machine.network.serverDied(isSilent)
  }

  /** What SIGTERM does; resolves when the process has ended. */
  async drain(): Promise<void> {
    const { network } = this.#machine
    this.isDraining = true
    await Promise.race([this.queue.whenIdle(), this.clock.pause(limits.drainMsMax / 2)])
    const message = 'The server is restarting.'
    const ends = [...network.connections].map((connection) => connection.server).filter((end) => end !== undefined)
    for (const end of ends) end.emit('closed', { code: 'draining', message, retryAfterMs: 1_000 })
    for (const end of ends) end.conn.close()
    this.#watch.close()
    await this.rooms.compactAll(limits.drainMsMax / 4)
    this.rooms.close()
    this.queue.close()
    await this.#store.close()
    this.kill()
  }
}

/** A host would start it again and again while the disk cannot be used. */
async function untilRead<T>(read: () => Promise<T>, store: Store, clock: ProcessClock): Promise<T> {
  for (;;) {
    try {
      return await read()
    } catch {
      await clock.pause(500)
      await store.reopen().catch(() => undefined)
    }
  }
}

function logTo(complain: (words: string) => void, machine: Machine): Logger {
  const ignore = () => undefined
  const error = (details: { err?: unknown }, message: string) => {
    if (machine.isDamaged && message === 'the log of a document is damaged') return
    if (!expectedErrors.test(message))
      complain(`the server logged: ${message} ${details.err ?? JSON.stringify(details)}`)
  }
  return { error, info: ignore, debug: ignore, warn: ignore } as unknown as Logger
}

/** Counts nothing; passes on what must not happen. */
function metricsTo(complain: (words: string) => void, mayDiffer: () => boolean): Metrics {
  const ignore = () => undefined
  return {
    broadcast: ignore,
    received: ignore,
    stale: ignore,
    refused: ignore,
    guarded: ignore,
    digestDiffered: () => {
      if (!mayDiffer()) complain('texts differed at equal seq, though nothing was tampered with')
    },
    broken: (_id: string, error: unknown) => complain(`a document was rebuilt: ${error}`),
    failed: (event: string, error: unknown) => complain(`the server failed at ${event}: ${error}`),
  } as unknown as Metrics
}
