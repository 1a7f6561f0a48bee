import type * as Hunt from './hunt.ts'
import type { Mutant } from './mutants.ts'

export function load(name: 'hunt.ts', mutant?: Mutant): Promise<typeof Hunt>
export function assertOnce(mutant: Mutant): void
