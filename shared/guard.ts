// May this Yjs update be applied to this document? Y.applyUpdate is neither atomic nor a validator: it changes the
// document before it throws, and takes forged structures and deletions. So every update passes here first.
// It knows no session, no socket and no disk; the same bytes and the same document get the same verdict.
import type * as Y from 'yjs'
import { type Block, decodeUpdate } from './guard/decode.ts'
import { followDeletions } from './guard/deletion.ts'
import { type Added, Integration } from './guard/integration.ts'
import { Overlay } from './guard/overlay.ts'
import { type GuardReason, Refused, Work } from './guard/refusal.ts'
import { limits } from './limits.ts'
import type { Usage } from './protocol.ts'

export type { GuardReason } from './guard/refusal.ts'

export type GuardView = {
  /** The live document; only read. */
  doc: Y.Doc
  /** Whether this session may write structures of this client id. */
  owns(client: number): boolean
  /** What the document uses now. */
  usage: Usage
}

/**
 * `structs`: new structures, parts of split ones included; `inserted`: new text, UTF-16 units; `redundant`: nothing in
 * it is new, every deletion is made already; `verbatim`: Yjs would write it no shorter, and nothing in it depends on an order
 * (at most one structure, of text; all of it new; shortest form); `workNs`: estimated cost of applying it.
 */
export type Verdict =
  | { ok: true; structs: number; inserted: number; redundant: boolean; verbatim: boolean; workNs: number }
  | { ok: false; reason: GuardReason; detail: string }

/**
 * Judges a Yjs v1 update from outside. Never throws, never changes the document, and gives up at limits.guardWorkNsMax.
 * After `ok`, Y.applyUpdate on that document does not throw, leaves nothing pending, and changes only the text: it adds
 * text of owned clients and deletes. The document must hold only what passed this guard.
 */
export function guard(update: Uint8Array, view: GuardView): Verdict {
  try {
    return judge(update, view)
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.reason, detail: error.message }
    return { ok: false, reason: 'malformed', detail: `the guard failed: ${String(error)}` }
  }
}

function judge(update: Uint8Array, view: GuardView): Verdict {
  const { blocks, deletions, isShortest } = decodeUpdate(update)
  const work = new Work()
  const overlay = new Overlay(view.doc, work)
  for (const block of blocks) checkBlock(block, overlay, view)
  const added = new Integration(overlay, work).place(blocks)
  overlay.chargeMerges()
  const splitsByText = overlay.splits
  const deleted = followDeletions(deletions, overlay, work)
  const structs = added.structs + overlay.splits
  checkRoom(added, splitsByText, overlay.splits, view.usage)
  if (added.structs > 0) checkClients(blocks, overlay, view.doc)
  const redundant = added.structs === 0 && !deleted.news
  const isNew = !redundant && !deleted.repeats && blocks.every(({ client, clock }) => clock === overlay.known(client))
  const verbatim = isNew && isShortest && isAtMostOneRun(blocks)
  return { ok: true, structs, inserted: added.inserted, redundant, verbatim, workNs: work.ns }
}

/**
 * Y.mergeUpdates, which reads updates without a document, loses what comes in another order than that of Yjs's own encoder;
 * and what was merged without a document holds structures that the document would have joined.
 */
function isAtMostOneRun(blocks: readonly Block[]): boolean {
  const structs = blocks.flatMap((block) => block.structs)
  return structs.length <= 1 && structs.every(({ isText }) => isText)
}

function checkBlock(block: Block, overlay: Overlay, view: GuardView): void {
  if (!view.owns(block.client)) throw new Refused('foreign-client', `not a client of this session: ${block.client}`)
  const known = overlay.known(block.client)
  if (block.clock > known) throw new Refused('gap', `${block.client} is known up to ${known}, not ${block.clock}`)
}

/** A full document takes no more text, but deletions until they, too, have shredded it beyond the hard limit. */
function checkRoom(added: Added, splitsByText: number, splits: number, usage: Usage): void {
  if (added.structs > 0) {
    if (added.inserted > 0 && usage.textLength + added.inserted > limits.textLengthMax) {
      throw new Refused('too-large', 'the text would be too long')
    }
    if (usage.stateBytes + added.bytes > limits.stateBytesMax)
      throw new Refused('too-large', 'the state would be too large')
    if (usage.structs + added.structs + splitsByText > limits.structsMax) {
      throw new Refused('too-large', 'the document would have too many structures')
    }
  }
  if (splits > 0 && usage.structs + added.structs + splits > limits.structsHardMax) {
    throw new Refused('too-large', 'the deletions would split the document too far')
  }
}

/** Yjs goes through all ids at each commit, and every client names them when it joins. Who wrote here before may go on. */
function checkClients(blocks: readonly Block[], overlay: Overlay, doc: Y.Doc): void {
  const unknown = blocks.filter(({ client }) => overlay.known(client) === 0).length
  if (unknown > 0 && doc.store.clients.size + unknown > limits.clientsMax) {
    throw new Refused('too-many-clients', 'nobody new may write in the document')
  }
}
