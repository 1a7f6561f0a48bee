// The bounds of shared/limits that only the provider and the page keep to, each with its reason.

const MB = 1024 * 1024

export const clientLimits = {
  // ── The provider ────────────────────────────────────────────────────────────────────────────────────────────────
  /** Updates on their way without an ack; further edits merge while they wait. */
  updatesInFlightMax: 4,
  /** One animation frame: local edits within it make one packet. */
  frameMs: 16,
  reconnectDelayMsMin: 300,
  reconnectDelayMsMax: 8_000,
  /** Broadcasts held while a join is answered. More means the join is too old: it is made again. */
  heldBroadcastsMax: 10_000,
  /** An attempt to connect that takes longer is given up: a proxy may swallow the upgrade and never answer. */
  connectTimeoutMs: 6_000,
  /** A join or update without an answer for this long is made again: longer than any commit, shorter than patience. */
  answerTimeoutMs: 30_000,
  /** A WebSocket that dies sooner than this twice in a row is being killed on the way: polling from then on. */
  shortLivedMs: 10_000,
  /** Rest after the last change before texts are compared by digest. */
  digestRestMs: 2_000,
  /** First wait after a refusal that names none, doubled up to reconnectDelayMsMax. */
  refusalDelayMs: 1_000,
  /** Local updates waiting for the server before they are folded into one: bounds a week offline. */
  outboxRowsMax: 512,
  /** A page says at most this often that its person is typing: twice before it is forgotten. */
  typingSendMs: 2_500,
  /** Chat lines a page keeps. */
  chatLinesMax: 1_000,

  // ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────
  /** Documents a browser remembers; localStorage holds 5 MB, and a list this long is already not read any more. */
  openedDocumentsMax: 200,
  /** A list of documents asks this often who is in them, while it is looked at. */
  lookupEveryMs: 15_000,
  /** Who goes and comes back within this time (a reload, a server restart) was not away: no notice in the chat. */
  leaveNoticeDelayMs: 10_000,
  /** Notices of arrivals that the chat shows. */
  noticesMax: 50,
  /** Letters @ in one chat line that are looked at: each is compared with every name. */
  mentionsPerLineMax: 50,
  /** A name stays at its cursor this long after it moved. */
  flagShownMs: 2_000,
  /** Without key, pointer or scroll for this long a person is shown as away. */
  idleAfterMs: 60_000,
  /** A server that has not sent the page by then counts as silent, and the page opens from what the browser keeps. */
  shellWaitMs: 4_000,

  // ── The local journal ───────────────────────────────────────────────────────────────────────────────────────────
  /** The base is written after this much rest, or when the journal has grown to as many rows. */
  baseRestMs: 5_000,
  journalRowsMax: 1_000,
  /** The first one comes sooner: who only looked at a document for a moment may want it without a network, too. */
  firstBaseRestMs: 500,
  /** Bases that a browser keeps, and bytes of them all: the oldest go, but none that unsaved text stands on. */
  basesMax: 100,
  basesBytesMax: 64 * MB,
  /** A tab renews its lease this often; one that is older than the second may be gone, and is asked. */
  leaseRenewMs: 5_000,
  leaseMs: 15_000,
  /** How long an asked tab has to say that it lives. */
  aliveAnswerMs: 200,
  /** Texts set aside after a refusal, per document; the oldest goes. */
  textsAsideMax: 20,

  // ── The preview ─────────────────────────────────────────────────────────────────────────────────────────────────
  /** A preview that takes longer is ended: a text can be made that takes for ever. */
  previewTimeoutMs: 3_000,
  /** Text of which a preview is made, UTF-16 units: a long book. */
  previewTextLengthMax: 1_000_000,
  /** HTML of one block, UTF-16 units: what is sanitised and drawn at once. */
  previewBlockLengthMax: 60_000,
  /** Blocks that are drawn together, up to twice as many when more come between them: a few screens full. */
  previewGroupBlocks: 32,
  /** HTML of such a group, UTF-16 units, unless it is one block. */
  previewGroupLengthMax: 20_000,
  /** A block of code that is coloured, UTF-16 units. */
  previewCodeLengthMax: 40_000,
  /** Headings in a table of contents. */
  outlineHeadingsMax: 1_000,
} as const
