// Why a native part cannot be had, in words that help.
import { loadNative } from '@camio/core/spi'
import test from 'ava'

const linux = process.platform === 'linux' ? test.serial : test.serial.skip

function reasonFor(error: Error): string {
  const { binding, reason } = loadNative(() => {
    throw error
  }, '@camio/double')
  return binding === null ? (reason ?? '') : 'loaded'
}

linux('where no binary fits: for what, and how to compile one', (t) => {
  const reason = reasonFor(
    new Error('No native build was found for platform=linux arch=riscv64\n    loaded from: /x\n'),
  )
  t.regex(reason, /^no prebuilt native part of @camio\/double fits this machine \(platform=linux arch=riscv64\)/)
  t.regex(reason, /npm rebuild @camio\/double --ignore-scripts=false$/)
})

linux('where the binary does not load: why', (t) => {
  t.regex(
    reasonFor(new Error('libc.so.6: version GLIBC_2.28 not found')),
    /cannot be loaded: libc\.so\.6.*npm rebuild @camio\/double/,
  )
})

linux('where node --permission refuses: the flag', (t) => {
  const refused = Object.assign(new Error('no'), { code: 'ERR_DLOPEN_DISABLED' })
  t.regex(reasonFor(refused), /without --allow-addons$/)
  const unread = Object.assign(new Error('no'), {
    code: 'ERR_ACCESS_DENIED',
    permission: 'FileSystemRead',
    resource: '/etc/alpine-release',
  })
  t.regex(reasonFor(unread), /without --allow-fs-read=\/etc\/alpine-release$/)
})

linux('Bun and Deno have no libuv: nothing is loaded there', (t) => {
  const { versions } = process
  for (const runtime of ['bun', 'deno']) {
    Object.defineProperty(process, 'versions', { value: { ...versions, [runtime]: '1.0.0' }, configurable: true })
    try {
      t.is(reasonFor(new Error('never asked')), `the native engine needs Node's event loop, this is ${runtime}`)
    } finally {
      Object.defineProperty(process, 'versions', { value: versions, configurable: true })
    }
  }
})
