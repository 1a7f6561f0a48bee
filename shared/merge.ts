// Several Yjs v1 updates as one.
import * as Y from 'yjs'

/** Y.mergeUpdates takes time that grows faster than the number of updates; in groups of this size it does not. */
const mergeWidth = 64

/** One Yjs v1 update with the content of all of these, in any order. Throws RangeError for none. */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  let left = updates
  while (left.length > 1) {
    const groups: Uint8Array[][] = []
    for (let i = 0; i < left.length; i += mergeWidth) groups.push(left.slice(i, i + mergeWidth))
    left = groups.map((group) => (group.length === 1 ? group[0]! : Y.mergeUpdates(group)))
  }
  const merged = left[0]
  if (merged === undefined) throw new RangeError('there is nothing to merge')
  return merged
}
