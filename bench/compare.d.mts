type Results = {
  workloads: {
    name: string
    columns: { key: string; compare?: string; moreIsBetter?: boolean }[]
    runs: Record<string, Record<string, number>[]>
  }[]
}

export function compare(
  before: Results,
  after: Results,
  threshold: number,
): { workload: string; contender: string; what: string; from: number; to: number; isWorse: boolean }[]
