#!/usr/bin/env node
// The launcher: what is worth a command goes to the bundle, a function in dist/camio.cjs. One file starts in a third of the time that
// a tree of ES modules takes, and what V8 made of it is kept beside it, as Python keeps its .pyc files: the next start with the same
// Node compiles nothing.
'use strict'
const { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync } = require('node:fs')
const { copySmall } = require('./small.cjs')

const folder = `${__dirname}/../dist`
const filename = `${folder}/camio.cjs`

/** By the functions that `cat` uses, too: `readFileSync` is others, and to call one for the first time takes longer than to read. */
function read(file) {
  const fd = openSync(file)
  const bytes = Buffer.allocUnsafeSlow(fstatSync(fd).size)
  readSync(fd, bytes, 0, bytes.length, 0)
  closeSync(fd)
  return bytes
}

function readKept(kept) {
  try {
    return read(kept)
  } catch {
    return undefined
  }
}

const HELP = /^(-h|--help)$/

/**
 * After a `cat` that went well: what it used is compiled by now. One that only helped has used so little that all later starts would
 * compile the rest each time. Where nobody may write, nothing is kept.
 */
function keep(script, kept) {
  const [, , command, ...rest] = process.argv
  if (command !== 'cat' || process.exitCode || rest.some((word) => HELP.test(word))) return
  try {
    const draft = `${kept}.${process.pid}`
    writeFileSync(draft, script.createCachedData())
    renameSync(draft, kept)
  } catch {}
}

/** For the bundle, which is no module. Names are looked up from here, `./` is the bundle's folder. */
const load = (specifier) => import(specifier.replace(/^\.\//, '../dist/'))

function start() {
  const { Script } = require('node:vm')
  // ASCII, as esbuild writes it.
  const source = read(filename).toString('latin1')
  // It begins with a comment that is the hash of the rest.
  const kept = `${filename}.${source.slice(2, 18)}.${process.version}.${process.arch}.cache`
  const cachedData = readKept(kept)
  const script = new Script(source, { filename, cachedData })
  if (cachedData === undefined || script.cachedDataRejected) process.once('exit', () => keep(script, kept))
  script.runInThisContext()(require, folder, load)
}

const [, , ...args] = process.argv
const left = copySmall(args)
if (left !== null) {
  process.argv.splice(2, args.length, ...left)
  start()
}
