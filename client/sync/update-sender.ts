// Sends what waits in the outbox, from one join to the next: pipelined, in slices when large. A refusal or a new join
// ends it: what it had on its way is sent again by the next one [U5], and of later answers only the commit counts.
import * as Y from 'yjs'
import type { Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, Role, UpdateAnswer } from '../../shared/protocol.ts'
import type { ClientSocket } from './link.ts'
import type { LocalCopy } from './local-copy.ts'
import { isEmptyUpdate, type Packet } from './outbox.ts'
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
  private uploading = false
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
    // While an upload is on its way nothing else may be: later edits stand on it.
    if (this.stopped || this.uploading || this.role === 'view') return false
    const packet = this.copy.outbox.take()
    if (packet === undefined) return false
    const bytes = this.toSend(packet)
    if (isEmptyUpdate(bytes)) {
      // The join's answer, which is durable, had it all.
      this.settle(packet)
    } else if (bytes.length > limits.stateBytesMax) {
      this.refuse({ code: 'too-large', message: 'The text is larger than a document can be.' })
    } else if (bytes.length > limits.updateBytesMax) {
      this.uploadSlices(packet, bytes)
    } else {
      this.host.watch(limits.answerTimeoutMs)
      this.socket.emit('update', bytes, (answer) => this.onAnswer(packet, answer))
    }
    this.host.changed()
    return true
  }

  /** Less what the server had at the join: of an id that it did not accept again it may take nothing, known or not. */
  private toSend(packet: Packet): Uint8Array {
    const isResent = packet.rows.some((row) => row.n <= this.resendUpTo)
    return isResent ? Y.diffUpdate(packet.bytes, this.serverStateVector) : packet.bytes
  }

  private uploadSlices(packet: Packet, bytes: Uint8Array): void {
    this.uploading = true
    this.host.watch(limits.transferStallMs)
    upload(++this.transfers, bytes, {
      send: (header, slice, took) =>
        this.socket.emit('slice', header, slice, (answer) => {
          if (!this.stopped) this.host.watch(limits.transferStallMs)
          // The last answer counts after the end, too; a stopped upload sends no more slices.
          if (!this.stopped || !answer.ok || answer.seq !== undefined) took(answer)
        }),
      progressed: (progress) => {
        if (!this.stopped) this.host.progress(progress)
      },
      answered: (answer) => {
        this.uploading = false
        this.onAnswer(packet, answer)
      },
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
    this.host.refused(refusal)
  }
}
