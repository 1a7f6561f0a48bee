// What a provider does when its page is hidden, left or looked at again: nothing typed may wait for a turn that never comes.
import type { Journal } from './journal.ts'
import type { JournalUpkeep } from './journal-upkeep.ts'
import type { Link } from './link.ts'
import type { PageListener } from './page-events.ts'

/** `flush`: local edits leave now. */
export function pageLife(link: Link, journal: Journal, upkeep: JournalUpkeep, flush: () => void): PageListener {
  return {
    wake: () => link.networkChanged(),
    hide: () => {
      flush()
      upkeep.saveBase()
    },
    leave: () => {
      flush()
      journal.release()
    },
    back: () => journal.resume(),
  }
}
