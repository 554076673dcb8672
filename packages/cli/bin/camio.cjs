#!/usr/bin/env node
// One CommonJS file starts in a third of the time that a tree of ES modules takes: see docs/decisions.
require('../dist/camio.cjs')
