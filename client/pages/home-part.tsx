// The first page as a part of its own: who opens a document by its link does not wait for it.
import { onDemand } from '../ui/on-demand.tsx'

export const HomePage = onDemand(() => import('./home-page.tsx').then((it) => it.HomePage))
