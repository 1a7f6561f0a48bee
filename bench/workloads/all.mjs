// Every workload, those first for which the design has a goal. A workload has `name`, `title`, `columns`, `goals`, and
// `measure(contender, context, prepared)` that resolves with flat figures. `stored`: peers take part in the form that keeps
// documents. `prepare(contender, context)` and `dispose(prepared)` bracket all rounds of one contender.
import { appends } from './appends.mjs'
import { besideBig, besideHot } from './beside.mjs'
import { big, cold, coldAfterFewer, storm } from './cold.mjs'
import { ofHistory, ofSize } from './grown.mjs'
import { guard } from './guard.mjs'
import { knee } from './knee.mjs'
import { memory } from './memory.mjs'
import { slowReader } from './slow-reader.mjs'
import { cursors, full, further, hot, many, polling, quiet } from './together.mjs'

export function allWorkloads({ quick }) {
  const times = quick ? { warmUpMs: 1_500, measureMs: 3_000 } : { warmUpMs: 4_000, measureMs: 10_000 }
  const inRooms = (...groups) => groups.flatMap((group) => group(times))
  return [
    ...inRooms(hot, many, cursors),
    ...cold,
    memory({ quick }),
    slowReader(),
    ...inRooms(quiet),
    knee(times),
    appends({ quick }),
    ...inRooms(full, further, ofSize, ofHistory),
    besideHot(times),
    besideBig(times),
    ...inRooms(polling),
    ...storm,
    guard,
    ...big,
    ...coldAfterFewer,
  ]
}
