// y-socket.io on a Socket.IO server as it comes. YPERSISTENCE names the folder of y-leveldb.
import { Server } from 'socket.io'
import { YSocketIO } from 'y-socket.io/dist/server'

const io = new Server({ serveClient: false })
new YSocketIO(io).initialize()
io.listen(Number(process.env.PORT ?? 0))
io.httpServer.on('listening', () => console.log(`http://127.0.0.1:${io.httpServer.address().port}`))
process.on('SIGTERM', () => process.exit(0))
