// Here, because packages are found beside the file that imports them.
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import { serve } from '../peers/hocuspocus.mjs'

await serve({ Server, Database })
