// Deliberate bugs, to prove that the simulation sees. Each is a change of one place in the product's source, made while
// it is loaded: the product itself has no switches. `find` must be there exactly once.

export type Mutant = { name: string; file: string; find: string; replace: string }

export const mutants: readonly Mutant[] = [
  {
    name: 'acknowledges before the commit',
    file: 'server/room.ts',
    find: 'else this.#waiting.push({ session, bytes: added, answer })',
    replace: `else {
      this.#waiting.push({ session, bytes: added, answer: () => undefined })
      answer({ ok: true, seq: this.coveringSeq, alone: false })
    }`,
  },
  {
    name: 'answers a join before its state is durable',
    file: 'server/join.ts',
    find: '(await room.whenCommitted(coveringSeq)) ? state :',
    replace: '(await room.whenCommitted(room.committedSeq)) ? state :',
  },
  {
    name: 'tells a join more seqs than its state holds',
    file: 'server/join.ts',
    find: 'seq: room.wholeSeq, stateVector',
    replace: 'seq: room.coveringSeq, stateVector',
  },
  {
    name: 'answers joins from memory while the disk fails',
    file: 'server/join.ts',
    find: '? state : await durableState(room, stateVector, tools)',
    replace: '? state : state',
  },
  {
    name: 'has no guard',
    file: 'server/judge.ts',
    find: 'if (verdict.ok) return verdict',
    replace: 'return { ok: true, structs: 1, inserted: 0, redundant: false, verbatim: true, workNs: 0 }',
  },
  {
    name: 'covers a commit too many with its snapshot',
    file: 'server/compaction.ts',
    find: 'snapshotWrite(room.id, snapshot)',
    replace: 'snapshotWrite(room.id, { ...snapshot, seq: seq + 1 })',
  },
  {
    name: 'gives a seq twice',
    file: 'server/room.ts',
    find: 'const seq = this.#committedSeq + 1\n    this.#waiting = []',
    replace: 'const seq = Math.max(1, this.#committedSeq)\n    this.#waiting = []',
  },
  {
    name: 'forgets that somebody left',
    file: 'server/room.ts',
    find: 'session.peer.setLive(false)\n    this.presence.left(session)',
    replace: 'session.peer.setLive(false)',
  },
  {
    name: 'tells only the last transaction of a commit',
    file: 'server/live-document.ts',
    find: 'updates.length === 0 ? undefined : mergeUpdates(updates)',
    replace: 'updates.length === 0 ? undefined : updates.at(-1)!',
  },
  {
    name: 'lets two sessions hold one client id',
    file: 'server/id-holders.ts',
    find: 'if (holder !== undefined) others.add(holder)',
    replace: '',
  },
  {
    name: 'says alone of everything',
    file: 'server/room.ts',
    find: 'alone: author !== undefined',
    replace: 'alone: true',
  },
  {
    name: 'calls a failed batch committed',
    file: 'server/commit-queue.ts',
    find: 'if (!reopened) await this.#store.reopen()',
    replace: 'if (!reopened) return true',
  },
  {
    name: 'stores a chat line that comes again once more',
    file: 'server/features/chat.ts',
    find: 'first ?? this.#store(',
    replace: 'this.#store(',
  },
  {
    name: 'does not look for gaps in the seqs',
    file: 'client/sync/seq-ledger.ts',
    find: `if (from > this.lastSeq + 1) return 'gap'`,
    replace: '',
  },
  {
    name: 'forgets an acknowledgement that comes during a re-sync',
    file: 'client/sync/sync-session.ts',
    find: `if (this.state.kind === 'over' || this.hold(() => this.onCommit(answer))) return`,
    replace: `if (this.state.kind !== 'joined') return`,
  },
  {
    name: 'drops what is told while a join is on its way',
    file: 'client/sync/sync-session.ts',
    find: 'this.state.held.push(hear)',
    replace: '',
  },
  {
    name: 'drops the outbox when it reconnects',
    file: 'client/sync/outbox.ts',
    find: 'this.pending = this.rows()\n    this.inFlight = []',
    replace: 'this.inFlight = []',
  },
  {
    name: 'takes one acknowledgement for everything that is on its way',
    file: 'client/sync/outbox.ts',
    find: 'this.inFlight.splice(index, 1)',
    replace: 'this.inFlight = []',
  },
  {
    name: 'gives a folded row the highest number',
    file: 'client/sync/outbox.ts',
    find: 'const n = Math.min(...removed.map((row) => row.n))',
    replace: 'const n = Math.max(...removed.map((row) => row.n))',
  },
  {
    name: 'never compares texts',
    file: 'client/sync/digest-check.ts',
    find: 'if (!this.host.isAtRest()) return\n    this.host.rested()',
    replace: 'if (Date.now() > 0) return',
  },
  {
    name: 'adopts text without the proof of its ids',
    file: 'client/sync/adoption.ts',
    find: 'if (matters) addClaims(adopted.claims, journal.claims)',
    replace: '',
  },
  {
    name: 'says saved whatever is unsaved',
    file: 'client/sync/save-state.ts',
    find: `return unsavedCount > 0 || role === undefined ? { kind: 'saving' }`,
    replace: `return role === undefined ? { kind: 'saving' }`,
  },
  {
    name: 'lets in text of another lineage',
    file: 'server/claims.ts',
    find: 'if (claimed.lineage !== undefined && claimed.lineage !== context.lineage) {',
    replace: 'if (String(claimed.lineage) === String(context)) {',
  },
  {
    name: 'goes on with the old lineage after it lost a commit',
    file: 'server/rooms.ts',
    find: 'const healed = damage.lost ?',
    replace: 'const healed = damage.seq < 0 ?',
  },
  {
    name: 'lets an edit overtake a large one on its way',
    file: 'client/sync/update-sender.ts',
    find: 'if (isLarge) this.inPieces = false',
    replace: 'this.inPieces = false',
  },
  {
    name: 'forgets a name that a re-sync brings',
    file: 'server/join.ts',
    find: 'if (session.person.name !== name || session.person.color !== color) room.rename(session, name, color)',
    replace: '',
  },
]
