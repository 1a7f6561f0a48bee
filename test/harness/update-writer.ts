// The simulator's writer of updates, under the name that tests know.
export * from '../../simulate/hostile/update-writer.ts'
