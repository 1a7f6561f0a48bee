// The proxy of the simulator, under the name that tests know.
export { type Faults, noFaults, startTcpProxy, type TcpProxy, type UpgradeMode } from '../../simulate/tcp-proxy.ts'
