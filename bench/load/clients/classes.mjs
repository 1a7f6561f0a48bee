// The clients by the protocol they speak. Each has `client` (its Yjs client id, once it joined), `join()`, `send(update)`,
// `move(n)`, `pause()` (stops reading), `close()`, `refusals`, and tells a listener `onRuns(client, [[id, clock, length]])`
// and `onCursor(client, id, n)`. Those that poll only type.
import { HocuspocusClient } from './hocuspocus.mjs'
import { PollingRelayClient, PollingScriptoriumClient } from './polling.mjs'
import { ScriptoriumClient } from './scriptorium.mjs'
import { SocketIoRelayClient } from './socket-io-relay.mjs'
import { WsRelayClient } from './ws-relay.mjs'
import { YSocketIoClient } from './y-socket-io.mjs'
import { YWebsocketClient } from './y-websocket.mjs'

export const clientClasses = {
  scriptorium: ScriptoriumClient,
  'ws-relay': WsRelayClient,
  'socket-io-relay': SocketIoRelayClient,
  'y-websocket': YWebsocketClient,
  'y-socket-io': YSocketIoClient,
  hocuspocus: HocuspocusClient,
  'scriptorium polling': PollingScriptoriumClient,
  'socket-io-relay polling': PollingRelayClient,
}
