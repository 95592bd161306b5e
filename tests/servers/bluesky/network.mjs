// A whole network in one process: directory, server of accounts (PDS), view of all posts
// (AppView) and moderation (Ozone), from the package @atproto/dev-env.
// Environment: PLC_PORT, PDS_PORT, VIEW_PORT, MODERATION_PORT, DB_POSTGRES_URL, REDIS_HOST,
// READY_FILE (written once everything answers).
import fs from 'node:fs'
import net from 'node:net'

// The package listens on every interface; a test listens on this computer alone.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...others) {
  if (typeof first === 'number' && typeof others[0] !== 'string') {
    return listen.call(this, first, '127.0.0.1', ...others)
  }
  if (first !== null && typeof first === 'object' && first.port != null && !first.host) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...others)
  }
  return listen.call(this, first, ...others)
}

const { TestNetwork } = await import('@atproto/dev-env')
const port = (name) => Number(process.env[name])
const network = await TestNetwork.create({
  dbPostgresSchema: 'test',
  plc: { port: port('PLC_PORT') },
  pds: { port: port('PDS_PORT'), hostname: 'localhost', enableDidDocWithSession: true },
  bsky: {
    port: port('VIEW_PORT'),
    publicUrl: `http://localhost:${port('VIEW_PORT')}`,
    dbPostgresSchema: 'appview',
  },
  ozone: { port: port('MODERATION_PORT'), dbMaterializedViewRefreshIntervalMs: 30_000 },
})
fs.writeFileSync(process.env.READY_FILE, JSON.stringify({ moderation: network.ozone.ctx.cfg.service.did }))

let closing = false
process.on('SIGTERM', async () => {
  if (closing) return
  closing = true
  setTimeout(() => process.exit(0), 5000).unref()
  await network.close().catch((error) => console.error(String(error)))
  process.exit(0)
})
