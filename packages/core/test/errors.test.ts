import { CamioError, fromSystemError, isCamioError, shorten, systemError } from '@camio/core/spi'
import test from 'ava'

test('a system error is wrapped once, with what a program can act on', (t) => {
  const cause = Object.assign(new Error('open ENOENT'), { code: 'ENOENT', errno: -2, syscall: 'open' })
  const error = fromSystemError(cause, 'file:/x', 'cannot open')
  t.like(error, { code: 'ERR_CAMIO_NOT_FOUND', uri: 'file:/x', errno: 2, syscall: 'open', name: 'CamioError' })
  t.is(error.message, 'cannot open file:/x: open ENOENT')
  t.is(error.cause, cause)
  t.is(fromSystemError(error, 'other:', 'cannot read'), error)
})

test('what a native part answers becomes what node:fs would throw', (t) => {
  for (const errno of [28, -28]) {
    const error = systemError(errno, 'write')
    t.like(error, { code: 'ENOSPC', errno: -28, syscall: 'write' })
    t.is(fromSystemError(error, 'file:/x', 'cannot write').code, 'ERR_CAMIO_NO_SPACE')
  }
  t.is(fromSystemError(systemError(9999, 'recv'), 'tcp:x', 'cannot read').code, 'ERR_CAMIO_SYSTEM')
})

test('whatever was thrown is wrapped, and none of its code runs', (t) => {
  const hostile = {
    get toString(): never {
      throw new Error('ran')
    },
  }
  for (const thrown of [undefined, null, 'text', 5, Symbol('s'), hostile, Object.create(null)])
    t.is(fromSystemError(thrown, 'a:b', 'cannot open').code, 'ERR_CAMIO_SYSTEM')
})

test('long input is quoted by its beginning', (t) => {
  t.is(shorten('abc', 3), 'abc')
  t.is(shorten('abcd', 3), 'abc... (4 characters)')
  const error = new CamioError('ERR_CAMIO_MISUSE', 'm'.repeat(100_000), { uri: 'u'.repeat(100_000) })
  t.true(error.message.length < 1100)
  t.true(error.uri!.length < 300)
})

test('errors are known by brand and code', (t) => {
  const error = new CamioError('ERR_CAMIO_TLS', 'x')
  t.true(isCamioError(error))
  t.true(isCamioError(error, 'ERR_CAMIO_TLS'))
  t.false(isCamioError(error, 'ERR_CAMIO_RESET'))
  for (const other of [null, undefined, 'x', new Error('x'), { code: 'ERR_CAMIO_TLS' }]) t.false(isCamioError(other))
})
