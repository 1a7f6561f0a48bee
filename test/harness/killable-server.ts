// A built server that is killed and started again on the same port and folder: the simulator's own, under the name that
// tests know.
export {
  type OwnServer as KillableServer,
  startOwnServer as startKillableServer,
} from '../../simulate/server-process.ts'
