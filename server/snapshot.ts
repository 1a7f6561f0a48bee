// A document's state at one commit, as it is kept to start the next load from.
import * as Y from 'yjs'
import { type Seq, textName } from '../shared/protocol.ts'
import { digestOf } from '../shared/text.ts'
import { usageOf } from './live-document.ts'
import type { Snapshot } from './update-log.ts'

/** The snapshot of a document that holds everything up to commit `seq`, and nothing after it. */
export function takeSnapshot(doc: Y.Doc, seq: Seq): Snapshot {
  const bytes = Y.encodeStateAsUpdate(doc)
  const { structs, textLength } = usageOf(doc, bytes.length)
  const digest = digestOf(doc.getText(textName).toString())
  return { seq, stateVector: Y.encodeStateVector(doc), bytes, structs, textLength, digest }
}
