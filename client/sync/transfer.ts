// States too large for one packet: putting incoming slices together [J9] and cutting outgoing updates [U9].
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, SliceHeader, UpdateAnswer } from '../../shared/protocol.ts'
import type { Progress } from './types.ts'

/** A state on its way to this client. */
export class Download {
  readonly id: number
  private readonly bytes: number
  private readonly pieces: Uint8Array[] = []
  private arrived = 0

  /** Throws AppError `too-large`: nothing is kept on the word of a length. */
  constructor(announced: { id: number; bytes: number }) {
    // A difference can be a little larger than the state it is part of; twice the bound is a broken server.
    if (announced.bytes > 2 * limits.stateBytesMax) throw new AppError('too-large', 'The document is too large.')
    this.id = announced.id
    this.bytes = announced.bytes
  }

  get progress(): Progress {
    return { direction: 'down', bytes: this.arrived, of: this.bytes }
  }

  /** Returns the whole state with the last slice. Throws AppError `bad-request` when slices do not add up. */
  take(header: SliceHeader, bytes: Uint8Array): Uint8Array | undefined {
    const fits = header.offset === this.arrived && header.bytes === this.bytes && bytes.length > 0
    if (!fits || this.arrived + bytes.length > this.bytes) {
      throw new AppError('bad-request', 'The server sent a state whose pieces do not add up.')
    }
    // The piece is a view of a network buffer that may be reused.
    this.pieces.push(bytes.slice())
    this.arrived += bytes.length
    return this.arrived === this.bytes ? this.joined() : undefined
  }

  private joined(): Uint8Array {
    const whole = new Uint8Array(this.bytes)
    let offset = 0
    for (const piece of this.pieces) {
      whole.set(piece, offset)
      offset += piece.length
    }
    return whole
  }
}

export type UploadHost = {
  send(header: SliceHeader, bytes: Uint8Array, took: (answer: Answer<Partial<UpdateAnswer>>) => void): void
  progressed(progress: Progress): void
  /** Called once, with the answer to the last slice or the first refusal; never when the connection goes first. */
  answered(answer: Answer<UpdateAnswer>): void
}

/** Sends an update in slices, at most `limits.slicesInFlightMax` unanswered. `transfer`: new for every upload. */
export function upload(transfer: number, update: Uint8Array, host: UploadHost): void {
  let sent = 0
  let confirmed = 0
  let inFlight = 0
  let done = false
  const finish = (answer: Answer<UpdateAnswer>) => {
    done = true
    host.answered(answer)
  }
  const next = () => {
    while (!done && inFlight < limits.slicesInFlightMax && sent < update.length) {
      const slice = update.subarray(sent, sent + limits.sliceBytes)
      const header = { transfer, offset: sent, bytes: update.length }
      sent += slice.length
      inFlight++
      host.send(header, slice, (answer) => took(slice.length, answer))
    }
  }
  const took = (length: number, answer: Answer<Partial<UpdateAnswer>>) => {
    inFlight--
    if (done) return
    if (!answer.ok) {
      finish(answer)
      return
    }
    confirmed += length
    host.progressed({ direction: 'up', bytes: confirmed, of: update.length })
    const { seq, alone } = answer
    if (seq !== undefined) finish({ ok: true, seq, alone: alone === true })
    else next()
  }
  next()
}
