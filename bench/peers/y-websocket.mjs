// y-websocket's server, put together as its own command does it, but for the port. YPERSISTENCE names the folder of y-leveldb.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { setupWSConnection } from 'y-websocket/bin/utils'

const server = createServer()
const sockets = new WebSocketServer({ server })
sockets.on('connection', setupWSConnection)
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)
process.on('SIGTERM', () => process.exit(0))
