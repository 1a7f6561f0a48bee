// Sends what waits in the outbox, from one join to the next: pipelined, in pieces when large. A refusal or a new join
// ends it: what it had on its way is sent again by the next one [U5], and of later answers only the commit counts.
import * as Y from 'yjs'
import type { Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, Role, UpdateAnswer } from '../../shared/protocol.ts'
import type { ClientSocket } from './link.ts'
import type { LocalCopy } from './local-copy.ts'
import { isEmptyUpdate, type Packet } from './outbox.ts'
import { splitUpdate } from './split-update.ts'
import { upload } from './transfer.ts'
import type { Progress } from './types.ts'

export type SenderHost = {
  /** An answer has to come within that time; `undefined`: none is owed. */
  watch(ms: number | undefined): void
  progress(progress: Progress): void
  /** A commit has own text. Told of answers after the end, too: nobody else will bring that commit. */
  committed(answer: UpdateAnswer): void
  /** What was sent is durable. */
  acknowledged(): void
  /** The outbox is not what it was. */
  changed(): void
  /** The server takes nothing more until the next join [U4]. */
  refused(refusal: Refusal): void
}

export class UpdateSender {
  private readonly socket: ClientSocket
  private readonly copy: LocalCopy
  private readonly role: Role
  private readonly host: SenderHost
  private readonly serverStateVector: Uint8Array
  /** Rows up to here may have been sent before. */
  private readonly resendUpTo: number
  private transfers = 0
  /** A packet is on its way in pieces. Nothing else may be: later edits stand on it. */
  private inPieces = false
  private stopped = false

  /** `serverStateVector`: of the join answer that is in the document now. */
  constructor(socket: ClientSocket, copy: LocalCopy, role: Role, serverStateVector: Uint8Array, host: SenderHost) {
    this.socket = socket
    this.copy = copy
    this.role = role
    this.host = host
    this.serverStateVector = serverStateVector
    this.resendUpTo = copy.outbox.newestN
  }

  /** Sends all that waits and may leave now. */
  send(): void {
    while (this.sendNext());
  }

  stop(): void {
    this.stopped = true
  }

  private sendNext(): boolean {
    if (this.stopped || this.inPieces || this.role === 'view') return false
    const packet = this.copy.outbox.take()
    if (packet === undefined) return false
    const bytes = this.toSend(packet)
    if (isEmptyUpdate(bytes)) {
      // The join's answer, which is durable, had it all.
      this.settle(packet)
    } else if (bytes.length > limits.stateBytesMax) {
      this.refuse({ code: 'too-large', message: 'The text is larger than a document can be.' })
    } else {
      this.sendPieces(packet, splitUpdate(bytes, this.copy.pieceSize))
    }
    this.host.changed()
    return true
  }

  /** Less what the server had at the join: of an id that it did not accept again it may take nothing, known or not. */
  private toSend(packet: Packet): Uint8Array {
    const isResent = packet.rows.some((row) => row.n <= this.resendUpTo)
    return isResent ? Y.diffUpdate(packet.bytes, this.serverStateVector) : packet.bytes
  }

  /** One after the other: between two of them the server has time for others. The answer to the last one counts. */
  private sendPieces(packet: Packet, pieces: readonly Uint8Array[]): void {
    const of = pieces.reduce((sum, piece) => sum + piece.length, 0)
    // Only such a packet may end what it began: the answers to smaller ones before it come while it is on its way.
    const isLarge = pieces.length > 1 || pieces.some((piece) => piece.length > limits.updateBytesMax)
    if (isLarge) this.inPieces = true
    const next = (i: number, before: number) => {
      const piece = pieces[i]!
      const isLast = i === pieces.length - 1
      const progressed = (bytes: number) => {
        if (isLarge && !this.stopped) this.host.progress({ direction: 'up', bytes: before + bytes, of })
      }
      this.sendPiece(piece, progressed, (answer) => {
        if (isLast || !answer.ok) {
          if (isLarge) this.inPieces = false
          this.onAnswer(packet, answer)
          return
        }
        this.host.committed(answer)
        progressed(piece.length)
        if (!this.stopped) next(i + 1, before + piece.length)
      })
    }
    next(0, 0)
  }

  /** As one event, or in slices when it is too long for that. */
  private sendPiece(
    bytes: Uint8Array,
    progressed: (bytes: number) => void,
    answered: (answer: Answer<UpdateAnswer>) => void,
  ): void {
    if (bytes.length <= limits.updateBytesMax) {
      this.host.watch(limits.answerTimeoutMs)
      this.socket.emit('update', bytes, answered)
      return
    }
    this.host.watch(limits.transferStallMs)
    upload(++this.transfers, bytes, {
      send: (header, slice, took) =>
        this.socket.emit('slice', header, slice, (answer) => {
          if (!this.stopped) this.host.watch(limits.transferStallMs)
          // The last answer counts after the end, too; a stopped upload sends no more slices.
          if (!this.stopped || !answer.ok || answer.seq !== undefined) took(answer)
        }),
      progressed: (progress) => progressed(progress.bytes),
      answered,
    })
  }

  private onAnswer(packet: Packet, answer: Answer<UpdateAnswer>): void {
    if (answer.ok) this.host.committed(answer)
    if (this.stopped) return
    if (!answer.ok) {
      this.refuse(answer.error)
      return
    }
    this.settle(packet)
    this.host.watch(this.copy.outbox.inFlightCount > 0 ? limits.answerTimeoutMs : undefined)
    this.host.acknowledged()
    this.send()
  }

  private settle(packet: Packet): void {
    if (this.copy.outbox.settle(packet)) this.copy.acknowledged(packet)
    this.host.changed()
  }

  private refuse(refusal: Refusal): void {
    this.stop()
    const isHopeless = refusal.code === 'too-much-work' && !this.copy.pieceSize.shrink()
    this.host.refused(isHopeless ? { ...refusal, code: 'invalid' } : refusal)
  }
}
