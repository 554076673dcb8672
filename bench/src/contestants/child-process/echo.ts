process.on('message', (message: Uint8Array) => process.send!(message))
process.on('disconnect', () => process.exit())
