// A bare relay on Socket.IO as it comes, with the default parser: every edit and every cursor goes to all others of the
// room. It stores nothing, checks nothing and acknowledges nothing: what a product on Socket.IO starts from.
import { Server } from 'socket.io'

const io = new Server({ transports: ['websocket', 'polling'], serveClient: false })

io.on('connection', (socket) => {
  let room
  socket.on('join', (id) => {
    room = id
    socket.join(id)
  })
  socket.on('update', (bytes) => socket.to(room).emit('update', bytes))
  socket.on('cursor', (state) => socket.to(room).emit('cursor', state))
})
io.listen(Number(process.env.PORT ?? 0))
io.httpServer.on('listening', () => console.log(`http://127.0.0.1:${io.httpServer.address().port}`))
process.on('SIGTERM', () => process.exit(0))
