// Changes of what is kept beside a document's text: one after the other, each from what the last one stored. Knows who
// may not do what only through the change that is handed in.
import type { DocumentId } from '../shared/ids.ts'
import type { CommitQueue } from './commit-queue.ts'
import { type DocumentMeta, metaWrite } from './document-meta.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'

/** Makes the next meta of the last one, or `undefined` to leave it as it is. May throw AppError: nothing is changed then. */
export type MetaChange = (room: Room) => DocumentMeta | undefined

export class MetaChanges {
  readonly #rooms: Rooms
  readonly #queue: CommitQueue
  readonly #last = new Map<DocumentId, Promise<unknown>>()

  constructor(rooms: Rooms, queue: CommitQueue) {
    this.#rooms = rooms
    this.#queue = queue
  }

  /** Waits for its turn, opens the room and acts on it before anybody else's turn. Throws `not-found`, `deleted`. */
  inTurn<T>(id: DocumentId, act: (room: Room) => Promise<T>): Promise<T> {
    const before = this.#last.get(id) ?? Promise.resolve()
    const done = before.then(() => this.#act(id, act))
    const settled = done
      .catch(() => undefined)
      .finally(() => {
        if (this.#last.get(id) === settled) this.#last.delete(id)
      })
    this.#last.set(id, settled)
    return done
  }

  /**
   * In its turn: asks `change` for the new meta, stores it, puts it into the room and calls `done`. Durable when it
   * resolves. Throws what `change` throws, `not-found`, `deleted`, `degraded`, `busy`.
   */
  make(id: DocumentId, change: MetaChange, done: (room: Room) => void): Promise<void> {
    return this.inTurn(id, async (room) => {
      const meta = change(room)
      if (meta === undefined) return
      await this.#queue.write([metaWrite(id, meta)])
      room.meta = meta
      done(room)
    })
  }

  async #act<T>(id: DocumentId, act: (room: Room) => Promise<T>): Promise<T> {
    const { room, release } = await this.#rooms.acquire(id)
    try {
      return await act(room)
    } finally {
      release()
    }
  }
}
