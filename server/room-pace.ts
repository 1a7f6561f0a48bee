// How long a room lets its changes gather, so that one commit takes many of them and no room takes the process for itself.
import { limits } from '../shared/limits.ts'

export class RoomPace {
  #beforeMs = 0

  /** ms until the next commit, after one that took `tookMs`. Two in a row are slow in a slow room: of one it may be V8's doing. */
  pauseAfter(tookMs: number): number {
    const usualMs = Math.min(tookMs, this.#beforeMs)
    this.#beforeMs = tookMs
    const gathering = Math.min(limits.roomDelayMsMax, limits.roomPaceFactor * tookMs)
    return Math.max(gathering, Math.min(limits.slowRoomDelayMsMax, limits.roomPaceFactorMin * usualMs))
  }
}
