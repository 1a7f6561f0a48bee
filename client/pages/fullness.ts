// How full a document is. Pure.
import { limits } from '../../shared/limits.ts'
import type { Usage } from '../../shared/protocol.ts'

/** The fullest of a document's limits, 0–1. `clients`: how many client ids have written in it. */
export const fullness = ({ textLength, stateBytes, structs }: Usage, clients: number): number =>
  Math.max(
    textLength / limits.textLengthMax,
    stateBytes / limits.stateBytesMax,
    structs / limits.structsMax,
    clients / limits.clientsMax,
  )
