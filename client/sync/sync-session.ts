// One connection's part in keeping a document in step: join, held broadcasts, gaps, sending, refusals. First join,
// reconnect and re-sync are one path: `join`. It is thrown away with its connection, so late answers reach nobody.
import * as Y from 'yjs'
import { type Refusal, toAppError } from '../../shared/errors.ts'
import type { DocumentId, Key } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type {
  Answer,
  JoinAnswer,
  JoinRequest,
  PresenceChanges,
  ServerToClientEvents,
  UpdateAnswer,
  Usage,
} from '../../shared/protocol.ts'
import type { Clock } from './clock.ts'
import { DigestCheck } from './digest-check.ts'
import { JoinBackOff } from './join-back-off.ts'
import type { ClientSocket } from './link.ts'
import type { LocalCopy } from './local-copy.ts'
import { isForGood } from './refusals.ts'
import type { SeqLedger } from './seq-ledger.ts'
import { Download } from './transfer.ts'
import type { Progress } from './types.ts'
import { type SenderHost, UpdateSender } from './update-sender.ts'

export type SessionHost = {
  person(): JoinRequest['person']
  joined(answer: JoinAnswer): void
  presence(changes: PresenceChanges): void
  usage(usage: Usage): void
  progress(progress: Progress): void
  /** Something was acknowledged, or sending began. */
  saved(): void
  /** The document is not what it was. */
  changed(): void
  /** The server cannot store at the moment; the session tries again by itself. `undefined`: it can again. */
  delayed(refusal: Refusal | undefined): void
  /** For good [E1]. */
  refused(refusal: Refusal): void
  /** This connection is of no use any more. */
  broken(): void
}

/** What lives longer than a connection. */
export type SessionParts = { documentId: DocumentId; key: Key; copy: LocalCopy; ledger: SeqLedger; clock: Clock }

type Broadcast = Parameters<ServerToClientEvents['update']>

/** Where the session stands. While `joining`, what the room is told is held and nothing is sent. */
type SessionState =
  | { kind: 'joining'; held: (() => void)[]; download?: { part: Download; finish: (state: Uint8Array) => void } }
  | { kind: 'joined'; sender: UpdateSender }
  | { kind: 'waiting'; cancel: () => void }
  | { kind: 'over' }

export class SyncSession {
  private readonly socket: ClientSocket
  private readonly parts: SessionParts
  private readonly host: SessionHost
  private state: SessionState = { kind: 'waiting', cancel: () => undefined }
  /** Counts joins: only the answer to the last one counts. */
  private generation = 0
  private readonly backOff: JoinBackOff
  private toldPerson: JoinRequest['person'] | undefined
  private cancelWatch: () => void = () => undefined
  private cancelFlush: (() => void) | undefined
  private readonly digestCheck: DigestCheck

  constructor(socket: ClientSocket, parts: SessionParts, host: SessionHost) {
    this.socket = socket
    this.parts = parts
    this.host = host
    this.backOff = new JoinBackOff(parts.clock)
    this.digestCheck = new DigestCheck(parts, {
      isAtRest: () => this.state.kind === 'joined' && parts.copy.outbox.count === 0,
      ask: (claim, answered) => this.socket.emit('digest', claim, answered),
      rested: () => this.backOff.reset(),
      differed: () => this.join(),
      diverged: (refusal) => this.host.refused(refusal),
    })
    parts.ledger.forgetOwn()
    socket.on('update', (header, bytes) => this.onBroadcast(header, bytes))
    socket.on('presence', (changes) => this.onPresence(changes))
    socket.on('slice', (header, bytes, ack) => this.onSlice(header, bytes, ack))
    socket.on('heartbeat', ({ seq, usage }) => this.onHeartbeat(seq, usage))
    socket.on('resync', () => this.join())
  }

  get isJoined(): boolean {
    return this.state.kind === 'joined'
  }

  /** Ends the session; what was on its way waits in the outbox. */
  end(): void {
    this.leaveState()
    this.state = { kind: 'over' }
    this.parts.copy.outbox.takeBack()
  }

  /** Enters the document, or catches up with it on the same connection [J8]. */
  join(): void {
    if (this.state.kind === 'over') return
    this.leaveState()
    const { copy, documentId, key } = this.parts
    const generation = ++this.generation
    copy.outbox.takeBack()
    this.state = { kind: 'joining', held: [] }
    this.watch(limits.answerTimeoutMs)
    this.toldPerson = this.host.person()
    const request: JoinRequest = { documentId, key, clients: copy.claimList(), person: this.toldPerson }
    if (copy.lineage !== undefined) request.lineage = copy.lineage
    this.socket.emit('join', request, Y.encodeStateVector(copy.doc), (answer, vector = new Uint8Array([0]), update) => {
      if (generation === this.generation) this.onJoinAnswer(copy.believed(answer, vector), vector, update)
    })
  }

  /** Tells a name or colour that changed since it was told last. While a join is on its way the server would refuse. */
  tellPerson(): void {
    const person = this.host.person()
    if (this.state.kind !== 'joined' || person === this.toldPerson) return
    this.toldPerson = person
    this.socket.emit('person', { name: person.name, color: person.color }, () => undefined)
  }

  /** Local edits leave with the next frame. */
  edited(): void {
    this.rest()
    this.cancelFlush ??= this.parts.clock.frame(() => this.flush())
  }

  /** Local edits leave now: the page goes, or is hidden. */
  flush(): void {
    this.cancelFlush?.()
    this.cancelFlush = undefined
    if (this.state.kind === 'joined') this.state.sender.send()
  }

  private onJoinAnswer(answer: Answer<JoinAnswer>, stateVector: Uint8Array, update?: Uint8Array): void {
    if (this.state.kind !== 'joining') return
    if (!answer.ok) this.onRefusal(answer.error)
    else if (answer.transfer === undefined) this.enter(answer, stateVector, update)
    else this.guarded(() => this.startDownload(answer, stateVector))
  }

  private startDownload(answer: JoinAnswer, stateVector: Uint8Array): void {
    if (this.state.kind !== 'joining' || answer.transfer === undefined) return
    const part = new Download(answer.transfer)
    this.state.download = { part, finish: (state) => this.enter(answer, stateVector, state) }
    this.host.progress(part.progress)
    this.watch(limits.transferStallMs)
  }

  private onSlice(header: Parameters<ServerToClientEvents['slice']>[0], bytes: Uint8Array, ack: () => void): void {
    const download = this.state.kind === 'joining' ? this.state.download : undefined
    // Of a transfer that a newer join made void: the server is owed the answer all the same.
    if (download === undefined || header.transfer !== download.part.id) {
      ack()
      return
    }
    this.guarded(() => {
      const whole = download.part.take(header, bytes)
      ack()
      this.watch(limits.transferStallMs)
      this.host.progress(download.part.progress)
      if (whole !== undefined) download.finish(whole)
    })
  }

  /** The state is here: it goes into the document, then what was held meanwhile. */
  private enter(answer: JoinAnswer, serverStateVector: Uint8Array, update: Uint8Array | undefined): void {
    if (this.state.kind !== 'joining') return
    const { copy, ledger } = this.parts
    const { held } = this.state
    this.watch(undefined)
    this.guarded(() => {
      copy.joined(answer, update, serverStateVector)
      ledger.reset(answer.seq)
      const sender = new UpdateSender(this.socket, copy, answer.role, serverStateVector, this.senderHost())
      this.state = { kind: 'joined', sender }
      this.host.joined(answer)
      this.tellPerson()
      for (const hear of held) hear()
      this.flush()
      this.rest()
    })
  }

  private onBroadcast(header: Broadcast[0], bytes: Uint8Array): void {
    if (this.hold(() => this.onBroadcast(header, bytes))) return
    // While it waits to join again, the next answer brings everything.
    if (this.state.kind !== 'joined') return
    if (header.presence !== undefined) this.host.presence(header.presence)
    const verdict = this.parts.ledger.broadcast(header.from, header.to)
    if (verdict === 'gap') this.joinAgain()
    if (verdict !== 'apply') return
    this.guarded(() => this.parts.copy.applyRemote(bytes))
    this.rest()
  }

  /** The answer's people are of a moment before it was sent, and stand until it has come whole. */
  private onPresence(changes: PresenceChanges): void {
    if (!this.hold(() => this.onPresence(changes))) this.host.presence(changes)
  }

  /** Whether it is to be heard later, when the join's answer is in. */
  private hold(hear: () => void): boolean {
    if (this.state.kind !== 'joining') return false
    this.state.held.push(hear)
    if (this.state.held.length > limits.heldBroadcastsMax) this.host.broken()
    return true
  }

  private onHeartbeat(seq: number, usage: Usage): void {
    this.host.usage(usage)
    if (this.state.kind !== 'joined') return
    if (this.parts.ledger.isBehind(seq)) this.joinAgain()
    else this.digestCheck.restart()
  }

  private senderHost(): SenderHost {
    return {
      watch: (ms) => this.watch(ms),
      progress: (progress) => this.host.progress(progress),
      committed: (answer) => this.onCommit(answer),
      acknowledged: () => {
        this.backOff.reset()
        this.host.delayed(undefined)
        this.rest()
      },
      changed: () => this.host.saved(),
      refused: (refusal) => this.onRefusal(refusal),
    }
  }

  /** Held like a broadcast: the join on its way may be answered with the state before this commit. */
  private onCommit(answer: UpdateAnswer): void {
    if (this.state.kind === 'over' || this.hold(() => this.onCommit(answer))) return
    this.parts.ledger.acknowledged(answer.seq, answer.alone)
  }

  /** An answer that says no, to a join or an update. After one the server takes nothing more until the next join [U4]. */
  private onRefusal(refusal: Refusal): void {
    this.generation++
    if (isForGood(refusal)) {
      this.host.refused(refusal)
    } else if (refusal.code === 'not-synced' || refusal.code === 'too-much-work') {
      this.joinAgain()
    } else {
      this.host.delayed(refusal)
      this.waitToJoin(this.backOff.afterRefusal(refusal.retryAfterMs))
    }
  }

  /** Something is missing. At once the first two times, then with growing waits until an update goes through. */
  private joinAgain(): void {
    const waitMs = this.backOff.afterGap()
    if (waitMs === 0) this.join()
    else this.waitToJoin(waitMs)
  }

  private waitToJoin(ms: number): void {
    this.leaveState()
    this.generation++
    this.parts.copy.outbox.takeBack()
    this.state = { kind: 'waiting', cancel: this.parts.clock.after(ms, () => this.join()) }
    this.host.saved()
  }

  /** Something happened: texts are compared when nothing has for a while. */
  private rest(): void {
    if (this.state.kind === 'joined') this.digestCheck.restart()
    this.host.changed()
  }

  /** The server has to answer, or a slice to come, within that time. */
  private watch(ms: number | undefined): void {
    this.cancelWatch()
    this.cancelWatch = ms === undefined ? () => undefined : this.parts.clock.after(ms, () => this.host.broken())
  }

  private leaveState(): void {
    if (this.state.kind === 'waiting') this.state.cancel()
    if (this.state.kind === 'joined') this.state.sender.stop()
    this.watch(undefined)
    this.digestCheck.cancel()
    this.cancelFlush?.()
    this.cancelFlush = undefined
  }

  /** Bytes that cannot be read end this connection, not the page. */
  private guarded(call: () => void): void {
    try {
      call()
    } catch (error) {
      console.error('scriptorium: the server sent what cannot be read', toAppError(error))
      this.host.broken()
    }
  }
}
