// The corpus of the simulator, and what only a test may make: bytes of the format that the product never touches.
import * as Y from 'yjs'
import { type BadUpdate, badUpdates as simulated } from '../../simulate/hostile/bad-updates.ts'

export { type BadUpdate, honestUpdate } from '../../simulate/hostile/bad-updates.ts'

export const badUpdates: BadUpdate[] = [
  ...simulated,
  { name: 'the state in the v2 format', make: (doc) => Y.encodeStateAsUpdateV2(doc), reason: 'malformed' },
]
