// A document as it lies on disk, ready to be handed out: bytes, of which nobody has built a Y.Doc.
import * as Y from 'yjs'
import { limits } from '../shared/limits.ts'
import { mergeUpdates } from '../shared/merge.ts'
import type { Seq, Usage } from '../shared/protocol.ts'
import { LiveDocument } from './live-document.ts'
import type { LoadedLog, Snapshot } from './update-log.ts'

/** Whether putting a log together would hold up others, or, as far as anybody knows, building the document would. */
export function needsFolding({ snapshot, tail }: LoadedLog): boolean {
  if (tail.length === 0 && snapshot?.buildMs !== undefined) return false
  let bytes = snapshot?.bytes.length ?? 0
  for (const { parts } of tail) for (const part of parts) bytes += part.bytes.length
  return bytes > limits.mergeBytesMax
}

/**
 * The snapshot's bytes as they are, or with what came after them merged in: building a Y.Doc of a long history costs many
 * times that, and a first visitor does not need one.
 */
export function coldDocument({ snapshot, tail }: Pick<LoadedLog, 'snapshot' | 'tail'>): LiveDocument {
  const added = tail.flatMap((record) => record.parts.map((part) => part.bytes))
  const { structs = 0, textLength = 0 } = snapshot ?? {}
  if (added.length === 0) {
    if (snapshot === undefined) return new LiveDocument(undefined)
    const { bytes, stateVector, digest, buildMs } = snapshot
    const usage = { structs, textLength, stateBytes: bytes.length }
    return new LiveDocument({ bytes, stateVector, usage, digest, buildMs })
  }
  const bytes = mergeUpdates(snapshot === undefined ? added : [snapshot.bytes, mergeUpdates(added)])
  const usage = { structs, textLength, stateBytes: bytes.length }
  for (const update of added) addUsage(usage, update)
  return new LiveDocument({
    bytes,
    stateVector: Y.encodeStateVectorFromUpdate(bytes),
    usage,
    digest: undefined,
  })
}

/** The snapshot of such a document, made without building it. */
export function unbuiltSnapshot(document: LiveDocument, seq: Seq): Snapshot {
  const { structs, textLength } = document.usage
  const bytes = document.difference(new Uint8Array([0]))
  return { seq, stateVector: document.stateVector, bytes, structs, textLength }
}

/** Adds the most that an update can bring: exact once there is a Y.Doc, which knows what was deleted and what merges. */
function addUsage(usage: Usage, update: Uint8Array): void {
  const { structs, ds } = Y.decodeUpdate(update)
  for (const struct of structs) {
    usage.structs++
    if (struct instanceof Y.Item && struct.countable) usage.textLength += struct.length
  }
  // A deletion may split a structure at both of its ends.
  for (const ranges of ds.clients.values()) usage.structs += 2 * ranges.length
}
