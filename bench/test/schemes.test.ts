import test from 'ava'
import { packageOf } from '../dist/schemes.js'

test('a scheme’s package is named like it, but for those that share one', (t) => {
  t.is(packageOf('shm:name'), '@camio/shm')
  t.is(packageOf('unix:/run/x'), '@camio/tcp')
  t.is(packageOf('packet:eth0'), '@camio/xdp')
  t.is(packageOf('xdp:eth0?queue=1'), '@camio/xdp')
})
