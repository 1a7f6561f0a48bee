// How full a document is. Pure.
import { limits } from '../../shared/limits.ts'
import type { Usage } from '../../shared/protocol.ts'

/** The fullest of a document's limits, 0–1. */
export const fullness = ({ textLength, stateBytes, structs }: Usage): number =>
  Math.max(textLength / limits.textLengthMax, stateBytes / limits.stateBytesMax, structs / limits.structsMax)
