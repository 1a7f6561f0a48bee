// What judging an update costs, beside applying it. Only ours has a guard.
import { runLoad } from '../servers.mjs'

export const guard = {
  name: 'guard',
  title: 'the guard, edit by edit of one history',
  columns: [
    { key: 'guardUs', title: 'µs to judge an edit', digits: 1 },
    { key: 'applyUs', title: 'µs to apply it', digits: 1 },
    { key: 'refusals', title: 'honest edits refused', digits: 0 },
  ],
  only: () => false,
  measure: ({ shared }, { quick, trace }) =>
    runLoad('guard.mjs', { shared, history: { trace }, editsMax: quick ? 20_000 : undefined }, { core: 'server' }),
}
