// What the tables show of a workload's figures. `key` of the figure, `title` of the column, `digits` behind the point; a
// `share` is shown in percent; `compare` adds ours divided by theirs.

export const cpu = { key: 'cpuPerMillion', title: 'CPU s per million deliveries', digits: 2, compare: 'CPU' }
export const p50 = { key: 'p50', title: 'p50 ms', digits: 1, compare: 'p50' }
export const p95 = { key: 'p95', title: 'p95 ms', digits: 1 }
export const p99 = { key: 'p99', title: 'p99 ms', digits: 1, compare: 'p99' }
export const missing = { key: 'missing', title: 'missing', digits: 0 }
export const resident = { key: 'residentMB', title: 'RSS MB', digits: 0 }
export const perConnection = { key: 'kBPerConnection', title: 'kB per connection', digits: 0 }
export const delivered = { key: 'deliveredShare', title: 'delivered', digits: 0, share: true }
export const serverCore = { key: 'serverLoad', title: 'server core', digits: 0, share: true }
export const loadCore = { key: 'generatorLoad', title: 'load core', digits: 0, share: true }
