// Every bound of the product in one place, each with its reason. The page shows some of them to people; the server
// enforces all of them. Nothing here is configuration: a host changes behaviour through server/config. What only the
// provider and the page keep to stands in client-limits.
import { clientLimits } from './client-limits.ts'

const kB = 1024
const MB = 1024 * kB

export const limits = {
  // ── The wire ────────────────────────────────────────────────────────────────────────────────────────────────────
  /** One Engine.IO message, bytes. Everything larger travels in slices; a larger message ends the connection. */
  messageBytesMax: 1 * MB,
  /** JSON header of a binary frame, UTF-8 bytes: a join answer with 1,000 people and 50 chat lines fits. */
  frameHeaderBytesMax: 768 * kB,
  /** The same header in a frame from a client: the largest is a join with 64 client ids and their tokens. */
  clientFrameHeaderBytesMax: 16 * kB,
  /** Arguments of one packet, name and bytes included. Handlers get them spread, and 60,000 overflow the stack. */
  packetArgumentsMax: 16,
  /** Byte strings in one binary frame. `join` answers carry two; nothing carries more. */
  frameByteStringsMax: 4,
  /** A text packet from a client, UTF-16 units: the largest is a chat line or a join with 64 client ids. */
  textPacketLengthMax: 64 * kB,
  /** Nesting of JSON from outside: the deepest honest argument is an object in an array in an object. */
  jsonDepthMax: 8,
  /** Length of one slice of a state that is too large for one frame, bytes. */
  sliceBytes: 256 * kB,
  /** A state up to this size rides in the join answer; a larger one is sliced. */
  inlineStateBytesMax: 256 * kB,
  /** Slices on their way without an answer. Two keep the line busy; more would only fill queues. */
  slicesInFlightMax: 2,
  /** A transfer that makes no progress for this long is given up. */
  transferStallMs: 30_000,
  /** Bytes of unfinished uploads that one process holds for all sessions together. */
  uploadBytesPerProcessMax: 64 * MB,
  /** And of them for one address, so that one cannot hold up everybody's. */
  uploadBytesPerAddressMax: 24 * MB,
  /** Bytes of states on their way to readers; two visits between two changes share theirs but are counted twice. */
  downloadBytesPerProcessMax: 1_024 * MB,
  downloadBytesPerAddressMax: 256 * MB,

  // ── A document ──────────────────────────────────────────────────────────────────────────────────────────────────
  /** Text of a document, UTF-16 units. */
  textLengthMax: 5_000_000,
  /** Encoded state of a document, bytes: also the largest upload. */
  stateBytesMax: 8 * MB,
  /** Structures (Yjs items after merging) of a document. */
  structsMax: 500_000,
  /**
   * Client ids that wrote in a document, one for each page that did. A state vector of so many fits into stateVectorBytesMax
   * whatever they are; a commit of a document with so many took 20 ms, by a script that is not kept.
   */
  clientsMax: 20_000,
  /** One live update, bytes; larger local changes are uploaded in slices. */
  updateBytesMax: 256 * kB,
  /** Client ids that one join may bring: its own and those of journals it adopted. */
  clientsPerJoinMax: 64,
  /** Keys of one role that are valid at once: an owner makes another where he no longer has the first. */
  keysPerRoleMax: 16,
  /** A state vector from a client, bytes: about 25,000 client ids. */
  stateVectorBytesMax: 256 * kB,
  /** Title of a document, UTF-16 units, after hygiene; and before it. */
  titleLengthMax: 200,
  rawTitleLengthMax: 10_000,

  /**
   * Structures and deletions that one update of our client has: a larger change goes in several, one after the other. Fewer
   * where that is `too-much-work`.
   */
  updateStepsMax: 500,

  // ── The guard ───────────────────────────────────────────────────────────────────────────────────────────────────
  /** Structures in one update: twice what our client sends. */
  guardStructsMax: 1_000,
  /** Delete ranges in one update. */
  guardDeleteRangesMax: 1_000,
  /** Estimated cost of applying one update, ns: the longest that one session may hold up all rooms. */
  guardWorkNsMax: 500_000_000,
  /** The same of what shares one Yjs transaction: ending that is work which nobody is charged with. */
  openWorkNsMax: 2_000_000,
  /** Clock + length of a structure. Far below where V8 and Yjs stop counting exactly. */
  clockMax: 0x7fff_ffff,
  /** Structures up to which deletions that split others still pass: a full document can be tidied, not shredded. */
  structsHardMax: 600_000,

  // ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────
  /** Sessions in one room. */
  sessionsPerRoomMax: 1_000,
  /** Of them for who may write, and for owners: a link that was passed on must not lock them out. */
  sessionsKeptForWriters: 100,
  sessionsKeptForOwners: 20,
  /** A person's name, UTF-16 units, after hygiene. */
  nameLengthMax: 40,
  /** A chat line, UTF-16 units. */
  chatTextLengthMax: 4_000,
  /** What a chat line quotes of the document, UTF-16 units. */
  chatQuoteLengthMax: 1_000,
  /** Chat lines that a join answer, or a page of history, brings. */
  chatTailLength: 50,
  /** JSON of those lines, bytes: with 1,000 people and their cursors they must fit into one header. */
  chatTailBytes: 256 * kB,
  /** Who was said to be typing is not any more, unless his page says so again. */
  typingMs: 6_000,
  /** Presence goes out at most once in this time per room: twenty cursor positions a second look fluid. */
  presenceIntervalMs: 50,

  // ── Rates (tokens a second, and how many may be saved up) ───────────────────────────────────────────────────────
  /** A page sends one packet per frame (60/s); twice that is already not a person. */
  updatesPerSecond: 120,
  updatesBurst: 600,
  updateBytesPerSecond: 1 * MB,
  updateBytesBurst: 16 * MB,
  /** And for all connections of one address: all of it is kept on the disk for ever. */
  updateBytesPerSecondPerAddress: 4 * MB,
  updateBytesBurstPerAddress: 64 * MB,
  /**
   * Milliseconds of server time that expensive updates and joins of one address may take a second, and at once: a
   * 20,000-fold replacement in a large document takes a second, and may.
   */
  workMsPerSecond: 250,
  workMsBurst: 4_000,
  /** So much of each update is free: an honest one takes microseconds. */
  freeWorkMs: 0.25,
  /** And of each join: one of an ordinary document takes less. */
  freeJoinMs: 2,
  /** How often it is looked whether an address without connections has paid what it owes. */
  forgetAddressMs: 1_000,
  presencePerSecond: 30,
  presenceBurst: 90,
  typingPerSecond: 1,
  typingBurst: 5,
  chatPerSecond: 2,
  chatBurst: 20,
  /** And for all connections of one address, settings and deletions counted in: a class may talk, a script that reconnects may not. */
  chatPerSecondPerAddress: 20,
  chatBurstPerAddress: 200,
  /** Pages of older chat lines: as fast as a person scrolls. */
  historyPerSecond: 4,
  historyBurst: 20,
  /** Title and language: each change is a commit and a packet to everybody. */
  settingsPerSecond: 1,
  settingsBurst: 20,
  joinsPerSecond: 2,
  joinsBurst: 20,
  /** And for all connections of one address: everybody may come back at once. With long chat lines each takes 3 ms of CPU. */
  joinsPerSecondPerAddress: 100,
  joinsBurstPerAddress: 2_000,
  historyPerSecondPerAddress: 50,
  historyBurstPerAddress: 300,
  /** Every other event (person, leave, digest, slices). */
  eventsPerSecond: 60,
  eventsBurst: 300,
  /** Packets and bytes of any kind from one connection; over this it is closed. An upload of 8 MB at once fits. */
  packetsPerSecond: 500,
  packetsBurst: 5_000,
  receivedBytesPerSecond: 4 * MB,
  receivedBytesBurst: 32 * MB,
  /** Wrong keys from one address in a minute before it has to wait. */
  wrongKeysPerMinute: 30,
  /** Documents, and bytes of text in them, that one address may create in a minute. */
  creationsPerMinute: 60,
  creationBytesPerMinute: 64 * MB,
  /** Documents a home page looks up at once, those one address may look up in a minute, and the faces it is shown of each. */
  lookupsMax: 50,
  lookupsPerMinute: 3_000,
  lookupFacesMax: 6,
  /** JSON that makes a document, bytes: the longest text at three bytes a character. Proxies in front have to let it through. */
  creationBodyBytesMax: 16 * MB,
  /** JSON of any other request: fifty documents to look up, with their keys. */
  bodyBytesMax: 16 * kB,
  /** HTTP reads of the API one address may make in a minute. */
  readsPerMinute: 600,
  /** CPU ms that these may take a minute to build documents that nobody had open: a quarter of it, as workMsPerSecond. */
  buildMsPerMinute: 15_000,
  /** Values in a JSON body of the API: a look-up has 150. A million, in as many bytes as a long text, parse for a second. */
  httpJsonValuesMax: 1_000,
  /** Bytes of texts that were asked for and not read yet: who asks and never reads must not fill the memory. */
  unreadAnswerBytesPerAddressMax: 64 * MB,
  unreadAnswerBytesPerProcessMax: 512 * MB,

  // ── Broadcasts ──────────────────────────────────────────────────────────────────────────────────────────────────
  /** A room's next commit waits this many times what the last one took, to form and to tell its people of, */
  roomPaceFactor: 12,
  /** but no longer than this, */
  roomDelayMsMax: 16,
  /** unless that is less than so many times what its commits take: no room is to have more than a quarter of the process. */
  roomPaceFactorMin: 3,
  /** Nor is anybody in it to wait longer, whatever somebody does to make it slow. */
  slowRoomDelayMsMax: 250,
  /** Bytes queued for one session above which it is stale: it gets nothing live until it has drained. */
  staleQueueBytes: 512 * kB,
  /** Above this, or after the time below, a stale session is closed and has to come back. */
  closeQueueBytes: 4 * MB,
  staleMsMax: 15_000,
  /** How often queues are looked at. A session can grow past the bound only by what one interval broadcasts. */
  queueSampleMs: 100,
  /** A quiet room tells its seq this often, so that a lost last broadcast is found. */
  heartbeatMs: 5_000,

  // ── Commits and the log ─────────────────────────────────────────────────────────────────────────────────────────
  /** Bytes and parts (updates) that may wait for a commit, over all rooms, before new updates are refused as `busy`. */
  commitQueueBytesMax: 64 * MB,
  commitQueuePartsMax: 100_000,
  /** One batch, bytes: what is more waits for the next, so that one fsync does not hold up everybody for long. */
  commitBatchBytesMax: 8 * MB,
  /** What the disk's thread and the kernel do for any batch, beside what our own thread does for it. */
  commitCostMs: 0.4,
  /** The next batch waits this many times what the last one cost, at most commitDelayMsMax. */
  commitPaceFactor: 4,
  commitDelayMsMax: 10,
  /**
   * Forming the commit of one room counts no more than this, nor does telling it: a room that takes longer pauses by itself,
   * and no other is to wait for it.
   */
  commitShareMsMax: 0.1,
  /** Entries of a deleted document that one commit takes from the disk. */
  wipeEntriesMax: 1_000,
  /** A snapshot is written when this many records came since the last one; a room's first when it is half of that to all. */
  tailRecordsMax: 300,
  /** One more record for each so many bytes of state: compacting a large document costs more, and pays off later. */
  tailBytesPerRecord: 2 * kB,
  /** State and tail up to this size are put together where a document is opened; what is larger, in another thread. */
  mergeBytesMax: 64 * kB,
  /** So long may one snapshot take there, and twice. */
  foldMsMax: 60_000,
  /**
   * CPU ms that building a document from its state may take: all others wait for it. Documents of structsMax structures by one,
   * twenty and two thousand authors took 400 to 900 where docs/performance.md was measured.
   */
  buildMsMax: 2_000,
  /** The thread that makes snapshots ends after so long without work. */
  foldThreadIdleMs: 30_000,
  /** First and longest wait before the database is opened again after a failed write. */
  reopenDelayMsMin: 100,
  reopenDelayMsMax: 5_000,
  /** Bytes of database files that are checked to the last block at each start: about a second. `doctor` checks all. */
  startCheckBytesMax: 256 * MB,
  /** A room that nobody is in stays this long, for the reload of the last page. */
  roomIdleMs: 10_000,

  // ── Connections ─────────────────────────────────────────────────────────────────────────────────────────────────
  /** Open connections of one address; an office or a school shares one. */
  connectionsPerAddressMax: 2_000,
  connectionsMax: 20_000,
  /** A connection that has not joined a document after this long is closed. */
  joinTimeoutMs: 30_000,
  pingIntervalMs: 8_000,
  pingTimeoutMs: 8_000,
  /** A request whose head, or whole, takes longer to arrive is given up: half requests hold file descriptors. */
  httpHeadersMsMax: 10_000,
  httpRequestMsMax: 60_000,
  /** TCP connections beside those of documents. */
  httpConnectionsMax: 2_000,
  /** And of one address: it must not be able to use up everybody's, nor the file descriptors of the process. */
  httpConnectionsPerAddressMax: 500,
  /** The drain gives up waiting after this long. */
  drainMsMax: 10_000,
  /** Who is sent away by a drain is told to come back after this long: most restarts take no longer. */
  drainRetryAfterMs: 1_000,
  /** Last words of a closing connection have this long to leave. */
  closeFlushMsMax: 1_000,
  /** An HTTP connection on which nothing moves for this long is cut: long polls come every pingIntervalMs. */
  httpIdleMsMax: 60_000,

  ...clientLimits,
} as const

export type Limits = typeof limits
