// A bare relay on `ws`: every binary message goes to all others of the same room, the path of the URL. It stores nothing,
// checks nothing and acknowledges nothing: the least that a server in Node can do.
import { WebSocketServer } from 'ws'

const rooms = new Map()
const server = new WebSocketServer({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1', perMessageDeflate: false })

server.on('connection', (socket, request) => {
  const members = rooms.get(request.url) ?? new Set()
  rooms.set(request.url, members.add(socket))
  socket.on('message', (data, isBinary) => {
    if (!isBinary) return
    for (const member of members) if (member !== socket) member.send(data)
  })
  socket.on('close', () => members.delete(socket))
})
server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))
